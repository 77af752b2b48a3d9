"""Tasks that are cancelled and retried, at whatever moment."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from marketdata.aws import workflows
from marketdata.lease.holder import LeaseHolder
from marketdata.lease.queue import Queue
from marketdata.lease.state import READS
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest, FetchedBars
from marketdata.tasks.outcomes import BatchOutcome
from marketdata.tasks.records import TaskRecords
from tests.integration.market import (
    WEEKS,
    check_counters,
    check_filled,
    open_in_three_batches,
)
from tests.support.emulation import join
from tests.support.faults import Event, Gate, Handler, wait_until
from tests.support.service import Service

RETRY = "/cache/tasks/{task_id}/retry"
CANCEL = "/cache/tasks/{task_id}/cancel"


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate() as made:
        yield made


@pytest.fixture(autouse=True)
def market(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    open_in_three_batches(service, monkeypatch)


def conflict(service: Service, resource: str, task_id: int) -> str:
    """Send a POST that is refused, and give the reason."""
    status, envelope = service.call("POST", resource, path={"task_id": str(task_id)})
    assert (status, envelope["data"]) == (409, None)
    message: str = envelope["message"]
    return message


def test_cancelled_in_the_middle(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate()
    fetch = FileSource.fetch_bars
    asked: list[tuple[str, ...]] = []

    def hold_second(source: FileSource, request: BarRequest) -> FetchedBars:
        asked.append(request.codes)
        if len(asked) == 2:
            gate.hold()
        return fetch(source, request)

    monkeypatch.setattr(FileSource, "fetch_bars", hold_second)
    task_id = service.start("fill-missing", **WEEKS)
    assert gate.reached.wait(20)
    cancelled = service.post(CANCEL, task_id=task_id)["task"]
    assert (cancelled["status"], cancelled["progress"]) == ("cancelled", 33.3)
    assert cancelled["ended_at"]
    assert "ended already: cancelled" in conflict(service, CANCEL, task_id)
    gate.opened.set()
    # What the source had begun comes to its end, is kept and is counted.
    wait_until(lambda: service.task(task_id)["batches_done"] == 2)
    join()
    task = service.task(task_id)
    assert (task["status"], task["success_count"]) == ("cancelled", 4)
    assert [event["batch"] for event in service.calls("upstream")] == [1, 2]
    assert service.calls("finish_task") == []

    service.invocations.clear()
    service.post(RETRY, task_id=task_id)
    check_counters(service.wait(task_id), batches=3)
    assert [event["batch"] for event in service.calls("upstream")] == [3]
    check_filled(service)


def answer_after_cancel(service: Service, gate: Gate, held: AbstractContextManager[object]) -> Any:
    """Cancel a task while its first turn begins, and give that turn's answer, made in a context."""
    answers: list[Any] = []

    def hold(handle: Handler, event: Event) -> Any:
        gate.hold()
        with held:
            answers.append(handle(event))
        return answers[0]

    service.faults["upstream"] = hold
    task_id = service.start("fill-missing", **WEEKS)
    assert gate.reached.wait(20)
    service.post(CANCEL, task_id=task_id)
    gate.opened.set()
    # The machine has been stopped; what it had invoked runs to its end all the same.
    wait_until(lambda: bool(answers))
    return answers[0]


def test_nothing_is_fetched_for_a_task_that_was_cancelled(service: Service, gate: Gate) -> None:
    answer = answer_after_cancel(service, gate, nullcontext())
    assert (answer["left"], answer["batches"]) == (0, [])
    assert service.task(1)["batches_done"] == 0
    assert not Queue(service.cloud.control).read().tickets, "it would keep others out"


def test_a_cancelled_task_that_is_refused_a_session_does_not_wait_for_one(
    service: Service, gate: Gate
) -> None:
    held = LeaseHolder(service.cloud.control, 1, "another").hold(READS)
    assert answer_after_cancel(service, gate, held)["pause"] > 0
    assert not Queue(service.cloud.control).read().tickets


def test_cancelled_while_it_is_planned(service: Service, gate: Gate) -> None:
    service.faults["plan_task"] = gate
    with ThreadPoolExecutor(1) as pool:
        start = pool.submit(service.post, "/cache/fill-missing", WEEKS)
        assert gate.reached.wait(20)
        service.post(CANCEL, task_id=1)
        assert start.result()["status"] == "cancelled"
    gate.opened.set()
    join()
    assert service.task(1)["status"] == "cancelled"
    assert service.calls("upstream") == []
    service.faults.clear()
    service.post(RETRY, task_id=1)
    check_counters(service.wait(1), batches=3)


def test_a_cancel_stops_an_execution_that_only_the_plan_step_knows(
    service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API's note of the execution comes late, after the plan step's."""
    monkeypatch.setattr(TaskRecords, "started", lambda *_: None)
    service.faults["upstream"] = gate
    service.start("fill-missing", **WEEKS)
    assert gate.reached.wait(20)
    service.post(CANCEL, task_id=1)
    gate.opened.set()
    join()
    assert [event["batch"] for event in service.calls("upstream")] == [1]


def test_an_execution_that_outlives_its_attempt_does_no_harm(
    service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancel, but the execution goes on; retry. Only the second attempt may count and end."""
    monkeypatch.setattr(workflows, "stop_execution", lambda *_: None)
    first, second = Gate(), Gate()

    def hold(handle: Handler, event: Event) -> Any:
        gates = {1: first, 2: second}
        if event["batches"][0]["batch"] == 2:
            gates[event["batches"][0]["attempt"]].hold()
        return handle(event)

    service.faults["upstream"] = hold
    service.start("fill-missing", **WEEKS)
    assert first.reached.wait(20)
    service.post(CANCEL, task_id=1)
    service.post(RETRY, task_id=1)
    assert second.reached.wait(20)
    first.opened.set()
    wait_until(lambda: any(event["attempt"] == 1 for event in service.calls("finish_task")))
    task = service.task(1)
    assert (task["status"], task["batches_done"], task["success_count"]) == ("running", 1, 2)
    second.opened.set()
    check_counters(service.wait(1), batches=3)
    check_filled(service)


def test_an_outcome_of_an_earlier_attempt_is_not_counted(service: Service, gate: Gate) -> None:
    service.faults["upstream"] = gate
    service.start("fill-missing", **WEEKS)
    service.post(CANCEL, task_id=1)
    with Gate() as planning:
        service.faults["plan_task"] = planning
        service.post(RETRY, task_id=1)
        outcomes = TaskRecords(service.cloud.control).outcomes
        late = BatchOutcome(batch=1, work=14, closing=2, bars=14, calls=1)
        assert not outcomes.record(1, 1, late)
        assert service.task(1)["batches_done"] == 0
    gate.opened.set()
    check_counters(service.wait(1), batches=3)


def test_what_cannot_be_cancelled_or_retried(service: Service, gate: Gate) -> None:
    done = service.run("fill-missing", **WEEKS)["id"]
    assert conflict(service, CANCEL, done) == "task 1 has ended already: completed"
    assert conflict(service, RETRY, done) == "nothing in task 1 failed"
    service.faults["upstream"] = gate
    running = service.start("cache-all-missing", **WEEKS)
    assert conflict(service, RETRY, running) == "task 2 is still running"
    service.post(CANCEL, task_id=running)
    same = service.start("cache-all-missing", **WEEKS)
    assert conflict(service, RETRY, running) == "the work of task 2 is already being done"
    gate.opened.set()
    join()
    assert service.task(same)["status"] == "completed"


def test_of_two_retries_at_once_one_is_refused(service: Service, gate: Gate) -> None:
    service.faults["upstream"] = gate
    service.start("fill-missing", **WEEKS)
    service.post(CANCEL, task_id=1)
    gate.opened.set()
    join()
    with ThreadPoolExecutor(2) as pool:
        path = {"task_id": "1"}
        answers = pool.map(lambda _: service.call("POST", RETRY, path=path)[0], range(2))
        assert sorted(answers) == [200, 409]
    task = service.wait(1)
    assert task["attempt"] == 2
    check_counters(task, batches=3)


def test_a_retry_and_the_same_request_at_once_make_one_execution(
    service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request has seen the ended task, and the retry comes before its new one."""
    service.faults["upstream"] = gate
    service.start("fill-missing", **WEEKS)
    service.post(CANCEL, task_id=1)
    gate.opened.set()
    join()
    holder = TaskRecords.holder
    retried: list[Any] = []

    def retry_in_between(records: TaskRecords, request: str) -> Any:
        found = holder(records, request)
        if not retried:
            retried.append(None)
            service.post(RETRY, task_id=1)
        return found

    monkeypatch.setattr(TaskRecords, "holder", retry_in_between)
    with Gate() as again:
        service.faults["upstream"] = again
        assert service.start("fill-missing", **WEEKS) == 1
    check_counters(service.wait(1), batches=3)


def test_a_work_list_that_is_gone(service: Service, gate: Gate) -> None:
    service.faults["upstream"] = gate
    service.start("fill-missing", **WEEKS)
    service.post(CANCEL, task_id=1)
    gate.opened.set()
    join()
    service.cloud.bucket.delete("tasks/1/plan.json")
    service.post(RETRY, task_id=1)
    task = service.wait(1)
    assert task["status"] == "failed"
    assert task["error_message"] == "its work list is not kept any more: make a new task"
