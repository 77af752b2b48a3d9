"""Bars of several minutes against a naive reference, and against real ones."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.sessions import (
    MINUTES,
    STOCK_HOURS,
    Segment,
    bar_times,
    bars_per_day,
    sessions,
)
from marketdata.kline.bars import Bar
from marketdata.kline.minutes import MinuteGrid, grid, together
from tests.standin.baostock.wire import parse_answer
from tests.support.baostock import answered_rows, captured, needs_captures

LONGER = [period for period in Period if period.finer]
CODES = [
    (Kind.STOCK, "SH", "600000.SH"),
    (Kind.FUTURE, "CFE", "IF2401.CFE"),
    (Kind.FUTURE, "CFE", "T2406.CFE"),
    (Kind.FUTURE, "SHF", "RB2405.SHF"),
    (Kind.FUTURE, "SHF", "AG2404.SHF"),
    (Kind.FUTURE, "GFE", "LC2407.GFE"),
]
MONDAY = "20240108"
EDGES = ("09:25", "11:30", "15:00", "15:04")


def hours(kind: Kind, market: str, code: str, day: str = MONDAY) -> tuple[Segment, ...]:
    found = sessions(kind, market, code, day)
    assert found
    return found


def minute(time: str, price: float = 1.0, volume: int | None = 1) -> Bar:
    return {
        "trade_date": MONDAY,
        "kline_time": time,
        "open": price,
        "high": price,
        "low": price,
        "close": price,
        "volume": volume,
        "amount": None,
        "settle": None,
        "open_interest": int(price),
    }


def of_stock(period: Period) -> MinuteGrid:
    return grid(STOCK_HOURS, "SH", MONDAY, period)


def at(clock: str) -> str:
    return f"2024-01-08 {clock}:00"


@settings(max_examples=25)
@given(st.data())
def test_against_a_naive_reference(data: st.DataObject) -> None:
    kind, market, code = data.draw(st.sampled_from(CODES))
    period = data.draw(st.sampled_from(LONGER))
    if bars_per_day(kind, market, code, period, MONDAY) is None:
        return
    segments = hours(kind, market, code)
    times = bar_times(segments, market, MONDAY, Period.MIN1)
    gone = data.draw(st.sets(st.sampled_from(times), max_size=8))
    numbers = data.draw(st.randoms(use_true_random=False))
    rows = [minute(time, numbers.randint(1, 9), numbers.randint(0, 9)) for time in times]
    rows = [row for row in rows if row["kline_time"] not in gone]
    by_time = {row["kline_time"]: row for row in rows}
    whole = data.draw(st.booleans())

    expected = []
    for start in bar_times(segments, market, MONDAY, period):
        begin = datetime.fromisoformat(start)
        wanted = [str(begin + timedelta(minutes=later)) for later in range(MINUTES[period])]
        found = [by_time[time] for time in wanted if time in by_time]
        if found and (whole or len(found) == len(wanted)):
            prices = [row["close"] or 0 for row in found]
            bar: dict[str, Any] = {
                "trade_date": MONDAY,
                "kline_time": start,
                "open": prices[0],
                "high": max(prices),
                "low": min(prices),
                "close": prices[-1],
                "volume": sum(row["volume"] or 0 for row in found),
                "amount": None,
                "settle": None,
                "open_interest": found[-1]["open_interest"],
            }
            expected.append(bar)
    assert together(rows, grid(segments, market, MONDAY, period), whole=whole) == expected


@pytest.mark.parametrize(
    ("time", "start"),
    [
        ("09:25", "09:30"),
        ("11:29", "11:25"),
        ("11:30", "11:25"),
        ("12:59", "13:00"),
        ("15:00", "14:55"),
        ("15:29", "14:55"),
    ],
)
def test_a_bar_outside_the_sessions_goes_to_the_nearest_end(time: str, start: str) -> None:
    assert of_stock(Period.MIN5).bar(at(time)) == at(start)


@pytest.mark.parametrize(
    ("period", "time", "start"),
    [
        (Period.MIN5, "2024-01-05 20:59:00", "2024-01-05 21:00:00"),
        (Period.MIN5, "2024-01-05 23:00:00", "2024-01-05 22:55:00"),
        (Period.MIN15, "2024-01-08 10:15:00", "2024-01-08 10:00:00"),
        (Period.MIN15, "2024-01-08 10:29:00", "2024-01-08 10:30:00"),
        (Period.MIN15, "2024-01-08 08:59:00", "2024-01-08 09:00:00"),
    ],
)
def test_no_bar_of_a_future_spans_a_break(period: Period, time: str, start: str) -> None:
    segments = hours(Kind.FUTURE, "SHF", "RB2405.SHF")
    assert grid(segments, "SHF", MONDAY, period).bar(time) == start


@settings(max_examples=10)
@given(st.sets(st.sampled_from(EDGES)), st.sampled_from(LONGER))
def test_nothing_of_a_days_volume_is_lost(edges: set[str], period: Period) -> None:
    times = [*bar_times(STOCK_HOURS, "SH", MONDAY, Period.MIN1), *map(at, edges)]
    rows = [minute(time) for time in sorted(times)]
    bars = together(rows, of_stock(period), whole=True)
    assert sum(bar["volume"] or 0 for bar in bars) == len(rows)
    assert [bar["kline_time"] for bar in bars] == [*bar_times(STOCK_HOURS, "SH", MONDAY, period)]


def test_a_bar_that_lacks_a_minute_is_left_out_and_none_outside_stands_in_for_it() -> None:
    rows = [minute(at(time)) for time in ("14:55", "14:56", "14:58", "14:59", "15:00")]
    assert together(rows, of_stock(Period.MIN5), whole=False) == []
    (bar,) = together(rows, of_stock(Period.MIN5), whole=True)
    assert (bar["kline_time"], bar["volume"]) == (at("14:55"), 5)


def test_a_volume_that_is_not_known_makes_none() -> None:
    rows = [minute(at("09:30"), volume=None), minute(at("09:31"))]
    assert together(rows, of_stock(Period.MIN5), whole=True)[0]["volume"] is None


@needs_captures
@pytest.mark.parametrize("day", ["2024-01-02", "2024-01-03"])
def test_real_bars_of_five_minutes_make_the_real_hours(day: str) -> None:
    """Sources cut days as we do, of which these have both, with labels at the ends of bars."""

    def bars(minutes: int) -> list[Bar]:
        answer = parse_answer(captured(f"query_history_k_data_plus_{minutes}min")[1])
        rows = answered_rows("query_history_k_data_plus", answer)
        return [bar(row, minutes) for row in rows if row["date"] == day]

    def bar(row: dict[str, str], minutes: int) -> Bar:
        end = datetime.strptime(row["time"][:14], "%Y%m%d%H%M%S")  # noqa: DTZ007  as the API writes
        return {
            "trade_date": day.replace("-", ""),
            "kline_time": str(end - timedelta(minutes=minutes)),
            "open": float(row["open"]),
            "high": float(row["high"]),
            "low": float(row["low"]),
            "close": float(row["close"]),
            "volume": int(row["volume"]),
            "amount": float(row["amount"]),
        }

    of_day = grid(STOCK_HOURS, "SH", day.replace("-", ""), Period.MIN60)
    assert together(bars(5), of_day, whole=True) == bars(60)
    assert len(bars(60)) == 4
