"""Outcomes of batches: recorded and counted once, both or neither."""

from typing import Any

import pytest

from marketdata.aws.items import to_attributes
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.blocks.dataset import Kind, Period
from marketdata.details import Detail
from marketdata.tasks.outcomes import LONGEST, MOST_NOTES, BatchOutcome, Outcomes
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import Status, Task, TaskKind, new_task
from tests.support.cloud import Cloud

SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")
DONE = BatchOutcome(batch=1, work=14, closing=2, bars=14, calls=1)


@pytest.fixture
def records(cloud: Cloud) -> TaskRecords:
    """Records with one task in them, number 1."""
    made = TaskRecords(cloud.control)
    made.claim(
        "r",
        lambda task_id: new_task(task_id, TaskKind.FILL, SCOPE, "li", request="r"),
        lambda _: True,
    )
    return made


@pytest.fixture
def outcomes(records: TaskRecords) -> Outcomes:
    return records.outcomes


def counters(task: Task) -> dict[str, int]:
    names = (
        "batches_done",
        "work_done",
        "success_count",
        "error_count",
        "bar_count",
        "quarantined_count",
        "upstream_calls",
    )
    return {name: getattr(task, name) for name in names if getattr(task, name)}


def test_what_has_been_recorded_in_an_attempt(records: TaskRecords, outcomes: Outcomes) -> None:
    assert not outcomes.recorded(1, 1, DONE.batch)
    outcomes.record(1, 1, DONE)
    assert outcomes.recorded(1, 1, DONE.batch)
    assert not outcomes.recorded(1, 2, DONE.batch)
    assert not outcomes.recorded(1, 1, DONE.batch + 1)


def test_a_task_goes_on_until_it_ends_or_is_tried_again(records: TaskRecords) -> None:
    assert records.outcomes.goes_on(1, 1)
    assert not records.outcomes.goes_on(1, 2)
    assert not records.outcomes.goes_on(2, 1)
    records.end(records.load(1), Status.CANCELLED)
    assert not records.outcomes.goes_on(1, 1)


def test_a_batch_that_went_well(records: TaskRecords, outcomes: Outcomes) -> None:
    assert outcomes.record(1, 1, DONE)
    assert counters(records.load(1)) == {
        "batches_done": 1,
        "work_done": 14,
        "success_count": 2,
        "bar_count": 14,
        "upstream_calls": 1,
    }
    read = outcomes.read(1)
    assert list(read) == [1]
    assert (read[1]["done"], read[1]["error"]) == (True, "")


def test_a_batch_counts_once(records: TaskRecords, outcomes: Outcomes) -> None:
    assert [outcomes.record(1, 1, DONE) for _ in range(3)] == [True, False, False]
    assert records.load(1).batches_done == 1
    late = BatchOutcome(batch=1, work=14, closing=2, error=Detail("upstream_failed", "too late"))
    assert not outcomes.record(1, 1, late)
    assert outcomes.read(1)[1]["error"] == ""


def test_a_batch_that_failed_whole(records: TaskRecords, outcomes: Outcomes) -> None:
    failed = BatchOutcome(batch=2, work=14, closing=2, error=Detail("upstream_failed", "no table"))
    outcomes.record(1, 1, failed)
    assert counters(records.load(1)) == {"batches_done": 1, "work_done": 14, "error_count": 2}
    assert outcomes.read(1)[2]["done"] is False


@pytest.mark.parametrize(
    ("details", "errors", "bad"),
    [
        ({"failed": {"A": "no file"}}, 1, 0),
        ({"quarantined": {"A": {"negative": 2, "duplicate_time": 1}}}, 1, 3),
        ({"failed": {"A": "x"}, "quarantined": {"A": {"negative": 1}}}, 1, 1),
        ({"failed": {"A": "x"}, "quarantined": {"B": {"negative": 1}}}, 2, 1),
        ({"failed": {"A": "x", "B": "x", "C": "x"}}, 2, 0),
    ],
)
def test_single_codes_that_failed(
    records: TaskRecords, outcomes: Outcomes, details: dict[str, Any], errors: int, bad: int
) -> None:
    outcomes.record(1, 1, BatchOutcome(batch=1, work=21, closing=2, bars=7, calls=1, **details))
    task = records.load(1)
    assert (task.error_count, task.success_count) == (errors, 2 - errors)
    assert task.quarantined_count == bad
    assert outcomes.read(1)[1]["done"] is False


def test_remarks_are_kept_short_and_few(outcomes: Outcomes) -> None:
    notes = ["x" * 300, "x" * 300, *map(str, range(60))]
    outcomes.record(1, 1, BatchOutcome(batch=1, work=14, closing=2, notes=notes))
    kept = outcomes.read(1)[1]
    assert kept["notes"] == ["x" * LONGEST, *map(str, range(MOST_NOTES - 1))]
    assert kept["more_notes"] == 11
    assert kept["done"] is True


def test_another_attempt_counts_anew(records: TaskRecords, outcomes: Outcomes) -> None:
    outcomes.record(
        1, 1, BatchOutcome(batch=1, work=14, closing=2, error=Detail("upstream_failed", "no table"))
    )
    records.end(records.load(1), Status.FAILED)
    records.retry(records.load(1))
    assert not outcomes.record(1, 1, DONE), "of the attempt before"
    assert outcomes.record(1, 2, DONE)
    assert not outcomes.record(1, 2, DONE)
    assert outcomes.read(1)[1]["attempt"] == 2


def test_an_attempt_that_has_not_begun_is_not_counted(outcomes: Outcomes) -> None:
    assert not outcomes.record(1, 2, DONE)
    assert outcomes.read(1) == {}


def test_a_task_that_does_not_exist(outcomes: Outcomes) -> None:
    assert not outcomes.record(7, 1, DONE)
    assert outcomes.read(7) == {}


def test_outcomes_come_in_order(outcomes: Outcomes) -> None:
    for batch in (10, 2, 1_000, 1):
        outcomes.record(1, 1, BatchOutcome(batch=batch, work=1, closing=0))
    assert list(outcomes.read(1)) == [1, 2, 10, 1_000]


def test_the_largest_record_fits_into_an_item(
    records: TaskRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB takes 400 KB: 300 codes, and a source that says a lot of each."""
    sizes: list[int] = []

    def transact(_table: Table, *changes: Write) -> None:
        sizes.extend(len(repr(to_attributes(each.put or {})).encode()) for each in changes)

    monkeypatch.setattr(Table, "transact", transact)
    codes = [f"{number:06d}.SH" for number in range(300)]
    worst = BatchOutcome(
        batch=1,
        work=1,
        closing=300,
        error=Detail("upstream_failed", "错" * 10_000),
        failed={code: code + "错" * 10_000 for code in codes},
        quarantined={
            code: {f"reason_number_{n}": 10**6 + at for n in range(8)}
            for at, code in enumerate(codes)
        },
    )
    records.outcomes.record(1, 1, worst)
    assert 300 * LONGEST < sizes[0] < 400_000


def stored_size(value: object) -> int:
    """Return the size of a value as DynamoDB counts it: texts, and some bytes around each."""
    if isinstance(value, dict):
        return 3 + sum(len(name) + 1 + stored_size(each) for name, each in value.items())
    if isinstance(value, list):
        return 3 + sum(1 + stored_size(each) for each in value)
    return len(str(value).encode()) + 1


@pytest.mark.parametrize("reason", ["", "{} "])
def test_a_whole_market_that_failed_fits_into_an_item(
    outcomes: Outcomes, cloud: Cloud, reason: str
) -> None:
    codes = [f"{at:06}.SZ" for at in range(6000)]
    failed = {code: reason.format(code) + "lost on the way " * 9 for code in codes}
    counts = {code: {"bad_price": at % 20, "shifted": 3} for at, code in enumerate(codes)}
    worst = BatchOutcome(batch=1, work=1, closing=6000, failed=failed, quarantined=counts)
    outcomes.record(1, 1, worst)
    (raw,) = cloud.control.query("task#1")
    assert stored_size(raw) < 400_000
    read = outcomes.read(1)[1]
    assert read["quarantined"] == counts
    assert {*read["failed"]} == {*codes}
    assert all(why and failed[code].startswith(why) for code, why in read["failed"].items())
    if not reason:
        assert read["failed"] == failed


def test_a_record_of_before_codes_were_grouped_is_read(outcomes: Outcomes, cloud: Cloud) -> None:
    old = {"failed": {"A": "no file"}, "quarantined": {"B": {"negative": 1}}}
    cloud.control.write(Write("task#1", "batch#000001", put=old))
    read = outcomes.read(1)[1]
    assert {name: read[name] for name in old} == old
