"""Tasks that die, are cancelled and retried, with machines that do what the test says."""

from datetime import timedelta
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.errors import ConflictError
from marketdata.tasks import service
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.service import TaskService
from marketdata.tasks.task import Status, Task, TaskKind
from tests.integration.tasks.machines import FakeMachines

SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")


@pytest.fixture
def stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold any silence against a task's execution."""
    monkeypatch.setattr(service, "STALE", timedelta(0))


def start(task_service: TaskService, kind: TaskKind = TaskKind.FILL) -> Task:
    return task_service.start(kind, SCOPE, "li")


@pytest.mark.usefixtures("stale")
@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"])
def test_a_silent_task_is_held_against_its_execution(
    task_service: TaskService, machines: FakeMachines, status: str
) -> None:
    start(task_service)
    (execution,) = machines.executions
    assert task_service.show(1).status is Status.PENDING
    machines.executions[execution] = status
    (task,), total = task_service.page(1, 20)
    assert (task.status, task.error_message, total) == (
        Status.FAILED,
        "its execution ended without reporting",
        1,
    )
    assert task_service.show(1) == task


def test_a_task_that_spoke_lately_is_believed(
    task_service: TaskService, machines: FakeMachines
) -> None:
    start(task_service)
    machines.executions.clear()
    assert task_service.show(1).status is Status.PENDING


@pytest.mark.usefixtures("stale")
def test_a_task_that_ended_meanwhile_stays_as_it_ended(
    task_service: TaskService,
    records: TaskRecords,
    machines: FakeMachines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It ends between the look at its record and the look at its execution."""
    task = start(task_service)

    def ends(_: str) -> str:
        records.end(task, Status.COMPLETED)
        return "SUCCEEDED"

    monkeypatch.setattr(machines, "execution_status", ends)
    assert task_service.show(1).status is Status.COMPLETED


@pytest.mark.usefixtures("stale")
def test_a_task_whose_start_was_cut_off(task_service: TaskService, machines: FakeMachines) -> None:
    """The function ended between writing the record and starting the execution."""
    machines.failure = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        start(task_service)
    machines.failure = None
    assert start(task_service).id == 2
    assert task_service.show(1).status is Status.FAILED


def test_cancel(task_service: TaskService, machines: FakeMachines) -> None:
    start(task_service)
    assert task_service.cancel(1).status is Status.CANCELLED
    assert list(machines.executions.values()) == ["ABORTED"]
    with pytest.raises(ConflictError, match="task 1 has ended already: cancelled"):
        task_service.cancel(1)


def test_a_cancel_that_comes_too_late_says_how_it_ended(
    task_service: TaskService, records: TaskRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = start(task_service)
    end = TaskRecords.end

    def too_late(own: TaskRecords, *args: Any, **named: Any) -> bool:
        monkeypatch.setattr(TaskRecords, "end", end)
        records.end(task, Status.COMPLETED)
        return records.end(*args, **named)

    monkeypatch.setattr(TaskRecords, "end", too_late)
    with pytest.raises(ConflictError, match="task 1 has ended already: completed"):
        task_service.cancel(1)


def test_retry(task_service: TaskService, records: TaskRecords, machines: FakeMachines) -> None:
    first = start(task_service)
    records.end(first, Status.FAILED)
    task = task_service.retry(1)
    assert (task.attempt, task.status) == (2, Status.PENDING)
    assert task.execution_name.startswith("task-1-2-")
    assert records.load(1).execution_name == task.execution_name
    assert machines.executions[f"fill:{task.execution_name}"] == "RUNNING"
    assert machines.events[-1] == {"task_id": 1, "attempt": 2}


@pytest.mark.parametrize(
    ("status", "errors", "allowed"),
    [
        (Status.COMPLETED, 0, False),
        (Status.COMPLETED, 1, True),
        (Status.FAILED, 0, True),
        (Status.CANCELLED, 0, True),
    ],
)
def test_what_may_be_retried(
    task_service: TaskService, records: TaskRecords, status: Status, errors: int, *, allowed: bool
) -> None:
    records.end(start(task_service), status, error_count=errors)
    if allowed:
        assert task_service.retry(1).attempt == 2
    else:
        with pytest.raises(ConflictError, match="nothing in task 1 failed"):
            task_service.retry(1)
