"""Which days lack some of their session's intraday bars."""

from collections.abc import Iterable

import pytest

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of, days_of
from marketdata.catalog.sessions import bar_times, sessions
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.short_days import short_days
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, FetchedBars
from tests.support.frames import MINUTES, frame_of, minute_bar
from tests.support.memory import MemoryStore
from tests.unit.ingest.market import CATALOG, NOW

DAY, MONTH = "20240104", "2024-01"
STOCK, FUTURE = "600000.SH", "RB2405.SHF"
HALF_HOURS = BarDataset(Kind.FUTURE, Period.MIN30)
HOURS = BarDataset(Kind.FUTURE, Period.MIN60)


def times_of(dataset: BarDataset, code: str, day: str = DAY) -> list[str]:
    market = code.partition(".")[2]
    segments = sessions(dataset.kind, market, code, day)
    assert segments is not None
    return list(bar_times(segments, market, day, dataset.period))


def is_short(
    times: Iterable[str],
    dataset: BarDataset = MINUTES,
    code: str = STOCK,
    day: str = DAY,
    *,
    untraded: Iterable[str] = (),
    omits_untraded: bool = False,
) -> bool:
    lines = [
        f'{{"trade_date":"{day}","kline_time":"{time}","open":1.0}}'.encode()
        for time in sorted(times)
    ]
    key = BlockKey(dataset.name, code, f"{day[:4]}-{day[4:6]}")
    found = short_days(
        dataset,
        key,
        lines,
        bits_of(key.part, [day]),
        frozenset(untraded),
        omits_untraded=omits_untraded,
    )
    assert days_of(key.part, found) in ([], [day])
    return bool(found)


STARTS = times_of(MINUTES, STOCK)
LACKS = "2024-01-04 09:51:00"


def test_minutes_are_compared_and_not_counted() -> None:
    assert not is_short(STARTS)
    assert not is_short(["2024-01-04 09:25:00", *STARTS, "2024-01-04 15:00:00"])
    others = ["2024-01-04 09:25:00", *(time for time in STARTS if time != LACKS)]
    assert len(others) == 240
    assert is_short(others)


def test_half_a_day_is_short() -> None:
    assert is_short(STARTS[:120])
    assert is_short(STARTS[120:])


def test_one_bar_of_a_commoditys_half_hours_is_short() -> None:
    times = times_of(HALF_HOURS, FUTURE)
    assert is_short(times[:1], HALF_HOURS, FUTURE)
    assert not is_short(times, HALF_HOURS, FUTURE)


def test_what_sources_cut_in_their_own_ways_is_not_demanded() -> None:
    """The 75 minutes from 09:00 are two bars of half an hour and some minutes."""
    times = times_of(HALF_HOURS, FUTURE)
    assert "2024-01-04 10:00:00" in times
    full = [time for time in times if time != "2024-01-04 10:00:00"]
    assert not is_short(full, HALF_HOURS, FUTURE)
    for time in full:
        assert is_short([each for each in full if each != time], HALF_HOURS, FUTURE), time


@pytest.mark.parametrize(
    ("dataset", "code", "day"),
    [(MINUTES, STOCK, "20160104"), (HALF_HOURS, "XX2405.SHF", DAY), (HOURS, "RB0905.SHF", DAY)],
)
def test_a_day_of_unknown_hours_is_not_short(dataset: BarDataset, code: str, day: str) -> None:
    day = "20090105" if code.startswith("RB") else day
    assert sessions(dataset.kind, code.partition(".")[2], code, day) is None
    stamp = f"{day[:4]}-{day[4:6]}-{day[6:]} 10:00:00"
    assert not is_short([stamp], dataset, code, day)


def test_only_the_days_in_question_are_looked_at() -> None:
    daily = BarDataset(Kind.STOCK, Period.DAILY)
    assert not short_days(daily, BlockKey(daily.name, STOCK, "2024"), [], 1, omits_untraded=False)
    key = BlockKey(MINUTES.name, STOCK, MONTH)
    assert not short_days(MINUTES, key, [], 0, omits_untraded=False)


def test_a_source_that_omits_idle_minutes_owes_each_stretch_a_bar() -> None:
    assert not is_short([STARTS[7], STARTS[130]], omits_untraded=True)
    assert is_short(STARTS[:120], omits_untraded=True)
    assert is_short(["2024-01-04 09:25:00", *STARTS[120:]], omits_untraded=True)
    assert is_short([STARTS[7], STARTS[130]])


def test_a_minute_of_which_the_source_says_that_nobody_traded_is_no_gap() -> None:
    others = [time for time in STARTS if time != LACKS]
    assert is_short(others)
    assert not is_short(others, untraded=[LACKS])
    assert is_short(others, untraded=["2024-01-04 09:52:00"])


IDLE = {"open": 0.0, "high": 0.0, "low": 0.0, "close": 0.0, "volume": 0.0, "amount": 0.0}


@pytest.mark.parametrize(
    ("idle", "omits_untraded", "short"),
    [
        (["09:51", "14:58"], False, []),
        ([], False, [DAY]),
        (["09:51"], False, [DAY]),
        ([], True, []),
    ],
)
def test_a_row_of_zeros_is_the_sources_word_for_its_minute(
    idle: list[str], omits_untraded: bool, short: list[str]
) -> None:
    clocks = [time[11:16] for time in STARTS if time[11:16] not in ("09:51", "14:58")]
    bars = [minute_bar(clock, trade_date=DAY) for clock in clocks]
    bars += [minute_bar(clock, trade_date=DAY, **IDLE) for clock in idle]
    store = MemoryStore()
    ingest = BarIngest(
        store,
        Quarantine(store.bucket),
        CATALOG,
        coverage_start="19901219",
        final_until="20241231",
        now=NOW,
        omits_untraded=omits_untraded,
    )
    report = ingest.run(
        BarRequest(MINUTES, (STOCK,), DAY, DAY), FetchedBars(frame_of(MINUTES, bars))
    )
    assert (report.bars, report.quarantined) == (238, {})
    key = BlockKey(MINUTES.name, STOCK, MONTH)
    coverage = store.read([key])[key].coverage
    assert days_of(MONTH, coverage.present) == [DAY]
    assert days_of(MONTH, coverage.short) == short
