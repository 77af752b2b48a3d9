"""Prices adjusted for payouts: ratios are kept, order too, and no price is made up."""

from bisect import bisect_right
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.kline.adjust.prices import DIGITS, adjust_prices
from marketdata.kline.adjust.steps import Mode, Steps, steps_of
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


@given(st.lists(st.tuples(st.sampled_from(DAYS), factors), min_size=1, unique_by=lambda x: x[0]))
def test_steps_say_of_each_day_what_was_given(given_factors: list[tuple[str, float]]) -> None:
    known = steps_of(*(list(each) for each in zip(*given_factors, strict=True)))
    assert known.until == max(day for day, _ in given_factors)
    for day, factor in given_factors:
        assert factor_on(known, day) == pytest.approx(factor, rel=1e-9)
    assert all(one != other for one, other in pairwise(known.factors))


def test_what_is_lacking_at_the_ends_only_shortens_what_is_known() -> None:
    nan = float("nan")
    days = ["20240105", "20240104", "20240103", "20240102", "20240101"]
    assert steps_of(days, [None, 2.0, 2.0, 1.0, nan]) == Steps(
        ("20240102", "20240103"), (1.0, 2.0), "20240104"
    )


def test_a_source_s_rounding_is_no_payout() -> None:
    assert steps_of(DAYS[:3], [1.5, 1.5 + 1e-15, 1.5]) == Steps((DAYS[0],), (1.5,), DAYS[2])


@pytest.mark.parametrize(
    ("given_factors", "why"),
    [
        ([], "there is no factor"),
        ([None, float("nan")], "there is no factor"),
        ([1.0, None, 1.0], "factors are missing between others"),
        ([1.0, 0.0], "the factor of 20240102 is 0.0"),
        ([1.0, -1.0], "the factor of 20240102 is -1.0"),
        ([1.0, float("inf")], "the factor of 20240102 is inf"),
    ],
)
def test_a_factor_that_would_make_a_wrong_price_is_refused(
    given_factors: list[float | None], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        steps_of(DAYS[: len(given_factors)], given_factors)


def test_a_day_has_one_factor() -> None:
    assert steps_of([DAYS[0], DAYS[0]], [2.0, 2.0]).factors == (2.0,)
    with pytest.raises(ValueError, match="20240101 has two factors"):
        steps_of([DAYS[0], DAYS[0]], [2.0, 2.5])


def test_days_that_are_not_final_are_not_known() -> None:
    assert STEPS.up_to("20240101") is None
    assert STEPS.up_to("20240109") == Steps(("20240102",), (1.0,), "20240109")
    assert STEPS.up_to("20240110") == Steps(("20240102", "20240110"), (1.0, 1.25), "20240110")
    assert STEPS.up_to("20240630") == STEPS
