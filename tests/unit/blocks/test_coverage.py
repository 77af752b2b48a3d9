"""What is known of days."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.coverage import Coverage

BITS = st.integers(0, 2**12 - 1)
MARKS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("present", "absent", "short", "suspended", "no_trade", "close_outside", "silent"), BITS
    ),
)


def marked(steps: Sequence[dict[str, int]]) -> Coverage:
    """Mark one thing after another."""
    coverage = Coverage()
    for step in steps:
        coverage = coverage.mark(**step)
    return coverage


@given(steps=st.lists(MARKS))
def test_marks_never_contradict_each_other(steps: list[dict[str, int]]) -> None:
    known = marked(steps)
    assert known.present & known.absent == 0
    assert (known.short | known.close_outside) & ~known.present == 0
    assert (known.suspended | known.no_trade) & ~known.absent == 0
    assert known.suspended & known.no_trade == 0


@given(steps=st.lists(MARKS), step=MARKS)
def test_a_mark_is_kept(steps: list[dict[str, int]], step: dict[str, int]) -> None:
    before = marked(steps)
    known = before.mark(**step)
    present, absent = step.get("present", 0), step.get("absent", 0)
    assert known.present == before.present | present
    assert present | absent | before.present == (known.present | known.absent) & (
        present | absent | before.present
    )
    kept = before.absent & ~step.get("silent", 0)
    assert kept & ~(known.present | known.absent) == 0
    assert known.mark(**step) == known
    assert known.mark() == known


@given(steps=st.lists(MARKS))
def test_when_the_rows_are_lost_their_days_are_missing(steps: list[dict[str, int]]) -> None:
    known = marked(steps)
    left = known.without_rows()
    assert (left.present, left.short, left.close_outside, left.rejected) == (0, 0, 0, 0)
    assert left.lacking(2**12 - 1) & known.present == known.present
    assert (left.absent, left.unconfirmed) == (known.absent, known.unconfirmed & ~known.present)
    assert (left.suspended, left.no_trade) == (known.suspended, known.no_trade)


@given(steps=st.lists(MARKS), present=BITS, short=BITS, outside=BITS)
def test_stored_days_are_judged_anew(
    steps: list[dict[str, int]], present: int, short: int, outside: int
) -> None:
    known = marked(steps).mark(present=present, short=short, close_outside=outside)
    assert known.short & present == short & present
    assert known.close_outside & present == outside & present


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ([{"absent": 1}], "no_bar"),
        ([{"absent": 1, "suspended": 1}], "suspended"),
        ([{"absent": 1, "no_trade": 1}], "no_trade"),
        ([{"absent": 1, "suspended": 1, "no_trade": 1}], "suspended"),
        ([{"absent": 1, "suspended": 1}, {"absent": 1}], "suspended"),
        ([{"absent": 1, "suspended": 1}, {"no_trade": 1}], "no_trade"),
        ([{"absent": 1, "no_trade": 1}, {"suspended": 1}], "suspended"),
        ([{"absent": 3, "suspended": 2}], "no_bar"),
    ],
)
def test_reason(steps: list[dict[str, int]], reason: str) -> None:
    assert marked(steps).reason_of(1) == reason


def test_a_bar_that_comes_later_ends_the_absence() -> None:
    known = marked([{"absent": 3, "suspended": 3}, {"present": 1}, {"absent": 1, "suspended": 1}])
    assert known == Coverage(present=1, absent=2, suspended=2)


@given(expected=BITS, steps=st.lists(MARKS))
def test_what_is_neither_whole_nor_absent_nor_believed_is_lacking(
    expected: int, steps: list[dict[str, int]]
) -> None:
    known = marked(steps)
    lacking = known.lacking(expected)
    for number in range(12):
        bit = 1 << number
        whole = known.present & bit and not known.short & bit
        unknown = not whole and not known.absent & bit and not known.unconfirmed & bit
        assert bool(lacking & bit) is bool(expected & bit and unknown)
