"""Whole market days are asked for once, for a while."""

from datetime import datetime, timedelta

from marketdata.blocks.dataset import Kind
from marketdata.sources.baostock.asker import Asker, Gate
from marketdata.sources.baostock.blacklist import ProcessBlacklist
from marketdata.sources.baostock.days import DOUBTED_FOR, KEPT, KEPT_FOR, MarketDays
from marketdata.sources.child.limits import Deadline
from tests.unit.sources.baostock.scripted import (
    EVENING,
    ScriptedMarket,
    ScriptedSession,
    daily_line,
)


class Kept:
    """Days, a clock that can be moved, and the session that is asked."""

    def __init__(self, market: ScriptedMarket) -> None:
        self.now = EVENING()
        self.session = ScriptedSession(market)
        self.days = MarketDays(self._time)
        gate = Gate(lambda _: None, ProcessBlacklist(), self._time)
        self.asker = Asker(self.session, gate, Deadline(60))

    def rows(self, day: str) -> int:
        return len(self.days.rows(self.asker, Kind.STOCK, day))

    def _time(self) -> datetime:
        return self.now


def test_a_day_is_kept_for_a_while() -> None:
    kept = Kept(ScriptedMarket.of(["600000.SH"], "20240329", "20240329"))
    assert kept.days.lacking(Kind.STOCK, ["20240329"]) == 1
    assert [kept.rows("20240329") for _ in range(3)] == [1, 1, 1]
    assert kept.days.lacking(Kind.STOCK, ["20240328", "20240329"]) == 1
    kept.now += KEPT_FOR + timedelta(seconds=1)
    kept.rows("20240329")
    assert len(kept.session.asked) == 2


def test_a_day_that_lacks_rows_is_kept_for_a_moment() -> None:
    kept = Kept(ScriptedMarket.of(["600000.SH"], "20240328", "20240329"))
    for day in ("20240328", "20240329"):
        kept.rows(day)
    kept.days.doubt(Kind.STOCK, ["20240327", "20240329"])
    kept.now += DOUBTED_FOR / 2
    # Whoever finds it lacking once more does not keep it for longer.
    kept.days.doubt(Kind.STOCK, ["20240329"])
    assert kept.days.lacking(Kind.STOCK, ["20240328", "20240329"]) == 0
    kept.now += DOUBTED_FOR / 2
    assert kept.days.lacking(Kind.STOCK, ["20240328"]) == 0
    assert kept.days.lacking(Kind.STOCK, ["20240329"]) == 1


def test_a_day_that_cannot_be_read_is_kept_for_a_moment() -> None:
    market = ScriptedMarket()
    market.lines["600000.SH", "20240329"] = daily_line("600000.SH", "20240329", close="--")
    kept = Kept(market)
    assert [kept.rows("20240329") for _ in range(2)] == [1, 1]
    assert len(kept.session.asked) == 1
    kept.now += DOUBTED_FOR
    assert kept.days.lacking(Kind.STOCK, ["20240329"]) == 1


def test_a_day_that_is_not_there_yet_is_not_kept() -> None:
    market = ScriptedMarket()
    kept = Kept(market)
    assert kept.rows("20240329") == 0
    market.lines["600000.SH", "20240329"] = daily_line("600000.SH", "20240329")
    assert kept.rows("20240329") == 1


def test_not_more_days_are_kept_than_fit() -> None:
    kept = Kept(ScriptedMarket.of(["600000.SH"], "20230901", "20240329"))
    days = sorted(day for _, day in kept.session.tell.lines)  # type: ignore[attr-defined]
    for day in days:
        kept.rows(day)
    assert kept.days.lacking(Kind.STOCK, days) == len(days) - KEPT
    assert kept.days.lacking(Kind.STOCK, days[-KEPT:]) == 0


def test_a_list_is_kept_too_and_names_our_codes() -> None:
    kept = Kept(ScriptedMarket.of(["600000.SH"], "20240329", "20240329"))
    for _ in range(2):
        assert kept.days.listed(kept.asker, "20240329") == {"600000.SH": "1"}
    assert kept.session.names == ["list_of_day"]
