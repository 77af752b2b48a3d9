"""Whether and when to retry a call."""

import random
from dataclasses import dataclass

import httpx

from amazingdata_client.answers import is_from_service, kind_of, retry_after
from amazingdata_client.errors import UpstreamError

BEFORE_ANYTHING_WAS_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
REPEATED = frozenset({429, 502, 503, 504})
"""The statuses after which a call is repeated, if it may be; all others are final."""


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
    """Check whether a retry may help and does no harm.

    After a 429 nothing was done, and neither after the service's own 503, which means that its
    source is busy. Behind a 502, 503 or 504 of the gateway the call may have been executed.
    """
    if isinstance(outcome, httpx.Response):
        status = outcome.status_code
        if status not in REPEATED or kind_of(outcome) is UpstreamError:
            return False
        refused = status == httpx.codes.TOO_MANY_REQUESTS
        busy = status == httpx.codes.SERVICE_UNAVAILABLE and is_from_service(outcome)
        return repeatable or refused or busy
    if isinstance(outcome, (httpx.UnsupportedProtocol, httpx.ProxyError)):
        return False
    return repeatable or isinstance(outcome, BEFORE_ANYTHING_WAS_SENT)


PATIENT = Retry()
"""The default."""
