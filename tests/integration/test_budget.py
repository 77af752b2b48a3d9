"""The budget of requests on a real table: never one too many, whoever sends them."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketdata import deployment
from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.errors import UpstreamBlacklistedError, UpstreamBusyError, UpstreamQuotaError
from marketdata.lease.budget import KEY, RequestBudget
from marketdata.lease.spending import KEPT_SECONDS
from tests.integration.test_requests import counting
from tests.support.cloud import Cloud
from tests.support.service import Service

EVENING = datetime(2026, 11, 30, 15, 57, 20, tzinfo=UTC)
"""Not three minutes before midnight in Shanghai."""

PER_DAY, PER_MINUTE = 8, 3
TOLD = "10001011 blacklisted"


@dataclass
class MovingTime:
    """The time of day, which moves on only by pauses."""

    now: datetime = EVENING
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)


class MeddledTable(Table):
    """A table on which something else happens between a decision and its write."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.meddle: list[Callable[[], None]] = []

    def write(self, write: Write) -> Item:
        if self.meddle:
            self.meddle.pop()()
        return super().write(write)


@pytest.fixture
def clock() -> MovingTime:
    return MovingTime()


def budget(table: Table, clock: MovingTime, patience: float = 90) -> RequestBudget:
    return RequestBudget(table, PER_DAY, PER_MINUTE, clock, pause=clock.pause, patience=patience)


@pytest.fixture
def one(cloud: Cloud, clock: MovingTime) -> RequestBudget:
    return budget(cloud.control, clock)


@pytest.fixture
def other(cloud: Cloud, clock: MovingTime) -> RequestBudget:
    return budget(cloud.control, clock)


def use_up_the_day(spender: RequestBudget) -> None:
    for _ in range(PER_DAY):
        spender.spend()


STEPS = st.tuples(
    st.booleans(), st.integers(1, PER_MINUTE), st.floats(0, 70), st.lists(st.integers(1, 2))
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12), patience=st.sampled_from([0, 90]))
def test_two_processes_never_send_too_many(
    cloud: Cloud, steps: list[tuple[bool, int, float, list[int]]], patience: float
) -> None:
    cloud.control.write(Write(*KEY))
    clock, sent = MovingTime(), list[tuple[datetime, int]]()
    meddled = MeddledTable(cloud.control.name)
    pair = [budget(meddled, clock, patience), budget(meddled, clock, patience)]
    # It comes between: it must not move the time of those between whose steps it comes.
    hasty = budget(cloud.control, clock, 0)

    def send(spender: RequestBudget, requests: int) -> None:
        with suppress(UpstreamBusyError, UpstreamQuotaError):
            spender.spend(requests)
            sent.append((clock.now, requests))

    for second, requests, passed, between in steps:
        clock.now += timedelta(seconds=passed)
        meddled.meddle = [partial(send, hasty, number) for number in between]
        send(pair[second], requests)
    minutes, days = Counter[str](), Counter[str]()
    for moment, requests in sent:
        minutes[f"{moment:%H:%M}"] += requests
        days[f"{moment + timedelta(hours=8):%d}"] += requests
    assert max(minutes.values(), default=0) <= PER_MINUTE
    assert max(days.values(), default=0) <= PER_DAY
    # Not one was lost, and none that was refused was counted.
    assert hasty.left().spent_today == days[f"{clock.now + timedelta(hours=8):%d}"]


def test_what_exceeds_the_minute_waits_for_the_next_one(
    one: RequestBudget, other: RequestBudget, clock: MovingTime
) -> None:
    one.spend(2)
    other.spend()
    assert not clock.pauses
    other.spend()
    assert clock.pauses == [40]
    assert one.left().spent_today == 4


def test_nobody_waits_for_longer_than_they_may(cloud: Cloud, clock: MovingTime) -> None:
    hasty = budget(cloud.control, clock, 39)
    hasty.spend(PER_MINUTE)
    with pytest.raises(UpstreamBusyError, match="before 2026-11-30 23:58 in Shanghai"):
        hasty.spend()
    assert not clock.pauses
    assert hasty.left().spent_today == PER_MINUTE


def test_others_may_be_faster_for_a_while(cloud: Cloud, clock: MovingTime) -> None:
    other = budget(cloud.control, clock, 0)

    def pause(seconds: float) -> None:
        clock.pause(seconds)
        other.spend(PER_MINUTE)

    one = RequestBudget(cloud.control, 100, PER_MINUTE, clock, pause=pause, patience=90)
    one.spend(PER_MINUTE)
    with pytest.raises(UpstreamBusyError):
        one.spend()
    assert clock.pauses == [40]


def test_a_day_that_is_used_up_says_when_the_next_one_begins(
    one: RequestBudget, other: RequestBudget, clock: MovingTime
) -> None:
    clock.now -= timedelta(minutes=5)
    use_up_the_day(one)
    began = clock.now
    for spender in (one, other):
        with pytest.raises(UpstreamQuotaError, match="before 2026-12-01 00:00 in Shanghai"):
            spender.spend()
    assert clock.now == began, "nobody waits for a day"
    clock.now = datetime(2026, 11, 30, 16, tzinfo=UTC)
    other.spend()
    assert one.left().spent_today == 1


def test_more_than_a_minute_has_room_for_can_never_be_sent(
    one: RequestBudget, clock: MovingTime
) -> None:
    with pytest.raises(UpstreamQuotaError, match="at most 3"):
        one.spend(PER_MINUTE + 1)
    with pytest.raises(ValueError, match="0 requests"):
        one.spend(0)
    assert one.left().spent_today == 0
    assert not clock.pauses


def test_nobody_sends_anything_while_the_source_refuses_us(
    one: RequestBudget, other: RequestBudget, clock: MovingTime
) -> None:
    other.spend()
    until = clock.now + timedelta(hours=6)
    one.block(until, TOLD)
    for spender in (one, other):
        with pytest.raises(UpstreamBlacklistedError, match=f"{TOLD}.* 2026-12-01 05:57 in Shang"):
            spender.spend()
        assert spender.left().blocked_until == until
    assert one.left().spent_today == 1
    clock.now = until
    other.spend()
    assert one.left() == (PER_DAY, 1, None)


def test_a_refusal_stops_even_what_was_about_to_be_sent(cloud: Cloud, clock: MovingTime) -> None:
    meddled, other = MeddledTable(cloud.control.name), budget(cloud.control, clock)
    one = budget(meddled, clock)
    one.spend()
    meddled.meddle = [lambda: other.block(clock.now + timedelta(hours=6), TOLD)]
    with pytest.raises(UpstreamBlacklistedError):
        one.spend()
    assert other.left().spent_today == 1


def test_a_refusal_is_remembered_whatever_happens_meanwhile(
    cloud: Cloud, clock: MovingTime
) -> None:
    meddled, other = MeddledTable(cloud.control.name), budget(cloud.control, clock)
    meddled.meddle = [other.spend, other.spend]
    budget(meddled, clock).block(clock.now + timedelta(hours=6), TOLD)
    with pytest.raises(UpstreamBlacklistedError):
        other.spend()
    assert other.left().spent_today == 2


def test_a_shorter_refusal_does_not_end_a_longer_one(one: RequestBudget, clock: MovingTime) -> None:
    until = clock.now + timedelta(hours=6)
    for each in (until, until - timedelta(hours=1)):
        one.block(each, TOLD)
    assert one.left().blocked_until == until


def test_an_operator_may_end_a_refusal(cloud: Cloud, one: RequestBudget, clock: MovingTime) -> None:
    one.spend()
    one.block(clock.now + timedelta(hours=6), TOLD)
    cloud.control.write(Write.change(*KEY, {"blocked_until": 0}))
    one.spend()
    assert one.left() == (PER_DAY, 2, None)


def test_it_is_kept_until_the_refusal_is_over(
    cloud: Cloud, one: RequestBudget, clock: MovingTime
) -> None:
    def expires() -> int:
        item = cloud.control.get(*KEY)
        assert item is not None
        return int(item["expires"])

    one.spend()
    assert expires() == int(clock.now.timestamp()) + KEPT_SECONDS
    until = clock.now + timedelta(days=30)
    one.block(until, TOLD)
    assert expires() == int(until.timestamp()) + KEPT_SECONDS


def test_a_request_costs_one_write(one: RequestBudget) -> None:
    with counting() as counted:
        for _ in range(PER_MINUTE):
            one.spend()
    assert counted == {"GetItem": 1, "UpdateItem": PER_MINUTE}, "only the first one reads"


def test_the_state_of_the_service_shows_the_budget(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown() -> object:
        return service.call("GET", "/status")[1]["data"]["requests"]

    monkeypatch.setenv("SOURCE_REQUESTS_PER_DAY", "500")
    deployment.reset()
    assert shown() is None
    monkeypatch.setattr(deployment, "BUDGETED_SOURCES", (deployment.settings().upstream,))
    deployment.reset()
    assert shown() == {"per_day": 500, "spent_today": 0, "blocked_until": None}
    spender = deployment.request_budget()
    assert spender is not None
    spender.spend(7)
    until = deployment.now() + timedelta(hours=6)
    spender.block(until.replace(microsecond=0), TOLD)
    at = until.replace(microsecond=0).isoformat()
    assert shown() == {"per_day": 500, "spent_today": 7, "blocked_until": at}
