"""Sources that are late, and files that grow: what came too late is fetched all the same."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws import workflows
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.sessions import bar_times, sessions
from tests.integration.market import (
    CODES,
    DAYS,
    Row,
    open_market,
    put_bars,
    put_securities,
    rows,
)
from tests.integration.status_market import open_status_market, put_status, status_rows
from tests.support.emulation import join
from tests.support.service import Service

EVENING = datetime(2020, 1, 10, 10, 0, tzinfo=UTC)
"""18:00 in Shanghai, on the last of DAYS."""
CODE = "600151.SH"
D = (
    *("20240102", "20240103", "20240104", "20240105"),
    *("20240108", "20240109", "20240110", "20240111", "20240112"),
)
SCOPE = {"security_type": "stock", "start_date": D[0], "end_date": D[-1]}
MINUTES = {"period_type": "min1", "security_type": "stock", "start_date": D[0], "end_date": D[0]}


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(deployment, "now", lambda: moment)
    deployment.reset()


def tasks(service: Service) -> list[Any]:
    """List the tasks, the oldest first."""
    _, envelope = service.call("GET", "/cache/tasks")
    found: list[Any] = envelope["data"]["items"]
    return sorted(found, key=lambda task: task["id"])


def schedule_if_late(service: Service, schedule: str = "stock") -> None:
    """Do what the schedule after the evening's first one does."""
    execution = workflows.start_execution(
        deployment.settings().fill_machine,
        f"schedule-again-{len(service.invocations)}",
        {"schedule": schedule, "if_late": True},
    )
    join()
    assert workflows.execution_status(execution) == "SUCCEEDED"


def open_until(service: Service, days: Sequence[str], codes: Sequence[str]) -> None:
    """Have the files of some codes end on the last of some days."""
    for code in codes:
        put_bars(service, code, rows(code, days))


def open_until_eve(service: Service, late: Sequence[str]) -> None:
    """Open the market, with files of some codes that end the day before.

    All are listed on the first of DAYS: no day is absent, which a new file would have asked again.
    """
    open_market(service)
    put_securities(service, *(f"{code},{code},stock,{DAYS[0]}," for code in CODES))
    open_until(service, DAYS[:-1], late)


@pytest.mark.parametrize("late", [(), CODES[1:3]])
def test_a_source_that_is_there_makes_no_second_task(
    service: Service, monkeypatch: pytest.MonkeyPatch, late: Sequence[str]
) -> None:
    """Single codes may lack the newest day for reasons of their own."""
    set_clock(monkeypatch, EVENING)
    open_until_eve(service, late)
    service.schedule("stock")
    before = tasks(service)
    assert [task["bar_count"] for task in before] == [6 * 7 - len(late)]
    schedule_if_late(service)
    assert tasks(service) == before


@pytest.mark.parametrize("late", [CODES, CODES[1:], CODES[:2]])
def test_a_source_that_was_late_is_asked_again_the_same_evening(
    service: Service, monkeypatch: pytest.MonkeyPatch, late: Sequence[str]
) -> None:
    """It may be late with one market alone."""
    set_clock(monkeypatch, EVENING)
    open_until_eve(service, late)
    service.schedule("stock")
    (first,) = tasks(service)
    assert (first["status"], first["bar_count"]) == ("completed", 6 * 7 - len(late))
    for code in late:
        _, meta = service.rows("/stock/kline", code, DAYS[0], DAYS[-1])
        assert (meta["complete"], meta["absent"]) == (False, {})
        assert meta["missing"] == {code: [[DAYS[-1], DAYS[-1]]]}
    set_clock(monkeypatch, EVENING + timedelta(hours=2))
    open_until(service, DAYS, CODES)
    schedule_if_late(service)
    second = tasks(service)[-1]
    assert second["id"] == first["id"] + 1
    assert (second["task_type"], second["created_by"]) == ("fill", "schedule")
    assert (second["status"], second["bar_count"]) == ("completed", len(late))
    for code in CODES:
        found, meta = service.rows("/stock/kline", code, DAYS[0], DAYS[-1])
        assert (found, meta["complete"], meta["source"]) == (rows(code), True, "cache")
    schedule_if_late(service)
    assert tasks(service)[-1] == second


def daily(days: Sequence[str]) -> list[Row]:
    """Give a bar for each day."""
    return [
        {
            "trade_date": day,
            "open": 6.6,
            "high": 6.7,
            "low": 6.5,
            "close": 6.65,
            "volume": 100 + at,
            "amount": 6.6 * (100 + at),
        }
        for at, day in enumerate(days)
    ]


def read(service: Service, period: str = "daily", end: str = D[-1]) -> tuple[int, Any]:
    """Read the bars; gives their number and what is said of them."""
    found, meta = service.rows("/stock/kline", CODE, D[0], end, period)
    return len(found), meta


def holding(service: Service, **query: Any) -> Any:
    """Give what the coverage says of the stock's only part."""
    query = {name: str(value) for name, value in query.items()}
    _, envelope = service.call("GET", "/cache/coverage", query=query)
    (item,) = envelope["data"]["items"]
    (part,) = item["parts"].values()
    return part


def test_the_status_has_a_schedule_of_its_own(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, EVENING)
    open_status_market(service)
    for code in CODES:
        put_status(service, code, status_rows(code, DAYS[:-1]))
    service.schedule("status")
    [task] = tasks(service)
    assert (task["data_type"], task["status"], task["end_date"]) == (
        "status",
        "completed",
        DAYS[-1],
    )
    schedule_if_late(service, "status")
    assert len(tasks(service)) == 2
    for code in CODES:
        put_status(service, code, status_rows(code))
    set_clock(monkeypatch, EVENING + timedelta(hours=1))
    schedule_if_late(service, "status")
    assert len(tasks(service)) == 3
    schedule_if_late(service, "status")
    assert len(tasks(service)) == 3


def test_a_file_that_grows_is_read_again(service: Service) -> None:
    put_securities(service, f"{CODE},x,stock,20010101,")
    put_bars(service, CODE, daily(D[:4]))
    first = service.run("fill-missing", **SCOPE)
    assert (first["status"], first["bar_count"]) == ("completed", 4)
    # However often it is asked, and by whom.
    service.run("fill-missing", **SCOPE)
    for _ in range(3):
        count, meta = read(service)
        assert (count, meta["complete"], meta["expected"]) == (4, False, 9)
        assert meta["missing"] == {CODE: [[D[4], D[-1]]]}
        assert (meta["absent"], meta["unconfirmed"]) == ({}, {})
    found = service.post("/cache/detect-all-missing", SCOPE)
    assert (found["complete_count"], found["missing_codes"]) == (0, [CODE])
    put_bars(service, CODE, daily(D))
    again = service.run("fill-missing", **SCOPE)
    assert (again["status"], again["bar_count"]) == ("completed", 5)
    count, meta = read(service)
    assert (count, meta["complete"], meta["source"]) == (9, True, "cache")
    assert (meta["missing"], meta["absent"], meta["unconfirmed"]) == ({}, {}, {})


def minutes(count: int) -> list[Row]:
    """Give the first minutes of a day."""
    segments = sessions(Kind.STOCK, "SH", CODE, D[0])
    assert segments is not None
    times = bar_times(segments, "SH", D[0], Period.MIN1)[:count]
    return [{"trade_date": D[0], "kline_time": time} | daily(D[:1])[0] for time in times]


def test_half_a_day_of_minutes_is_missing_until_it_is_whole(service: Service) -> None:
    put_securities(service, f"{CODE},x,stock,20010101,")
    put_bars(service, CODE, minutes(120), "stock/min1")
    assert service.run("fill-missing", **MINUTES)["bar_count"] == 120
    for _ in range(2):
        count, meta = read(service, "min1", D[0])
        assert (count, meta["complete"], meta["expected"]) == (120, False, 240)
        assert (meta["short"], meta["absent"]) == ({CODE: [D[0]]}, {})
    found = service.post("/cache/detect-all-missing", MINUTES)
    assert (found["complete_count"], found["missing_codes"]) == (0, [CODE])
    assert service.result(found["task_id"])["missing"] == {CODE: [[D[0], D[0]]]}
    assert holding(service, **MINUTES) == {
        "expected": 1,
        "present": 0,
        "absent": {},
        "unconfirmed": 0,
        "missing": 1,
        "short": 1,
    }
    put_bars(service, CODE, minutes(240), "stock/min1")
    again = service.run("fill-missing", **MINUTES)
    assert (again["status"], again["missing_count"], again["bar_count"]) == ("completed", 1, 240)
    count, meta = read(service, "min1", D[0])
    assert (count, meta["complete"], meta["short"]) == (240, True, {})
    assert meta["source"] == "cache"
    found = service.post("/cache/detect-all-missing", MINUTES)
    assert (found["complete_count"], found["missing_codes"]) == (1, [])
    assert holding(service, **MINUTES) == {
        "expected": 1,
        "present": 1,
        "absent": {},
        "unconfirmed": 0,
        "missing": 0,
        "short": 0,
    }
