"""The size of the store: counted now and then, and kept for whoever asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple, Protocol

from marketdata.blocks.block import DOCUMENT, Block, BlockKey, read_document, write_document
from marketdata.blocks.store import BlockStore

KEY = BlockKey("survey", "size", DOCUMENT)

OLD = timedelta(hours=1)
"""The age from which on it is counted again at the end of a task."""

MOST_OBJECTS = 1_000_000
"""A thousand requests, for 0.5 US cents."""

FEW_OBJECTS = 20_000
"""So many are listed while somebody waits for the end of a task."""


class SizedTable(Protocol):
    """The part of a table that is used."""

    def size(self) -> int: ...


class SizedBucket(Protocol):
    """The part of a bucket that is used."""

    def sizes(self) -> Iterator[tuple[str, int]]: ...


class Size(NamedTuple):
    """The size of the store.

    Attributes
    ----------
    table_bytes : int or None
        Of the market table; None where nobody counts them, as on the local cloud.
    objects, object_bytes : int or None
        Of the bucket; None if there are more than `MOST_OBJECTS`.
    as_of : str
        When they were counted, ISO 8601, UTC.
    """

    table_bytes: int | None
    objects: int | None
    object_bytes: int | None
    as_of: str


@dataclass(frozen=True, slots=True)
class StoreSize:
    """Counts the size of the store, and keeps it.

    Parameters
    ----------
    store : BlockStore
        Where it is kept.
    table : SizedTable
        The market table.
    bucket : SizedBucket
        The bucket.
    now : callable
        Returns the time, with a time zone.
    """

    store: BlockStore
    table: SizedTable
    bucket: SizedBucket
    now: Callable[[], datetime]

    def read(self) -> Size | None:
        """Return the size as it was last counted; None if it never was."""
        head, _ = read_document(KEY, self.store.read([KEY]).get(KEY, Block()))
        return Size(**head) if head else None

    def follow(self) -> None:
        """Count it unless that was done a moment ago, or would take long."""
        before = self.read()
        if before is None or self.now() - datetime.fromisoformat(before.as_of) >= OLD:
            self.count(FEW_OBJECTS, give_up=True)

    def count(self, most: int = MOST_OBJECTS, *, give_up: bool = False) -> None:
        """Count it.

        Parameters
        ----------
        most : int
            How many objects to list.
        give_up : bool
            Whether the count of before stays if there are more.
        """
        sizes = [size for _, size in islice(self.bucket.sizes(), most + 1)]
        too_many = len(sizes) > most
        if too_many and give_up:
            return
        counted = Size(
            self.table.size() or None,
            None if too_many else len(sizes),
            None if too_many else sum(sizes),
            self.now().isoformat(timespec="seconds"),
        )
        self.store.update(KEY, None, lambda block: write_document(block, counted._asdict(), ()))
