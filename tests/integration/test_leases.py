"""Leases on a real table: one holder at a time, and none for ever."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from marketdata.errors import SessionInUseError, UpstreamSessionLostError
from marketdata.lease import holder
from marketdata.lease.holder import HeldLease, LeaseHolder
from marketdata.lease.queue import Queue
from marketdata.lease.state import LEASE_SECONDS, READS, SKEW_SECONDS, task_claimant
from tests.support.cloud import Cloud
from tests.support.faults import wait_until

TASK = task_claimant(7, scheduled=False)


@dataclass
class TimeOfDay:
    """The time of day, which a test moves on."""

    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> TimeOfDay:
    return TimeOfDay()


@pytest.fixture
def holders(cloud: Cloud, clock: TimeOfDay) -> list[LeaseHolder]:
    return [LeaseHolder(cloud.control, 1, owner, clock) for owner in ("a", "b")]


@pytest.fixture
def frozen(holders: list[LeaseHolder], clock: TimeOfDay) -> Iterator[HeldLease]:
    """A lease whose holder does not get to renew it until it has lapsed."""
    with ExitStack() as stack:
        held = stack.enter_context(holders[0].hold(TASK))
        clock.now += LEASE_SECONDS + SKEW_SECONDS
        yield held


def test_nobody_else_gets_a_session_that_is_held(
    holders: list[LeaseHolder], clock: TimeOfDay
) -> None:
    one, two = holders
    with one.hold(READS):
        clock.now += LEASE_SECONDS + SKEW_SECONDS - 1
        with pytest.raises(SessionInUseError), two.hold(READS):
            pass
    with two.hold(READS):
        pass


def test_the_fence_grows_with_the_owner_and_only_then(holders: list[LeaseHolder]) -> None:
    one, two = holders
    fences = []
    for each in (one, one, two, two, one):
        with each.hold(READS) as held:
            fences.append(held.fence)
            assert each.fence() == held.fence
    assert fences == [1, 1, 2, 2, 3]


def test_a_lease_is_given_back_whatever_happens(holders: list[LeaseHolder]) -> None:
    one, two = holders
    with pytest.raises(KeyError), one.hold(READS):
        raise KeyError
    with two.hold(READS):
        pass


def test_whoever_gave_it_back_has_none(holders: list[LeaseHolder]) -> None:
    one, _ = holders
    with pytest.raises(UpstreamSessionLostError):
        one.fence()
    with one.hold(READS):
        pass
    with pytest.raises(UpstreamSessionLostError):
        one.fence()


def test_a_holder_that_was_frozen_asks_for_nothing_and_disturbs_nobody(
    holders: list[LeaseHolder], frozen: HeldLease, clock: TimeOfDay
) -> None:
    one, two = holders
    with two.hold(READS) as others:
        with pytest.raises(UpstreamSessionLostError):
            one.fence()
        assert frozen.gives_way(), "its turn ends"
        with pytest.raises(UpstreamSessionLostError):
            one.fence()
        frozen.release()
        others.check()
        with pytest.raises(SessionInUseError), one.hold(READS):
            pass


def test_a_lapsed_lease_that_nobody_took_goes_on(
    holders: list[LeaseHolder], frozen: HeldLease
) -> None:
    assert not frozen.gives_way()
    assert holders[0].fence() == frozen.fence


def test_it_is_renewed_while_the_work_goes_on(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, clock: TimeOfDay
) -> None:
    monkeypatch.setattr(holder, "RENEW_SECONDS", 0.01)
    one = LeaseHolder(cloud.control, 1, "a", clock)

    def until() -> int:
        return Queue(cloud.control, 1).read().leases[0].until

    with one.hold(READS):
        clock.now += LEASE_SECONDS - 1
        wait_until(lambda: until() == clock.now + LEASE_SECONDS)
        one.fence()


def test_a_read_waits_only_while_every_session_is_held(cloud: Cloud, clock: TimeOfDay) -> None:
    queue = Queue(cloud.control, 2, clock)
    one, two = (LeaseHolder(cloud.control, 2, owner, clock) for owner in "ab")

    def waits() -> bool:
        return READS.name in queue.read().tickets

    assert queue.wait_to_read()
    with one.hold(TASK):
        assert queue.wait_to_read()
        assert not waits(), "it would keep tasks out for nothing"
        with two.hold(READS):
            assert not queue.wait_to_read()
            assert waits()
            clock.now += LEASE_SECONDS + SKEW_SECONDS
            assert queue.wait_to_read()
    assert queue.wait_to_read()


def test_two_sessions_are_two_leases(cloud: Cloud, clock: TimeOfDay) -> None:
    one, two, three = (LeaseHolder(cloud.control, 2, owner, clock) for owner in "abc")
    with one.hold(TASK), two.hold(READS):
        with pytest.raises(SessionInUseError), three.hold(READS):
            pass
        assert [lease.owner for lease in Queue(cloud.control, 2).read().leases] == ["a", "b"]


def test_a_refused_task_waits_since_the_first_refusal(
    cloud: Cloud, holders: list[LeaseHolder], clock: TimeOfDay
) -> None:
    one, two = holders
    began = clock.now
    with one.hold(READS):
        for _ in range(3):
            clock.now += 5
            with pytest.raises(SessionInUseError), two.hold(TASK):
                pass
    waiting = Queue(cloud.control, 1, clock).read().waiting(clock.now)
    assert waiting[TASK.name].since == began + 5
    with two.hold(TASK):
        assert TASK.name not in Queue(cloud.control, 1, clock).read().waiting(clock.now)
    assert Queue(cloud.control, 1, clock).read().waiting(clock.now)[TASK.name].since == clock.now
