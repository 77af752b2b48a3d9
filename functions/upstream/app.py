"""The one door to the outside: fetches from the source and stores what it got."""

from typing import Any

from marketdata import deployment
from marketdata.tasks.turn import Turn
from marketdata.upstream.server import UpstreamServer


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Carry out one operation of `upstream.client`, or some batches of a task.

    Of batches those that are `left` are answered, by number, and as `batches` in full: the others
    are recorded. An exception means that a batch failed, and that asking again may help.
    """
    if "batches" in event:
        turn: Turn = deployment.turn()
        left = turn.take(event["batches"])
        return {"left": len(left), "batches": left}
    server: UpstreamServer = deployment.upstream_server()
    return server.serve(event)
