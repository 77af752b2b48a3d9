"""Prices adjusted for payouts: ratios are kept, order too, and no price is made up."""

from bisect import bisect_right
from datetime import date, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.kline.adjust.prices import DIGITS, adjust_prices
from marketdata.kline.adjust.steps import Mode, Steps
from marketdata.kline.bars import OHLC, parse_bars

DAYS = [f"{date(2024, 1, 1) + timedelta(days=count):%Y%m%d}" for count in range(60)]
STEPS = Steps(("20240102", "20240110", "20240120"), (1.0, 1.25, 2.0), "20240131")
EXACT = 2 * 10 ** (1 - DIGITS)
"""How far the ratio of two rounded prices may lie from the true one."""

type Bar = dict[str, Any]

factors = st.floats(0.05, 200)
prices = st.integers(1, 10_000_000).map(lambda cents: cents / 100)


@st.composite
def steps(draw: st.DrawFn) -> Steps:
    """Draw factors, a day or more apart, for some days within `DAYS`."""
    changes = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=6, unique=True).map(sorted))
    until = draw(st.sampled_from(DAYS[DAYS.index(changes[-1]) :]))
    values = draw(st.lists(factors, min_size=len(changes), max_size=len(changes)))
    return Steps(tuple(changes), tuple(values), until)


@st.composite
def rows(draw: st.DrawFn) -> list[Bar]:
    """Draw sound bars of some days, one or two a day, as nights give them."""
    found: list[Bar] = []
    for day in sorted(draw(st.lists(st.sampled_from(DAYS), unique=True))):
        low, first, last, high = sorted(draw(st.tuples(prices, prices, prices, prices)))
        amount = draw(st.none() | st.floats(0, 1e9))
        found.append(_row(day, first, high, low, last, draw(st.integers(0, 10**9)), amount))
    return found


def _row(day: str, *values: Any) -> Bar:
    names = (*OHLC, "volume", "amount")
    return {"trade_date": day, **dict(zip(names, values, strict=True))}


def text_of(bars: list[Bar]) -> bytes:
    return codec.JOINT.join(map(orjson.dumps, bars))


def adjusted(bars: list[Bar], known: Steps, mode: Mode) -> list[Bar]:
    return [dict(bar) for bar in parse_bars(adjust_prices(text_of(bars), known, mode))]


def factor_on(known: Steps, day: str) -> float:
    return known.factors[bisect_right(known.days, day) - 1]


@given(rows(), steps(), st.sampled_from(Mode))
def test_prices_are_raw_times_factor_over_that_of_the_anchor(
    bars: list[Bar], known: Steps, mode: Mode
) -> None:
    covered = [bar for bar in bars if known.days[0] <= bar["trade_date"] <= known.until]
    found = adjusted(bars, known, mode)
    assert [bar["trade_date"] for bar in found] == [bar["trade_date"] for bar in covered]
    base = known.factors[-1] if mode is Mode.FORWARD else 1
    for raw, bar in zip(covered, found, strict=True):
        ratio = factor_on(known, raw["trade_date"]) / base
        for name in OHLC:
            assert bar[name] == pytest.approx(raw[name] * ratio, rel=EXACT)
            assert bar[name] > 0
        assert bar["low"] <= bar["open"] <= bar["close"] <= bar["high"]
        assert (bar["volume"], bar["amount"]) == (raw["volume"], raw["amount"])
        assert list(bar) == list(raw)


@given(rows(), steps())
def test_forward_is_backward_over_a_constant(bars: list[Bar], known: Steps) -> None:
    constant = known.factors[-1]
    forward, backward = (adjusted(bars, known, mode) for mode in (Mode.FORWARD, Mode.BACKWARD))
    for one, other in zip(forward, backward, strict=True):
        for name in OHLC:
            assert one[name] * constant == pytest.approx(other[name], rel=EXACT)


@given(rows(), factors)
def test_without_a_payout_every_byte_stays(bars: list[Bar], factor: float) -> None:
    text = text_of(bars)
    for mode, only in ((Mode.FORWARD, factor), (Mode.BACKWARD, 1.0)):
        assert adjust_prices(text, Steps((DAYS[0],), (only,), DAYS[-1]), mode) == text


@given(rows(), steps(), st.sampled_from(Mode))
def test_the_anchors_prices_stay(bars: list[Bar], known: Steps, mode: Mode) -> None:
    known = Steps(known.days, (1.0, *known.factors[1:]), known.until)
    anchor = known.anchor(mode, "19911219")
    wanted = [bar for bar in bars if bar["trade_date"] == anchor]
    found = adjusted(bars, known, mode)
    assert [bar for bar in found if bar["trade_date"] == anchor] == wanted


@given(rows(), steps(), st.sampled_from(DAYS), factors)
def test_nothing_after_the_day_adjusted_to_has_any_influence(
    bars: list[Bar], known: Steps, anchor: str, factor: float
) -> None:
    anchor = min(anchor, known.until)
    until = [bar for bar in bars if bar["trade_date"] <= anchor]
    later = Steps((*known.days, "20240401"), (*known.factors, factor), "20240402")
    found = adjust_prices(text_of(until), known, Mode.FORWARD, anchor)
    assert adjust_prices(text_of(until), later, Mode.FORWARD, anchor) == found
    if as_of := known.up_to(anchor):
        assert adjust_prices(text_of(until), as_of, Mode.FORWARD) == found
        on_the_day = [bar for bar in bars if bar["trade_date"] == anchor]
        rows_of_the_day = parse_bars(adjust_prices(text_of(bars), later, Mode.FORWARD, anchor))
        assert [bar for bar in rows_of_the_day if bar["trade_date"] == anchor] == on_the_day


def test_days_after_the_one_adjusted_to_go_by_the_same_prices() -> None:
    bars = [_row(day, 8.0, 8.0, 8.0, 8.0, 1, 8.0) for day in ("20240109", "20240110", "20240120")]
    for anchor, wanted in (
        ("20240102", [8, 10, 16]),
        ("20240115", [6.4, 8, 12.8]),
        ("20240131", [4, 5, 8]),
        ("20231231", [8, 10, 16]),
    ):
        found = parse_bars(adjust_prices(text_of(bars), STEPS, Mode.FORWARD, anchor))
        assert [bar["close"] for bar in found] == wanted
    assert STEPS.anchor(Mode.FORWARD, None, "20231231") == "20240102"
    assert STEPS.anchor(Mode.FORWARD, None, "20240115") == "20240115"
    assert STEPS.anchor(Mode.FORWARD, None, "20240301") == "20240131"


def test_a_factor_that_is_not_1_on_its_first_day_counts_from_the_listing() -> None:
    later = Steps(("20130104",), (5.2,), "20240131")
    assert later.anchor(Mode.BACKWARD, "19991110") == "19991110"
    assert later.anchor(Mode.BACKWARD, None) == "20130104"
    assert later.anchor(Mode.FORWARD, "19991110") == "20240131"
    assert STEPS.anchor(Mode.BACKWARD, "19991110") == "20240102"


def test_an_ex_date_by_hand() -> None:
    bars = [
        _row("20240101", 9.0, 9.0, 9.0, 9.0, 1, 9.0),
        _row("20240109", 10.0, 12.34, 9.99, 10.01, 100, 1000.0),
        _row("20240110", 8.0, 8.8, 7.99, 8.01, 100, 800.0),
        _row("20240131", 5.0, 5.0, 5.0, 5.0, 100, None),
        _row("20240201", 5.0, 5.0, 5.0, 5.0, 100, 500.0),
    ]
    forward = adjusted(bars, STEPS, Mode.FORWARD)
    assert forward == [
        _row("20240109", 5.0, 6.17, 4.995, 5.005, 100, 1000.0),
        _row("20240110", 5.0, 5.5, 4.99375, 5.00625, 100, 800.0),
        bars[3],
    ]
    backward = adjusted(bars, STEPS, Mode.BACKWARD)
    assert [bar["close"] for bar in backward] == [10.01, 10.0125, 10.0]
    assert backward[0] == bars[1]


def test_prices_that_are_none_or_0_stay_so_and_no_noise_is_left() -> None:
    idle = _row("20240109", 0.0, 0.0, None, 1.1, 0, 0.0)
    known = Steps(("20240101", "20240110"), (1.0, 10 / 11), "20240131")
    (found,) = adjusted([idle], known, Mode.FORWARD)
    assert found == _row("20240109", 0.0, 0.0, None, 1.21, 0, 0.0)


def test_the_bars_of_a_day_go_by_its_factor_whatever_their_time() -> None:
    line = b'{"trade_date":"20240110","kline_time":"2024-01-%02d 21:00:00","open":4.0,"high":4.0,'
    line += b'"low":4.0,"close":4.0,"volume":1,"amount":4.0}'
    text = codec.JOINT.join(line % day for day in (9, 10))
    found = parse_bars(adjust_prices(text, STEPS, Mode.FORWARD))
    assert [bar["open"] for bar in found] == [2.5, 2.5]
