"""Plans and executions that fail, die or repeat, and those of the schedules."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws import workflows
from marketdata.aws.clients import client
from marketdata.aws.writes import Write
from marketdata.settings import settings
from tests.integration.market import (
    CODES,
    DAYS,
    WEEKS,
    check_counters,
    check_filled,
    open_in_three_batches,
    put_bars,
    put_securities,
    rows,
)
from tests.support.emulation import join
from tests.support.faults import Event, Gate, Handler, wait_until
from tests.support.service import Service

RETRY = "/cache/tasks/{task_id}/retry"


@pytest.fixture
def gate() -> Iterator[Gate]:
    with Gate() as made:
        yield made


@pytest.fixture(autouse=True)
def market(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    open_in_three_batches(service, monkeypatch)


def stop_executions() -> None:
    """End all executions as a fault of the cloud would, without a word to anybody."""
    machine = settings().fill_machine
    for each in client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]:
        workflows.stop_execution(each["executionArn"], "fault")


def test_a_plan_that_fails(service: Service) -> None:
    def fails(_handle: Handler, _event: Event) -> Any:
        raise RuntimeError("boom")

    service.faults["plan_task"] = fails
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["error_message"]) == ("failed", "internal error: RuntimeError")
    assert task["progress"] == 0
    service.faults.clear()
    again = service.run("fill-missing", **WEEKS)
    assert again["id"] == task["id"] + 1
    check_counters(again, batches=3)
    service.post(RETRY, task_id=task["id"])
    assert service.wait(task["id"])["status"] == "completed"


def test_a_source_without_securities(service: Service) -> None:
    service.put_file("securities.csv", "code,name\n")
    service.cloud.market.write(Write("catalog#all", "all"))
    deployment.reset()
    task = service.run("fill-missing", **WEEKS)
    assert task["status"] == "failed"
    assert task["error_message"].startswith("imports/securities.csv line 1: columns are missing")


def test_an_execution_that_died_without_a_word(
    service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.faults["upstream"] = gate
    task_id = service.start("fill-missing", **WEEKS)
    assert gate.reached.wait(20)
    stop_executions()
    gate.opened.set()
    join()
    wait_until(lambda: service.task(task_id)["batches_done"] == 1)
    assert service.task(task_id)["status"] == "running"
    monkeypatch.setattr("marketdata.tasks.service.STALE", timedelta(0))
    _, envelope = service.call("GET", "/cache/tasks")
    assert [task["status"] for task in envelope["data"]["items"]] == ["failed"]
    task = service.task(task_id)
    assert (task["status"], task["error_message"]) == (
        "failed",
        "its execution ended without reporting",
    )
    assert task["ended_at"]
    again = service.run("fill-missing", **WEEKS)
    assert (again["id"], again["missing_count"]) == (task_id + 1, 4)
    check_filled(service)


def test_a_dead_execution_does_not_hold_its_request(
    service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.faults["upstream"] = gate
    task_id = service.start("fill-missing", **WEEKS)
    stop_executions()
    gate.opened.set()
    join()
    monkeypatch.setattr("marketdata.tasks.service.STALE", timedelta(0))
    assert service.run("fill-missing", **WEEKS)["id"] == task_id + 1
    assert service.task(task_id)["status"] == "failed"


def test_a_task_that_runs_silently_is_left_alone(
    service: Service, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketdata.tasks.service.STALE", timedelta(0))
    service.faults["upstream"] = gate
    task_id = service.start("fill-missing", **WEEKS)
    assert service.task(task_id)["status"] == "running"
    assert service.start("fill-missing", **WEEKS) == task_id
    gate.opened.set()
    check_counters(service.wait(task_id), batches=3)


def test_a_task_that_could_not_be_started(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> str:
        raise OSError("no route to Step Functions")

    with monkeypatch.context() as patch:
        patch.setattr(workflows, "start_execution", refused)
        status, envelope = service.call("POST", "/cache/fill-missing", body=WEEKS)
    assert (status, envelope["message"]) == (500, "internal server error")
    assert service.task(1)["status"] == "failed"
    assert service.task(1)["error_message"] == "it could not be started"
    assert service.run("fill-missing", **WEEKS)["id"] == 2


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The evening of the market's last day."""
    monkeypatch.setattr(deployment, "now", lambda: datetime(2020, 1, 10, 10, 0, tzinfo=UTC))
    deployment.reset()


@pytest.mark.usefixtures("evening")
def test_a_scheduled_fill_is_one_task_though_its_plan_is_repeated(service: Service) -> None:
    class ServiceException(Exception):  # noqa: N818  Lambda's word
        pass

    ServiceException.__name__ = "Lambda.ServiceException"
    losses = iter([ServiceException("the answer was lost")] * 2)

    def answer_is_lost(handle: Handler, event: Event) -> Any:
        answer = handle(event)
        for loss in losses:
            raise loss
        return answer

    service.faults["plan_task"] = answer_is_lost
    execution = service.schedule("stock")
    assert len(service.calls("plan_task")) == 3
    _, envelope = service.call("GET", "/cache/tasks")
    (task,) = envelope["data"]["items"]
    assert (task["created_by"], task["security_type"]) == ("schedule", "stock")
    assert (task["start_date"], task["end_date"]) == ("20191211", "20200110")
    assert task["status"] == "completed"
    assert task["bar_count"] == len(CODES) * len(DAYS)
    assert workflows.execution_status(execution) == "SUCCEEDED"
    found = service.post("/cache/detect-all-missing", WEEKS)
    assert (found["complete_count"], found["missing_count"]) == (6, 0)


@pytest.mark.usefixtures("evening")
def test_a_scheduled_fill_whose_plan_fails(service: Service) -> None:
    def fails_afterwards(handle: Handler, event: Event) -> Any:
        handle(event)
        raise RuntimeError("boom")

    service.faults["plan_task"] = fails_afterwards
    execution = service.schedule("stock")
    assert workflows.execution_status(execution) == "FAILED"
    task = service.task(1)
    assert (task["status"], task["error_message"]) == ("failed", "internal error: RuntimeError")
    service.faults.clear()
    service.post(RETRY, task_id=1)
    assert service.wait(1)["success_count"] == len(CODES)


def test_a_scheduled_refresh_of_the_catalog(service: Service) -> None:
    put_securities(service, "600008.SH,new,stock,20200102,", "IF2001.CFE,IF,future,20190101,")
    service.schedule("catalog")
    task = service.task(1)
    assert (task["task_type"], task["status"], task["created_by"]) == (
        "catalog",
        "completed",
        "schedule",
    )
    assert (task["total_count"], task["success_count"], task["upstream_calls"]) == (1, 1, 1)
    assert [event["operation"] for event in service.calls("upstream")] == ["refresh_catalog"]


def test_a_restored_table_counts_again(service: Service) -> None:
    """Executions outlive the records of their tasks, and so do their names, for 90 days."""
    task = service.run("cache-all-missing", **WEEKS)
    restore(service, [])
    service.invocations.clear()
    again = service.run("cache-all-missing", **WEEKS)
    assert (again["id"], again["status"]) == (task["id"], "completed")
    assert len(service.calls("plan_task")) == 1


def test_a_restored_task_has_its_second_attempt_again(service: Service) -> None:
    put_bars(service, CODES[0], [row | {"low": -1.0} for row in rows(CODES[0])])
    task = service.run("cache-all-missing", **WEEKS)
    kept = items(service)
    for _ in range(2):
        restore(service, kept)
        service.invocations.clear()
        service.post(RETRY, task_id=task["id"])
        again = service.wait(task["id"])
        assert (again["attempt"], again["status"], again["error_count"]) == (2, "completed", 1)
        assert len(service.calls("plan_task")) == 1


def items(service: Service) -> list[dict[str, Any]]:
    """Give what the control table holds, as a backup does."""
    found: list[dict[str, Any]] = client("dynamodb").scan(TableName=service.cloud.control.name)[
        "Items"
    ]
    return found


def restore(service: Service, kept: list[dict[str, Any]]) -> None:
    """Have the control table hold what it held."""
    table = service.cloud.control.name
    for item in items(service):
        key = {name: item[name] for name in ("pk", "sk")}
        client("dynamodb").delete_item(TableName=table, Key=key)
    for item in kept:
        client("dynamodb").put_item(TableName=table, Item=item)


def test_an_execution_of_nothing(service: Service) -> None:
    execution = service.schedule("nonsense")
    assert workflows.execution_status(execution) == "FAILED"
    _, envelope = service.call("GET", "/cache/tasks")
    assert envelope["data"]["items"] == []
