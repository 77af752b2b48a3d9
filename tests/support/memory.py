"""A table and a bucket in memory that keep the promises which the store relies on."""

from collections.abc import Callable, Iterator, Sequence
from threading import RLock
from typing import Any

import orjson

from marketdata.aws.items import Item, ItemKey
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.blocks.store import BlockStore
from marketdata.errors import NotFoundError

INDEXED = {"pk", "sk", "series", "code", "present", "absent", "suspended", "no_trade", "short"}
INDEXED |= {"rows"}
"""What the index `coverage` in the template repeats of an item."""


class MemoryTable:
    """A table with conditional puts; `before_write` runs in the middle of every write."""

    def __init__(self) -> None:
        self.items: dict[ItemKey, Item] = {}
        self.stale: dict[ItemKey, Item] = {}
        """What reads that need not see the newest item may still see."""
        self.writes = 0
        self.gets = 0
        self.asked: list[ItemKey] = []
        self.before_write: Callable[[], None] = lambda: None
        self.after_write: Callable[[], None] = lambda: None
        self._lock = RLock()

    def get(self, pk: str, sk: str) -> Item | None:
        self.gets += 1
        item = self.items.get((pk, sk))
        return dict(item) if item else None

    def get_many(
        self, keys: Sequence[ItemKey], *, fresh: bool, attributes: Sequence[str]
    ) -> dict[ItemKey, Item]:
        assert len(set(keys)) == len(keys)
        self.asked += keys
        seen = self.items if fresh else self.items | self.stale
        wanted = {"pk", "sk", *attributes}
        return {
            key: {name: value for name, value in seen[key].items() if name in wanted}
            for key in keys
            if key in seen
        }

    def query(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None,
        index: str,
        hash_name: str,
        range_name: str,
        attributes: Sequence[str],
    ) -> Iterator[Item]:
        assert (index, hash_name, range_name) == ("coverage", "series", "code")
        first, last = between or ("", "Z")
        found = [
            item
            for item in self.items.values()
            if item["series"] == pk and first <= item["code"] <= last
        ]
        for item in sorted(found, key=lambda each: str(each["code"])):
            yield {name: value for name, value in item.items() if name in INDEXED}

    def write(self, write: Write) -> Item:
        assert write.put is not None
        self.before_write()
        with self._lock:
            key = (write.pk, write.sk)
            known = self.items.get(key)
            if write.condition == "attribute_not_exists(pk)":
                holds = known is None
            else:
                assert write.condition == "version = :version"
                holds = known is not None and known["version"] == write.values[":version"]
            if not holds:
                raise ConditionFailedError(write.pk)
            self.items[key] = dict(write.put, pk=write.pk, sk=write.sk)
            self.writes += 1
        self.after_write()
        return {}


class MemoryBucket:
    """A bucket; `before_read` runs before every read."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.before_read: Callable[[], None] = lambda: None

    def read(self, key: str) -> bytes:
        self.before_read()
        try:
            return self.objects[key]
        except KeyError:
            raise NotFoundError(key) from None

    def write(self, key: str, body: bytes, content_type: str = "application/json") -> None:
        self.objects[key] = body

    def write_json(self, key: str, value: Any) -> None:
        self.objects[key] = orjson.dumps(value)

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)


class MemoryStore(BlockStore):
    """A block store over both, which stay within a test's reach."""

    def __init__(self) -> None:
        self.table, self.bucket = MemoryTable(), MemoryBucket()
        super().__init__(self.table, self.bucket)

    def payloads(self) -> set[str]:
        """Name the payloads in the bucket."""
        return {key for key in self.bucket.objects if key.startswith("blocks/")}

    def named(self) -> set[str]:
        """Name the payloads that items refer to."""
        return {item["object"] for item in self.table.items.values() if "object" in item}
