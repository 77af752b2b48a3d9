"""The limits on failed logins: which failures add up, and when a lock begins and ends."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures begin a lock.

    Attributes
    ----------
    failures : int
        So many within one window begin a lock.
    seconds : int
        The length of a window, which its first failure opens, and of a lock, which its last failure
        begins.
    """

    failures: int
    seconds: int


NETWORK_LIMIT = Limit(5, 900)
"""For one user name from one network."""

NAME_LIMIT = Limit(100, 3600)
"""For one user name from all networks together: OWASP's ASVS 4.0.3 (2.2.1) allows no more.

One network, which has some twenty tries in an hour, does not reach it alone.
"""


@dataclass(frozen=True, slots=True)
class FailureCounter:
    """The failures of the latest window.

    Attributes
    ----------
    limit : Limit
        The limit on them.
    failures : int
        How many there were; those that a lock turned away are not counted.
    since, expires : int
        When the window opened, and until when its failures can matter; epoch seconds.
    unlocked_at : int
        When an administrator last unlocked the name, epoch seconds; windows that opened until then
        no longer matter.
    """

    limit: Limit
    failures: int = 0
    since: int = 0
    expires: int = 0
    unlocked_at: int = 0

    def wait(self, now: int) -> int:
        """Return for how many more seconds there is a lock; 0 if there is none."""
        full = self.since > self.unlocked_at and self.failures >= self.limit.failures
        return max(0, self.expires - now) if full else 0

    def after_failure(self, now: int) -> Self:
        """Return the counter after one more failure, in this window or as the first of a new one.

        Parameters
        ----------
        now : int
            Epoch seconds, outside of a lock.
        """
        expires = now + self.limit.seconds
        in_window = self.unlocked_at < self.since and now < self.since + self.limit.seconds
        if in_window and self.failures < self.limit.failures:
            return replace(self, failures=self.failures + 1, expires=expires)
        since = max(now, self.unlocked_at + 1)
        return replace(self, failures=1, since=since, expires=expires)
