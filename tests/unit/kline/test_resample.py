"""Weekly and monthly bars against a naive reference."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Period
from marketdata.kline.bars import Bar
from marketdata.kline.resample import first_day_of, resample

START = date(2023, 12, 18)
PRICES = st.integers(1, 10**6).map(lambda cents: cents / 100)


@st.composite
def daily_bars(draw: st.DrawFn) -> list[Bar]:
    """Draw daily bars of a future around New Year; some days have no trade."""
    return [draw(bars(START + timedelta(day))) for day in sorted(draw(st.sets(st.integers(0, 90))))]


@st.composite
def bars(draw: st.DrawFn, day: date) -> Bar:
    """Draw the bar of one day."""
    low, *inside, high = sorted(draw(st.lists(PRICES, min_size=4, max_size=4)))
    opening, closing = draw(st.permutations(inside))
    traded: tuple[float | None, ...] = (opening, high, low, closing)
    prices = draw(
        st.sampled_from([traded, traded, (0.0, 0.0, 0.0, closing), (None, None, None, None)])
    )
    return {
        "trade_date": f"{day:%Y%m%d}",
        "open": prices[0],
        "high": prices[1],
        "low": prices[2],
        "close": prices[3],
        "volume": draw(st.none() | st.integers(0, 10**9)),
        "amount": draw(st.none() | st.integers(0, 10**12).map(float)),
        "settle": draw(st.none() | PRICES),
        "open_interest": draw(st.none() | st.integers(0, 10**6)),
    }


def iso_week(row: Bar) -> object:
    """Name the week of a bar by the standard library's calendar."""
    return date.fromisoformat(row["trade_date"]).isocalendar()[:2]


def month(row: Bar) -> object:
    """Name the month of a bar."""
    return row["trade_date"][:6]


def naive(days: list[Bar]) -> Bar:
    """Compute one bar field by field, walking over its days."""
    bar: Bar = days[-1].copy()
    bar["volume"], bar["amount"] = 0, 0.0
    first = True
    for day in days:
        if day["volume"] is None or bar["volume"] is None:
            bar["volume"] = None
        else:
            bar["volume"] += day["volume"]
        if day["amount"] is None or bar["amount"] is None:
            bar["amount"] = None
        else:
            bar["amount"] += day["amount"]
        bar["close"] = day["close"] or bar["close"]
        opening, high, low = day["open"], day["high"], day["low"]
        if not (opening and high and low):
            continue
        if first:
            bar["open"], bar["high"], bar["low"] = opening, high, low
        bar["high"] = max(bar["high"] or 0, high)
        bar["low"] = min(bar["low"] or low, low)
        first = False
    return bar


@pytest.mark.parametrize(("period", "label"), [(Period.WEEKLY, iso_week), (Period.MONTHLY, month)])
@given(rows=daily_bars())
def test_against_a_naive_reference(
    period: Period, label: Callable[[Bar], object], rows: list[Bar]
) -> None:
    groups: dict[object, list[Bar]] = {}
    for row in rows:
        groups.setdefault(label(row), []).append(row)
    found = resample(rows, period)
    assert found == [naive(days) for days in groups.values()]
    assert [list(bar) for bar in found] == [list(days[-1]) for days in groups.values()]


@given(rows=daily_bars())
def test_daily_bars_are_left_alone(rows: list[Bar]) -> None:
    before = [row.copy() for row in rows]
    resample(rows, Period.MONTHLY)
    assert rows == before


def bar_of(day: str, price: float | None, close: float | None) -> Bar:
    """Give a stock's bar whose open, high and low are equal."""
    return {
        "trade_date": day,
        "open": price,
        "high": price,
        "low": price,
        "close": close,
        "volume": 2,
        "amount": 10.0,
    }


def test_a_week_may_cross_new_year() -> None:
    rows = [
        bar_of("20241230", 1.0, 1.0),
        bar_of("20250103", 3.0, 3.0),
        bar_of("20250106", 2.0, 2.0),
    ]
    weeks = resample(rows, Period.WEEKLY)
    assert weeks == [
        {**bar_of("20250103", 1.0, 3.0), "high": 3.0, "volume": 4, "amount": 20.0},
        bar_of("20250106", 2.0, 2.0),
    ]
    assert "settle" not in weeks[0]


@pytest.mark.parametrize("idle", [0.0, None])
def test_a_week_without_a_trade(idle: float | None) -> None:
    rows = [bar_of("20240102", idle, 9.0), bar_of("20240103", idle, None)]
    assert resample(rows, Period.WEEKLY) == [
        {**bar_of("20240103", idle, 9.0), "volume": 4, "amount": 20.0}
    ]


@given(day=st.dates(date(1, 1, 8)))
def test_first_day_of_a_period(day: date) -> None:
    text = day.isoformat().replace("-", "")
    monday = date.fromisocalendar(*day.isocalendar()[:2], 1)
    assert first_day_of(text, Period.WEEKLY) == monday.isoformat().replace("-", "")
    assert first_day_of(text, Period.MONTHLY) == text[:6] + "01"
    assert first_day_of(text, Period.DAILY) == text


@pytest.mark.parametrize("period", [Period.DAILY, Period.MIN5])
def test_other_periods_are_refused(period: Period) -> None:
    with pytest.raises(ValueError, match=period):
        resample([], period)
