"""Tasks as the API starts and shows them, with machines that do what the test says."""

from dataclasses import replace

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.details import Detail
from marketdata.errors import NotFoundError
from marketdata.tasks import service
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.service import FINDINGS, TaskService
from marketdata.tasks.task import Status, Task, TaskKind
from tests.integration.tasks.machines import FakeMachines
from tests.support.clocks import WaitingTime
from tests.support.memory import MemoryBucket

SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")


def start(task_service: TaskService, kind: TaskKind = TaskKind.FILL) -> Task:
    return task_service.start(kind, SCOPE, "li")


@pytest.mark.parametrize(
    ("kind", "machine"), [(TaskKind.DETECT, "detect"), (TaskKind.FILL, "fill")]
)
def test_a_task_is_started_on_its_machine(
    task_service: TaskService, machines: FakeMachines, kind: TaskKind, machine: str
) -> None:
    task = start(task_service, kind)
    execution = f"{machine}:{task.execution_name}"
    assert task.execution_name.startswith("task-1-1-")
    assert machines.executions == {execution: "RUNNING"}
    assert machines.events == [{"task_id": 1, "attempt": 1}]
    assert task_service.show(1) == replace(
        task, execution=execution, updated_at=task_service.show(1).updated_at
    )


def test_waiting_ends_with_enough(
    task_service: TaskService, records: TaskRecords, clock: WaitingTime
) -> None:
    task = start(task_service)
    clock.happens[3.0] = lambda: records.planned(task, "fill:task-1", missing_count=5)
    task = task_service.wait(task, lambda each: each.planned)
    assert (task.missing_count, task.status) == (5, Status.RUNNING)
    assert 3 <= clock.seconds < 4
    assert clock.pauses == sorted(clock.pauses)


def test_waiting_ends_with_the_task(
    task_service: TaskService, records: TaskRecords, clock: WaitingTime
) -> None:
    task = start(task_service)
    clock.happens[1.0] = lambda: records.end(
        task, Status.FAILED, [Detail("internal_error", "boom")]
    )
    assert task_service.wait(task, lambda _: False).error_message == "boom"
    assert clock.seconds < 2


def test_waiting_ends_with_the_time(task_service: TaskService, clock: WaitingTime) -> None:
    task = task_service.wait(start(task_service), lambda _: False)
    assert task.status is Status.PENDING
    assert service.WAIT_SECONDS <= clock.seconds < service.WAIT_SECONDS + 1
    assert len(clock.pauses) < 50


def test_nothing_is_waited_for_that_is_there_already(
    task_service: TaskService, records: TaskRecords, clock: WaitingTime
) -> None:
    records.planned(start(task_service), "fill:task-1")
    task_service.wait(task_service.show(1), lambda each: each.planned)
    assert clock.pauses == []


def test_a_machine_that_does_not_start(task_service: TaskService, machines: FakeMachines) -> None:
    machines.failure = OSError("no route")
    with pytest.raises(OSError, match="no route"):
        start(task_service)
    task = task_service.show(1)
    assert (task.status, task.error_message) == (Status.FAILED, "it could not be started")
    machines.failure = None
    assert start(task_service).id == 2


def test_findings(task_service: TaskService, records: TaskRecords, bucket: MemoryBucket) -> None:
    task = start(task_service, TaskKind.DETECT)
    early = task_service.findings(task)
    assert early.keys() >= {"task_id", "status", *FINDINGS}
    assert (early["status"], early["missing_codes"]) == ("pending", [])
    records.end(task, Status.COMPLETED)
    bucket.write_json("tasks/1/result.json", {name: name for name in FINDINGS} | {"more": 1})
    found = task_service.findings(task_service.show(1))
    assert found == {"task_id": 1, "status": "completed", "progress": 100.0} | {
        name: name for name in FINDINGS
    }


def test_a_result(task_service: TaskService, records: TaskRecords, bucket: MemoryBucket) -> None:
    task = start(task_service)
    bucket.write_json("tasks/1/result.json", {"of": "an earlier attempt"})
    with pytest.raises(NotFoundError, match="task 1 is pending and has no result"):
        task_service.result(task)
    records.end(task, Status.COMPLETED)
    assert task_service.result(task_service.show(1)) == b'{"of":"an earlier attempt"}'
    bucket.objects.clear()
    with pytest.raises(NotFoundError, match="task 1 is completed and has no result"):
        task_service.result(task_service.show(1))
