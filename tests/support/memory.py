"""A table, a bucket and a store in memory, which keep the promises that the store relies on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from threading import RLock
from typing import Any, BinaryIO, Self

import orjson

from marketdata.aws.items import Item, ItemKey, RawItem, to_attributes
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.blocks.store import BlockStore
from marketdata.errors import NotFoundError
from tests.support import template

INDEX = template.index("coverage", "MarketTable")
REPEATED = template.repeated_by("coverage", "MarketTable")
"""What the index `coverage` repeats of an item."""


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

    def query_raw(
        self,
        pk: str,
        *,
        between: tuple[str, str] | None,
        index: str,
        hash_name: str,
        range_name: str,
        attributes: Sequence[str],
    ) -> Iterator[RawItem]:
        assert (index, [hash_name, range_name]) == ("coverage", template.key_names(INDEX))
        first, last = between or ("", "Z")
        found = [
            item
            for item in self.items.values()
            if item[hash_name] == pk and first <= item[range_name] <= last
        ]
        for item in sorted(found, key=lambda each: str(each[range_name])):
            repeated = {name: value for name, value in item.items() if name in REPEATED}
            yield to_attributes(repeated)

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


@dataclass
class MemoryBucket:
    """A bucket; `before_read` runs before every read, and `copies` counts those into a file."""

    objects: dict[str, bytes] = field(default_factory=dict)
    name: str = "bucket"
    copies: int = 0
    before_read: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Self:
        """Make a bucket with some texts by their keys."""
        return cls({key: text.encode() for key, text in texts.items()})

    def read(self, key: str) -> bytes:
        self.before_read()
        try:
            return self.objects[key]
        except KeyError:
            raise NotFoundError(key) from None

    def read_json(self, key: str) -> Any:
        return orjson.loads(self.read(key))

    def write(self, key: str, body: bytes, content_type: str = "application/json") -> None:
        self.objects[key] = body

    def write_json(self, key: str, value: Any) -> None:
        self.write(key, orjson.dumps(value))

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def keys(self, prefix: str) -> Iterator[str]:
        return (key for key in sorted(self.objects) if key.startswith(prefix))

    def version(self, key: str) -> str:
        return md5(self.read(key), usedforsecurity=False).hexdigest()

    def copy_to(self, key: str, file: BinaryIO) -> str:
        file.write(self.read(key))
        self.copies += 1
        return self.version(key)


class MemoryStore(BlockStore):
    """A block store over both, which stay within a test's reach."""

    def __init__(self) -> None:
        self.table, self.bucket = MemoryTable(), MemoryBucket()
        super().__init__(self.table, self.bucket)

    def payloads(self) -> set[str]:
        """Name the payloads in the bucket."""
        return {key for key in self.bucket.objects if key.startswith("blocks/")}

    def quarantine(self) -> dict[str, list[dict[str, Any]]]:
        """Give what is in quarantine."""
        return {
            key: self.bucket.read_json(key)
            for key in self.bucket.objects
            if key.startswith("quarantine/")
        }

    def named(self) -> set[str]:
        """Name the payloads that items refer to."""
        return {item["object"] for item in self.table.items.values() if "object" in item}
