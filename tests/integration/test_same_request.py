"""The same request is one task while it runs."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from marketdata import deployment
from marketdata.blocks.dataset import Kind, Period
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.service import PLAN_SECONDS
from marketdata.tasks.task import Task, TaskKind, new_task
from tests.integration.market import (
    CODES,
    WEEKS,
    check_counters,
    check_filled,
    open_in_three_batches,
)
from tests.support.clocks import WaitingTime
from tests.support.emulation import join
from tests.support.faults import Gate
from tests.support.service import Service


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate() as made:
        yield made


@pytest.fixture(autouse=True)
def market(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    open_in_three_batches(service, monkeypatch)


def test_the_same_request_gives_the_same_task_while_it_runs(service: Service, gate: Gate) -> None:
    service.faults["upstream"] = gate
    first = service.start("fill-missing", **WEEKS)
    assert service.start("fill-missing", **WEEKS) == first
    assert service.start("fill-missing", **WEEKS, codes=["600000.SH"]) == first + 1
    assert service.start("fill-missing", **WEEKS, codes=["600000.SH", "600004.SH"]) == first + 2
    assert service.start("fill-missing", **WEEKS, codes=["600004.SH", "600000.SH"]) == first + 2
    assert service.start("cache-all-missing", **WEEKS) == first + 3
    gate.opened.set()
    check_counters(service.wait(first), batches=3)
    assert service.start("fill-missing", **WEEKS) == first + 4


def test_two_same_requests_at_once_make_one_task(service: Service, gate: Gate) -> None:
    service.faults["upstream"] = gate
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: service.start("fill-missing", **WEEKS), range(4)))
    [task_id] = set(started)
    assert len(service.calls("plan_task")) == 1
    gate.opened.set()
    check_counters(service.wait(task_id), batches=3)


def test_different_requests_at_once_make_a_task_each_without_a_gap(service: Service) -> None:
    with ThreadPoolExecutor(4) as pool:
        started = list(
            pool.map(lambda code: service.start("fill-missing", **WEEKS, codes=[code]), CODES)
        )
    join()
    assert sorted(started) == list(range(1, len(CODES) + 1))
    _, envelope = service.call("GET", "/cache/tasks")
    assert [task["id"] for task in envelope["data"]["items"]] == sorted(started, reverse=True)
    assert envelope["data"]["total"] == len(CODES)
    check_filled(service)


def test_many_at_once_are_all_taken(service: Service) -> None:
    records = deployment.task_service()._records
    with ThreadPoolExecutor(24) as pool:
        claimed = list(pool.map(lambda number: claim(records, f"fill-{number}"), range(48)))
    assert all(new for _, new in claimed)
    assert sorted(task.id for task, _ in claimed) == list(range(1, 49))


def test_tasks_started_in_numbers_do_not_wait_for_their_plan(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = WaitingTime()
    waited = deployment.task_service()
    monkeypatch.setattr(waited, "_clock", time.now)
    monkeypatch.setattr(waited, "_pause", time.pause)
    first, second, third = (claim(waited._records, f"fill-{number}")[0] for number in range(3))
    assert waited.wait_for_plan(second) == second
    assert time.seconds == 0
    waited._records.planned(second, "execution", total_count=1)
    assert waited.wait_for_plan(third) == third
    assert time.seconds >= PLAN_SECONDS
    assert waited.wait_for_plan(waited.show(second.id)).planned
    assert first.id == 1


def claim(records: TaskRecords, request: str) -> tuple[Task, bool]:
    scope = Scope(Kind.STOCK, Period.DAILY, "20240101", "20240131")
    return records.claim(
        request,
        lambda task_id: new_task(task_id, TaskKind.FILL, scope, "admin", request=request),
        lambda holder: not holder.status.ended,
    )
