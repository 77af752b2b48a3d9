"""Bars of days and of minutes: what is no bar is a suspension, lost, late or unknown."""

from collections.abc import Mapping

import pytest

from marketdata.catalog.calendar import trading_days
from marketdata.errors import UpstreamFaultError, UpstreamQuotaError
from marketdata.kline.bars import BarDataset
from marketdata.sources.baostock.codes import their_day
from marketdata.sources.baostock.holes import LISTS_AT_MOST
from marketdata.sources.source import BarRequest, FetchedBars, frame_columns
from tests.support.clocks import clock
from tests.unit.sources.baostock.scripted import (
    BARS,
    STOCKS,
    Line,
    ScriptedMarket,
    ScriptedSession,
    Told,
    daily_line,
    source_of,
)

CODES = ("600000.SH", "000001.SZ")
DAYS = trading_days("SH", "20240304", "20240329")


def bars(
    market: ScriptedMarket, start: str = "20240304", dataset: str = "stock.daily"
) -> FetchedBars:
    request = BarRequest(BarDataset.parse(dataset), CODES, start, "20240329")
    return source_of(ScriptedSession(market)).fetch_bars(request)


@pytest.fixture
def market() -> ScriptedMarket:
    return ScriptedMarket.of(CODES, "20240304", "20240329")


@pytest.mark.parametrize(
    "dirt", [{}, {"volume": "", "amount": ""}, {"volume": "123400", "amount": "0"}]
)
@pytest.mark.parametrize("start", ["20240304", "20240328"])
def test_a_suspended_day_is_never_a_bar(
    market: ScriptedMarket, start: str, dirt: dict[str, str]
) -> None:
    line = daily_line("600000.SH", "20240329", tradestatus="0", **dirt)
    market.lines["600000.SH", "20240329"] = line
    found = bars(market, start)
    assert found.halted == {"600000.SH": {"20240329": "suspended"}}
    assert ("600000.SH", "20240329") not in zip(
        found.frame["code"], found.frame["trade_date"], strict=True
    )
    assert not found.complaints
    assert list(found.frame.columns) == frame_columns(BarDataset.parse("stock.daily"))


def test_a_row_of_a_traded_day_without_a_price_is_lost(market: ScriptedMarket) -> None:
    line = daily_line("600000.SH", "20240327", close="")
    market.lines["600000.SH", "20240327"] = line
    assert bars(market).lost == {"600000.SH": ["20240327"]}


@pytest.mark.parametrize(
    ("state", "lost", "halted"),
    [("1", {"600000.SH": ["20240320"]}, {}), ("0", {}, {"600000.SH": {"20240320": "suspended"}})],
)
def test_the_list_of_the_day_tells_what_a_hole_is(
    market: ScriptedMarket, state: str, lost: dict[str, list[str]], halted: dict[str, object]
) -> None:
    del market.lines["600000.SH", "20240320"]
    market.states["600000.SH", "20240320"] = state
    found = bars(market)
    assert found.lost == lost
    assert found.halted == halted


def test_a_hole_of_a_code_that_is_not_listed_says_nothing(market: ScriptedMarket) -> None:
    del market.lines["600000.SH", "20240320"]
    market.states["600000.SH", "20240320"] = None
    found = bars(market)
    assert not found.complaints
    assert not found.halted


def test_only_some_holes_are_looked_up_and_the_others_are_not_believed(
    market: ScriptedMarket,
) -> None:
    for day in DAYS[1:-5]:
        del market.lines["600000.SH", day]
    session = ScriptedSession(market)
    request = BarRequest(BarDataset.parse("stock.daily"), CODES, DAYS[0], DAYS[-1])
    found = source_of(session).fetch_bars(request)
    assert session.names.count("list_of_day") == LISTS_AT_MOST
    assert len(found.lost["600000.SH"]) == LISTS_AT_MOST
    assert "600000.SH" in found.failed
    assert DAYS[-6 - LISTS_AT_MOST] in found.notes[0]


def test_a_suspended_code_that_lacks_many_rows_has_failed(market: ScriptedMarket) -> None:
    """It has rows of days of suspension, too: these are lost, and so may be the others."""
    for day in DAYS[1:-5]:
        del market.lines["600000.SH", day]
        market.states["600000.SH", day] = "0"
    found = bars(market)
    assert not found.lost
    assert set(found.failed) == {"600000.SH"}


def test_bars_are_kept_when_the_list_fails(market: ScriptedMarket) -> None:
    del market.lines["600000.SH", "20240320"]
    market.instead = [None, None, UpstreamQuotaError("none left")]
    found = bars(market)
    assert set(found.failed) == {"600000.SH"}
    assert len(found.frame) == 2 * len(DAYS) - 1


class ScriptedMinutes:
    """Two bars of five minutes on each day of `traded`; the daily rows are of a market."""

    def __init__(self, market: ScriptedMarket, traded: Mapping[str, list[str]]) -> None:
        self.market = market
        self.traded = {code: list(days) for code, days in traded.items()}
        self.other: dict[tuple[str, str], dict[str, str]] = {}

    def __call__(self, name: str, arguments: Mapping[str, str]) -> Told:
        if name != "minutes":
            return self.market(name, arguments)
        code = f"{arguments['code'][3:]}.{arguments['code'][:2].upper()}"
        return [
            self._line(code, day, time)
            for day in self.traded.get(code, ())
            if arguments["start_date"] <= their_day(day) <= arguments["end_date"]
            for time in ("0935", "1305")
        ]

    def _line(self, code: str, day: str, time: str) -> Line:
        line = {"date": their_day(day), "time": f"{day}{time}00000", "code": code, **BARS}
        theirs = f"{code[-2:].lower()}.{code[:6]}"
        return {**line, "code": theirs, "adjustflag": "3", **self.other.get((code, day), {})}


def minutes(told: ScriptedMinutes, now: str = "2024-03-29T21:00") -> tuple[FetchedBars, list[str]]:
    session = ScriptedSession(told)
    request = BarRequest(BarDataset.parse("stock.min5"), CODES, "20240304", "20240329")
    return source_of(session, STOCKS, clock(now)).fetch_bars(request), session.names


def test_minutes_come_by_code_with_their_starts(market: ScriptedMarket) -> None:
    found, asked = minutes(ScriptedMinutes(market, dict.fromkeys(CODES, DAYS)))
    assert asked == ["minutes"] * 2
    assert len(found.frame) == 4 * len(DAYS)
    assert set(found.frame["kline_time"].str[11:]) == {"09:30:00", "13:00:00"}
    assert not found.complaints
    assert not found.horizon


def test_only_the_daily_row_knows_of_a_suspension(market: ScriptedMarket) -> None:
    line = daily_line("600000.SH", "20240320", tradestatus="0")
    market.lines["600000.SH", "20240320"] = line
    less = [day for day in DAYS if day not in {"20240320", "20240321"}]
    found, asked = minutes(ScriptedMinutes(market, {CODES[0]: less, CODES[1]: DAYS}))
    assert asked == ["minutes", "klines", "minutes"]
    assert found.halted == {"600000.SH": {"20240320": "suspended"}}
    assert found.lost == {"600000.SH": ["20240321"]}


def test_flat_rows_of_a_suspended_day_are_told_as_such(market: ScriptedMarket) -> None:
    line = daily_line("600000.SH", "20240320", tradestatus="0")
    market.lines["600000.SH", "20240320"] = line
    told = ScriptedMinutes(market, dict.fromkeys(CODES, DAYS))
    told.other["600000.SH", "20240320"] = {"volume": "0", "amount": "0"}
    found, _ = minutes(told)
    assert found.halted == {"600000.SH": {"20240320": "suspended"}}
    assert not found.lost


def test_minutes_of_the_newest_day_may_be_late(market: ScriptedMarket) -> None:
    found, _ = minutes(ScriptedMinutes(market, {CODES[0]: DAYS[:-1], CODES[1]: DAYS}))
    assert found.horizon == {CODES[0]: DAYS[-2]}
    assert not found.complaints


def test_minutes_are_final_in_the_evening(market: ScriptedMarket) -> None:
    found, _ = minutes(ScriptedMinutes(market, dict.fromkeys(CODES, DAYS)), "2024-03-29T19:59")
    assert found.horizon == dict.fromkeys(CODES, DAYS[-2])
    assert found.frame["trade_date"].max() == DAYS[-2]


def test_what_came_of_minutes_is_kept(market: ScriptedMarket) -> None:
    session = ScriptedSession(
        lambda name, arguments: (
            UpstreamQuotaError("none left")
            if len(session.asked) > 1
            else ScriptedMinutes(market, dict.fromkeys(CODES, DAYS))(name, arguments)
        )
    )
    request = BarRequest(BarDataset.parse("stock.min5"), CODES, "20240304", "20240329")
    found = source_of(session).fetch_bars(request)
    assert found.failed == {CODES[1]: "none left"}
    assert set(found.frame["code"]) == {CODES[0]}


def test_one_code_s_fault_does_not_end_the_others(market: ScriptedMarket) -> None:
    session = ScriptedSession(
        lambda name, arguments: (
            UpstreamFaultError("odd")
            if len(session.asked) == 1
            else ScriptedMinutes(market, dict.fromkeys(CODES, DAYS))(name, arguments)
        )
    )
    request = BarRequest(BarDataset.parse("stock.min5"), CODES, "20240304", "20240329")
    found = source_of(session).fetch_bars(request)
    assert found.failed == {CODES[0]: "odd"}
    assert set(found.frame["code"]) == {CODES[1]}


def test_silence_about_minutes_is_asked_about_once_more(market: ScriptedMarket) -> None:
    found, asked = minutes(ScriptedMinutes(market, {CODES[1]: DAYS}))
    assert asked == ["minutes", "minutes", "klines", "minutes"]
    assert found.horizon[CODES[0]] == DAYS[-6]
    assert found.lost == {CODES[0]: DAYS[:-5]}
