"""A task's record: what it says, how it is stored, what the API shows."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.aws.items import from_attributes, to_attributes
from marketdata.blocks.dataset import Kind, Period
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import Status, Task, TaskKind, new_task, record_key, request_key

SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110", ("600000.SH", "000001.SZ"))
TASK = new_task(7, TaskKind.FILL, SCOPE, "li", request="r")


def test_a_new_task() -> None:
    assert (TASK.status, TASK.attempt, TASK.planned) == (Status.PENDING, 1, False)
    assert TASK.created_at == TASK.updated_at
    assert (TASK.ended_at, TASK.progress) == ("", 0)


@pytest.mark.parametrize("status", Status)
def test_what_has_ended(status: Status) -> None:
    assert status.ended == (status in {Status.COMPLETED, Status.FAILED, Status.CANCELLED})


@pytest.mark.parametrize(
    ("status", "work", "done", "progress"),
    [
        (Status.PENDING, 0, 0, 0.0),
        (Status.RUNNING, 0, 0, 0.0),
        (Status.RUNNING, 3, 1, 33.3),
        (Status.RUNNING, 3, 3, 99.9),
        (Status.RUNNING, 10_000, 9_999, 99.9),
        (Status.RUNNING, 3, 6, 99.9),
        (Status.FAILED, 3, 2, 66.7),
        (Status.CANCELLED, 3, 3, 99.9),
        (Status.COMPLETED, 3, 3, 100.0),
        (Status.COMPLETED, 0, 0, 100.0),
    ],
)
def test_progress(status: Status, work: int, done: int, progress: float) -> None:
    task = replace(TASK, status=status, work=work, work_done=done)
    assert task.progress == progress
    assert isinstance(task.progress, float)


@given(
    st.sampled_from(TaskKind),
    st.sampled_from(Status),
    st.sampled_from([Period.DAILY, Period.MIN5]),
    st.lists(st.sampled_from(["600000.SH", "000001.SZ"]), unique=True).map(tuple),
    st.text(),
)
def test_a_record_is_read_as_it_was_stored(
    kind: TaskKind,
    status: Status,
    period: Period,
    codes: tuple[str, ...],
    message: str,
) -> None:
    scope = replace(SCOPE, period=period, codes=codes)
    task = replace(TASK, kind=kind, status=status, scope=scope, error_message=message)
    read = Task.from_item(from_attributes(to_attributes(task.to_item())))
    assert read == task
    assert [type(getattr(read, each.name)) for each in fields(read)] == [
        type(getattr(task, each.name)) for each in fields(task)
    ]


def test_a_record_of_an_older_version_is_read() -> None:
    item = TASK.to_item() | {"pk": "tasks", "sk": "7", "of_old": 1}
    del item["quarantined_count"]
    assert Task.from_item(item) == TASK


def test_the_largest_record_fits_into_an_item() -> None:
    codes = tuple(f"{number:06d}.SH" for number in range(500))
    task = replace(TASK, scope=replace(SCOPE, codes=codes), error_message="错" * 2000)
    assert len(repr(to_attributes(task.to_item())).encode()) < 100_000


def test_what_is_empty_is_shown_as_null() -> None:
    shown = replace(TASK, scope=replace(SCOPE, codes=())).view()
    assert [shown[name] for name in ("codes", "error_message", "ended_at")] == [None] * 3
    assert (shown["id"], shown["task_type"], shown["status"]) == (7, "fill", "pending")
    assert (shown["security_type"], shown["period_type"]) == ("stock", "daily")


def test_nothing_internal_is_shown() -> None:
    assert not {"request", "execution", "planned", "work", "work_done"} & TASK.view().keys()


def test_the_same_request_in_another_order_is_the_same() -> None:
    other = replace(SCOPE, codes=SCOPE.codes[::-1])
    assert request_key(TaskKind.FILL, SCOPE) == request_key(TaskKind.FILL, other)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": Kind.FUTURE},
        {"period": Period.MIN1},
        {"start": "20200102"},
        {"end": "20200111"},
        {"codes": ("600000.SH",)},
        {"codes": ()},
        {"recheck_absent": True},
    ],
)
def test_any_other_request_is_another(change: dict[str, Any]) -> None:
    other = replace(SCOPE, **change)
    assert request_key(TaskKind.FILL, SCOPE) != request_key(TaskKind.FILL, other)


def test_another_kind_of_task_is_another_request() -> None:
    assert len({request_key(kind, SCOPE) for kind in TaskKind}) == len(TaskKind)


@given(st.integers(1, 10**10 - 1), st.integers(1, 10**10 - 1))
def test_keys_sort_as_ids_do(one: int, other: int) -> None:
    assert (record_key(one) < record_key(other)) == (one < other)
