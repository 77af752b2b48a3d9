"""The schedules as an operator sees them: when they run next, and what came of the last run."""

from datetime import UTC, datetime
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws import workflows
from marketdata.aws.clients import client
from marketdata.tasks.records import TaskRecords
from tests.integration.market import open_market
from tests.support.emulation import join
from tests.support.events import USER
from tests.support.schedules import deploy_schedules
from tests.support.service import Service

FRIDAY = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
"""18:00 in Shanghai."""


@pytest.fixture(autouse=True)
def _schedules(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy_schedules(monkeypatch)
    monkeypatch.setattr(deployment, "now", lambda: FRIDAY)


def schedules(service: Service) -> dict[str, Any]:
    status, envelope = service.call("GET", "/cache/schedules", USER)
    assert status == 200, envelope
    return {item["name"]: item for item in envelope["data"]["items"]}


def test_when_each_runs_next(service: Service) -> None:
    found = schedules(service)
    assert {name: item["next_run"] for name, item in found.items()} == {
        "status-if-late": "2026-11-27T10:30:00+00:00",
        "stock-if-late": "2026-11-27T10:10:00+00:00",
        "future-if-late": "2026-11-27T10:20:00+00:00",
        "age": "2026-11-27T15:55:00+00:00",
        # At 03:40 on Sunday it is still Saturday in UTC.
        "verify": "2026-11-28T19:40:00+00:00",
        "catalog": "2026-11-30T00:50:00+00:00",
        "stock": "2026-11-30T09:10:00+00:00",
        "future": "2026-11-30T09:20:00+00:00",
        "status": "2026-11-30T09:30:00+00:00",
    }
    assert [*found][:3] == ["stock-if-late", "future-if-late", "status-if-late"]
    stock = found["stock"]
    assert (stock["expression"], stock["time_zone"]) == (
        "cron(10 17 ? * MON-FRI *)",
        "Asia/Shanghai",
    )
    assert stock["description"] == "Daily bars of stocks, once the day is final."
    assert all(item["last_run"] is item["last_task"] is None for item in found.values())


def test_what_the_last_run_made(service: Service) -> None:
    open_market(service)
    service.schedule("catalog")
    service.schedule("age")
    found = schedules(service)
    assert found["catalog"]["last_task"] == {
        "id": 1,
        "status": "completed",
        "error_count": 0,
        "error_message": None,
    }
    assert found["catalog"]["last_run"]
    # It measures, and makes no task.
    assert found["age"]["last_run"]
    assert found["age"]["last_task"] is None
    assert found["stock"]["last_run"] is None


def test_a_repetition_is_another_schedule(service: Service) -> None:
    open_market(service)
    machine = deployment.settings().fill_machine
    workflows.start_execution(machine, "late", {"schedule": "stock", "if_late": True})
    join()
    found = schedules(service)
    assert found["stock-if-late"]["last_run"]
    assert found["stock"]["last_run"] is None


def test_a_schedule_that_somebody_disabled_does_not_run(service: Service) -> None:
    change("FillMachineStocks", State="DISABLED")
    stock = schedules(service)["stock"]
    assert (stock["enabled"], stock["next_run"]) == (False, None)


def test_nobody_knows_when_a_rate_began(service: Service) -> None:
    change("FillMachineStocks", ScheduleExpression="rate(1 day)")
    stock = schedules(service)["stock"]
    assert (stock["enabled"], stock["next_run"]) == (True, None)
    assert [*schedules(service)][-1] == "stock"


@pytest.mark.parametrize(
    "given", ["", "{}", "[]", "7", '"stock"', "{", '{"schedule": null}', '{"schedule": ""}']
)
def test_one_that_starts_something_else_has_its_own_name(service: Service, given: str) -> None:
    target = client("scheduler").get_schedule(Name="FillMachineStocks")["Target"]
    change("FillMachineStocks", Target=target | {"Input": given})
    found = schedules(service)
    assert "stock" not in found
    assert found["FillMachineStocks"]["next_run"]
    assert found["FillMachineStocks"]["last_run"] is None


def test_a_schedule_that_was_deleted_is_none(service: Service) -> None:
    client("scheduler").delete_schedule(Name="FillMachineStocks")
    assert "stock" not in schedules(service)


def test_a_task_that_is_lost_is_none(service: Service) -> None:
    deployment.schedule_runs().note({"schedule": "stock"}, 99)
    stock = schedules(service)["stock"]
    assert stock["last_run"]
    assert stock["last_task"] is None
    assert TaskRecords(service.cloud.control).page(1, 1)[1] == 0


def change(name: str, **properties: Any) -> None:
    """Change a schedule as somebody may in AWS' console."""
    scheduler = client("scheduler")
    found = scheduler.get_schedule(Name=name)
    kept = ("Name", "ScheduleExpression", "ScheduleExpressionTimezone", "State", "Target")
    known: Any = {each: found[each] for each in kept} | {"FlexibleTimeWindow": {"Mode": "OFF"}}  # type: ignore[literal-required]
    scheduler.update_schedule(**(known | properties))
