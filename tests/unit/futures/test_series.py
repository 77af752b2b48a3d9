"""Which days of a series are in its life, and what an answer says of the others."""

import pytest

from marketdata.blocks.dataset import Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import FIRST_DATE, LAST_DATE, Security
from marketdata.catalog.window import Window
from marketdata.futures.continuous import Adjust, Hold, Roll
from marketdata.futures.main_contracts import Main, MainHistory
from marketdata.futures.main_history import DAILY_BARS
from marketdata.futures.series import AskedDays, Series, claims_of, series_asked
from marketdata.futures.varieties import Variety
from marketdata.kline.completeness import Completeness
from tests.unit.futures.contracts import contract

A = contract("T2403.CFE", "20240108", "20240112")
B = contract("T2406.CFE", "20240110", "20240119")
DAYS = trading_days("CFE", "20240101", "20240131")
HISTORY = MainHistory((Main("20240109", A.code), Main("20240112", B.code)), "20240118")


def ask(
    adjust: Adjust = Adjust.NONE,
    *contracts: Security,
    history: MainHistory = HISTORY,
    start: str = "20240101",
    end: str = "20240131",
    daily_since: str = FIRST_DATE,
    since: str = FIRST_DATE,
) -> Series:
    """Ask for a series of January."""
    variety = Variety("T", "CFE", "十债", contracts or (A, B))
    asked = AskedDays(start, end, "20240126", daily_since, since)
    return series_asked(variety, history, asked, adjust)


def test_a_series_lives_from_the_second_day_to_the_last() -> None:
    series = ask()
    assert series.days == trading_days("CFE", "20240109", "20240119")
    assert series.holds == [
        Hold("20240109", "20240111", A.code),
        Hold("20240112", "20240119", B.code),
    ]
    assert series.unknown == []
    reasons = dict(series.outside)
    assert [*reasons] == [day for day in DAYS if day <= "20240126" and day not in series.days]
    assert reasons["20240108"] == "not_listed"
    assert reasons["20240122"] == "delisted"


@pytest.mark.parametrize(
    ("daily_since", "since", "first", "reason"),
    [
        # Without the close of the first day nobody knows who is main on it.
        ("20240110", FIRST_DATE, "20240111", "before_coverage"),
        (FIRST_DATE, "20240110", "20240110", "before_coverage"),
        (FIRST_DATE, LAST_DATE, None, "not_covered"),
        (LAST_DATE, LAST_DATE, None, "not_covered"),
    ],
)
def test_before_the_source_begins(
    daily_since: str, since: str, first: str | None, reason: str
) -> None:
    series = ask(daily_since=daily_since, since=since)
    assert series.days[:1] == ([first] if first else [])
    reasons = dict(series.outside)
    assert reasons["20240105"] == "not_listed"
    assert reasons["20240109"] == reason


def test_days_without_any_contract_are_in_no_life() -> None:
    later = contract("T2409.CFE", "20240123", "20240131")
    series = ask(Adjust.NONE, A, B, later)
    assert dict(series.outside)["20240122"] == "delisted"
    # On the first day of a new life no close has decided yet.
    assert series.unknown == ["20240123", "20240124", "20240125", "20240126"]


def test_a_contract_that_the_catalog_lost_is_not_known() -> None:
    series = ask(Adjust.NONE, B, contract("T2312.CFE", "20240108", "20240112"))
    assert series.holds == [Hold("20240112", "20240119", B.code)]
    assert series.unknown == ["20240109", "20240110", "20240111"]


@pytest.mark.parametrize(
    ("adjust", "days", "moving", "shown", "anchor"),
    [
        (Adjust.NONE, ("20240109", "20240110"), 0, 0, "20240109"),
        (Adjust.FORWARD, ("20240109", "20240110"), 1, 0, "20240119"),
        (Adjust.BACKWARD, ("20240109", "20240110"), 0, 0, "20240109"),
        (Adjust.FORWARD, ("20240115", "20240116"), 0, 0, "20240119"),
        (Adjust.BACKWARD, ("20240115", "20240116"), 1, 0, "20240109"),
        (Adjust.NONE, ("20240112", "20240112"), 1, 1, "20240109"),
    ],
)
def test_the_rolls_between_a_question_and_its_anchor(
    adjust: Adjust, days: tuple[str, str], moving: int, shown: int, anchor: str
) -> None:
    series = ask(adjust, start=days[0], end=days[1])
    roll = Roll("20240112", "20240111", A.code, B.code)
    assert (series.rolls, series.shown, series.anchor) == ([roll] * moving, [roll] * shown, anchor)


def test_a_roll_of_tomorrow_moves_nothing_yet() -> None:
    variety = Variety("T", "CFE", "十债", (A, B))
    asked = AskedDays("20240109", "20240131", "20240111", FIRST_DATE, FIRST_DATE)
    tomorrow = MainHistory(HISTORY.rows, "20240111")
    series = series_asked(variety, tomorrow, asked, Adjust.FORWARD)
    assert (series.rolls, series.anchor) == ([], "20240111")


def test_what_is_claimed_of_contracts_is_claimed_of_their_series() -> None:
    torn = MainHistory(
        (Main("20240109", A.code), Main("20240111"), Main("20240112", B.code)), "20240118"
    )
    series = ask(history=torn)
    state = Completeness(
        Window("20240101", "20240131", FIRST_DATE, "20240126"),
        expected=8,
        missing={B.code: ["20240115"], A.code: ["20240109"]},
        absent={A.code: [("20240110", "no_trade")]},
    )
    claims = claims_of(state, DAILY_BARS, [series], Period.DAILY)
    assert claims.missing == {"T.MAIN": ["20240109", "20240111", "20240115"]}
    assert claims.absent == {"T.MAIN": [("20240110", "no_trade")]}
    assert claims.outside == {"T.MAIN": series.outside}
    assert claims.expected == 9
    # Two weeks, of which one has two contracts.
    assert claims_of(state, DAILY_BARS, [series], Period.WEEKLY).expected == 2
