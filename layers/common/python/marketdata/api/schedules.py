"""The call that shows the schedules: when each runs, when it last ran, and what came of it."""

from datetime import UTC
from typing import Any

from marketdata import deployment
from marketdata.api.router import Answer, Call, Router
from marketdata.tasks.schedules import Entry

router = Router()


@router.get("/cache/schedules", summary="获取定时任务列表")
def read_schedules(_call: Call[None]) -> Answer:
    """Return the schedules as they stand, those that run next first.

    `next_run` is null for a schedule that is disabled, and for one whose expression is a rate, of
    which only EventBridge knows when it began. A run begins with its plan step, also if somebody
    started that by hand with the schedule's input; it has no task if there was nothing to do.
    """
    return Answer.success({"items": [_view(each) for each in deployment.timetable().entries()]})


def _view(entry: Entry) -> dict[str, Any]:
    """Return the fields that the API shows."""
    schedule, run, task = entry.schedule, entry.last_run, entry.task
    return {
        "name": entry.name,
        "description": schedule.description,
        "expression": schedule.expression,
        "time_zone": schedule.time_zone,
        "enabled": schedule.enabled,
        "next_run": entry.next_run.astimezone(UTC).isoformat() if entry.next_run else None,
        "last_run": run.at if run else None,
        "last_task": task
        and {
            "id": task.id,
            "status": task.status,
            "error_count": task.error_count,
            "error_message": task.error_message or None,
        },
    }
