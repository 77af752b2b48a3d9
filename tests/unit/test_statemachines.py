"""What the state machines promise, read off their definitions."""

from pathlib import Path
from typing import Any

import pytest

from local.translate import definition
from marketdata.errors import UPSTREAM_ERRORS
from tests.support.machines import states

FOLDER = Path(__file__).parents[2] / "statemachines"
MACHINES = sorted(FOLDER.glob("*.asl.json"))
OF_TASKS = [path for path in MACHINES if not path.name.startswith("publish")]
"""Those that work on a task; whatever publishing leaves undone, its next run finds again."""
HALF_AN_HOUR = 30 * 60


def tasks() -> list[tuple[str, dict[str, Any]]]:
    """Give every state that calls a function."""
    return [
        (f"{path.name}: {name}", state)
        for path in MACHINES
        for name, state in states(definition(path))
        if state["Type"] == "Task"
    ]


def mean_wait(retry: dict[str, Any]) -> float:
    """Give the seconds that a retry waits in all; with full jitter half of each delay."""
    delay, waited = float(retry["IntervalSeconds"]), 0.0
    for _ in range(retry["MaxAttempts"]):
        waited += min(delay, retry["MaxDelaySeconds"])
        delay *= retry["BackoffRate"]
    return waited / 2


@pytest.mark.parametrize(("name", "state"), tasks())
def test_every_call_has_a_limit_and_named_retries_with_jitter(
    name: str, state: dict[str, Any]
) -> None:
    assert state["TimeoutSeconds"] > 0, name
    assert state["Retry"], name
    for retry in state["Retry"]:
        assert retry["ErrorEquals"], name
        assert retry["MaxAttempts"] == 0 or retry["JitterStrategy"] == "FULL", name


def test_a_busy_source_is_waited_for_half_an_hour_at_least() -> None:
    fill = dict(states(definition(FOLDER / "fill.asl.json")))
    (busy,) = [
        retry
        for retry in fill["FetchBatches"]["Retry"]
        if "Lambda.TooManyRequestsException" in retry["ErrorEquals"]
    ]
    # The sum of hundreds of random delays stays near its mean: half of it is beyond chance.
    assert mean_wait(busy) > 2 * HALF_AN_HOUR


def test_a_source_that_is_closed_is_waited_for_half_a_day_at_least() -> None:
    fill = dict(states(definition(FOLDER / "fill.asl.json")))
    (closed,) = [
        retry
        for retry in fill["FetchBatches"]["Retry"]
        if retry["ErrorEquals"] == ["UpstreamClosedError"]
    ]
    assert mean_wait(closed) > 24 * HALF_AN_HOUR


def test_turns_leave_nothing_behind() -> None:
    turns = dict(states(definition(FOLDER / "fill.asl.json")))
    # What all turns gave must fit into 256 KiB together, though nobody looks at it: a retry of a
    # whole market's minutes has forty thousand of them.
    assert turns["Fetched"] == {"Type": "Succeed", "OutputPath": None}


def test_what_will_not_pass_by_itself_is_not_tried_again() -> None:
    fill = dict(states(definition(FOLDER / "fill.asl.json")))
    (never,) = [retry for retry in fill["FetchBatches"]["Retry"] if retry["MaxAttempts"] == 0]
    lasting = {name for name, error in UPSTREAM_ERRORS.items() if not error.retryable}
    assert set(never["ErrorEquals"]) == lasting


@pytest.mark.parametrize("path", OF_TASKS, ids=lambda path: path.name)
def test_a_plan_that_needs_the_source_tries_again_what_may_pass_soon(path: Path) -> None:
    retries = definition(path)["States"]["Plan"]["Retry"]
    named = {name for retry in retries for name in retry["ErrorEquals"] if "Upstream" in name}
    passing = {name for name, error in UPSTREAM_ERRORS.items() if error.retryable}
    # A source that is closed is closed for hours: whoever waits for the plan is told so.
    assert named == passing - {"UpstreamClosedError"}


@pytest.mark.parametrize("path", OF_TASKS, ids=lambda path: path.name)
def test_whatever_fails_is_written_down(path: Path) -> None:
    machine = definition(path)
    for name, state in machine["States"].items():
        if state["Type"] in {"Task", "Map"} and name != "Fail":
            assert state["Catch"] == [
                {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}
            ], name
    assert machine["States"]["Fail"]["Next"] == "Failed"
    assert machine["States"]["Failed"]["Type"] == "Fail"
