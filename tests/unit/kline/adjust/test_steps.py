"""Factors as steps: what is known of each day, and nothing that would make a wrong price."""

from bisect import bisect_right
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.kline.adjust.steps import Steps, steps_of

DAYS = [f"{date(2024, 1, 1) + timedelta(days=count):%Y%m%d}" for count in range(60)]
STEPS = Steps(("20240102", "20240110", "20240120"), (1.0, 1.25, 2.0), "20240131")
factors = st.floats(0.05, 200)


def factor_on(known: Steps, day: str) -> float:
    return known.factors[bisect_right(known.days, day) - 1]


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
