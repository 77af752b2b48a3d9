"""The end of the calendar, and a year that comes with the catalog, from source to answer."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.catalog._trading_days import YEARS
from marketdata.catalog.calendar import SHANGHAI, trading_days
from tests.integration.market import WEEKS, Row, open_market, put_bars, put_securities, row
from tests.support.service import Service

LAST = max(YEARS)
NEXT = LAST + 1
SAID = f"the calendar is known until {LAST}-12-31 only"
CODE = "600000.SH"


def weekdays(year: int) -> list[str]:
    days = [date(year, 1, 1) + timedelta(at) for at in range(365)]
    return [f"{day:%Y%m%d}" for day in days if day.weekday() < 5]


OPEN = [day for at, day in enumerate(weekdays(NEXT)) if at == 0 or at % 15]
"""Trading days of the next year, as a source may announce them."""


def put_calendar(service: Service, days: list[str]) -> None:
    service.put_file("calendar.csv", "\n".join(["trade_date", *days]) + "\n")


def stand_at(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    moment = datetime.strptime(f"{day} 20", "%Y%m%d %H").replace(tzinfo=SHANGHAI)
    monkeypatch.setattr(deployment, "now", lambda: moment)


def bars(days: list[str]) -> list[Row]:
    return [row(CODE, "20200102") | {"trade_date": day} for day in days]


def refresh(service: Service) -> Any:
    execution = service.schedule("catalog")
    machine = client("stepfunctions").describe_execution(executionArn=execution)
    assert machine["status"] == "SUCCEEDED"
    return service.task(1)


def test_a_read_beyond_it_is_not_complete(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_securities(service, f"{CODE},,stock,{OPEN[0]},")
    stand_at(monkeypatch, OPEN[2])
    found, meta = service.rows("/stock/kline", CODE, OPEN[0], OPEN[2])
    assert (found, meta["complete"], meta["expected"]) == ([], False, 0)
    assert meta["pending"] == [[OPEN[0], OPEN[2]]]
    assert meta["warnings"] == [SAID]
    _, meta = service.rows("/stock/kline", CODE, OPEN[0], OPEN[2], "weekly")
    assert (meta["complete"], meta["warnings"]) == (False, [SAID])


@pytest.mark.parametrize("resource", ["detect-all-missing", "fill-missing", "cache-all-missing"])
def test_a_task_beyond_it_fails_by_name(service: Service, resource: str) -> None:
    open_market(service)
    task = service.run(resource, **WEEKS | {"end_date": f"{NEXT}0104"})
    assert (task["status"], task["error_message"]) == ("failed", SAID)
    assert service.run(resource, **WEEKS)["status"] == "completed"


def test_after_it_every_task_fails_and_so_does_a_schedules_execution(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    stand_at(monkeypatch, OPEN[1])
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["error_message"]) == ("failed", SAID)
    execution = service.schedule("stock")
    machine = client("stepfunctions").describe_execution(executionArn=execution)
    assert machine["status"] == "FAILED"
    task = service.task(task["id"] + 1)
    assert (task["status"], task["error_message"]) == ("failed", SAID)
    # The catalog is what may bring the next year.
    service.schedule("catalog")
    assert service.task(task["id"] + 1)["status"] == "completed"


def test_the_year_comes_with_the_catalog(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    put_securities(service, f"{CODE},,stock,{trading_days('SH', f'{LAST}1201', '99991231')[-2]},")
    days = [*trading_days("SH", f"{LAST}1201", "99991231")[-2:], *OPEN[:9]]
    put_bars(service, CODE, bars(days))
    put_calendar(service, OPEN)
    stand_at(monkeypatch, OPEN[8])
    assert refresh(service)["error_message"] is None
    deployment.reset()
    execution = service.schedule("stock")
    machine = client("stepfunctions").describe_execution(executionArn=execution)
    assert machine["status"] == "SUCCEEDED"
    deployment.reset()
    found, meta = service.rows("/stock/kline", CODE, days[0], OPEN[8])
    assert [each["trade_date"] for each in found] == days
    assert (meta["complete"], meta["pending"], meta["warnings"]) == (True, [], [])
    deployment.reset()
    query = {"market": "SH", "start_date": days[0], "end_date": OPEN[8]}
    status, envelope = service.call("GET", "/base/calendar", query=query)
    assert (status, envelope["data"]) == (200, days)


@pytest.mark.parametrize(
    "days", [weekdays(NEXT), OPEN[:50], ["20240230"], [*OPEN, f"{NEXT}-12-31"]]
)
def test_what_is_no_calendar_keeps_no_catalog_from_being_made(
    service: Service, monkeypatch: pytest.MonkeyPatch, days: list[str]
) -> None:
    open_market(service)
    put_calendar(service, days)
    assert refresh(service)["status"] == "completed"
    stand_at(monkeypatch, OPEN[1])
    _, meta = service.rows("/stock/kline", CODE, OPEN[0], OPEN[1])
    assert (meta["complete"], meta["warnings"]) == (False, [SAID])
