"""The call that shows the state of the service: its source, who uses it, and what is held of it."""

from datetime import UTC
from typing import TYPE_CHECKING, Any

from marketdata import deployment
from marketdata.api.router import VERSION, Answer, Call, Router
from marketdata.catalog.securities import FIRST_DATE

if TYPE_CHECKING:
    # Other calls need the source only.
    from marketdata.tasks.overview import DatasetOverview, Overview
    from marketdata.tasks.task import Task

router = Router()

NEVER_COUNTED, NOWHERE_COUNTED, TOO_MANY = ("never_counted", "nowhere_counted", "too_many")
"""Why a number is not known: nobody has counted yet; nobody ever does here; it would take long."""


SIZES = ("table_bytes", "objects", "object_bytes", "as_of")


@router.get("/status", summary="获取服务状态")
def read_status(_call: Call[None]) -> Answer:
    """Return the version, the source, who uses it, what is held of it, and how the tasks go.

    Of each kind of data that the source has, from when on it has it, and when the next day of it is
    final. That is known once the first list of its securities has come.
    Of each session its latest lease, also if it was given back. All reads that wait share a name.
    Of a source that limits requests, how many were sent today, and until when it refuses us.
    What is held is counted when tasks end and every six hours; `as_of` says when it was. The range
    begins with the first day that half of the codes have, and what lacks since then is missing.
    Tasks are the newest 100. One that went wrong is counted for a week, unless a retry ends well.
    """
    shared = deployment.session_queue().read()
    return Answer.success(
        {
            "version": VERSION,
            "upstream": deployment.settings().upstream,
            "final_day": deployment.final_day(),
            **data_of_source(),
            "requests": _requests(),
            **shared.view(deployment.now().timestamp()),
            **_held(),
        }
    )


def _held() -> dict[str, Any]:
    """Return what is held of each dataset, the tasks that concern it, and the store's size."""
    overview: Overview = deployment.overview()
    tasks = overview.newest_tasks()
    datasets = overview.datasets(tasks)
    return {
        "datasets": [_dataset(each) for each in datasets],
        "tasks": _tasks(overview, tasks),
        "store": _store(overview, datasets),
    }


def _tasks(overview: "Overview", tasks: list["Task"]) -> dict[str, Any]:
    since = tasks[-1].created_at if tasks else None
    return {**overview.counts(tasks)._asdict(), "looked_at": len(tasks), "since": since}


def _dataset(each: "DatasetOverview") -> dict[str, Any]:
    said = {"dataset": each.name, "final_day": each.final_day, **each.tasks._asdict()}
    if each.held is None:
        return {**said, "held": None, "unknown": NEVER_COUNTED}
    held = {**each.held._asdict(), "percent": each.held.percent}
    return {**said, "held": held | {"newest_day": each.held.newest_day or None}, "unknown": None}


def _store(overview: "Overview", datasets: list["DatasetOverview"]) -> dict[str, Any]:
    held = [each.held for each in datasets if each.held]
    size = overview.size.read()
    counted = size._asdict() if size else dict.fromkeys(SIZES)
    whys = {"table_bytes": NOWHERE_COUNTED, "objects": TOO_MANY, "object_bytes": TOO_MANY}
    return {
        "blocks": sum(each.blocks for each in held) if held else None,
        "rows": sum(each.rows for each in held) if held else None,
        **counted,
        "unknown": {
            name: whys[name] if size else NEVER_COUNTED for name in whys if counted[name] is None
        },
    }


def data_of_source() -> dict[str, Any]:
    """Return what the source has, and when its next data is due."""
    catalog = deployment.stored_catalog()
    if catalog is None:
        return {"covers": [], "next_final": {}}
    since = {name: day for name, day in catalog.first_days.items() if day}
    # Statements have no days of their own, and so no time.
    due = {name: deployment.next_final(name) for name in since if name in catalog.final_times}
    return {
        "covers": [
            {"dataset": name, "since": None if day == FIRST_DATE else day}
            for name, day in since.items()
        ],
        "next_final": {
            name: at.astimezone(UTC).isoformat() if at else None for name, at in due.items()
        },
    }


def _requests() -> dict[str, Any] | None:
    """Return the state of the source's budget; None if it has none."""
    budget = deployment.request_budget()
    if budget is None:
        return None
    left = budget.left()
    until = left.blocked_until.isoformat() if left.blocked_until else None
    return {**left._asdict(), "blocked_until": until}
