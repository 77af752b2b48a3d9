"""A table that counts request units as DynamoDB does for on-demand tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

from bench.contents import Contents
from marketdata.aws.items import Item, ItemKey
from marketdata.aws.writes import Write

KIB = 1024
OVERHEAD = 100
"""Bytes that DynamoDB adds to the stored size of each item, in the table and again in the index."""

PROJECTED = ("series", "code", "present", "absent", "suspended", "no_trade", "short", "rows")
"""The attributes in the index `coverage` beside the table's keys, as in template.yaml."""


@dataclass(slots=True)
class Meter(Contents):
    """The market table in memory.

    Attributes
    ----------
    read_units, write_units : float
        The units used so far; a write counts in the table and in the index.
    """

    read_units: float = 0.0
    write_units: float = 0.0
    _counting: Lock = field(default_factory=Lock, repr=False)

    def get_many(
        self,
        keys: Sequence[ItemKey],
        *,
        fresh: bool = False,
        attributes: Sequence[str] = (),
    ) -> dict[ItemKey, Item]:
        found = {key: self.items[key] for key in keys if key in self.items}
        # A read is charged for whole items, whichever attributes it asks for.
        share = 1.0 if fresh else 0.5
        # A missing item costs as much as the smallest one.
        units = [ceil(size(key, found.get(key, {})) / 4 / KIB) for key in keys]
        with self._counting:
            self.read_units += share * sum(units)
        return found

    def write(self, write: Write) -> Item:
        key, item = (write.pk, write.sk), dict(write.put or {})
        units = ceil(size(key, item) / KIB) + ceil(_index_size(key, item) / KIB)
        # Several threads write blocks.
        with self._counting:
            self.write_units += units
        self.items[key] = item
        return {}

    def stored_bytes(self, keys: Iterable[ItemKey]) -> int:
        """Return the bytes that some items take, in the table and in the index."""
        return sum(
            size(key, self.items[key]) + _index_size(key, self.items[key]) + 2 * OVERHEAD
            for key in keys
        )


def _index_size(key: ItemKey, item: Item) -> int:
    return size(key, {name: item[name] for name in PROJECTED if name in item})


def size(key: ItemKey, item: Item) -> int:
    """Return an item's bytes as DynamoDB counts them, a number at half a byte per digit."""
    names = len("pk") + len("sk") + sum(map(len, key)) + sum(map(len, item))
    return names + sum(map(_value, item.values()))


def _value(value: object) -> int:
    return len(value) if isinstance(value, str | bytes) else len(str(value)) // 2 + 2
