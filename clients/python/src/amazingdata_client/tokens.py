"""A bearer token and how long it is good for. Pure."""

from dataclasses import dataclass
from typing import Any

MARGIN = 60.0
"""A token is renewed this many seconds before its end, or in the last tenth of a shorter life."""


@dataclass(frozen=True)
class Token:
    """What a login gives.

    Attributes
    ----------
    access_token : str
        Secret.
    expires_at : float
        Seconds since 1970.
    renew_at : float
        From then on a new one should be had.
    """

    access_token: str
    expires_at: float
    renew_at: float

    @classmethod
    def granted(cls, data: Any, now: float) -> "Token":
        """Read the answer to a login that was sent at `now`, seconds since 1970."""
        life = float(data["expires_in"])
        expires_at = now + life
        return cls(data["access_token"], expires_at, expires_at - min(MARGIN, life / 10))

    def __repr__(self) -> str:
        """Leave the secret out of logs."""
        return f"Token(expires_at={self.expires_at})"
