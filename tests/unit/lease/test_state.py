"""Who goes first, and who may take a session."""

from typing import Any

import pytest

from marketdata.lease.state import (
    PATIENCE,
    READ_TICKET_SECONDS,
    READS,
    SKEW_SECONDS,
    Claimant,
    SharedSessions,
    claimant_of,
    task_claimant,
)

NOW = 1_000_000.0
NIGHTLY, BACKFILL, OTHER = (
    task_claimant(1, scheduled=True),
    task_claimant(2, scheduled=False),
    task_claimant(3, scheduled=False),
)


def ticket(claimant: Claimant, since: float = NOW, until: float = NOW + 9) -> dict[str, Any]:
    said = {"priority": int(claimant.priority), "since": int(since), "until": int(until)}
    return {claimant.name: said}


def shared(*tickets: dict[str, Any], count: int = 1, **item: Any) -> SharedSessions:
    for each in tickets:
        item |= each
    return SharedSessions.of(item, count)


def test_a_session_is_free_until_it_is_taken_and_once_it_was_given_back() -> None:
    assert shared().free(NOW) is not None
    held: dict[str, Any] = {"owner1": "a", "fence1": 1}
    assert shared(until1=int(NOW) + 30, **held).free(NOW) is None
    assert shared(until1=0, **held).free(NOW) is not None


def test_a_lapsed_lease_is_taken_over_once_no_clock_can_doubt_it() -> None:
    lapsed = shared(owner1="a", fence1=1, until1=int(NOW))
    assert lapsed.free(NOW) is None
    assert lapsed.free(NOW + SKEW_SECONDS) is not None


def test_a_process_gets_the_session_that_it_had() -> None:
    sessions = shared(owner1="a", fence1=4, owner2="b", fence2=7, count=2)
    mine, others = sessions.free(NOW, "b"), sessions.free(NOW, "c")
    assert mine is not None
    assert others is not None
    assert (mine.number, mine.fence, others.number) == (2, 7, 1)


@pytest.mark.parametrize(
    ("claimant", "waiting", "waits"),
    [
        (READS, NIGHTLY, False),
        (READS, BACKFILL, False),
        (NIGHTLY, READS, True),
        (NIGHTLY, BACKFILL, False),
        (BACKFILL, READS, True),
        (BACKFILL, NIGHTLY, True),
        (BACKFILL, OTHER, False),
        (BACKFILL, BACKFILL, False),
    ],
)
def test_reads_go_before_schedules_and_these_before_backfills(
    claimant: Claimant, waiting: Claimant, waits: bool
) -> None:
    sessions = shared(ticket(waiting))
    assert sessions.must_wait(claimant, NOW) is waits
    assert sessions.gives_way(claimant, NOW) is waits


def test_two_backfills_take_turns() -> None:
    sessions = shared(ticket(BACKFILL), ticket(OTHER), last=BACKFILL.name)
    assert sessions.must_wait(BACKFILL, NOW)
    assert not sessions.must_wait(OTHER, NOW)
    assert not sessions.gives_way(BACKFILL, NOW), "a turn is not cut short for its like"


def test_a_ticket_that_is_not_renewed_lapses() -> None:
    sessions = shared(ticket(READS, until=NOW + READ_TICKET_SECONDS))
    assert sessions.must_wait(BACKFILL, NOW)
    assert not sessions.must_wait(BACKFILL, NOW + READ_TICKET_SECONDS)


def test_who_has_waited_for_long_goes_before_everybody_for_one_batch() -> None:
    reads, nightly = ticket(READS), ticket(NIGHTLY)
    for waited, waits in ((PATIENCE - 1, True), (PATIENCE, False)):
        sessions = shared(reads, nightly, ticket(BACKFILL, since=int(NOW) - waited))
        assert sessions.must_wait(BACKFILL, NOW) is waits
        assert sessions.gives_way(BACKFILL, NOW)


def test_events_say_who_wants_the_session() -> None:
    batches = [{"task_id": 12}]
    assert claimant_of({"batches": batches}) == task_claimant(12, scheduled=False)
    assert claimant_of({"batches": batches, "scheduled": True}) == task_claimant(12, scheduled=True)
    read = claimant_of({"operation": "fetch_bars"})
    assert (read.name, read.priority, read.work) == (READS.name, READS.priority, "fetch_bars")


def test_what_is_shown() -> None:
    item: dict[str, Any] = {
        "owner1": "a",
        "fence1": 3,
        "since1": 999_990,
        "until1": 1_000_020,
        "work1": "task 2",
    }
    sessions = shared(ticket(BACKFILL), ticket(READS), ticket(OTHER, until=NOW - 1), **item)
    view = sessions.view(NOW)
    (session,) = view["sessions"]
    assert (session["held"], session["work"], session["fence"]) == (True, "task 2", 3)
    assert session["until"] == "1970-01-12T13:47:00+00:00"
    assert [(each["name"], each["priority"]) for each in view["waiting"]] == [
        ("reads", "read"),
        ("task 2", "backfill"),
    ]
