"""The block store: one code's bars of one part, with what the cache knows of its days.

A block is one item of the market table. Its payload lies in the item while it is small and in
the bucket once it is not. Every write is conditional on the version that was read, so two
writers at once lose nothing: the later one reads again and merges.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from marketdata.aws.tables import ConditionFailedError, Item, Key, Write
from marketdata.errors import BlockCorruptError, NotFoundError, VersionConflictError
from marketdata.kline import block as codec
from marketdata.kline.coverage import Coverage, from_bytes, to_bytes
from marketdata.kline.parallel import side_by_side
from marketdata.kline.payloads import PayloadObjects, Payloads

CODEC = "zstd"
ATTEMPTS = 12
"""Tries to write a block that others write too, before giving up."""

BIT_SETS = ("present", "absent", "suspended", "no_trade", "short", "close_outside")
NOTHING = Coverage()

_log = logging.getLogger(__name__)


class BlockTable(Protocol):
    """What the store needs of a table."""

    def get(self, pk: str, sk: str) -> Item | None: ...
    def get_many(self, keys: Sequence[Key]) -> dict[Key, Item]: ...
    def query(self, pk: str, *, index: str, hash_name: str) -> Iterator[Item]: ...
    def write(self, write: Write) -> Item: ...


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
        The payload: one zstd frame, see `kline.block`; empty where there is no bar, and where the
        bucket has lost it.
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


def unpack(key: BlockKey, block: Block) -> tuple[Block, bytes]:
    """Give a block and its rows' text, see `kline.block`.

    A block whose payload is lost or damaged counts as one of which nothing is known, in the same
    version: its days are missing then, and whoever fetches them again replaces it.
    """
    try:
        text = codec.decode(block.frame) if block.frame else b""
    except BlockCorruptError:
        text = b""
    if text or not block.rows:
        return block, text
    _log.error("the payload of %s is lost or damaged", "#".join(key))
    return replace(block, coverage=NOTHING, rows=0, frame=b""), b""


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
        """Read the blocks that exist, payloads included; `unpack` opens them.

        Parameters
        ----------
        keys : iterable of BlockKey
            Which blocks.
        fresh : bool
            Whether a write of a moment ago must be seen. It takes a request for each block.
        """
        by_item = {key.item: key for key in keys}
        items = (self._get_each if fresh else self._table.get_many)(list(by_item))
        blocks = {by_item[item]: _block(value) for item, value in items.items()}
        elsewhere = [key for key, block in blocks.items() if block.object_key]
        loaded = side_by_side(lambda key: self._load(key, blocks[key]), elsewhere)
        return blocks | dict(zip(elsewhere, loaded, strict=True))

    def _get_each(self, keys: Sequence[Key]) -> dict[Key, Item]:
        items = side_by_side(lambda key: self._table.get(*key), keys)
        return {key: item for key, item in zip(keys, items, strict=True) if item}

    def _load(self, key: BlockKey, block: Block) -> Block:
        """Read a payload from the bucket, or the newer one that has replaced it meanwhile."""
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
            Others kept writing it for `ATTEMPTS` tries.
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

    def _swap(self, key: BlockKey, stored: Block, changed: Block) -> bool:
        """Put the new block in the old one's place: payload first, item next, old payload last.

        False where the stored block is no longer the one that was read.
        """
        version = stored.version + 1
        object_key = self._payloads.write("/".join(key), version, changed.frame)
        item = _item(key, replace(changed, version=version, object_key=object_key))
        condition, values = "attribute_not_exists(pk)", {}
        if stored.version:
            condition, values = "version = :version", {":version": stored.version}
        try:
            self._table.write(Write(*key.item, put=item, condition=condition, values=values))
        except ConditionFailedError:
            # The winner may have written the very same payload under the very same key; it may
            # even be this writer, whose first try came through although its answer was lost.
            named = self._newest(key).object_key
            self._payloads.delete({object_key, stored.object_key} - {named})
            return False
        self._payloads.delete([stored.object_key])
        return True


def _item(key: BlockKey, block: Block) -> Item:
    bits = {name: getattr(block.coverage, name) for name in BIT_SETS}
    payload: Item = {"object": block.object_key} if block.object_key else {"data": block.frame}
    return {
        "series": f"{key.dataset}#{key.part}",
        "code": key.code,
        "rows": block.rows,
        "version": block.version,
        "codec": CODEC,
        **{name: to_bytes(value) for name, value in bits.items() if value},
        **(payload if block.frame else {}),
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
