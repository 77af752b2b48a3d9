"""The size of the store is counted now and then, and kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from marketdata.tasks.store_size import OLD, Size, StoreSize
from tests.support.memory import MemoryStore

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@dataclass
class Clouds:
    """A table of some bytes, and a bucket of some objects."""

    bytes: int
    objects: list[int]
    now: datetime = NOW
    listed: int = 0

    def size(self) -> int:
        return self.bytes

    def sizes(self) -> Iterator[tuple[str, int]]:
        for number, size in enumerate(self.objects):
            self.listed += 1
            yield f"blocks/{number}", size


@pytest.fixture
def clouds() -> Clouds:
    return Clouds(1000, [10, 20, 30])


@pytest.fixture
def size(clouds: Clouds) -> StoreSize:
    return StoreSize(MemoryStore(), clouds, clouds, lambda: clouds.now)


def test_it_is_unknown_until_it_is_counted(size: StoreSize) -> None:
    assert size.read() is None
    size.count()
    assert size.read() == Size(1000, 3, 60, "2026-11-30T09:00:00+00:00")


def test_a_table_without_a_size_has_none(size: StoreSize, clouds: Clouds) -> None:
    clouds.bytes = 0
    size.count()
    assert size.read() == Size(None, 3, 60, "2026-11-30T09:00:00+00:00")


def test_so_many_objects_are_not_listed_to_the_end(size: StoreSize, clouds: Clouds) -> None:
    size.count(most=2)
    assert size.read() == Size(1000, None, None, "2026-11-30T09:00:00+00:00")
    assert clouds.listed == 3


def test_a_task_counts_it_once_an_hour(size: StoreSize, clouds: Clouds) -> None:
    size.follow()
    clouds.now = NOW + OLD - timedelta(seconds=1)
    size.follow()
    assert clouds.listed == 3
    clouds.now = NOW + OLD
    size.follow()
    assert clouds.listed == 6


def test_who_waits_does_not_wait_for_a_long_list(size: StoreSize, clouds: Clouds) -> None:
    size.count()
    clouds.now += OLD
    size.count(most=2, give_up=True)
    assert size.read() == Size(1000, 3, 60, "2026-11-30T09:00:00+00:00")
