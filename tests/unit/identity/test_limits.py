"""Which failures add up, and when a lock begins and ends."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.identity.limits import NAME_LIMIT, NETWORK_LIMIT, FailureCounter, Limit

LIMIT = Limit(3, 10)
HOUR = 3600


def run(limit: Limit, times: Sequence[int]) -> list[int]:
    """Fail at each of some times, unless there is a lock; give the times of counted failures."""
    counter, counted = FailureCounter(limit), []
    for now in times:
        if not counter.wait(now):
            counter = counter.after_failure(now)
            counted.append(now)
    return counted


def expected(limit: Limit, times: Sequence[int]) -> list[int]:
    """Say the same in other words: by lists of failures, without a counter."""
    counted: list[int] = []
    window: list[int] = []
    for now in times:
        over = window[-1:] if len(window) == limit.failures else window[:1]
        if over and now >= over[0] + limit.seconds:
            window = []
        if len(window) < limit.failures:
            window.append(now)
            counted.append(now)
    return counted


increasing = st.lists(st.integers(0, 15), max_size=40).map(
    lambda steps: [1000 + sum(steps[: at + 1]) for at in range(len(steps))]
)


@given(increasing)
def test_windows_open_with_a_failure_and_locks_begin_with_the_last(times: list[int]) -> None:
    assert run(LIMIT, times) == expected(LIMIT, times)


@given(increasing, st.integers(0, 15))
def test_the_wait_is_the_time_until_the_next_failure_counts(times: list[int], later: int) -> None:
    counter = FailureCounter(LIMIT)
    for now in times:
        if not counter.wait(now):
            counter = counter.after_failure(now)
    at = (times[-1] if times else 1000) + later
    wait = counter.wait(at)
    assert 0 <= wait <= LIMIT.seconds
    assert counter.wait(at + wait) == 0
    assert not wait or counter.wait(at + wait - 1) == 1


@given(increasing, st.integers(990, 1800))
def test_nothing_before_an_unlock_matters_after_it(times: list[int], unlocked_at: int) -> None:
    old = FailureCounter(LIMIT)
    for now in [each for each in times if each <= unlocked_at]:
        if not old.wait(now):
            old = old.after_failure(now)
    unlocked = FailureCounter(LIMIT, old.failures, old.since, old.expires, unlocked_at)
    assert unlocked.wait(unlocked_at) == 0
    assert unlocked.after_failure(unlocked_at).failures == 1


@pytest.mark.parametrize("unlocked_at", [1000, 1005])
def test_failures_after_an_unlock_add_up_from_its_very_second(unlocked_at: int) -> None:
    counter = FailureCounter(LIMIT, LIMIT.failures, 1000, 1010, unlocked_at)
    for _ in range(LIMIT.failures):
        assert not counter.wait(unlocked_at)
        counter = counter.after_failure(unlocked_at)
    assert counter.wait(unlocked_at) == LIMIT.seconds


@given(st.lists(st.integers(0, 1000), min_size=150, max_size=150))
def test_one_network_alone_never_locks_a_name_for_the_others(steps: list[int]) -> None:
    times = [1000 + sum(steps[: at + 1]) for at in range(len(steps))]
    counted = run(NETWORK_LIMIT, times)
    assert run(NAME_LIMIT, counted) == counted
    for start in counted:
        assert len([each for each in counted if start <= each < start + HOUR]) <= 25


def test_five_in_a_quarter_of_an_hour_lock_for_one() -> None:
    assert Limit(5, 900) == NETWORK_LIMIT
    assert run(NETWORK_LIMIT, [1000] * 9) == [1000] * 5
    assert run(NETWORK_LIMIT, [1000, *[1800] * 5, 2699, 2700]) == [1000, *[1800] * 4, 2700]


def test_no_more_than_a_hundred_an_hour_are_possible() -> None:
    assert Limit(100, HOUR) == NAME_LIMIT
    assert len(run(NAME_LIMIT, [1000 + second for second in range(HOUR)])) == 100
