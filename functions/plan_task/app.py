"""The function `plan_task`: the plan step, from a task or a schedule to a work list."""

from typing import Any

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata import deployment
from marketdata.tasks.age import NewestDay
from marketdata.tasks.plan import Planner
from marketdata.tasks.schedules import ScheduleRuns
from marketdata.tasks.store_size import StoreSize
from marketdata.tasks.survey import Survey

NOTHING = {"task_id": 0, "attempt": 0, "batch_count": 0}
"""No task is made: the state machine ends."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Plan the task of an execution: `{"execution": ARN, "input": the execution's input}`.

    The input is `{"task_id", "attempt"}`, or `{"schedule"}`, for which a task is created first;
    the schedule "age" only measures. Both state machines begin with this step.
    """
    asked, execution = event["input"], event["execution"]
    if "schedule" in asked:
        return _scheduled(asked, execution)
    return _planner().plan(asked["task_id"], asked["attempt"], execution)


def _scheduled(asked: dict[str, Any], execution: str) -> dict[str, Any]:
    runs: ScheduleRuns = deployment.schedule_runs()
    if asked["schedule"] == "age":
        runs.note(asked)
        _measure()
        return NOTHING
    newest: NewestDay = deployment.newest_day()
    if asked.get("if_late") and not newest.is_late(asked["schedule"]):
        runs.note(asked)
        return NOTHING
    planner = _planner()
    task = planner.scheduled(asked["schedule"], execution)
    runs.note(asked, task.id)
    return planner.plan(task.id, task.attempt, execution)


def _measure() -> None:
    newest: NewestDay = deployment.newest_day()
    newest.measure()
    survey: Survey = deployment.survey()
    survey.refresh()
    size: StoreSize = deployment.store_size()
    size.count()


def _planner() -> Planner:
    return deployment.planner()
