"""The function `upstream`: the only one that calls the source, whose answers it stores."""

from typing import Any

from marketdata import deployment
from marketdata.tasks.turn import Turn
from marketdata.upstream.server import UpstreamServer


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Run one operation of `upstream.client`, or a turn of some batches of a task.

    The answer to batches is those for which there was no time: their number as `left`, and they
    themselves as `batches`; the others are recorded. An exception means that a batch failed and
    that a retry may help.
    """
    if "batches" in event:
        turn: Turn = deployment.turn()
        left = turn.take(event["batches"])
        return {"left": len(left), "batches": left}
    server: UpstreamServer = deployment.upstream_server()
    return server.serve(event)
