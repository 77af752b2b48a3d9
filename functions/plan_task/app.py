"""The function `plan_task`: the plan step, from a task or a schedule to a work list."""

from typing import Any

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata import deployment
from marketdata.tasks.age import NewestDay
from marketdata.tasks.plan import Planner

NOTHING = {"task_id": 0, "attempt": 0, "batch_count": 0}
"""No task is made: the state machine ends."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Plan the task of an execution: `{"execution": ARN, "input": the execution's input}`.

    The input is `{"task_id", "attempt"}`, or `{"schedule"}`, for which a task is created first;
    the schedule "age" only measures. Both state machines begin with this step.
    """
    asked, execution = event["input"], event["execution"]
    if asked.get("schedule") == "age" or asked.get("if_late"):
        newest: NewestDay = deployment.newest_day()
        if not asked.get("if_late"):
            newest.measure()
            return NOTHING
        if not newest.is_late(asked["schedule"]):
            return NOTHING
    planner: Planner = deployment.planner()
    if "schedule" in asked:
        task = planner.scheduled(asked["schedule"], execution)
        return planner.plan(task.id, task.attempt, execution)
    return planner.plan(asked["task_id"], asked["attempt"], execution)
