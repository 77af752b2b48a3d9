"""How tasks end, and what is said of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.securities import Catalog
from marketdata.errors import NotFoundError
from marketdata.tasks.finish import Finisher
from marketdata.tasks.outcomes import BatchOutcome
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import Status, Task, TaskKind, new_task
from tests.support.failed_steps import SECRET, cause
from tests.support.memory import MemoryBucket

SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")
WORK = [
    {"batch": 1, "codes": ["A", "B"], "start": "20200102", "end": "20200110", "work": 14},
    {"batch": 2, "codes": ["C"], "start": "20200102", "end": "20200110", "work": 7},
]


@pytest.fixture
def finisher(records: TaskRecords, bucket: MemoryBucket) -> Finisher:
    catalog = Catalog([], "", "files", {})
    return Finisher(records, bucket, lambda: catalog, lambda _: [], lambda *_: None, lambda _: None)


@pytest.fixture
def task(records: TaskRecords, bucket: MemoryBucket) -> Task:
    """A planned fill of three codes in two batches."""

    def make(task_id: int) -> Task:
        return new_task(task_id, TaskKind.FILL, SCOPE, "li", request="r")

    made, _ = records.claim("r", make, lambda _: True)
    work = [
        item | {"task_id": 1, "attempt": 1, "closing": len(item["codes"])}  # type: ignore[arg-type]
        for item in WORK
    ]
    bucket.write_json("tasks/1/plan.json", work)
    records.planned(made, "arn", total_count=3, missing_count=3, batch_count=2, work=21)
    return records.load(1)


def record(records: TaskRecords, batch: int, **details: Any) -> None:
    item = WORK[batch - 1]
    codes: Any = item["codes"]
    outcome = BatchOutcome(batch, item["work"], len(codes), calls=1, **details)  # type: ignore[arg-type]
    assert records.outcomes.record(1, 1, outcome)


def test_all_went_well(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    record(records, 1, bars=14)
    record(records, 2, bars=7)
    finisher.finish(1, 1)
    ended = records.load(1)
    assert (ended.status, ended.error_message, ended.progress) == (Status.COMPLETED, "", 100)
    assert (ended.success_count, ended.error_count, ended.bar_count) == (3, 0, 21)
    assert bucket.read_json("tasks/1/result.json") == {
        "task_id": 1,
        "total_count": 3,
        "missing_count": 3,
        "success_count": 3,
        "error_count": 0,
        "bar_count": 21,
        "upstream_calls": 2,
        "quarantined_count": 0,
        "errors": {},
        "error_keys": {},
        "quarantined": {},
        "failed_batches": [],
        "notes": [],
    }


def test_remarks_are_told_once_and_are_no_errors(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    record(records, 1, bars=14, notes=["a bad row", "another"])
    record(records, 2, bars=7, notes=["a bad row"])
    finisher.finish(1, 1)
    ended = records.load(1)
    assert (ended.success_count, ended.error_count) == (3, 0)
    assert ended.error_message == "2 remarks: see the result"
    assert bucket.read_json("tasks/1/result.json")["notes"] == ["a bad row", "another"]


def test_of_very_many_remarks_the_rest_is_counted(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    many = [f"row {number}" for number in range(60)]
    record(records, 1, bars=14, notes=many)
    record(records, 2, bars=7, notes=many, failed={"C": "no file"})
    finisher.finish(1, 1)
    assert records.load(1).error_message == (
        "1 of 3 codes have errors: C: no file; 60 remarks: see the result"
    )
    assert bucket.read_json("tasks/1/result.json")["notes"] == [*many[:50], "and at least 10 more"]


def test_a_batch_without_an_outcome_was_not_reached(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    record(records, 1, bars=14)
    finisher.finish(1, 1)
    ended = records.load(1)
    assert (ended.status, ended.success_count, ended.error_count) == (Status.COMPLETED, 2, 1)
    assert ended.error_message == "1 of 3 codes have errors: C: it was not reached"


def test_nothing_was_reached(finisher: Finisher, records: TaskRecords, task: Task) -> None:
    finisher.finish(1, 1)
    assert (records.load(1).status, records.load(1).error_count) == (Status.FAILED, 3)


def test_every_kind_of_error_at_once(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    quarantined = {"A": {"negative": 2, "duplicate_time": 1}}
    record(records, 1, bars=4, failed={"B": "no file"}, quarantined=quarantined)
    item = bucket.read_json("tasks/1/plan.json")[1]
    finisher.fail_batch(item, cause("UpstreamFaultError", "closed"))
    finisher.finish(1, 1)
    ended = records.load(1)
    assert (ended.status, ended.success_count, ended.error_count) == (Status.COMPLETED, 0, 3)
    assert ended.error_message == (
        "3 of 3 codes have errors: A: bars in quarantine: 2 negative, 1 duplicate_time; "
        "B: no file; C: closed"
    )
    result = bucket.read_json("tasks/1/result.json")
    assert result["quarantined"] == quarantined
    assert result["failed_batches"] == [
        {
            "batch": 2,
            "start": "20200102",
            "end": "20200110",
            "codes": ["C"],
            "error": "closed",
            "key": "upstream_unusable",
            "params": {},
        }
    ]


def test_bad_bars_of_a_code_in_two_batches_are_added_up(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    record(records, 1, quarantined={"A": {"negative": 2}})
    record(records, 2, quarantined={"A": {"negative": 1, "not_whole": 1}})
    finisher.finish(1, 1)
    assert records.load(1).quarantined_count == 4
    assert bucket.read_json("tasks/1/result.json")["quarantined"] == {
        "A": {"negative": 3, "not_whole": 1}
    }


def test_an_ended_task_stays_as_it_is(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    records.end(task, Status.CANCELLED)
    finisher.finish(1, 1)
    finisher.fail("arn", {"task_id": 1, "attempt": 1, "error": {"Error": "X"}})
    assert records.load(1).status is Status.CANCELLED
    assert "tasks/1/result.json" not in bucket.objects


def test_another_attempt_is_left_alone(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    records.end(task, Status.CANCELLED)
    records.retry(records.load(1))
    finisher.finish(1, 1)
    finisher.fail("arn", {"task_id": 1, "attempt": 1, "error": {"Error": "X"}})
    assert records.load(1).status is Status.PENDING
    finisher.fail("arn", {"task_id": 1, "attempt": 2, "error": {"Error": "X"}})
    assert (records.load(1).status, records.load(1).error_message) == (
        Status.FAILED,
        "internal error: X",
    )


def test_the_task_of_a_schedule_is_found_by_its_execution(
    finisher: Finisher, records: TaskRecords
) -> None:
    finisher.fail("arn", {"schedule": "stock", "error": {"Error": "X"}})

    def make(task_id: int) -> Task:
        return new_task(task_id, TaskKind.FILL, SCOPE, "schedule", request="arn", execution="arn")

    records.claim("arn", make, lambda _: True)
    finisher.fail("arn", {"schedule": "stock", "error": {"Error": "X"}})
    assert records.load(1).status is Status.FAILED


def test_a_work_list_that_is_gone_is_no_success(
    finisher: Finisher, records: TaskRecords, bucket: MemoryBucket, task: Task
) -> None:
    bucket.objects.clear()
    with pytest.raises(NotFoundError):
        finisher.finish(1, 1)
    assert records.load(1).status is Status.RUNNING


@pytest.fixture(autouse=True)
def nothing_secret(bucket: MemoryBucket) -> Iterator[None]:
    yield
    assert SECRET.encode() not in b"".join(bucket.objects.values())
