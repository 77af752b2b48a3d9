"""The function `upstream`: the only one that calls the source, whose answers it stores."""

from random import randint
from typing import Any

from marketdata import deployment
from marketdata.errors import SessionInUseError
from marketdata.lease.state import claimant_of
from marketdata.tasks.turn import Turn
from marketdata.upstream.server import WITHOUT_SOURCE, UpstreamServer

PAUSE_SECONDS = (1, 5)
"""The least and the most time until a turn for which there is no session is asked for again."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Run one operation of `upstream.client`, or a turn of some batches of a task.

    Both hold a session meanwhile, unless they need no source. The answer to batches is those that
    are left: their number as `left`, they themselves as `batches`, and as `pause` how many seconds
    to wait before asking again; the others are recorded. An exception means that a batch failed and
    that a retry may help. That all sessions are in use is an answer, since exceptions lose their
    names where Lambda is emulated.
    """
    if event.get("operation") in WITHOUT_SOURCE:
        return _serve(event)
    try:
        with deployment.lease_holder().hold(claimant_of(event)) as held:
            if "batches" in event:
                turn: Turn = deployment.turn(held.gives_way)
                return _left(event, turn.take(event["batches"]), 0)
            return _serve(event)
    except SessionInUseError as error:
        if "batches" in event:
            return _left(event, event["batches"], randint(*PAUSE_SECONDS))  # noqa: S311  no secret
        return {"error": type(error).__name__, "message": str(error)}


def _serve(event: dict[str, Any]) -> dict[str, Any]:
    server: UpstreamServer = deployment.upstream_server()
    return server.serve(event)


def _left(event: dict[str, Any], batches: list[Any], pause: int) -> dict[str, Any]:
    return event | {"left": len(batches), "batches": batches, "pause": pause}
