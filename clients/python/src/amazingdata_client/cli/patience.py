"""Waiting for a service that does not answer, in words, so that nobody takes it for a hang."""

from dataclasses import dataclass
from math import ceil

import httpx

from amazingdata_client.cli.output import say
from amazingdata_client.retry import Retry

WAIT = frozenset({httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE})


@dataclass(frozen=True)
class Told(Retry):
    """Retries, the first of which is told on stderr."""

    def pause(
        self, outcome: httpx.Response | httpx.TransportError, tried: int, *, repeatable: bool
    ) -> float | None:
        """Return the time to wait before the next retry; see `Retry.pause`."""
        pause = super().pause(outcome, tried, repeatable=repeatable)
        if pause is not None and tried == 0:
            say(_what(outcome, pause))
        return pause


def _what(outcome: httpx.Response | httpx.TransportError, pause: float) -> str:
    if isinstance(outcome, httpx.TransportError):
        why = str(outcome) or type(outcome).__name__
        return f"no answer from the service ({why}), trying again; Ctrl-C ends it"
    status = outcome.status_code
    said = "the service asks to wait" if status in WAIT else "no answer from the service"
    return f"{said} ({status}), trying again in {ceil(pause)} s"


TOLD = Told()
"""As patient as a client is by default."""
