"""Daily rows, by days or by codes: each row that must be there comes or is accounted for."""

from itertools import product

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.errors import (
    UpstreamBlacklistedError,
    UpstreamFaultError,
    UpstreamNetworkError,
    UpstreamQuotaError,
)
from marketdata.sources.baostock.asker import PAGE, Asker, Gate
from marketdata.sources.baostock.blacklist import ProcessBlacklist
from marketdata.sources.baostock.daily import DailyFetch, must_have_rows
from marketdata.sources.baostock.days import MarketDays
from marketdata.sources.child.limits import Deadline
from tests.unit.sources.baostock.scripted import (
    EVENING,
    STOCKS,
    ScriptedMarket,
    ScriptedSession,
)

ALIVE, GONE = ("600000.SH", "000001.SZ"), "600001.SH"
FINAL = "20240329"
BY_CODE = ("20120104", "20120131")
"""A range of which no whole days are asked for."""


def fetch_over(session: ScriptedSession, start: str, end: str = FINAL) -> DailyFetch:
    asker = Asker(session, Gate(lambda _: None, ProcessBlacklist(), EVENING), Deadline(60))
    return DailyFetch(asker, MarketDays(EVENING), Kind.STOCK, start, end, FINAL)


def run(market: ScriptedMarket, start: str, end: str = FINAL) -> tuple[DailyFetch, list[str]]:
    session = ScriptedSession(market)
    fetch = fetch_over(session, start, end)
    fetch.run({each.code: each for each in STOCKS if each.alive(start, end)})
    return fetch, session.names


def test_few_days_of_many_codes_are_asked_for_by_day() -> None:
    fetch, asked = run(ScriptedMarket.of(ALIVE, "20240328", FINAL), "20240328")
    assert asked == ["day_of_stocks"] * 2
    assert len(fetch.frame) == 4
    assert not fetch.failed | fetch.horizon | fetch.holes


def test_many_days_of_few_codes_are_asked_for_by_code() -> None:
    fetch, asked = run(ScriptedMarket.of(ALIVE, "20240304", FINAL), "20240304")
    assert asked == ["klines"] * 2
    assert len(fetch.frame) == 2 * len(trading_days("SH", "20240304", FINAL))


def test_days_before_the_day_calls_are_asked_for_by_code() -> None:
    market = ScriptedMarket.of((*ALIVE, GONE), "20120104", "20120104")
    _, asked = run(market, "20120104", "20120104")
    assert asked == ["klines"] * 3


def test_a_day_is_asked_for_once() -> None:
    session = ScriptedSession(ScriptedMarket.of(ALIVE, "20240328", FINAL))
    fetch = fetch_over(session, "20240328")
    for code in (*ALIVE, *ALIVE):
        fetch.run({code: None})
    # The first code alone is cheaper by itself.
    assert session.names == ["klines"] * 4
    session.asked.clear()
    fetch.run(dict.fromkeys(ALIVE))
    fetch.run(dict.fromkeys(ALIVE[:1]))
    assert session.names == ["day_of_stocks"] * 2


def test_a_newest_day_without_any_rows_is_late() -> None:
    fetch, asked = run(ScriptedMarket.of(ALIVE, "20240327", "20240328"), "20240328")
    assert asked == ["day_of_stocks"] * 3
    assert fetch.horizon == dict.fromkeys(ALIVE, "20240328")
    assert not fetch.failed | fetch.holes


def test_an_old_day_without_any_rows_is_a_failure() -> None:
    market = ScriptedMarket.of(ALIVE, "20240312", "20240312")
    fetch, _ = run(market, "20240311", "20240312")
    assert set(fetch.failed) == {*ALIVE}
    assert "20240311" in fetch.failed[ALIVE[0]]
    assert len(fetch.frame) == 2


def test_what_came_before_a_failure_is_kept() -> None:
    market = ScriptedMarket.of(ALIVE, "20240328", FINAL)
    market.instead = [None, UpstreamBlacklistedError("refused")]
    fetch, _ = run(market, "20240328")
    assert fetch.frame["trade_date"].tolist() == ["20240328"] * 2
    assert set(fetch.failed) == {*ALIVE}
    assert not fetch.holes


@pytest.mark.parametrize("start", ["20240328", "20240304"])
def test_a_failure_of_everything_is_raised(start: str) -> None:
    market = ScriptedMarket.of(ALIVE, start, FINAL)
    market.instead = [UpstreamQuotaError("none left")]
    with pytest.raises(UpstreamQuotaError):
        run(market, start)


def test_a_fault_of_one_code_is_its_own() -> None:
    market = ScriptedMarket.of(ALIVE, "20240304", FINAL)
    market.instead = [UpstreamFaultError("odd")]
    fetch, _ = run(market, "20240304")
    assert fetch.failed == {ALIVE[0]: "odd"}
    assert set(fetch.frame["code"]) == {ALIVE[1]}


def test_codes_that_were_not_reached_have_failed() -> None:
    market = ScriptedMarket.of(ALIVE, "20240304", FINAL)
    market.instead = [None, UpstreamNetworkError("gone"), UpstreamNetworkError("gone")]
    fetch, _ = run(market, "20240304")
    assert fetch.failed == {ALIVE[1]: "gone"}


def test_a_code_without_rows_that_is_listed_has_failed() -> None:
    market = ScriptedMarket.of(ALIVE[:1], *BY_CODE)
    market.states = {(ALIVE[1], "20120131"): "1", (GONE, "20120131"): "1"}
    fetch, asked = run(market, *BY_CODE)
    assert asked == ["klines", "klines", "klines", "list_of_day", "klines", "klines"]
    assert set(fetch.failed) == {ALIVE[1], GONE}


def test_rows_that_end_with_a_page_are_asked_for_once_more() -> None:
    """The page after it may have come without rows."""
    start = trading_days("SH", "20140102", FINAL)[-2400]
    market = ScriptedMarket.of(ALIVE[:1], start, FINAL)
    whole = [line for _, line in sorted(market.lines.items())]
    for told in ([whole[:PAGE], None], [whole[:PAGE], whole[:PAGE]], [whole[: PAGE - 1], None]):
        market.instead = [*told]
        session = ScriptedSession(market)
        fetch = fetch_over(session, start)
        fetch.run({STOCKS[0].code: STOCKS[0]})
        again = len(told[0] or ()) == PAGE
        assert len(session.asked) == 1 + again
        assert bool(fetch.holes) is (told[-1] is not None or not again)


def test_a_code_without_rows_that_is_not_listed_has_none() -> None:
    """It is the old code of a company whose past days carry the new one."""
    market = ScriptedMarket.of(ALIVE, *BY_CODE)
    fetch, _ = run(market, *BY_CODE)
    assert not fetch.failed | fetch.holes


@pytest.mark.parametrize("start", ["20240301", "20240325"])
def test_a_session_without_a_row_is_a_hole(start: str) -> None:
    market = ScriptedMarket.of(ALIVE, start, FINAL)
    del market.lines[ALIVE[0], "20240327"]
    fetch, _ = run(market, start)
    assert fetch.holes == {ALIVE[0]: ["20240327"]}


def test_the_end_that_one_code_lacks_is_late() -> None:
    market = ScriptedMarket.of(ALIVE, "20240304", FINAL)
    for day in ("20240328", FINAL):
        del market.lines[ALIVE[0], day]
    fetch, _ = run(market, "20240304")
    assert fetch.horizon == {ALIVE[0]: "20240327"}
    assert not fetch.holes


def test_how_long_a_delisted_code_has_rows_its_last_day_does_not_say() -> None:
    gone = STOCKS[2]
    days = trading_days("SH", "20240102", FINAL)
    assert must_have_rows(gone, days, "")[-1] == "20240129"
    assert must_have_rows(gone, days, "20240220")[-1] == "20240220"
    assert must_have_rows(gone, days, FINAL)[-1] == gone.delist_date
    assert must_have_rows(STOCKS[0], days, "") == days
    assert must_have_rows(None, days, FINAL) == []


def test_codes_that_it_cannot_have_are_never_asked_for() -> None:
    session = ScriptedSession(ScriptedMarket())
    fetch = fetch_over(session, "20240304")
    fetch.run({"430047.BJ": None})
    assert not session.asked


def test_by_days_and_by_codes_give_the_same_rows() -> None:
    market = ScriptedMarket.of((*ALIVE, GONE), "20240226", FINAL)
    ranges = {"days": ("20240227", "20240228"), "codes": ("20240226", FINAL)}
    found = {name: run(market, *each)[0].frame for name, each in ranges.items()}
    for code, day in product((*ALIVE, GONE), ranges["days"]):
        rows = [
            frame[(frame["code"] == code) & (frame["trade_date"] == day)].to_dict("records")
            for frame in found.values()
        ]
        assert rows[0] == rows[1]
        assert len(rows[0]) == 1
