"""The call that shows the state of the service: its source, and who uses it."""

from datetime import UTC
from typing import Any

from marketdata import deployment
from marketdata.api.router import VERSION, Answer, Call, Router
from marketdata.catalog.securities import FIRST_DATE

router = Router()


@router.get("/status", summary="获取服务状态")
def read_status(_call: Call[None]) -> Answer:
    """Return the version, the source, the last final day, who has its sessions, and its requests.

    Of each kind of data that the source has, from when on it has it, and when the next day of it is
    final. That is known once the first list of its securities has come.
    Of each session its latest lease, also if it was given back. All reads that wait share a name.
    Of a source that limits requests, how many were sent today, and until when it refuses us.
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
        }
    )


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
