"""Access tokens and their lifetime. Pure."""

from dataclasses import dataclass
from typing import Any

MARGIN = 60.0
"""Seconds before expiry at which a token is renewed; at most a tenth of its lifetime."""


@dataclass(frozen=True)
class Token:
    """The access token of a login.

    Attributes
    ----------
    access_token : str
        The token itself; a secret.
    expires_at : float
        When it expires, in seconds since 1970.
    renew_at : float
        When the client renews it, in seconds since 1970.
    """

    access_token: str
    expires_at: float
    renew_at: float

    @classmethod
    def granted(cls, data: Any, now: float) -> "Token":
        """Build a token from the response to a login sent at `now`, in seconds since 1970."""
        life = float(data["expires_in"])
        expires_at = now + life
        return cls(data["access_token"], expires_at, expires_at - min(MARGIN, life / 10))

    def __repr__(self) -> str:
        """Keep the secret out of logs."""
        return f"Token(expires_at={self.expires_at})"
