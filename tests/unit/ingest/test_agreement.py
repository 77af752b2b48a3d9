"""Bars and status held against each other: what follows, what is found, what stays untouched."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.days import bits_of, days_of
from marketdata.ingest.agreement import reconcile
from tests.support.frames import bar
from tests.unit.ingest.market import WEEK, Market
from tests.unit.ingest.status_frames import status_block, status_of, take_status

CODES = ["600000.SH"]
BARS = BlockKey("stock.daily", "600000.SH", "2024")


def day_bar(day: str, **change: Any) -> dict[str, Any]:
    """Give a bar whose low is 9.2 and whose high is 10.8."""
    prices = {"open": 10.0, "high": 10.8, "low": 9.2, "close": 10.0}
    return bar(**{"trade_date": day, "volume": 1000.0, "amount": 10000.0} | prices | change)


def bars_of(market: Market) -> Block:
    return market.store.read([BARS], fresh=True)[BARS]


def agree(market: Market) -> list[str]:
    return reconcile(market.store, CODES, WEEK[0], WEEK[-1])


def test_what_agrees_is_not_written() -> None:
    market = Market()
    market.take(map(day_bar, WEEK))
    take_status(market, *map(status_of, WEEK))
    before = {**market.store.table.items}
    assert agree(market) == []
    assert market.store.table.items == before


def test_without_a_status_nothing_is_looked_at() -> None:
    market = Market()
    market.take(map(day_bar, WEEK))
    market.store.table.asked.clear()
    assert agree(market) == []
    assert market.store.table.asked == [("stock.status#600000.SH", "2024")]


def test_a_suspension_tells_why_a_day_has_no_bar() -> None:
    market = Market()
    market.take([day_bar(day) for day in WEEK[:2]])
    take_status(market, *(status_of(day, suspended=float(day > WEEK[1])) for day in WEEK))
    assert agree(market) == []
    coverage = bars_of(market).coverage
    assert days_of("2024", coverage.suspended) == WEEK[2:]
    assert days_of("2024", coverage.absent) == WEEK[2:]


def test_a_day_whose_bar_was_never_asked_for_stays_missing() -> None:
    market = Market()
    take_status(market, *(status_of(day, suspended=1.0) for day in WEEK))
    agree(market)
    assert BARS not in market.store.read([BARS], fresh=True)
    # It has bars after all, as of a stock that is halted for a part of the day.
    market.take(map(day_bar, WEEK))
    agree(market)
    assert days_of("2024", bars_of(market).coverage.present) == WEEK
    assert days_of("2024", status_block(market)[0].coverage.disagreeing) == WEEK


def test_a_bar_that_could_not_be_used_is_no_suspension() -> None:
    market = Market()
    market.take([day_bar(day) for day in WEEK[1:]] + [day_bar(WEEK[0], high=1.0)])
    take_status(market, *(status_of(day, suspended=float(day == WEEK[0])) for day in WEEK))
    agree(market)
    coverage = bars_of(market).coverage
    assert (coverage.suspended, days_of("2024", coverage.rejected)) == (0, WEEK[:1])


def test_a_damaged_block_is_left_as_it_is() -> None:
    market = Market()
    market.take([day_bar(day) for day in WEEK[:2]])
    take_status(market, *(status_of(day, suspended=float(day > WEEK[1])) for day in WEEK))
    items = market.store.table.items
    for item in (BARS.item, status_key := ("stock.status#600000.SH", "2024")):
        whole = items[item]
        items[item] = whole | {"rows": 3}
        before = {**items}
        agree(market)
        assert items == before
        items[item] = whole
    assert status_key in items


def test_a_finding_of_before_does_not_replace_a_newer_one() -> None:
    market = Market()
    market.take(map(day_bar, WEEK))
    take_status(market, *(status_of(day, suspended=float(day == WEEK[0])) for day in WEEK))

    def newer() -> None:
        # While the first look is being written, another status comes, and is looked at.
        market.store.table.before_write = lambda: None
        take_status(market, *(status_of(day, suspended=1.0) for day in WEEK))
        agree(market)

    market.store.table.before_write = newer
    agree(market)
    assert days_of("2024", status_block(market)[0].coverage.disagreeing) == WEEK


@pytest.mark.parametrize(
    ("of_bar", "of_status", "found"),
    [
        ({}, {}, False),
        ({}, {"suspended": 1.0}, True),
        ({"high": 11.0}, {}, False),
        ({"high": 11.01}, {}, True),
        ({"low": 9.0}, {}, False),
        ({"low": 8.99}, {}, True),
        ({"high": 99.0, "low": 1.0}, {"limit_up": float("nan"), "limit_down": float("nan")}, False),
        ({}, {"suspended": float("nan")}, False),
        # Arithmetic with floats leaves errors: 11.000000000000002 is 11.
        ({"high": 11.000000000000002}, {}, False),
    ],
)
def test_contradictions(of_bar: dict[str, Any], of_status: dict[str, Any], *, found: bool) -> None:
    market = Market()
    market.take([day_bar(WEEK[0], **of_bar)])
    take_status(market, status_of(WEEK[0], **of_status))
    notes = agree(market)
    assert bool(notes) is found
    assert days_of("2024", status_block(market)[0].coverage.disagreeing) == WEEK[:1] * found
    assert bars_of(market).rows == 1


def test_a_suspension_that_the_status_does_not_know_is_a_contradiction() -> None:
    market = Market()
    halted: Any = {"600000.SH": {WEEK[0]: "suspended"}}
    market.take([day_bar(day) for day in WEEK[1:]], halted=halted)
    take_status(market, *map(status_of, WEEK))
    assert agree(market) == ["bars and status do not agree on some days of 600000.SH (1)"]
    assert days_of("2024", status_block(market)[0].coverage.disagreeing) == WEEK[:1]


def test_a_correction_ends_a_contradiction() -> None:
    market = Market()
    market.take(map(day_bar, WEEK))
    take_status(market, *(status_of(day, suspended=1.0) for day in WEEK))
    agree(market)
    take_status(market, *map(status_of, WEEK))
    assert agree(market) == []
    assert status_block(market)[0].coverage.disagreeing == 0


@given(
    traded=st.sets(st.sampled_from(WEEK), min_size=1),
    halted=st.sets(st.sampled_from(WEEK)),
)
def test_each_day_is_a_bar_or_a_suspension_or_found(traded: set[str], halted: set[str]) -> None:
    market = Market()
    market.take([day_bar(day) for day in sorted(traded)])
    take_status(market, *(status_of(day, suspended=float(day in halted)) for day in WEEK))
    agree(market)
    coverage = bars_of(market).coverage
    assert coverage.present == bits_of("2024", traded)
    assert coverage.suspended == bits_of("2024", halted - traded)
    assert status_block(market)[0].coverage.disagreeing == bits_of("2024", halted & traded)
    again = {**market.store.table.items}
    agree(market)
    assert market.store.table.items == again
