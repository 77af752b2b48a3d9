"""The metrics that alarms look at, from the state machines to the log."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws import workflows
from tests.integration.market import (
    CODES,
    DAYS,
    WEEKS,
    Row,
    open_in_three_batches,
    open_market,
    put_bars,
    put_securities,
    rows,
)
from tests.support.faults import Event, Handler
from tests.support.service import Service

type Metric = tuple[str, str, frozenset[tuple[str, str]], float]
"""Namespace, name, dimensions and value."""

STACK = "my-stack"


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", STACK)


@pytest.fixture
def recorded(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[Metric]]:
    """Give the metrics since the last call."""

    def read() -> list[Metric]:
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [metric for line in lines for metric in metrics_of(line)]

    return read


def metrics_of(line: dict[str, Any]) -> list[Metric]:
    """Give the metrics of a line of the log; an access line has none."""
    return [
        (
            directive["Namespace"],
            metric["Name"],
            frozenset((name, line[name]) for name in directive["Dimensions"][0]),
            line[metric["Name"]][0],
        )
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", [])
        for metric in directive["Metrics"]
    ]


def watched(template: dict[str, Any], alarm: str) -> tuple[str, str, frozenset[tuple[str, str]]]:
    """Give what an alarm of the template looks at, in a stack of that name."""
    properties = template["Resources"][alarm]["Properties"]
    # A metric with math is the last one of the list.
    metric = (
        properties["Metrics"][-1]["MetricStat"]["Metric"] if "Metrics" in properties else properties
    )
    dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
    assert dimensions["service"] == {"Ref": "AWS::StackName"}
    named = frozenset((dimensions | {"service": STACK}).items())
    return metric["Namespace"], metric["MetricName"], named


def test_a_task_that_went_well_raises_no_alarm(
    service: Service, recorded: Callable[[], list[Metric]]
) -> None:
    open_market(service)
    assert service.run("fill-missing", **WEEKS)["status"] == "completed"
    assert service.run("detect-all-missing", **WEEKS)["status"] == "completed"
    assert recorded() == []


def bad(code: str) -> list[Row]:
    return [row | {"low": -1.0} for row in rows(code)]


def test_a_task_with_errors_is_counted_once(
    service: Service, template: dict[str, Any], recorded: Callable[[], list[Metric]]
) -> None:
    """The finish step is repeated if its answer is lost."""

    def answer_is_lost(handle: Handler, event: Event) -> Any:
        answer = handle(event)
        for loss in losses:
            raise loss
        return answer

    losses = iter([RuntimeError("the answer was lost")])
    service.faults["finish_task"] = answer_is_lost
    open_market(service)
    put_bars(service, CODES[0], bad(CODES[0]))
    task = service.run("fill-missing", **WEEKS)
    assert (task["status"], task["error_count"]) == ("completed", 1)
    assert len(service.calls("finish_task")) == 2
    assert recorded() == [(*watched(template, "TaskErrors"), 1)]


def test_a_task_of_which_nothing_was_done_is_counted_though_its_execution_succeeds(
    service: Service,
    template: dict[str, Any],
    recorded: Callable[[], list[Metric]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(_handle: Handler, _event: Event) -> Any:
        raise RuntimeError("boom")

    open_in_three_batches(service, monkeypatch)
    service.faults["upstream"] = fails
    set_clock(monkeypatch, 10)
    execution = service.schedule("stock")
    assert workflows.execution_status(execution) == "SUCCEEDED"
    assert service.task(1)["status"] == "failed"
    assert recorded() == [(*watched(template, "TaskFailed"), 1)]


def test_a_task_whose_plan_fails_is_counted(
    service: Service, template: dict[str, Any], recorded: Callable[[], list[Metric]]
) -> None:
    def fails(_handle: Handler, _event: Event) -> Any:
        raise RuntimeError("boom")

    service.faults["plan_task"] = fails
    assert service.run("fill-missing", **WEEKS)["status"] == "failed"
    assert recorded() == [(*watched(template, "TaskFailed"), 1)]


def set_clock(monkeypatch: pytest.MonkeyPatch, day: int, hour: int = 18) -> None:
    """Have it be an hour in Shanghai, in January 2020."""
    moment = datetime(2020, 1, day, hour - 8, tzinfo=UTC)
    monkeypatch.setattr(deployment, "now", lambda: moment)
    deployment.reset()


@pytest.fixture
def measure(
    service: Service, template: dict[str, Any], recorded: Callable[[], list[Metric]]
) -> Callable[[], tuple[float, float]]:
    """Do what the schedule does, and give the ages of stocks and futures as the alarms see them."""

    def run() -> tuple[float, float]:
        recorded()
        execution = service.schedule("age")
        assert workflows.execution_status(execution) == "SUCCEEDED"
        metrics = recorded()
        found = {metric[:3]: metric[3] for metric in metrics}
        assert len(found) == len(metrics) == 2
        return found[watched(template, "StocksOld")], found[watched(template, "FuturesOld")]

    return run


@pytest.mark.parametrize(
    ("moment", "age"),
    [
        ((10, 18), 0),  # Friday evening
        ((12, 9), 0),  # Sunday: no day has become final since
        ((13, 16), 0),  # Monday, before its bars are final
        ((13, 18), 1),
        ((15, 18), 3),
    ],
)
def test_the_age_is_counted_in_trading_days(
    service: Service,
    measure: Callable[[], tuple[float, float]],
    monkeypatch: pytest.MonkeyPatch,
    moment: tuple[int, int],
    age: int,
) -> None:
    open_market(service)
    service.run("fill-missing", **WEEKS)
    set_clock(monkeypatch, *moment)
    assert measure() == (age, 0)
    _, envelope = service.call("GET", "/cache/tasks")
    assert [task["id"] for task in envelope["data"]["items"]] == [1]


@pytest.mark.parametrize(("late", "age"), [(1, 0), (2, 0), (3, 2)])
def test_a_day_is_there_once_half_of_a_markets_codes_have_it(
    service: Service,
    measure: Callable[[], tuple[float, float]],
    monkeypatch: pytest.MonkeyPatch,
    late: int,
    age: int,
) -> None:
    """Four codes of Shanghai, of which some lack the last two days."""
    open_market(service)
    put_securities(service, *(f"{code},{code},stock,{DAYS[0]}," for code in CODES))
    for code in CODES[-late:]:
        put_bars(service, code, rows(code, DAYS[:-2]))
    set_clock(monkeypatch, 10)
    service.run("fill-missing", **WEEKS)
    assert measure() == (age, 0)


def test_without_bars_the_age_is_all_that_a_schedule_would_fetch(
    service: Service,
    measure: Callable[[], tuple[float, float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_securities(service, "600000.SH,x,stock,19991110,", "IF2003.CFE,IF,future,20190101,")
    set_clock(monkeypatch, 10)
    # 11 December to 10 January, across the turn of the year.
    assert measure() == (22, 22)
