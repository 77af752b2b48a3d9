"""The function `upstream`: the only one that calls the source, whose answers it stores."""

from random import randint
from typing import Any

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata import deployment
from marketdata.errors import SessionInUseError
from marketdata.lease.state import claimant_of
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.turn import Turn
from marketdata.upstream.server import WITHOUT_SOURCE, UpstreamServer

PAUSE_SECONDS = (1, 5)
"""The least and the most time until a turn for which there is no session is asked for again."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Run one operation of `upstream.client`, or a turn of some batches of a task.

    Both hold a session meanwhile, unless they need no source. The answer to batches is those that
    are left: their number as `left`, they themselves as `batches`, and as `pause` how many seconds
    to wait before asking again; the others are recorded. An exception means that a batch failed and
    that a retry may help. That all sessions are in use is an answer, since it is no failure.
    """
    if "batches" in event:
        return _take_turn(event)
    if event.get("operation") in WITHOUT_SOURCE:
        return _serve(event)
    try:
        with deployment.lease_holder().hold(claimant_of(event)):
            return _serve(event)
    except SessionInUseError as error:
        return {"error": type(error).__name__, "message": str(error)}


def _take_turn(event: dict[str, Any]) -> dict[str, Any]:
    batches = event["batches"]
    records: TaskRecords = deployment.task_records()
    try:
        with deployment.lease_holder().hold(claimant_of(event)) as held:
            turn: Turn = deployment.turn(held.gives_way)
            return _left(event, turn.take(batches), 0)
    except SessionInUseError:
        return _left(event, batches, randint(*PAUSE_SECONDS))  # noqa: S311  no secret
    finally:
        # Both the end of a lease and a refusal have put the task back into the queue.
        records.leave_queue_if_ended(batches[0]["task_id"], batches[0]["attempt"])


def _serve(event: dict[str, Any]) -> dict[str, Any]:
    server: UpstreamServer = deployment.upstream_server()
    return server.serve(event)


def _left(event: dict[str, Any], batches: list[Any], pause: int) -> dict[str, Any]:
    return event | {"left": len(batches), "batches": batches, "pause": pause}
