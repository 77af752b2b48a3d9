"""The access line: one line of JSON in the log for each request, whatever became of it.

It has nothing that a client sends but which of our routes it took and how many codes it named: no
parameter, header, token, body, query or path. The standard library writes it, in ASCII, so that no
text in it can fail to be written or be taken for the end of a line. Lambda takes a line without a
level for INFO and adds the time.
"""

import json
import sys
from collections.abc import Mapping
from time import perf_counter
from typing import Any


class Access:
    """A request that is being answered; its clock starts here.

    Parameters
    ----------
    event : mapping
        A REST proxy event.

    Attributes
    ----------
    codes : int or None
        How many codes were asked for; None if the call takes none.
    """

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.codes: int | None = None
        self._event = event
        self._began = perf_counter()

    def write(self, status: int, size: int, meta: Mapping[str, Any] | None = None) -> None:
        """Write the line to standard output, without the fields that the call does not have.

        Parameters
        ----------
        status : int
            The HTTP status.
        size : int
            Bytes of the body as sent, before API Gateway compresses it.
        meta : mapping, optional
            The answer's `meta`, of which `returned` and `source` are taken.
        """
        event, facts = self._event, meta or {}
        context = event["requestContext"]
        line = {
            "route": f"{event['httpMethod']} {event['resource']}",
            "status": status,
            "milliseconds": round((perf_counter() - self._began) * 1000, 1),
            "codes": self.codes,
            "bars": facts.get("returned"),
            "bytes": size,
            "source": facts.get("source"),
            "request_id": context.get("requestId"),
            "user": (context.get("authorizer") or {}).get("username"),
        }
        text = json.dumps({name: value for name, value in line.items() if value is not None})
        # In one piece: what else writes to the stream must not come between line and line's end.
        sys.stdout.write(f"{text}\n")
