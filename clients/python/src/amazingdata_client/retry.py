"""Whether and when to retry a call."""

import random
from dataclasses import dataclass

import httpx

from amazingdata_client.answers import retry_after
from amazingdata_client.errors import AnswerError

BEFORE_ANYTHING_WAS_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOTHING_WAS_DONE = frozenset({429, 503})
"""The gateway rejected the request, or the service did nothing because its source was busy."""


@dataclass(frozen=True)
class Retry:
    """Exponential backoff with full jitter.

    The wait before retry n is drawn from [0, min(`longest`, `first` · 2ⁿ⁻¹)], so that clients
    that failed together do not retry together. If the service sends `Retry-After`, that time is
    waited first; if it is longer than `longest`, the error is raised at once.

    Attributes
    ----------
    times : int
        Maximum number of retries; 0 disables them.
    first, longest : float
        Seconds.
    """

    times: int = 5
    first: float = 0.5
    longest: float = 30.0

    def pause(
        self, outcome: httpx.Response | httpx.TransportError, tried: int, *, repeatable: bool
    ) -> float | None:
        """Return the time to wait before the next retry.

        Parameters
        ----------
        outcome : httpx.Response or httpx.TransportError
            Outcome of the last attempt.
        tried : int
            Number of retries so far.
        repeatable : bool
            Whether the call is idempotent.

        Returns
        -------
        float or None
            Seconds; None if a retry would be useless or unsafe.
        """
        if tried >= self.times or not _worth_it(outcome, repeatable=repeatable):
            return None
        jitter = random.uniform(0, min(self.longest, self.first * 2**tried))  # noqa: S311
        asked = retry_after(outcome) if isinstance(outcome, httpx.Response) else None
        if asked is None:
            return jitter
        return asked + min(jitter, self.first) if asked <= self.longest else None


def _worth_it(outcome: httpx.Response | httpx.TransportError, *, repeatable: bool) -> bool:
    if isinstance(outcome, httpx.Response):
        status = outcome.status_code
        return status in (AnswerError.retryable_statuses if repeatable else NOTHING_WAS_DONE)
    if isinstance(outcome, (httpx.UnsupportedProtocol, httpx.ProxyError)):
        return False
    return repeatable or isinstance(outcome, BEFORE_ANYTHING_WAS_SENT)


PATIENT = Retry()
"""The default."""
