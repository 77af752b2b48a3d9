"""The block store: what is written comes back."""

from dataclasses import replace

import pytest

from marketdata.blocks.block import Block, BlockCoverage, unpack
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.days import bits_of
from tests.support.memory import MemoryStore
from tests.unit.blocks.changes import KEY, adding, line, noise, rows_of


@pytest.mark.parametrize("note", ["", noise(1)], ids=["in the item", "in the bucket"])
def test_what_was_written_is_read(note: str) -> None:
    store = MemoryStore()
    assert store.read([KEY]) == {}
    assert store.update(KEY, None, adding(line("20240102", note)))
    stored = store.read([KEY])[KEY]
    assert (stored.version, stored.rows) == (1, 1)
    assert stored.coverage == Coverage(present=bits_of("2024", ["20240102"]))
    assert unpack(KEY, stored) == (stored, line("20240102", note))
    assert bool(stored.object_key) == bool(note)
    assert store.payloads() == store.named() == ({stored.object_key} if note else set())


@pytest.mark.parametrize("note", ["", noise(2)], ids=["in the item", "in the bucket"])
def test_a_change_of_nothing_writes_nothing(note: str) -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102", note)))
    assert not store.update(KEY, None, adding(line("20240102", note)))
    assert store.table.writes == 1


def test_all_bit_sets_are_kept() -> None:
    coverage = Coverage(
        present=0b1001 << 360, absent=0b110, short=1 << 360, suspended=0b10, no_trade=0b100
    )
    coverage = coverage._replace(close_outside=0b1000 << 360)
    store = MemoryStore()
    store.update(KEY, None, lambda stored: replace(stored, coverage=coverage, rows=7))
    assert store.read([KEY])[KEY].coverage == coverage
    # The index has no need of the last one.
    indexed = BlockCoverage(coverage._replace(close_outside=0), 7)
    assert store.coverage("stock.daily", "2024") == {"600000.SH": indexed}


def test_codes_that_share_their_days_are_told_apart() -> None:
    store, week = MemoryStore(), 0b11111
    known = {
        "000001.SZ": BlockCoverage(Coverage(present=week), 5),
        "000002.SZ": BlockCoverage(Coverage(absent=week), 0),
        "000003.SZ": BlockCoverage(Coverage(present=week), 5),
        "000004.SZ": BlockCoverage(Coverage(present=week), 4),
    }
    for code, row in known.items():
        block = Block(coverage=row.coverage, rows=row.rows)

        def become(_: Block, block: Block = block) -> Block:
            return block

        store.update(KEY._replace(code=code), None, become)
    assert store.coverage("stock.daily", "2024") == known


def test_coverage_is_of_one_dataset_and_part() -> None:
    store = MemoryStore()
    for key in (KEY, KEY._replace(code="000001.SZ"), KEY._replace(part="2023")):
        store.update(key, None, adding(line("20240102")))
    store.update(KEY._replace(dataset="stock.min1"), None, adding(line("20240102")))
    found = list(store.coverage("stock.daily", "2024"))
    assert found == ["000001.SZ", "600000.SH"]


def test_many_blocks_are_read_at_once() -> None:
    store = MemoryStore()
    keys = [KEY._replace(code=f"{code:06}.SH") for code in range(40)]
    notes = {key: noise(at) if at % 2 else "" for at, key in enumerate(keys)}
    for key, note in notes.items():
        store.update(key, None, adding(line("20240102", note)))
    for fresh in (False, True):
        found = store.read([*keys, KEY], fresh=fresh)
        texts = {key: unpack(key, block)[1] for key, block in found.items()}
        assert texts == {key: line("20240102", note) for key, note in notes.items()}


def test_a_fresh_read_sees_a_write_of_a_moment_ago() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102")))
    store.table.stale = dict(store.table.items)
    store.update(KEY, None, adding(line("20240103")))
    assert store.read([KEY])[KEY].rows == 1
    assert store.read([KEY], fresh=True)[KEY].rows == 2


def test_a_writer_that_read_a_stale_block_loses_nothing() -> None:
    store = MemoryStore()
    store.update(KEY, None, adding(line("20240102")))
    stale = store.read([KEY])[KEY]
    store.update(KEY, None, adding(line("20240103")))
    assert store.update(KEY, stale, adding(line("20240104")))
    assert rows_of(store) == [line("20240102"), line("20240103"), line("20240104")]
