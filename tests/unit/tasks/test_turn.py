"""A turn: batches one after another, each stored while the next one is fetched."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from marketdata.details import Detail
from marketdata.errors import UpstreamFaultError, UpstreamTimeoutError
from marketdata.tasks.batching import WorkItem
from marketdata.tasks.outcomes import BatchOutcome, Outcomes
from marketdata.tasks.turn import START_SECONDS, Save, Turn
from tests.support.faults import Killed

PATIENCE = 20


class Recorded(Outcomes):
    """Outcomes in memory."""

    def __init__(self, *batches: int, cancelled_after: int = 99) -> None:
        self.found: dict[int, BatchOutcome | None] = dict.fromkeys(batches)
        self.asked = 0
        self.cancelled_after = cancelled_after

    def goes_on(self, task_id: int, attempt: int) -> bool:
        assert (task_id, attempt) == (7, 1)
        self.asked += 1
        return self.asked <= self.cancelled_after

    def recorded(self, task_id: int, attempt: int, batch: int) -> bool:
        assert (task_id, attempt) == (7, 1)
        return batch in self.found

    def record(self, task_id: int, attempt: int, outcome: BatchOutcome) -> bool:
        self.found[outcome.batch] = outcome
        return True


@dataclass
class Troubles:
    """A source and a store that fail as told; a clock that a fetch moves on by ten seconds."""

    fetching: Mapping[int, Exception] = field(default_factory=dict)
    storing: Mapping[int, Exception] = field(default_factory=dict)
    fetched: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)

    def fetch(self, batch: WorkItem) -> Save:
        number = batch["batch"]
        self.fetched.append(number)
        if number in self.fetching:
            raise self.fetching[number]

        def store() -> dict[str, Any]:
            if number in self.storing:
                raise self.storing[number]
            self.stored.append(number)
            return {"bars": 10 * number, "failed": {}, "quarantined": {}}

        return store

    def clock(self) -> float:
        return 10.0 * len(self.fetched)


def batches(*numbers: int) -> list[WorkItem]:
    return [
        {
            "operation": "fetch_bars",
            "task_id": 7,
            "attempt": 1,
            "batch": number,
            "work": 3,
            "closing": 2,
        }
        for number in numbers
    ]


def take(market: Troubles, outcomes: Outcomes, *numbers: int) -> list[int]:
    left = Turn(market.fetch, outcomes, market.clock).take(batches(*numbers))
    return [batch["batch"] for batch in left]


def test_every_batch_is_fetched_stored_and_recorded() -> None:
    market, outcomes = Troubles(), Recorded()
    assert take(market, outcomes, 1, 2, 3) == []
    assert market.fetched == market.stored == [1, 2, 3]
    expected = BatchOutcome(2, work=3, closing=2, bars=20, calls=1, failed={}, quarantined={})
    assert outcomes.found[2] == expected


def test_a_batch_is_stored_while_the_next_one_is_fetched() -> None:
    fetching_next = threading.Event()

    def fetch(batch: WorkItem) -> Save:
        if batch["batch"] == 2:
            fetching_next.set()

        def store() -> dict[str, Any]:
            assert fetching_next.wait(PATIENCE)
            return {}

        return store

    outcomes = Recorded()
    Turn(fetch, outcomes).take(batches(1, 2))
    assert outcomes.found.keys() == {1, 2}


def test_what_is_recorded_is_not_fetched_again() -> None:
    market = Troubles()
    take(market, Recorded(1, 3), 1, 2, 3, 4)
    assert market.fetched == [2, 4]


def test_what_there_is_no_time_for_is_given_back() -> None:
    market, outcomes = Troubles(), Recorded()
    begun = int(START_SECONDS / 10)
    assert take(market, outcomes, *range(1, 10)) == list(range(begun + 1, 10))
    assert outcomes.found.keys() == set(market.stored) == set(range(1, begun + 1))


def test_a_source_that_does_not_have_it_is_recorded_and_the_rest_goes_on() -> None:
    market, outcomes = Troubles({1: UpstreamFaultError("no such table")}), Recorded()
    assert take(market, outcomes, 1, 2) == []
    failed = outcomes.found[1]
    assert failed is not None
    assert (failed.error, failed.bars) == (Detail("upstream_unusable", "no such table"), 0)
    assert market.stored == [2]


@pytest.mark.parametrize("error", [UpstreamTimeoutError("silent"), KeyError("strange")])
@pytest.mark.parametrize("storing", [False, True])
def test_what_may_pass_is_raised_when_the_others_are_done(error: Exception, storing: bool) -> None:
    market = Troubles(storing={1: error}) if storing else Troubles(fetching={1: error})
    outcomes = Recorded()
    with pytest.raises(type(error)):
        take(market, outcomes, 1, 2, 3)
    assert outcomes.found.keys() == {2, 3}
    again = Troubles()
    take(again, outcomes, 1, 2, 3)
    assert again.fetched == [1]


def test_a_source_in_trouble_is_left_alone() -> None:
    silent = UpstreamTimeoutError("silent")
    market, outcomes = Troubles(dict.fromkeys(range(1, 9), silent)), Recorded()
    with pytest.raises(UpstreamTimeoutError):
        take(market, outcomes, *range(1, 9))
    assert (market.fetched, outcomes.found) == ([1, 2], {})


def test_a_cancelled_task_has_nothing_more_fetched() -> None:
    market, outcomes = Troubles(), Recorded(cancelled_after=2)
    assert take(market, outcomes, 1, 2, 3, 4) == []
    assert market.fetched == market.stored == [1, 2]
    assert outcomes.found.keys() == {1, 2}


def test_a_process_that_dies_takes_no_record_along() -> None:
    def fetch(batch: WorkItem) -> Save:
        def store() -> dict[str, Any]:
            raise Killed

        return store

    outcomes = Recorded()
    with pytest.raises(Killed):
        Turn(fetch, outcomes).take(batches(1))
    assert outcomes.found == {}
