"""Which requests may be sent, by what was sent of late."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.lease.spending import (
    KEPT_SECONDS,
    Allowance,
    Reason,
    Refusal,
    Spending,
)

EVENING = datetime(2026, 11, 30, 15, 58, tzinfo=UTC).timestamp()
"""Two minutes before midnight in Shanghai."""

MIDNIGHT = int(EVENING) + 120
FEW = Allowance(per_day=5, per_minute=3)


def day_of(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC) + timedelta(hours=8):%Y%m%d}"


def test_a_minute_has_room_for_so_many() -> None:
    spent = Spending().plus(2, EVENING)
    assert spent.refusal(1, EVENING + 59, FEW) is None
    assert spent.refusal(2, EVENING + 59, FEW) == Refusal(Reason.MINUTE, int(EVENING) + 60)
    assert spent.refusal(2, EVENING + 60, FEW) is None


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    spent = Spending().plus(3, EVENING).plus(2, EVENING + 60)
    assert spent.refusal(1, MIDNIGHT - 1, FEW) == Refusal(Reason.DAY, MIDNIGHT)
    assert spent.refusal(3, MIDNIGHT, FEW) is None
    assert spent.plus(1, MIDNIGHT).in_day == 1


def test_nothing_is_sent_while_the_source_refuses_us() -> None:
    spent = Spending().blocked(EVENING + 0.5, "10001011", EVENING)
    assert spent.refusal(1, EVENING, FEW) == Refusal(Reason.BLOCKED, int(EVENING) + 1)
    assert spent.refusal(1, EVENING + 1, FEW) is None


def test_of_two_refusals_the_later_end_counts() -> None:
    spent = Spending().blocked(EVENING + 100, "first", EVENING)
    assert spent.blocked(EVENING + 50, "second", EVENING) == spent
    assert spent.blocked(EVENING + 200, "second", EVENING).why == "second"


def test_a_clock_that_is_behind_counts_for_the_latest_minute() -> None:
    spent = Spending().plus(3, MIDNIGHT)
    assert spent.refusal(1, MIDNIGHT - 1, FEW) == Refusal(Reason.MINUTE, MIDNIGHT + 60)
    assert spent.plus(1, MIDNIGHT - 1).in_day == 4


def test_it_is_kept_as_long_as_it_matters() -> None:
    spent = Spending().plus(1, EVENING)
    assert spent.item(EVENING)["expires"] == int(EVENING) + KEPT_SECONDS
    refused = spent.blocked(EVENING + 1e6, "10001011", EVENING)
    assert refused.item(EVENING)["expires"] == int(EVENING + 1e6) + KEPT_SECONDS


@pytest.mark.parametrize("spent", [Spending(), Spending(9, 2, 5, 7, "10001011")])
def test_the_item_is_read_as_it_was_written(spent: Spending) -> None:
    assert Spending.of({"pk": "upstream", "sk": "requests", **spent.item(EVENING)}) == spent
    assert Spending.of(None) == Spending()


@given(st.lists(st.tuples(st.floats(0, 90), st.integers(1, 3)), max_size=40))
def test_no_minute_and_no_day_has_more_than_it_has_room_for(
    steps: list[tuple[float, int]],
) -> None:
    spent, now = Spending(), EVENING
    minutes, days = Counter[int](), Counter[str]()
    for passed, requests in steps:
        now += passed
        refusal = spent.refusal(requests, now, FEW)
        if refusal is None:
            spent = spent.plus(requests, now)
            minutes[int(now // 60)] += requests
            days[day_of(now)] += requests
        elif refusal.reason is Reason.MINUTE:
            assert minutes[int(now // 60)] + requests > FEW.per_minute, "refused for nothing"
        else:
            assert days[day_of(now)] + requests > FEW.per_day, "refused for nothing"
            assert day_of(refusal.until - 1) == day_of(now) < day_of(refusal.until)
    assert max(minutes.values(), default=0) <= FEW.per_minute
    assert max(days.values(), default=0) <= FEW.per_day
