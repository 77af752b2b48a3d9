"""What is listed: three types, with lives, and names in usual letters."""

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamFaultError
from marketdata.sources.baostock.listing import plain_name
from marketdata.sources.source import FetchedSecurities, HasCalendar
from tests.support.clocks import clock
from tests.unit.sources.baostock.scripted import STOCKS, Line, ScriptedSession, source_of


def line(code: str, kind: str, first: str = "", last: str = "", status: str = "1") -> Line:
    return {
        "code": code,
        "code_name": "万科Ａ",
        "ipoDate": first,
        "outDate": last,
        "type": kind,
        "status": status,
    }


def listed(*lines: Line, known: int = 0) -> FetchedSecurities:
    stored = [Security(f"{600000 + number}.SH", "", Kind.STOCK, "SH") for number in range(known)]
    return source_of(ScriptedSession(lambda *_: lines), stored).list_securities()


def test_three_types_are_taken_over() -> None:
    found = listed(
        line("sh.000001", "2", "1991-07-15"),
        line("sz.000001", "1", "1991-04-03"),
        line("sh.510300", "5", "2012-05-28"),
        line("sh.113001", "4", "2010-06-18"),
        line("sh.999999", "3", "2010-06-18"),
    )
    assert [(each.code, each.kind, each.list_date) for each in found.securities] == [
        ("000001.SH", Kind.INDEX, "19910715"),
        ("000001.SZ", Kind.STOCK, "19910403"),
        ("510300.SH", Kind.ETF, "20120528"),
    ]
    assert not found.notes


def test_lives_end_only_for_codes_that_are_delisted() -> None:
    found = listed(
        line("sz.000003", "1", "1991-01-14", "2002-06-14", "0"),
        line("sz.000002", "1", "1991-01-29", "2099-01-01", "1"),
        line("sz.000004", "1", "", "", "0"),
    )
    assert [each.delist_date for each in found.securities] == ["20020614", None, None]
    assert found.securities[2].list_date is None
    assert found.notes == ["BaoStock: 1 codes delisted on an unknown day: 000004.SZ"]


def test_codes_of_other_markets_are_dropped_and_told() -> None:
    found = listed(line("sz.000001", "1"), line("bj.430047", "1"))
    assert [each.code for each in found.securities] == ["000001.SZ"]
    assert found.notes == ["BaoStock: 1 codes dropped: bj.430047"]


def test_names_come_in_usual_letters() -> None:
    assert plain_name("万科Ａ") == "万科A"
    assert plain_name("＊ST国华") == "*ST国华"
    assert listed(line("sz.000002", "1")).securities[0].name == "万科A"


@pytest.mark.parametrize("known", [0, 5])
def test_a_list_that_cannot_be_true_is_refused(known: int) -> None:
    lines = [line("sz.000001", "1"), line("sz.000002", "1")] if known else []
    with pytest.raises(UpstreamFaultError, match=f"it lists {len(lines)} securities"):
        listed(*lines, known=known)


def test_an_empty_list_is_asked_for_once_more() -> None:
    session = ScriptedSession(lambda *_: [line("sz.000001", "1")] if len(session.asked) > 1 else [])
    assert len(source_of(session, []).list_securities().securities) == 1


def test_the_calendar_is_that_of_two_years() -> None:
    lines = [
        {"calendar_date": "2024-03-28", "is_trading_day": "1"},
        {"calendar_date": "2024-03-30", "is_trading_day": "0"},
        {"calendar_date": "2024-03-29", "is_trading_day": "1"},
    ]
    session = ScriptedSession(lambda *_: lines)
    spent: list[int] = []
    source = source_of(session, STOCKS, clock("2024-03-29T21:00"), spent)
    assert isinstance(source, HasCalendar)
    assert source.trading_days("19901219", "99991231") == ["20240328", "20240329"]
    assert session.asked == [("calendar", {"start_date": "2023-01-01", "end_date": "2024-12-31"})]
    assert spent == [1]


def test_a_calendar_without_days_says_nothing() -> None:
    source = source_of(ScriptedSession(lambda *_: []))
    assert source.trading_days("20240101", "20241231") is None
    assert source.trading_days("20250101", "20251231") is None
