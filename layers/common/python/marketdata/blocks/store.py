"""The block store: one code's rows of one part, with what the cache knows about its days.

A block is one item of the market table. A small payload is in the item itself, a larger one in
the bucket. Every write is conditional on the version that was read, so two writers at the same
time lose nothing: the later one reads again and merges.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from marketdata.aws.clients import side_by_side
from marketdata.aws.items import Item, ItemKey, RawItem, from_attributes
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.blocks import codec
from marketdata.blocks.block import (
    Block,
    BlockCoverage,
    BlockKey,
    claim_of,
)
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.days import from_bytes, to_bytes
from marketdata.blocks.silences import pack
from marketdata.blocks.silences import unpack as unpack_silences
from marketdata.errors import NotFoundError, VersionConflictError

ATTEMPTS = 12
"""Attempts to write a block that others are writing too, before giving up."""


INLINE_BYTES = 32 * 1024
"""A longer payload goes to the bucket: writing 32 KiB costs as much as writing 32 small items."""


CODEC = "zstd"


BIT_SETS = (
    "present",
    "absent",
    "suspended",
    "no_trade",
    "short",
    "close_outside",
    "rejected",
    "disagreeing",
)


MARKS = (*BIT_SETS, "rejected_until", "silences")
"""All attributes that this module writes."""


INDEXED = ("code", "rows", "present", "absent", "suspended", "no_trade", "short", "silences")
"""What the index is asked for: most of a whole market's time goes into parsing what it gives."""


CONTENT = ("rows", "version", "seal", "data", "object", *MARKS)
"""The attributes to read from the table, in addition to the key."""


REJECTED_SECONDS = 6 * 3600
"""Reads do not ask again for this long about days whose bars could not be used: what was wrong a
moment ago is still wrong, and each request costs seconds and the account's traffic. Tasks do ask.
"""


class BlockTable(Protocol):
    """What the store needs from a table."""

    def get(self, pk: str, sk: str) -> Item | None: ...
    def get_many(
        self, keys: Sequence[ItemKey], *, fresh: bool, attributes: Sequence[str]
    ) -> dict[ItemKey, Item]: ...
    def query_raw(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None,
        index: str,
        hash_name: str,
        range_name: str,
        attributes: Sequence[str],
    ) -> Iterator[RawItem]: ...
    def write(self, write: Write) -> Item: ...


class PayloadObjects(Protocol):
    """What payloads need from a bucket."""

    def read(self, key: str) -> bytes: ...
    def write(self, key: str, body: bytes, content_type: str = ...) -> None: ...
    def delete(self, key: str) -> None: ...


class Payloads:
    """Writes, reads and deletes payloads.

    Parameters
    ----------
    objects : PayloadObjects
        The bucket.
    """

    def __init__(self, objects: PayloadObjects) -> None:
        self._objects = objects

    def write(self, key: BlockKey, version: int, frame: bytes) -> str:
        """Write a payload to the bucket if it is too long for an item.

        Parameters
        ----------
        key : BlockKey
            The block.
        version : int
            The block's version that this payload belongs to. It is part of the key, so no later
            writer can want the same key, and a deleted payload is deleted for good.
        frame : bytes
            The payload.

        Returns
        -------
        str
            The payload's key; empty for one that belongs in the item.
        """
        if len(frame) <= INLINE_BYTES:
            return ""
        digest = hashlib.blake2b(frame, digest_size=8).hexdigest()
        object_key = f"{_folder(key)}{version:06d}-{digest}.zst"
        self._objects.write(object_key, frame, "application/zstd")
        return object_key

    def read(self, object_key: str) -> bytes:
        """Read a payload.

        Raises
        ------
        NotFoundError
            The payload is no longer there.
        """
        return self._objects.read(object_key)

    def delete(self, key: BlockKey, object_keys: Iterable[str]) -> None:
        """Delete payloads of a block; other keys, which only a damaged item names, are ignored."""
        for object_key in object_keys:
            if object_key.startswith(_folder(key)):
                self._objects.delete(object_key)


def _folder(key: BlockKey) -> str:
    """Return what the keys of all of a block's payloads begin with."""
    return f"blocks/{'/'.join(key)}/"


class BlockStore:
    """Reads and writes blocks.

    Parameters
    ----------
    table : BlockTable
        The market table.
    objects : PayloadObjects
        The bucket for long payloads.
    """

    def __init__(self, table: BlockTable, objects: PayloadObjects) -> None:
        self._table = table
        self._payloads = Payloads(objects)

    def read(self, keys: Iterable[BlockKey], *, fresh: bool = False) -> dict[BlockKey, Block]:
        """Read the blocks that exist, with their payloads, which `blocks.block.unpack` opens.

        Parameters
        ----------
        keys : iterable of BlockKey
            The blocks to read.
        fresh : bool
            Whether to see writes of a moment ago, which costs twice as many read units.
        """
        by_item = {key.item: key for key in keys}
        items = self._table.get_many(list(by_item), fresh=fresh, attributes=CONTENT)
        blocks = {by_item[item]: block_of(value) for item, value in items.items()}
        elsewhere = [key for key, block in blocks.items() if block.object_key]
        loaded = side_by_side(lambda key: self._load(key, blocks[key]), elsewhere)
        return blocks | dict(zip(elsewhere, loaded, strict=True))

    def _load(self, key: BlockKey, block: Block) -> Block:
        """Return the block with its payload from the bucket, or the block that has replaced it."""
        gone = ""
        while block.object_key and block.object_key != gone:
            try:
                return replace(block, frame=self._payloads.read(block.object_key))
            except NotFoundError:
                gone = block.object_key
                block = self._newest(key)
        return block

    def _newest(self, key: BlockKey) -> Block:
        item = self._table.get(*key.item)
        return block_of(item) if item else Block()

    def coverage(
        self, dataset: str, part: str, codes: tuple[str, str] | None = None
    ) -> dict[str, BlockCoverage]:
        """Read which days of a part are stored, by code; no bar is read.

        Parameters
        ----------
        dataset, part : str
            The dataset's name, and the part.
        codes : tuple of str, optional
            The first and the last code; by default, every code.
        """
        found = self._table.query_raw(
            f"{dataset}#{part}",
            between=codes,
            index="coverage",
            hash_name="series",
            range_name="code",
            attributes=INDEXED,
        )
        # Most codes of a market have the same days: what is written alike is read once.
        known: dict[Any, BlockCoverage] = {}
        by_code = {}
        for raw in found:
            code = raw.pop("code")["S"]
            written = (*raw, *[value for each in raw.values() for value in each.values()])
            if (row := known.get(written)) is None:
                row = known[written] = _coverage(from_attributes(raw))
            by_code[code] = row
        return by_code

    def coverage_by_part(
        self, dataset: str, parts: Sequence[str], codes: tuple[str, str] | None = None
    ) -> dict[str, dict[str, BlockCoverage]]:
        """Read which days of some parts are stored, one query per part, in parallel.

        Parameters
        ----------
        dataset, parts, codes
            As for `coverage`.

        Returns
        -------
        dict
            By part, and within it by code.
        """

        def of_part(part: str) -> dict[str, BlockCoverage]:
            return self.coverage(dataset, part, codes)

        return dict(zip(parts, side_by_side(of_part, parts), strict=True))

    def coverage_by_key(self, keys: Sequence[BlockKey]) -> dict[BlockKey, BlockCoverage]:
        """Read which days are stored in the blocks that exist; no bar is returned or parsed."""
        by_item = {key.item: key for key in keys}
        items = self._table.get_many(list(by_item), fresh=False, attributes=INDEXED)
        return {by_item[item]: _coverage(value) for item, value in items.items()}

    def update(self, key: BlockKey, known: Block | None, change: Callable[[Block], Block]) -> bool:
        """Change a block, starting again from what is stored whenever another writer was first.

        Parameters
        ----------
        key : BlockKey
            The block to change.
        known : Block or None
            The block as it was read a moment ago; None to read it here.
        change : callable
            Returns the new block for the stored one, or its argument itself if there is nothing
            to change. It is called again after a conflict.

        Returns
        -------
        bool
            Whether anything was written.

        Raises
        ------
        VersionConflictError
            Others kept writing the block for `ATTEMPTS` attempts.
        """
        for _ in range(ATTEMPTS):
            stored = known or self._load(key, self._newest(key))
            changed = change(stored)
            if changed is stored:
                return False
            if self._swap(key, stored, changed):
                return True
            known = None
        raise VersionConflictError(f"{key.dataset} {key.code} {key.part}")

    def update_all(
        self, keys: Collection[BlockKey], change: Callable[[BlockKey, Block], Block]
    ) -> int:
        """Change blocks in parallel, each as `update` does.

        Parameters
        ----------
        keys : collection of BlockKey
            The blocks to change.
        change : callable
            Returns the new block for a key and its stored block.

        Returns
        -------
        int
            The number of blocks written.

        Raises
        ------
        VersionConflictError
            Others kept writing one of the blocks.
        """
        stored = self.read(keys)
        known = {key: stored.get(key, Block()) for key in keys}
        # Changing is computing and writing is waiting: threads help only with the latter.
        changed = {key: change(key, block) for key, block in known.items()}

        def write(key: BlockKey) -> bool:
            def once_more(block: Block) -> Block:
                return changed[key] if block is known[key] else change(key, block)

            return self.update(key, known[key], once_more)

        ready = [key for key in keys if changed[key] is not known[key]]
        return sum(side_by_side(write, ready))

    def seal(self, key: BlockKey, block: Block) -> None:
        """Give a whole block, as it was read, a new seal, unless another writer was first."""
        seal = codec.seal_of(block.frame, codec.decode(block.frame))
        condition, values = "version = :version", {":version": block.version}
        item = item_of(key, replace(block, seal=seal))
        with suppress(ConditionFailedError):
            self._table.write(Write(*key.item, put=item, condition=condition, values=values))

    def _swap(self, key: BlockKey, stored: Block, changed: Block) -> bool:
        """Write the new payload, then the item, and last delete the old payload.

        Return False if the stored block is no longer the one that was read.
        """
        version = stored.version + 1
        object_key = self._payloads.write(key, version, changed.frame)
        item = item_of(key, replace(changed, version=version, object_key=object_key))
        condition, values = "attribute_not_exists(pk)", {}
        if stored.version:
            condition, values = "version = :version", {":version": stored.version}
        try:
            self._table.write(Write(*key.item, put=item, condition=condition, values=values))
        except ConditionFailedError:
            # The winner may have written the same payload under the same key; it may even be this
            # writer, whose first attempt succeeded although the answer was lost.
            named = self._newest(key).object_key
            self._payloads.delete(key, {object_key, stored.object_key} - {named})
            return False
        self._payloads.delete(key, [stored.object_key])
        return True


def item_of(key: BlockKey, block: Block) -> Item:
    """Return a block as the attributes of its item."""
    payload: Item = {"object": block.object_key} if block.object_key else {"data": block.frame}
    if block.seal:
        payload["seal"] = codec.bind(block.seal, claim_of(key, block))
    return {
        "series": f"{key.dataset}#{key.part}",
        "code": key.code,
        "rows": block.rows,
        "version": block.version,
        "codec": CODEC,
        **attributes_of(block.coverage),
        **(payload if block.frame else {}),
    }


def block_of(item: Item) -> Block:
    """Read a block from what `item_of` returned; a payload in the bucket is not included."""
    return Block(
        coverage=coverage_of(item),
        rows=int(item["rows"]),
        frame=item.get("data", b""),
        version=int(item["version"]),
        object_key=item.get("object", ""),
        seal=item.get("seal", b""),
    )


def attributes_of(coverage: Coverage) -> Item:
    """Return a coverage as attributes to be written; a rejection counts from now on."""
    bits = {name: getattr(coverage, name) for name in BIT_SETS}
    written: Item = {name: to_bytes(value) for name, value in bits.items() if value}
    if coverage.rejected:
        written["rejected_until"] = int(time.time()) + REJECTED_SECONDS
    if coverage.silences:
        written["silences"] = pack(coverage.silences)
    return written


def coverage_of(item: Item) -> Coverage:
    """Read a coverage from what `attributes_of` returned; an expired rejection is dropped."""
    bits = {name: from_bytes(item[name]) for name in BIT_SETS if name in item}
    if "rejected" in bits and item["rejected_until"] < time.time():
        del bits["rejected"]
    silences = unpack_silences(item["silences"]) if "silences" in item else ()
    return Coverage(**bits, silences=silences)


def _coverage(item: Item) -> BlockCoverage:
    return BlockCoverage(coverage_of(item), int(item["rows"]))
