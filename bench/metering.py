"""A table that counts request units, as DynamoDB does for tables that are paid by request."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

from bench.contents import Contents
from marketdata.aws.items import Item, ItemKey
from marketdata.aws.writes import Write

KIB = 1024
OVERHEAD = 100
"""Bytes that each item costs in storage, in the table and again in the index."""

PROJECTED = ("series", "code", "present", "absent", "suspended", "no_trade", "short", "rows")
"""What the index `coverage` holds beside the table's keys, as template.yaml says."""


@dataclass(slots=True)
class Meter(Contents):
    """The market table in memory.

    Attributes
    ----------
    read_units, write_units : float
        What has been used since the start; a write counts in the index too.
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
        # Whole items are paid for, whatever is asked of them.
        share = 1.0 if fresh else 0.5
        # What is not there costs as much as the smallest item.
        units = [ceil(size(key, found.get(key, {})) / 4 / KIB) for key in keys]
        with self._counting:
            self.read_units += share * sum(units)
        return found

    def write(self, write: Write) -> Item:
        key, item = (write.pk, write.sk), dict(write.put or {})
        units = ceil(size(key, item) / KIB) + ceil(_index_size(key, item) / KIB)
        # Blocks are written by several threads.
        with self._counting:
            self.write_units += units
        self.items[key] = item
        return {}

    def stored_bytes(self, keys: Iterable[ItemKey]) -> int:
        """Give what some items take, in the table and in the index."""
        return sum(
            size(key, self.items[key]) + _index_size(key, self.items[key]) + 2 * OVERHEAD
            for key in keys
        )


def _index_size(key: ItemKey, item: Item) -> int:
    return size(key, {name: item[name] for name in PROJECTED if name in item})


def size(key: ItemKey, item: Item) -> int:
    """Count an item's bytes as DynamoDB does: names, values, and of a number half its digits."""
    names = len("pk") + len("sk") + sum(map(len, key)) + sum(map(len, item))
    return names + sum(map(_value, item.values()))


def _value(value: object) -> int:
    return len(value) if isinstance(value, str | bytes) else len(str(value)) // 2 + 2
