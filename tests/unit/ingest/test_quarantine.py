"""Bad bars: set aside, counted, never answered, and never the reason to call a day absent."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import days_of
from marketdata.catalog.securities import Catalog, Security
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.report import IngestReport
from marketdata.kline.bars import parse_bars
from marketdata.sources.source import BarRequest, FetchedBars
from tests.support.frames import STOCK, bar, frame_of
from tests.support.memory import MemoryStore

CODE = "600000.SH"
CATALOG = Catalog([Security(CODE, "", Kind.STOCK, "SH", "19991110")], "", "files", {})
KEY = BlockKey("stock.daily", CODE, "2024")
NOW = 1_800_000_000
FIRST, SECOND = "20240102", "20240103"
NAN = math.nan

type Bar = Mapping[str, Any]

BAD = {
    "not_a_number": {"close": NAN},
    "negative": {"volume": -1.0},
    "not_whole": {"volume": 0.5},
    "prices_out_of_order": {"high": 1.0},
}


def take(store: MemoryStore, *bars: Bar, lost: Sequence[str] = ()) -> IngestReport:
    """Store bars that were fetched for two days, of which the source lost some."""
    ingest = BarIngest(
        store,
        Quarantine(store.bucket),
        CATALOG,
        coverage_start="19901219",
        final_until="20240103",
        now=NOW,
    )
    request = BarRequest(STOCK, (CODE,), FIRST, SECOND)
    fetched = FetchedBars(
        frame_of(STOCK, bars), lost={CODE: [*lost]} if lost else {}, sure_until={CODE: SECOND}
    )
    return ingest.run(request, fetched)


def known(store: MemoryStore) -> tuple[list[str], list[str], list[str]]:
    """Give the days with a stored bar, those marked present, and those marked absent."""
    block, text = unpack(KEY, store.read([KEY]).get(KEY, Block()))
    rows = [row["trade_date"] for row in parse_bars(text)]
    coverage = block.coverage
    return rows, days_of("2024", coverage.present), days_of("2024", coverage.absent)


def test_days_that_cannot_be_used_are_remembered_for_a_while() -> None:
    store = MemoryStore()
    take(store, bar(trade_date=FIRST), bar(trade_date=SECOND, high=1.0))
    assert days_of("2024", store.read([KEY])[KEY].coverage.rejected) == [SECOND]
    take(store, bar(trade_date=FIRST), bar(trade_date=SECOND))
    assert store.read([KEY])[KEY].coverage.rejected == 0


def test_a_lost_day_is_not_absent_and_told() -> None:
    store = MemoryStore()
    stored = take(store, bar(trade_date=FIRST), lost=[SECOND])
    assert known(store) == ([FIRST], [FIRST], [])
    assert days_of("2024", store.read([KEY])[KEY].coverage.rejected) == [SECOND]
    assert stored.failed.keys() == {CODE}


@pytest.mark.parametrize(("reason", "values"), BAD.items())
def test_a_bad_bar_costs_only_itself(reason: str, values: Bar) -> None:
    store = MemoryStore()
    stored = take(store, bar(trade_date=FIRST, **values), bar(trade_date=SECOND))
    assert stored == IngestReport(bars=1, blocks=1, quarantined={"600000.SH": {reason: 1}})
    # The day stays missing: it had a bar, only not one to be trusted.
    assert known(store) == ([SECOND], [SECOND], [])
    ((key, (record,)),) = store.quarantine().items()
    assert key.startswith("quarantine/stock.daily/600000.SH/")
    assert (record["trade_date"], record["reason"]) == (FIRST, reason)


@pytest.mark.parametrize(("reason", "values"), BAD.items())
def test_a_bad_bar_never_undoes_a_good_one(reason: str, values: Bar) -> None:
    store = MemoryStore()
    take(store, bar(trade_date=FIRST), bar(trade_date=SECOND))
    stored = take(store, bar(trade_date=FIRST, **values), bar(trade_date=SECOND))
    assert (stored.blocks, stored.quarantined) == (0, {"600000.SH": {reason: 1}})
    assert known(store) == ([FIRST, SECOND], [FIRST, SECOND], [])


@pytest.mark.parametrize(
    ("twice", "kept", "count"),
    [
        ([bar(), bar()], [FIRST, SECOND], 0),
        ([bar(high=1.0), bar(high=1.0)], [SECOND], 1),
        ([bar(), bar(close=6.65)], [SECOND], 2),
        ([bar(), bar(close=6.65), bar()], [SECOND], 2),
        ([bar(), bar(close=9.0)], [FIRST, SECOND], 1),
    ],
    ids=["equal", "equally bad", "contradictory", "both", "a good and a bad one"],
)
def test_two_bars_of_one_day(twice: list[Bar], kept: list[str], count: int) -> None:
    store = MemoryStore()
    stored = take(store, *twice, bar(trade_date=SECOND))
    assert known(store) == (kept, kept, [])
    assert sum(stored.quarantined.get("600000.SH", {}).values()) == count
    assert sum(map(len, store.quarantine().values())) == count


def test_what_nobody_asked_for() -> None:
    store = MemoryStore()
    stored = take(
        store,
        bar(trade_date=FIRST),
        bar(trade_date=SECOND),
        bar(code="600004.SH", trade_date=FIRST),
        bar(trade_date="20231229"),
        bar(trade_date="20240104"),
        bar(trade_date="20990101"),
        bar(code=None, trade_date=None),
    )
    assert (stored.bars, stored.blocks) == (2, 1)
    assert stored.quarantined == {
        "600000.SH": {"not_requested": 3},
        "600004.SH": {"not_requested": 1},
        "nan": {"not_requested": 1},
    }
    assert set(store.table.items) == {KEY.item}


def test_a_bar_on_a_day_without_trading_leaves_the_others_alone() -> None:
    store = MemoryStore()
    ingest = BarIngest(
        store,
        Quarantine(store.bucket),
        CATALOG,
        coverage_start="19901219",
        final_until="20240103",
        now=NOW,
    )
    request = BarRequest(STOCK, ("600000.SH",), "20240101", SECOND)
    bars = [bar(trade_date="20240101"), bar(trade_date=SECOND)]
    stored = ingest.run(
        request, FetchedBars(frame_of(STOCK, bars), sure_until=dict.fromkeys(request.codes, SECOND))
    )
    assert stored.quarantined == {"600000.SH": {"not_a_trading_day": 1}}
    assert known(store) == ([SECOND], [SECOND], [FIRST])


def test_the_same_bad_bars_go_to_the_same_place() -> None:
    store = MemoryStore()
    bars = [bar(trade_date=FIRST, close=NAN), bar(trade_date=SECOND, volume=-1.0)]
    take(store, *bars)
    first = store.quarantine()
    take(store, *reversed(bars))
    assert store.quarantine() == first
    take(store, bar(trade_date=FIRST, close=NAN))
    assert len(store.quarantine()) == len(first) + 1


def test_a_record_shows_what_was_wrong() -> None:
    store = MemoryStore()
    take(
        store,
        bar(trade_date=FIRST, high=math.inf, low=-math.inf, amount=NAN),
        bar(trade_date=SECOND, close=6.123456789012345, volume=0.5),
    )
    ((first, second),) = store.quarantine().values()
    assert (first["high"], first["low"], first["amount"]) == ("inf", "-inf", None)
    assert (second["close"], second["volume"]) == (6.123456789012345, 0.5)
