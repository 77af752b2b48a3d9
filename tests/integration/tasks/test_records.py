"""Task records: who gets hold of a request, and that no change comes too late."""

from dataclasses import replace

import pytest

from marketdata.aws.writes import ConditionFailedError
from marketdata.blocks.dataset import Kind, Period
from marketdata.details import Detail
from marketdata.errors import NotFoundError
from marketdata.tasks.records import CLAIMS, TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import Status, Task, TaskKind, new_task

SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")

REMARK = Detail("remarks", "a remark", {"count": 1})


def make(task_id: int) -> Task:
    return new_task(task_id, TaskKind.FILL, SCOPE, "li", request="r")


def claim(records: TaskRecords) -> tuple[Task, bool]:
    return records.claim("r", make, lambda holder: not holder.status.ended)


def test_the_first_claim_makes_a_task(records: TaskRecords) -> None:
    assert records.holder("r") is None
    task, new = claim(records)
    assert (task.id, new) == (1, True)
    assert records.load(1) == task
    assert records.holder("r") == task


def test_a_claim_gives_the_task_that_runs(records: TaskRecords) -> None:
    claim(records)
    task, new = claim(records)
    assert (task.id, new) == (1, False)


def test_an_ended_task_gives_its_request_free(records: TaskRecords) -> None:
    first, _ = claim(records)
    assert records.end(first, Status.COMPLETED)
    second, new = claim(records)
    assert (second.id, new) == (2, True)
    assert (records.holder("r") or first).id == 2


def test_a_task_that_does_not_exist(records: TaskRecords) -> None:
    with pytest.raises(NotFoundError, match="there is no task 7"):
        records.load(7)


def test_whoever_is_second_sees_who_was_first(
    records: TaskRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find nobody; the other one is faster."""
    holder = TaskRecords.holder
    other: list[Task] = []

    def slow(own: TaskRecords, request: str) -> Task | None:
        found = holder(own, request)
        if not other:
            monkeypatch.setattr(TaskRecords, "holder", holder)
            other.append(claim(own)[0])
        return found

    monkeypatch.setattr(TaskRecords, "holder", slow)
    task, new = claim(records)
    assert (task, new) == (other[0], False)
    assert records.page(1, 10)[0] == [task]


def test_a_request_that_others_keep_taking_is_given_up(
    records: TaskRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time somebody claims it in between, and is done."""
    holder = TaskRecords.holder

    def overtaken(own: TaskRecords, request: str) -> Task | None:
        found = holder(own, request)
        with monkeypatch.context() as patch:
            patch.setattr(TaskRecords, "holder", holder)
            assert own.end(claim(own)[0], Status.COMPLETED)
        return found

    monkeypatch.setattr(TaskRecords, "holder", overtaken)
    with pytest.raises(ConditionFailedError, match="no task could be made"):
        claim(records)
    assert len(records.page(1, 100)[0]) == CLAIMS


def test_only_the_newest_attempt_can_be_ended(records: TaskRecords) -> None:
    first, _ = claim(records)
    assert records.end(first, Status.CANCELLED)
    assert not records.end(first, Status.COMPLETED)
    second = records.retry(records.load(1))
    assert (second.attempt, second.status) == (2, Status.PENDING)
    assert not records.end(first, Status.COMPLETED), "a step of the first attempt comes late"
    with pytest.raises(ConditionFailedError):
        records.planned(first, "arn", batch_count=1)
    records.planned(second, "arn", batch_count=1)
    records.started(first, "arn of the first attempt")
    task = records.load(1)
    assert (task.status, task.execution, task.batch_count) == (Status.RUNNING, "arn", 1)
    assert records.end(second, Status.COMPLETED, [REMARK, REMARK], success_count=3)
    task = records.load(1)
    assert (task.status, task.error_message, task.success_count) == (
        Status.COMPLETED,
        "a remark; a remark",
        3,
    )
    assert (
        task.error_details
        == [{"key": "remarks", "message": "a remark", "params": {"count": 1}}] * 2
    )
    assert task.ended_at >= task.created_at


def test_a_retry_clears_what_the_last_attempt_left(records: TaskRecords) -> None:
    task, _ = claim(records)
    records.started(task, "arn")
    records.end(task, Status.FAILED, [REMARK])
    again = records.retry(records.load(1))
    assert replace(again, updated_at="") == replace(records.load(1), updated_at="")
    assert (again.execution, again.ended_at, again.error_message) == ("", "", "")
    assert again.error_details == []


def test_a_retry_needs_its_request(records: TaskRecords) -> None:
    first, _ = claim(records)
    records.end(first, Status.FAILED)
    claim(records)
    with pytest.raises(ConditionFailedError, match="task 2 does that already"):
        records.retry(records.load(1))
    records.end(records.load(2), Status.FAILED)
    assert records.retry(records.load(1)).attempt == 2
    assert claim(records)[0].id == 1
    stale = replace(records.load(1), attempt=1)
    with pytest.raises(ConditionFailedError):
        records.retry(stale)
