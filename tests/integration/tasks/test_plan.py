"""Planning an attempt: what is left to do, and the counters that go with it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from marketdata.blocks.block import BlockKey
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.blocks.days import bits_of
from marketdata.catalog.securities import Catalog, Security
from marketdata.tasks import batching, plan
from marketdata.tasks.outcomes import BatchOutcome
from marketdata.tasks.plan import Planner
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import Status, Task, TaskKind, new_task
from tests.support.memory import MemoryBucket, MemoryStore

CODES = ("600000.SH", "600004.SH", "600006.SH")
SECURITIES = [Security(code, code, Kind.STOCK, "SH", "19991110") for code in CODES]
DAYS = ["20200102", "20200103", "20200106"]
SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200106")


@pytest.fixture
def store() -> MemoryStore:
    """All bars of the first code are stored."""
    made = MemoryStore()
    coverage = Coverage(present=bits_of("2020", DAYS))
    lines = [b'{"trade_date":"%b"}' % day.encode() for day in DAYS]
    key = BlockKey("stock.daily", CODES[0], "2020")
    made.update(key, None, lambda block: block.holding(lines, coverage))
    return made


@pytest.fixture
def planner(
    records: TaskRecords, bucket: MemoryBucket, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> Planner:
    monkeypatch.setattr(batching, "CODES_A_BATCH", 1)
    catalog = Catalog(SECURITIES, "", "files", {})
    return Planner(
        records,
        store,
        bucket,
        lambda: catalog,
        lambda scope: scope,
        final_day=lambda _: "20200110",
        now=0,
    )


def make(records: TaskRecords, kind: TaskKind = TaskKind.FILL) -> Task:
    task, _ = records.claim(
        kind, lambda task_id: new_task(task_id, kind, SCOPE, "li", request=kind), lambda _: True
    )
    return task


def test_a_fill(planner: Planner, records: TaskRecords, bucket: MemoryBucket) -> None:
    make(records)
    assert planner.plan(1, 1, "arn") == {
        "task_id": 1,
        "attempt": 1,
        "batch_count": 2,
        "bucket": "bucket",
        "work_list": "tasks/1/turns-1.json",
    }
    assert [
        (item["batch"], item["codes"], item["task_id"], item["attempt"])
        for item in bucket.read_json("tasks/1/plan.json")
    ] == [(1, [CODES[1]], 1, 1), (2, [CODES[2]], 1, 1)]
    assert bucket.read_json("tasks/1/turns-1.json") == [
        {"batches": bucket.read_json("tasks/1/plan.json"), "scheduled": False}
    ]
    task = records.load(1)
    assert (task.status, task.execution, task.planned) == (Status.RUNNING, "arn", True)
    assert (task.total_count, task.missing_count, task.batch_count, task.work) == (2, 2, 2, 6)


def test_a_fill_of_whole_days(
    planner: Planner, records: TaskRecords, bucket: MemoryBucket, store: MemoryStore
) -> None:
    """Six codes lack three days, each of which the source brings in one request."""
    some = [Security(f"{at:06}.SZ", "", Kind.STOCK, "SZ", "19991110") for at in range(1, 5)]
    catalog = Catalog([*SECURITIES, *some], "", "baostock", {}, whole_days={"stock.daily": DAYS[0]})
    make(records)
    replace(planner, catalog=lambda: catalog).plan(1, 1, "arn")
    (item,) = bucket.read_json("tasks/1/plan.json")
    assert item["codes"] == [*(each.code for each in some), *CODES[1:]]
    assert (item["start"], item["end"], item["work"], item["closing"]) == (DAYS[0], DAYS[2], 18, 6)


def test_the_source_says_once_what_has_changed_however_many_years_are_asked_for(
    planner: Planner,
) -> None:
    asked: list[str] = []

    def changed(dataset: Dataset) -> Callable[[str], int]:
        asked.append(dataset.name)
        return lambda _: 0

    scope = replace(SCOPE, start="20180101")
    lacking = batching.Lacking(scope)
    told = replace(planner, changed=changed)
    parts = told.find_lacking(TaskKind.FILL, scope, SECURITIES, lacking)
    assert [*parts] == ["2018", "2019", "2020"]
    assert asked == ["stock.daily"]


def test_a_turn_has_no_more_codes_than_an_event_has_room_for(
    planner: Planner,
    records: TaskRecords,
    bucket: MemoryBucket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "CODES_A_TURN", 1)
    make(records)
    planner.plan(1, 1, "arn")
    turns = bucket.read_json("tasks/1/turns-1.json")
    assert [[each["batch"] for each in turn["batches"]] for turn in turns] == [[1], [2]]


def test_two_markets_fit_into_an_event() -> None:
    """A state holds 262,144 bytes, of which the cause of an error may take 32,768."""
    codes = json.dumps([f"{at:06}.SZ" for at in range(plan.CODES_A_TURN)])
    assert len(codes) + 16 * 300 + 32_768 < 262_144


def test_all_again(planner: Planner, records: TaskRecords) -> None:
    make(records, TaskKind.CACHE)
    assert planner.plan(1, 1, "arn")["batch_count"] == 3
    task = records.load(1)
    assert (task.total_count, task.missing_count) == (3, 3)


def test_a_detect(planner: Planner, records: TaskRecords) -> None:
    make(records, TaskKind.DETECT)
    assert planner.plan(1, 1, "arn") == {"task_id": 1, "attempt": 1, "groups": [["2020"]]}
    task = records.load(1)
    assert (task.total_count, task.batch_count, task.work) == (3, 1, 1)


NOTHING = {"groups": [], "batch_count": 0}


def test_an_attempt_that_is_over_has_nothing_to_do(
    planner: Planner, records: TaskRecords, bucket: MemoryBucket
) -> None:
    task = make(records)
    records.end(task, Status.CANCELLED)
    assert planner.plan(1, 1, "arn") == {"task_id": 1, "attempt": 1} | NOTHING
    records.retry(records.load(1))
    assert planner.plan(1, 1, "arn") == {"task_id": 1, "attempt": 1} | NOTHING
    assert records.load(1).status is Status.PENDING
    assert bucket.objects == {}
    assert planner.plan(1, 2, "arn")["batch_count"] == 2


def test_a_cancel_while_planning_leaves_nothing_to_do(
    planner: Planner, records: TaskRecords, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = make(records)
    planned = TaskRecords.planned

    def too_late(own: TaskRecords, *args: Any, **counts: Any) -> None:
        records.end(task, Status.CANCELLED)
        planned(own, *args, **counts)

    monkeypatch.setattr(TaskRecords, "planned", too_late)
    assert planner.plan(1, 1, "arn") == {"task_id": 1, "attempt": 1} | NOTHING
    assert records.load(1).status is Status.CANCELLED


def test_a_plan_that_is_repeated_is_the_same(planner: Planner, records: TaskRecords) -> None:
    make(records)
    first = planner.plan(1, 1, "arn")
    work = planner.objects.read_json(first["work_list"])
    assert planner.plan(1, 1, "arn") == first
    assert planner.objects.read_json(first["work_list"]) == work


def test_a_retry_has_what_is_left_and_counts_what_is_done(
    planner: Planner, records: TaskRecords, bucket: MemoryBucket
) -> None:
    make(records)
    planner.plan(1, 1, "arn")
    done = BatchOutcome(1, 3, 1, bars=3, calls=1)
    bad = BatchOutcome(2, 3, 1, bars=2, calls=1, quarantined={CODES[2]: {"negative": 1}})
    for outcome in (done, bad):
        assert records.outcomes.record(1, 1, outcome)
    records.end(records.load(1), Status.COMPLETED, error_count=1)
    records.retry(records.load(1))
    rest = planner.plan(1, 2, "arn 2")
    assert (rest["batch_count"], rest["work_list"]) == (1, "tasks/1/turns-2.json")
    ((item,),) = (turn["batches"] for turn in bucket.read_json("tasks/1/turns-2.json"))
    assert (item["batch"], item["attempt"]) == (2, 2)
    task = records.load(1)
    assert (task.batches_done, task.work_done, task.progress) == (1, 3, 50)
    assert (task.success_count, task.error_count) == (1, 0)
    assert (task.bar_count, task.quarantined_count, task.upstream_calls) == (3, 0, 1)


def test_a_detect_begins_anew(planner: Planner, records: TaskRecords) -> None:
    make(records, TaskKind.DETECT)
    planner.plan(1, 1, "arn")
    records.outcomes.record(1, 1, BatchOutcome(1, 1, 0))
    assert records.load(1).batches_done == 1
    records.end(records.load(1), Status.FAILED)
    records.retry(records.load(1))
    planner.plan(1, 2, "arn")
    assert (records.load(1).batches_done, records.load(1).progress) == (0, 0)


def test_a_work_list_that_is_gone(
    planner: Planner, records: TaskRecords, bucket: MemoryBucket
) -> None:
    make(records)
    planner.plan(1, 1, "arn")
    records.end(records.load(1), Status.CANCELLED)
    records.retry(records.load(1))
    bucket.objects.clear()
    assert planner.plan(1, 2, "arn") == {"task_id": 1, "attempt": 2} | NOTHING
    task = records.load(1)
    assert (task.status, task.error_message) == (
        Status.FAILED,
        "its work list is not kept any more: make a new task",
    )


@pytest.mark.parametrize(
    ("schedule", "kind", "securities"),
    [
        ("catalog", TaskKind.CATALOG, Kind.STOCK),
        ("stock", TaskKind.FILL, Kind.STOCK),
        ("future", TaskKind.FILL, Kind.FUTURE),
    ],
)
def test_a_schedule(
    planner: Planner, records: TaskRecords, schedule: str, kind: TaskKind, securities: Kind
) -> None:
    task = planner.scheduled(schedule, "arn")
    assert (task.id, task.kind, task.execution, task.created_by) == (1, kind, "arn", "schedule")
    assert task.scope == Scope(securities, Period.DAILY, "20191211", "20200110")
    records.end(task, Status.FAILED)
    again = planner.scheduled(schedule, "arn")
    assert replace(again, updated_at="", ended_at="") == replace(
        task, status=Status.FAILED, updated_at=""
    )
    assert planner.scheduled(schedule, "arn of tomorrow").id == 2


def test_the_catalog_is_one_piece_of_work(
    planner: Planner, records: TaskRecords, bucket: MemoryBucket
) -> None:
    planner.scheduled("catalog", "arn")
    assert planner.plan(1, 1, "arn")["batch_count"] == 1
    (item,) = bucket.read_json("tasks/1/plan.json")
    assert (item["operation"], item["closing"]) == ("refresh_catalog", 1)
    assert records.load(1).total_count == 1
