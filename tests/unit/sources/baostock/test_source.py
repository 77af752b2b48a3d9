"""The source as the service sees it: what it has, since when, and until when."""

from math import isnan

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.errors import UpstreamBlacklistedError, UpstreamUnsupportedError
from marketdata.finance.statement import Statement, StatementDataset
from marketdata.kline.adjust.steps import FactorDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.baostock.coverage import FIRST_DAYS
from marketdata.sources.source import (
    BarRequest,
    HasStatus,
    Source,
    StatementRequest,
    StatusRequest,
)
from marketdata.status.status import COLUMNS, STATUS
from tests.support.clocks import clock
from tests.unit.sources.baostock.scripted import (
    STOCKS,
    ScriptedMarket,
    ScriptedSession,
    daily_line,
    source_of,
)

CODES = ("600000.SH", "000001.SZ")


def nothing() -> ScriptedSession:
    return ScriptedSession(ScriptedMarket())


def request(name: str, *codes: str, start: str = "20240304", end: str = "20240329") -> BarRequest:
    return BarRequest(BarDataset.parse(name), codes, start, end)


def test_it_is_a_source() -> None:
    source: Source = source_of(nothing())
    assert source.name == "baostock"
    assert isinstance(source, HasStatus)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("stock.daily", "19901219"),
        ("stock.min5", "20200103"),
        ("stock.min60", "20200103"),
        ("index.daily", "20060101"),
        ("etf.daily", "20260105"),
        ("stock.min1", None),
        ("index.min5", None),
        ("future.daily", None),
    ],
)
def test_what_it_has_and_since_when(name: str, first: str | None) -> None:
    source, dataset = source_of(nothing()), BarDataset.parse(name)
    assert source.coverage_start(dataset) == first
    assert source.has(dataset) is (first is not None)


@pytest.mark.parametrize("name", ["stock.min1", "index.min5", "future.daily"])
def test_what_it_has_not_is_asked_for_nowhere(name: str) -> None:
    session = nothing()
    found = source_of(session).fetch_bars(request(name, "600000.SH"))
    assert not session.asked
    assert not len(found.frame)
    assert not found.complaints


def test_beijing_is_asked_for_nowhere_and_its_silence_says_nothing() -> None:
    session = ScriptedSession(ScriptedMarket.of(CODES, "20240304", "20240329"))
    found = source_of(session).fetch_bars(request("stock.daily", "430047.BJ", *CODES))
    assert found.horizon == {"430047.BJ": "00010101"}
    assert set(found.frame["code"]) == {*CODES}
    assert not found.complaints


def test_statements_are_refused() -> None:
    with pytest.raises(UpstreamUnsupportedError):
        source_of(nothing()).fetch_statements(
            StatementRequest(Statement.INCOME, CODES, "20230101", "20231231")
        )


@pytest.mark.parametrize(
    ("now", "final"), [("2024-03-29T17:29", "20240328"), ("2024-03-29T17:30", "20240329")]
)
def test_days_are_final_in_the_late_afternoon(now: str, final: str) -> None:
    session = ScriptedSession(ScriptedMarket.of(CODES, "20240304", "20240329"))
    found = source_of(session, STOCKS, clock(now)).fetch_bars(request("stock.daily", *CODES))
    assert found.frame["trade_date"].max() == final
    assert set(found.horizon.values()) == ({final} if final < "20240329" else set())


def test_final_times_are_those_of_the_data_unless_they_are_set() -> None:
    source = source_of(nothing())
    asked = (STATUS, FactorDataset(Kind.STOCK), BarDataset(Kind.STOCK, Period.MIN5))
    assert [source.final_time(each) for each in asked] == ["17:30", "18:00", "20:00"]
    source.final_from = "21:00"
    assert [source.final_time(each) for each in asked] == ["21:00"] * 3


def test_it_has_no_statements() -> None:
    assert source_of(nothing()).coverage_start(StatementDataset(Statement.INCOME)) is None


def test_whole_days_are_told_where_there_are_any() -> None:
    source = source_of(nothing())
    known = {dataset.name: source.whole_days_since(dataset) for dataset in FIRST_DAYS}
    assert known["stock.daily"] == "20160104"
    assert known["etf.daily"] == "20260105"
    assert source.whole_days_since(STATUS) == "20160104"
    assert {known["index.daily"], known["stock.min5"]} == {None}


def test_an_index_says_since_when_it_has_bars_if_all_were_asked_for() -> None:
    lines = [daily_line("000001.SH", "20240304")]
    session = ScriptedSession(lambda *_: lines)
    source = source_of(session, [])
    whole = source.fetch_bars(request("index.daily", "000001.SH", start="20050104"))
    assert whole.since == {"000001.SH": "20240304"}
    assert session.asked[0][1]["start_date"] == "2006-01-01"
    assert "tradestatus" not in session.asked[0][1]["fields"]
    part = source.fetch_bars(request("index.daily", "000001.SH"))
    assert not part.since


def test_the_status_is_what_the_rows_say_and_nothing_else() -> None:
    market = ScriptedMarket.of(CODES, "20240328", "20240329")
    line = daily_line("600000.SH", "20240329", tradestatus="0", isST="1", preclose="9.87")
    market.lines["600000.SH", "20240329"] = line
    market.lines["000001.SZ", "20240329"] = daily_line("000001.SZ", "20240329", preclose="")
    source = source_of(ScriptedSession(market))
    assert source.status_start() == "19901219"
    found = source.fetch_status(StatusRequest(CODES, "20240328", "20240329"))
    assert [*found.frame.columns] == ["code", "trade_date", *COLUMNS]
    rows = {(row["code"], row["trade_date"]): row for row in found.frame.to_dict("records")}
    suspended, other = rows["600000.SH", "20240329"], rows["000001.SZ", "20240329"]
    assert (suspended["pre_close"], suspended["is_st"], suspended["suspended"]) == (9.87, 1, 1)
    assert isnan(suspended["limit_up"])
    assert isnan(suspended["ex_right"])
    assert isnan(other["pre_close"])
    assert (other["is_st"], other["suspended"]) == (0, 0)
    assert not found.failed


def test_bars_and_status_of_a_day_share_its_answer() -> None:
    session = ScriptedSession(ScriptedMarket.of(CODES, "20240328", "20240329"))
    source = source_of(session)
    source.fetch_bars(request("stock.daily", *CODES, start="20240328"))
    source.fetch_status(StatusRequest(CODES, "20240328", "20240329"))
    assert session.names == ["day_of_stocks"] * 2


def test_a_login_is_a_request_too_and_is_not_tried_on_the_blacklist() -> None:
    spent: list[int] = []
    source = source_of(nothing(), spent=spent)
    source.before_login()
    assert spent == [1]
    source.blacklist.add(source.now())
    with pytest.raises(UpstreamBlacklistedError):
        source.before_login()
    assert spent == [1]


def test_codes_that_do_not_live_then_are_not_asked_for() -> None:
    session = nothing()
    found = source_of(session).fetch_bars(
        request("stock.daily", "600001.SH", start="20240304", end="20240329")
    )
    assert not session.asked
    assert not found.complaints


def test_a_status_that_was_lost_is_a_failure_and_one_of_nobody_is_none() -> None:
    market = ScriptedMarket.of(CODES, "20240304", "20240329")
    for code in CODES:
        del market.lines[code, "20240320"]
    market.states["000001.SZ", "20240320"] = None
    source = source_of(ScriptedSession(market))
    found = source.fetch_status(StatusRequest(CODES, "20240304", "20240329"))
    assert set(found.failed) == {"600000.SH"}
    assert "20240320" in found.failed["600000.SH"]
