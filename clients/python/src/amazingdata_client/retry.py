"""Whether to ask again, and when."""

import random
from dataclasses import dataclass

import httpx

from amazingdata_client.answers import retry_after
from amazingdata_client.errors import AnswerError

BEFORE_ANYTHING_WAS_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOTHING_WAS_DONE = frozenset({429, 503})
"""The gateway refused the request, or the service did nothing because its source was busy."""


@dataclass(frozen=True)
class Retry:
    """How patiently a call is repeated.

    The wait before try n is drawn from [0, `first` · 2ⁿ⁻¹] and at most `longest`, so that many
    clients that failed together do not come back together. Where the service says `Retry-After`,
    that is waited for first; if it is longer than `longest`, the error is raised at once.

    Attributes
    ----------
    times : int
        How often a call is repeated; 0 for never.
    first, longest : float
        Seconds.
    """

    times: int = 5
    first: float = 0.5
    longest: float = 30.0

    def pause(
        self, outcome: httpx.Response | httpx.TransportError, tried: int, *, repeatable: bool
    ) -> float | None:
        """Say how long to wait before the next try.

        Parameters
        ----------
        outcome : httpx.Response or httpx.TransportError
            What the last try gave.
        tried : int
            How often the call was repeated already.
        repeatable : bool
            Whether doing it twice is the same as doing it once.

        Returns
        -------
        float or None
            Seconds; None where asking again is of no use, or not safe.
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
"""What clients do unless they are told otherwise."""
