"""The block store under writers at once, readers in between, crashes and damage."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.aws.writes import ConditionFailedError
from marketdata.blocks import codec
from marketdata.blocks.block import Block, unpack
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.store import ATTEMPTS
from marketdata.errors import VersionConflictError
from marketdata.kline.bars import merge_bars
from tests.support.memory import MemoryStore
from tests.unit.blocks.changes import KEY, adding, fail, line, noise, once, rows_of

DAYS = [f"202401{day:02}" for day in range(1, 32)]


@pytest.mark.parametrize("large", [False, True], ids=["in the item", "in the bucket"])
@settings(deadline=None)
@given(order=st.lists(st.integers(0, 3), min_size=1, max_size=ATTEMPTS - 1), data=st.data())
def test_writers_that_overtake_each_other_lose_nothing(
    large: bool, order: list[int], data: st.DataObject
) -> None:
    """While a writer is about to write, another one writes; and while that one is, another."""
    store = MemoryStore()
    sizes = [noise(at) if large and data.draw(st.booleans()) else "" for at in range(4)]
    lines = [line(DAYS[who], sizes[who]) for who in order]

    def start(writers: Sequence[bytes]) -> None:
        if writers:
            store.table.before_write = once(lambda: start(writers[1:]))
            store.update(KEY, None, adding(writers[0]))

    start(lines)
    assert rows_of(store) == merge_bars([], lines)
    assert store.payloads() == store.named()


@pytest.mark.parametrize("note", ["", noise(3)], ids=["in the item", "in the bucket"])
def test_writers_in_threads_lose_nothing(note: str) -> None:
    store = MemoryStore()
    lines = [line(day, note if at == 0 else "") for at, day in enumerate(DAYS[:ATTEMPTS])]
    with ThreadPoolExecutor(len(lines)) as pool:
        written = list(pool.map(lambda each: store.update(KEY, None, adding(each)), lines))
    assert written == [True] * len(lines)
    assert rows_of(store) == lines
    assert store.read([KEY])[KEY].version == store.table.writes == len(lines)
    assert store.payloads() == store.named()


def test_two_writers_of_the_very_same_payload() -> None:
    store = MemoryStore()
    change = adding(line("20240102", noise(4)))
    store.table.before_write = once(lambda: store.update(KEY, None, change))
    assert not store.update(KEY, None, change)
    assert rows_of(store) == [line("20240102", noise(4))]
    assert store.payloads() == store.named() != set()


def test_a_write_whose_answer_was_lost() -> None:
    """The client sends it again by itself, and finds that the condition no longer holds."""
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", noise(5))))

    def refuse() -> None:
        raise ConditionFailedError

    store.table.after_write = once(refuse)
    store.update(KEY, None, adding(line("20240103", noise(6))))
    assert rows_of(store) == [line("20240102", noise(5)), line("20240103", noise(6))]
    assert store.payloads() == store.named()


def test_a_block_that_never_comes_to_rest_is_given_up() -> None:
    store = MemoryStore()
    tries = iter(range(1000))

    def overtake() -> None:
        hook, store.table.before_write = store.table.before_write, lambda: None
        store.update(KEY, None, adding(line("20240102", str(next(tries)))))
        store.table.before_write = hook

    store.table.before_write = overtake
    with pytest.raises(VersionConflictError, match="600000"):
        store.update(KEY, None, adding(line("20240103", noise(7))))
    assert next(tries) == ATTEMPTS
    assert store.payloads() == store.named() == set()


def test_a_payload_that_is_replaced_while_it_is_read() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", noise(8))))
    later = adding(line("20240103", noise(9)))
    store.bucket.before_read = once(lambda: store.update(KEY, None, later))
    found = store.read([KEY])[KEY]
    assert found.version == 2
    assert unpack(KEY, found)[1] == codec.JOINT.join(
        [line("20240102", noise(8)), line("20240103", noise(9))]
    )


def test_a_payload_that_moves_into_the_item_while_it_is_read() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", noise(10))))
    store.bucket.before_read = once(
        lambda: store.update(KEY, None, adding(line("20240102", "short now")))
    )
    assert unpack(KEY, store.read([KEY])[KEY])[1] == line("20240102", "short now")


def test_a_stale_item_leads_to_the_newest_payload() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", noise(11))))
    store.table.stale = dict(store.table.items)
    store.update(KEY, None, adding(line("20240103", noise(12))))
    assert store.read([KEY])[KEY].rows == 2


def test_a_block_that_is_removed_while_it_is_read() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", noise(13))))

    def remove() -> None:
        store.table.items.clear()
        store.bucket.objects.clear()

    store.bucket.before_read = once(remove)
    assert store.read([KEY]) == {KEY: Block()}


def test_a_crash_between_payload_and_item() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", noise(14))))
    before = rows_of(store)
    store.table.before_write = fail
    with pytest.raises(ConnectionError):
        store.update(KEY, None, adding(line("20240103", noise(15))))
    store.table.before_write = lambda: None
    assert rows_of(store) == before
    assert store.update(KEY, None, adding(line("20240103", noise(15))))
    assert rows_of(store) == [*before, line("20240103", noise(15))]
    assert store.payloads() == store.named()


def test_a_crash_between_item_and_removal_of_the_old_payload() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", noise(16))))
    store.table.after_write = fail
    with pytest.raises(ConnectionError):
        store.update(KEY, None, adding(line("20240103", noise(17))))
    store.table.after_write = lambda: None
    assert rows_of(store) == [line("20240102", noise(16)), line("20240103", noise(17))]
    assert not store.update(KEY, None, adding(line("20240103", noise(17))))


@pytest.mark.parametrize("note", ["", noise(18)], ids=["in the item", "in the bucket"])
def test_a_damaged_payload_counts_as_not_stored(
    note: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", note)))
    if note:
        store.bucket.objects.clear()
    else:
        store.table.items[KEY.item]["data"] = b"what is this"
    block, text = unpack(KEY, store.read([KEY])[KEY])
    assert (block.coverage, block.rows, block.version, text) == (Coverage(), 0, 1, b"")
    assert "stock.daily#600000.SH#2024" in caplog.text
    assert store.update(KEY, None, adding(line("20240103")))
    assert rows_of(store) == [line("20240103")]
