"""The block store: one code's bars of one part, with what the cache knows of its days.

A block is one item of the market table. Its payload lies in the item while it is small and in
the bucket once it is not. Every write is conditional on the version that was read, so two
writers at once lose nothing: the later one reads again and merges.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from marketdata.aws.tables import ConditionFailedError, Item, Key, Write
from marketdata.errors import BlockCorruptError, NotFoundError, VersionConflictError
from marketdata.kline.coverage import Coverage, from_bytes, to_bytes

INLINE_BYTES = 32 * 1024
"""A longer payload lies in the bucket: writing 32 KiB costs as much as 32 small items."""

CODEC = "zstd"
PARALLEL = 16
ATTEMPTS = 12
"""Tries to write a block that others write too, before giving up."""

BIT_SETS = ("present", "absent", "suspended", "no_trade", "short", "close_outside")


NOTHING = Coverage()


class BlockTable(Protocol):
    """What the store needs of a table."""

    def get(self, pk: str, sk: str) -> Item | None: ...
    def get_many(self, keys: Sequence[Key]) -> dict[Key, Item]: ...
    def query(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None = ...,
        index: str = ...,
        hash_name: str = ...,
    ) -> Iterator[Item]: ...
    def write(self, write: Write) -> Item: ...


class BlockObjects(Protocol):
    """What the store needs of a bucket."""

    def read(self, key: str) -> bytes: ...
    def write(self, key: str, body: bytes, content_type: str = ...) -> None: ...
    def delete(self, key: str) -> None: ...


class BlockKey(NamedTuple):
    """Names a block: a dataset's name, a code and a part ("2024", or "2024-01" for minutes)."""

    dataset: str
    code: str
    part: str

    @property
    def item(self) -> Key:
        """The key of the block's item."""
        return f"{self.dataset}#{self.code}", self.part


@dataclass(frozen=True, slots=True)
class Block:
    """One block as it was read, or as it is to be written.

    Attributes
    ----------
    coverage : Coverage
        What the cache knows of the part's days.
    rows : int
        Number of bars in the payload.
    frame : bytes
        The payload: one zstd frame, see `kline.block`; empty where there is no bar.
    version : int
        Counts the writes; 0 for a block that is not stored yet.
    object_key : str
        Where the payload lies in the bucket; empty while it lies in the item.
    """

    coverage: Coverage = NOTHING
    rows: int = 0
    frame: bytes = b""
    version: int = 0
    object_key: str = ""


class BlockCoverage(NamedTuple):
    """A block without its payload, as the index gives it."""

    code: str
    coverage: Coverage
    rows: int


class BlockStore:
    """Reads and writes blocks.

    Parameters
    ----------
    table : BlockTable
        The market table.
    objects : BlockObjects
        The bucket for payloads over `INLINE_BYTES`.
    """

    def __init__(self, table: BlockTable, objects: BlockObjects) -> None:
        self._table = table
        self._objects = objects

    def read(self, keys: Iterable[BlockKey]) -> dict[BlockKey, Block]:
        """Read blocks, payloads included.

        Returns
        -------
        dict
            The blocks that exist, by key.

        Raises
        ------
        BlockCorruptError
            A payload cannot be found, although its item names it.
        """
        by_item = {key.item: key for key in keys}
        items = self._table.get_many(list(by_item))
        inline = {by_item[key]: _block(item) for key, item in items.items()}
        elsewhere = [key for key, block in inline.items() if block.object_key]
        return inline | dict(zip(elsewhere, self._load_all(elsewhere, inline), strict=True))

    def _load_all(self, keys: Sequence[BlockKey], blocks: dict[BlockKey, Block]) -> Iterable[Block]:
        if len(keys) <= 1:
            return [self._load(key, blocks[key]) for key in keys]
        with ThreadPoolExecutor(min(PARALLEL, len(keys))) as pool:
            return list(pool.map(lambda key: self._load(key, blocks[key]), keys))

    def _load(self, key: BlockKey, block: Block) -> Block:
        """Read a payload from the bucket, or the newer one that has replaced it meanwhile."""
        gone = ""
        while block.object_key and block.object_key != gone:
            try:
                return replace(block, frame=self._objects.read(block.object_key))
            except NotFoundError:
                gone = block.object_key
                block = self._newest(key)
        if block.object_key:
            raise BlockCorruptError(f"{key.dataset} {key.code} {key.part}: payload not found")
        return block

    def _newest(self, key: BlockKey) -> Block:
        item = self._table.get(*key.item)
        return _block(item) if item else Block()

    def coverage(self, dataset: str, part: str) -> Iterator[BlockCoverage]:
        """Read what is stored of every code in one part; no bar is read."""
        series = f"{dataset}#{part}"
        for item in self._table.query(series, index="coverage", hash_name="series"):
            yield BlockCoverage(item["code"], _coverage(item), int(item["rows"]))

    def update(self, key: BlockKey, known: Block | None, change: Callable[[Block], Block]) -> bool:
        """Change a block, starting again from what is stored whenever somebody else was first.

        Parameters
        ----------
        key : BlockKey
            Which block.
        known : Block or None
            The block as it was read a moment ago; None to read it here.
        change : callable
            Gives the new block for the stored one. It is called again after a conflict, and
            gives its argument back where there is nothing to change.

        Returns
        -------
        bool
            Whether anything was written.

        Raises
        ------
        VersionConflictError
            Others kept writing the same block for `ATTEMPTS` tries.
        """
        for _ in range(ATTEMPTS):
            stored = known or self._load(key, self._newest(key))
            changed = change(stored)
            if changed is stored:
                return False
            try:
                self._swap(key, stored, changed)
            except ConditionFailedError:
                known = None
                continue
            return True
        raise VersionConflictError(f"{key.dataset} {key.code} {key.part}")

    def _swap(self, key: BlockKey, stored: Block, changed: Block) -> None:
        """Put the new block in the old one's place: payload first, item next, old payload last."""
        version = stored.version + 1
        object_key = ""
        if len(changed.frame) > INLINE_BYTES:
            object_key = _object_key(key, version, changed.frame)
            self._objects.write(object_key, changed.frame, "application/zstd")
        item = _item(key, replace(changed, version=version, object_key=object_key))
        condition, values = "attribute_not_exists(pk)", {}
        if stored.version:
            condition, values = "version = :version", {":version": stored.version}
        try:
            self._table.write(Write(*key.item, put=item, condition=condition, values=values))
        except ConditionFailedError:
            # The winner may have written the very same payload under the very same key.
            if object_key and self._newest(key).object_key != object_key:
                self._objects.delete(object_key)
            raise
        if stored.object_key:
            self._objects.delete(stored.object_key)


def _object_key(key: BlockKey, version: int, frame: bytes) -> str:
    """Give the payload's key; with the version in it, no later writer can want the same one."""
    digest = hashlib.blake2b(frame, digest_size=8).hexdigest()
    return f"blocks/{key.dataset}/{key.code}/{key.part}/{version:06d}-{digest}.zst"


def _item(key: BlockKey, block: Block) -> Item:
    bits = {name: getattr(block.coverage, name) for name in BIT_SETS}
    payload: Item = {"object": block.object_key} if block.object_key else {"data": block.frame}
    if not block.frame:
        payload = {}
    return {
        "series": f"{key.dataset}#{key.part}",
        "code": key.code,
        "rows": block.rows,
        "version": block.version,
        "codec": CODEC,
        **{name: to_bytes(value) for name, value in bits.items() if value},
        **payload,
    }


def _block(item: Item) -> Block:
    return Block(
        coverage=_coverage(item),
        rows=int(item["rows"]),
        frame=item.get("data", b""),
        version=int(item["version"]),
        object_key=item.get("object", ""),
    )


def _coverage(item: Item) -> Coverage:
    return Coverage(**{name: from_bytes(item[name]) for name in BIT_SETS if name in item})
