"""Where the catalog is kept, and for how long it is believed."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from marketdata.blocks.block import write_document
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.catalog_store import KEPT_SECONDS, KEY, CatalogStore
from marketdata.catalog.known_years import known_years, learn
from marketdata.catalog.securities import Catalog, Security
from marketdata.errors import StorageError, UpstreamBusyError
from marketdata.kline.bars import BarDataset
from tests.support.memory import MemoryStore

BANK = Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110")
RENAMED = Security("600000.SH", "浦发\n银行", Kind.STOCK, "SH", "19991110")
STEEL = Security("600001.SH", "邯郸钢铁", Kind.STOCK, "SH", "19980122", "20091229")


def catalog(*securities: Security, source: str = "files", at: str = "2024-01-02") -> Catalog:
    return Catalog(securities, at, source, {"stock.daily": "20130104"})


def names(found: Catalog | None) -> dict[str, str]:
    assert found is not None
    return {security.code: security.name for security in found.of_kind(Kind.STOCK)}


def never() -> None:
    pytest.fail("nobody asks for the catalog")


def read(store: MemoryStore) -> Catalog | None:
    return CatalogStore(store, never).read()


def save(store: MemoryStore, saved: Catalog) -> None:
    CatalogStore(store, never).save(saved)


class Upstream:
    """Saves a catalog when it is asked to."""

    def __init__(self, store: MemoryStore, *securities: Security) -> None:
        self.store = store
        self.securities = securities
        self.calls = 0
        self.now = 0.0

    def refresh(self) -> None:
        self.calls += 1
        save(self.store, catalog(*self.securities))

    def clock(self) -> float:
        return self.now

    def catalog_store(self) -> CatalogStore:
        return CatalogStore(self.store, self.refresh, self.clock)


def test_what_was_saved_is_read() -> None:
    store = MemoryStore()
    assert read(store) is None
    save(store, catalog(STEEL, BANK))
    found = read(store)
    assert found is not None
    assert (found.refreshed_at, found.source, len(found)) == ("2024-01-02", "files", 2)
    assert (found.get("600000.SH"), found.get("600001.SH")) == (BANK, STEEL)
    assert found.coverage_start(BarDataset(Kind.STOCK, Period.DAILY)) == "20130104"


def test_codes_that_a_source_no_longer_names_are_kept() -> None:
    store = MemoryStore()
    save(store, catalog(BANK, STEEL))
    save(store, catalog(RENAMED, at="2024-01-03"))
    assert names(read(store)) == {"600000.SH": "浦发\n银行", "600001.SH": "邯郸钢铁"}


def test_codes_of_another_source_are_not_kept() -> None:
    store = MemoryStore()
    save(store, catalog(BANK, STEEL, source="synthetic"))
    save(store, catalog(BANK))
    assert names(read(store)) == {"600000.SH": "浦发银行"}


def test_two_that_save_at_once_keep_the_codes_of_both() -> None:
    store = MemoryStore()
    hooks = [lambda: save(store, catalog(STEEL))]
    store.table.before_write = lambda: hooks.pop()() if hooks else None
    save(store, catalog(BANK))
    assert set(names(read(store))) == {"600000.SH", "600001.SH"}


def test_a_damaged_catalog_is_none_and_can_be_saved_again() -> None:
    store = MemoryStore()
    save(store, catalog(BANK, STEEL))
    store.table.items[KEY.item]["data"] = b"?"
    assert read(store) is None
    save(store, catalog(BANK))
    assert names(read(store)) == {"600000.SH": "浦发银行"}


def test_a_catalog_is_fetched_where_none_is_stored() -> None:
    upstream = Upstream(MemoryStore(), BANK)
    assert len(upstream.catalog_store().load()) == 1
    assert upstream.calls == 1


def test_a_stored_catalog_is_not_fetched() -> None:
    upstream = Upstream(MemoryStore(), BANK)
    save(upstream.store, catalog(STEEL))
    assert names(upstream.catalog_store().load()) == {"600001.SH": "邯郸钢铁"}
    assert upstream.calls == 0


def test_a_catalog_is_believed_for_five_minutes() -> None:
    upstream = Upstream(MemoryStore(), BANK)
    kept = upstream.catalog_store()
    first = kept.load()
    save(upstream.store, catalog(STEEL))
    upstream.now += KEPT_SECONDS - 1
    assert kept.load() is first
    upstream.now += 1
    assert len(kept.load()) == 2
    assert upstream.calls == 1


def test_what_was_saved_is_loaded_at_once() -> None:
    kept = Upstream(MemoryStore(), BANK).catalog_store()
    kept.load()
    kept.save(catalog(STEEL))
    assert len(kept.load()) == 2


def test_a_catalog_without_codes_is_a_catalog() -> None:
    upstream = Upstream(MemoryStore())
    assert len(upstream.catalog_store().load()) == 0
    assert len(upstream.catalog_store().load()) == 0
    assert upstream.calls == 1


def test_a_fetched_catalog_is_read_as_it_was_written() -> None:
    """Copies of the table that lag behind must not make it an empty one for five minutes."""
    upstream = Upstream(MemoryStore(), BANK)
    table = upstream.store.table
    newest = table.get_many
    table.get_many = lambda keys, fresh, **rest: newest(keys, fresh=fresh, **rest) if fresh else {}  # type: ignore[method-assign]
    assert len(upstream.catalog_store().load()) == 1


def test_a_source_that_cannot_give_one_now() -> None:
    upstream = Upstream(MemoryStore(), BANK)
    kept = CatalogStore(upstream.store, busy, upstream.clock)
    with pytest.raises(UpstreamBusyError):
        kept.load()
    upstream.refresh()
    assert len(kept.load()) == 1


def test_its_age_is_told_by_a_clock_that_no_freeze_stops() -> None:
    assert CatalogStore(MemoryStore(), never)._clock is time.time


def busy() -> None:
    raise UpstreamBusyError


def test_a_source_that_saves_nothing() -> None:
    upstream = Upstream(MemoryStore(), BANK)
    with pytest.raises(StorageError):
        CatalogStore(upstream.store, lambda: None, upstream.clock).load()


def test_a_code_that_comes_back_keeps_its_earlier_life() -> None:
    """Zhengzhou's contract of 2014 and that of 2024 have one code; the source lists the newest."""
    store = MemoryStore()
    old = Security("TA409.CZC", "PTA1409", Kind.FUTURE, "CZC", "20130916", "20140912")
    new = Security("TA409.CZC", "PTA2409", Kind.FUTURE, "CZC", "20230918", "20240913")
    for listed in (old, new, new):
        save(store, catalog(listed))
    found = read(store)
    assert found is not None
    assert found.get("TA409.CZC") == replace(new, earlier=(("20130916", "20140912"),))
    save(store, catalog(new, source="synthetic"))
    found = read(store)
    assert found is not None
    assert found.get("TA409.CZC") == new


def test_a_catalog_of_before_there_were_lives_is_read() -> None:
    store = MemoryStore()
    row = {"code": "600000.SH", "name": "浦发银行", "type": "stock", "list_date": "19991110"}
    head = {"refreshed_at": "", "source": "files", "first_days": {}}
    rows = [row | {"delist_date": None}]
    store.update(KEY, None, lambda block: write_document(block, head, rows))
    found = read(store)
    assert found is not None
    assert found.get("600000.SH") == BANK
    assert found.final_time("stock.min1") == "17:00"
    assert found.whole_days_since(BarDataset(Kind.STOCK, Period.DAILY)) is None


def test_what_a_source_does_not_have_and_its_times_come_with_the_catalog() -> None:
    store, times = MemoryStore(), {"stock.daily": "17:30", "stock.min1": "20:00"}
    save(store, Catalog([BANK], "", "files", {"future.daily": None}, final_times=times))
    found = read(store)
    assert found is not None
    assert found.coverage_start(BarDataset(Kind.FUTURE, Period.DAILY)) is None
    asked = ("stock.daily", "stock.min1", "finance.income")
    assert [found.final_time(each) for each in asked] == ["17:30", "20:00", "17:30"]


def test_the_days_that_come_whole_are_told_by_the_catalog() -> None:
    store = MemoryStore()
    save(store, Catalog([BANK], "", "files", {}, whole_days={"stock.daily": "20160104"}))
    found = read(store)
    assert found is not None
    assert found.whole_days_since(BarDataset(Kind.STOCK, Period.DAILY)) == "20160104"
    assert found.whole_days_since(BarDataset(Kind.ETF, Period.DAILY)) is None


def test_the_stored_catalog_can_be_had_without_asking_the_source() -> None:
    store = MemoryStore()
    upstream = Upstream(store, BANK)
    catalogs = upstream.catalog_store()
    assert catalogs.stored() is None
    save(store, catalog(BANK))
    assert names(catalogs.stored()) == {"600000.SH": "浦发银行"}
    assert catalogs.load() is catalogs.stored()
    assert upstream.calls == 0


@pytest.fixture
def forget() -> Iterator[None]:
    yield
    learn({})


@pytest.mark.usefixtures("forget")
def test_later_years_of_the_calendar_come_with_the_catalog() -> None:
    store, year = MemoryStore(), max(YEARS) + 1
    bits = 0b1011 << 60
    save(store, Catalog([BANK], "", "files", {}, {year: bits}))
    assert year not in known_years()
    read(store)
    assert known_years()[year] == bits
    # A source without a calendar of its own takes nothing back; one with a calendar does.
    save(store, catalog(BANK, source="synthetic"))
    read(store)
    assert known_years()[year] == bits
    save(store, Catalog([BANK], "", "files", {}, {}))
    read(store)
    assert year not in known_years()


@pytest.mark.usefixtures("forget")
def test_later_years_cost_no_request() -> None:
    store = MemoryStore()
    save(store, Catalog([BANK], "", "files", {}, {max(YEARS) + 1: 1}))
    assert list(store.table.items) == [KEY.item]
