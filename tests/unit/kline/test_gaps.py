"""Small gaps: few calls, no day forgotten, and never longer than the reader can wait."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security, market_of
from marketdata.catalog.window import Window
from marketdata.details import Detail, messages
from marketdata.errors import UpstreamBusyError, UpstreamError, UpstreamFaultError
from marketdata.kline.bars import BarDataset
from marketdata.kline.completeness import Completeness
from marketdata.kline.gaps import DEADLINE, GAP_BARS, fill_gaps

DAILY = BarDataset(Kind.STOCK, Period.DAILY)
INDEX = BarDataset(Kind.INDEX, Period.DAILY)
MINUTES = BarDataset(Kind.STOCK, Period.MIN1)
WINDOW = Window("20230101", "20241231", "19901219", "20241231")
DAYS = trading_days("SH", WINDOW.start, WINDOW.end)
CODES = [f"{600000 + at}.SH" for at in range(40)]


class Call(NamedTuple):
    """One call of the source."""

    dataset: str
    codes: Sequence[str]
    start: str
    end: str
    seconds: float

    def bars(self, a_day: int = 1) -> int:
        return a_day * len(self.codes) * len(trading_days("SH", self.start, self.end))


@dataclass
class SlowSource:
    """Takes its time over each call; fails at those that are named."""

    takes: float = 0.0
    fails: dict[int, UpstreamError] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    now: float = 100.0

    def clock(self) -> float:
        return self.now

    def __call__(
        self, dataset: Dataset, codes: list[str], start: str, end: str, seconds: float
    ) -> object:
        self.calls.append(Call(dataset.name, codes, start, end, seconds))
        self.now += self.takes
        if len(self.calls) in self.fails:
            raise self.fails[len(self.calls)]
        return None


def fill(
    missing: dict[str, list[str]], source: SlowSource, dataset: BarDataset = DAILY
) -> tuple[list[str], list[Detail]]:
    securities = {
        code: Security(code, "", dataset.kind, market_of(code), "19991110") for code in missing
    }
    state = Completeness(WINDOW)
    state.wanted = missing
    return fill_gaps(securities, {dataset: state}, source, source.clock)


def test_nothing_missing_asks_nothing() -> None:
    source = SlowSource()
    assert fill({}, source) == ([], [])
    assert source.calls == []


def test_codes_that_lack_the_same_days_are_one_call() -> None:
    source = SlowSource()
    days = DAYS[10:20]
    assert fill(dict.fromkeys(reversed(CODES), days), source) == (CODES, [])
    assert source.calls == [Call("stock.daily", CODES, days[0], days[-1], DEADLINE)]


@pytest.mark.parametrize(("more", "calls"), [(0, 1), (1, 0)])
def test_more_than_a_read_fetches_is_left_to_a_task(more: int, calls: int) -> None:
    source = SlowSource()
    missing = dict.fromkeys(CODES, DAYS[: GAP_BARS // 40])
    if more:
        missing["000001.SZ"] = DAYS[:more]
    fetched, warnings = fill(missing, source)
    assert len(source.calls) == calls
    assert bool(fetched) == bool(calls)
    assert warnings == [] or "/cache/fill-missing" in warnings[0].message


def test_the_limit_is_one_for_all_kinds_together() -> None:
    source = SlowSource()
    securities = {
        "600000.SH": Security("600000.SH", "", Kind.STOCK, "SH"),
        "000300.SH": Security("000300.SH", "", Kind.INDEX, "SH"),
    }
    window = Window("20100101", "20241231", "19901219", "20241231")
    days = trading_days("SH", window.start, window.end)
    stocks, indices = Completeness(window), Completeness(window)
    stocks.wanted, indices.wanted = {"600000.SH": days[:1500]}, {"000300.SH": days[:500]}
    states = {DAILY: stocks, INDEX: indices}
    assert fill_gaps(securities, states, source) == (["000300.SH", "600000.SH"], [])
    assert [call.dataset for call in source.calls] == ["stock.daily", "index.daily"]
    indices.wanted = {"000300.SH": days[:501]}
    assert fill_gaps(securities, states, source)[0] == []


def test_days_far_apart_are_not_fetched_with_all_between() -> None:
    source = SlowSource()
    missing = {code: [DAYS[0], DAYS[-1]] for code in CODES}
    assert fill(missing, source) == (CODES, [])
    assert [(call.start, call.end) for call in source.calls] == [
        (DAYS[0], DAYS[0]),
        (DAYS[-1], DAYS[-1]),
    ]


def test_codes_that_lack_a_day_each_are_few_calls() -> None:
    source = SlowSource()
    fill({code: [DAYS[at * 5]] for at, code in enumerate(CODES)}, source)
    assert len(source.calls) == 2


def test_minutes_are_counted_as_bars() -> None:
    source = SlowSource()
    eight = dict.fromkeys(CODES[:4], DAYS[:2])
    assert fill(eight, source, MINUTES) == (CODES[:4], [])
    assert source.calls[0].bars(240) == 1920
    assert fill(eight | {CODES[4]: DAYS[:1]}, source, MINUTES)[0] == []


@settings(deadline=None)
@given(
    missing=st.dictionaries(
        st.sampled_from(CODES),
        st.sets(st.sampled_from(DAYS), min_size=1, max_size=50).map(sorted),
    ),
    dataset=st.sampled_from([DAILY, MINUTES]),
)
def test_every_missing_day_is_asked_for(missing: dict[str, list[str]], dataset: BarDataset) -> None:
    source = SlowSource()
    fetched, _ = fill(missing, source, dataset)
    a_day = 240 if dataset is MINUTES else 1
    if a_day * sum(map(len, missing.values())) > GAP_BARS:
        assert (fetched, source.calls) == ([], [])
        return
    assert fetched == sorted(missing)
    assert all(call.bars(a_day) <= GAP_BARS for call in source.calls)
    for code, days in missing.items():
        calls = [call for call in source.calls if code in call.codes]
        assert all(any(call.start <= day <= call.end for call in calls) for day in days)
        assert all(any(call.start <= day <= call.end for day in days) for call in calls)


@pytest.mark.parametrize("error", [UpstreamBusyError("it is busy"), UpstreamFaultError("no luck")])
def test_a_source_that_fails_is_a_warning(error: UpstreamError) -> None:
    source = SlowSource(fails={2: error})
    missing = dict.fromkeys(CODES[:20], DAYS[:1]) | dict.fromkeys(CODES[20:], DAYS[-1:])
    fetched, warnings = fill(missing, source)
    assert (fetched, len(source.calls)) == (CODES[:20], 2)
    said = f"some gaps were not fetched: {error}"
    assert warnings == [Detail("gaps_not_fetched", said, {"cause": error.key})]


def test_the_calls_share_one_deadline() -> None:
    source = SlowSource(takes=DEADLINE * 0.4)
    fetched, warnings = fill(dict.fromkeys(CODES[:20], DAYS[::100]), source)
    assert [call.seconds for call in source.calls] == pytest.approx([20.0, 12.0, 4.0])
    assert messages(warnings) == ["some gaps were not fetched: there was no time left"]
    assert warnings[0].params == {"cause": "no_time_left"}
    assert fetched == CODES[:20]
