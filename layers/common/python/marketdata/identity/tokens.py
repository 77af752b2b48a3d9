"""Bearer tokens: JWT (RFC 7519), HS256, keys in Secrets Manager.

The current version of the key signs; the current and the previous version verify, so a rotation
ends no session. A token signed by none of the cached keys may be newer than they are, so they are
read again.
"""

import time
from typing import NamedTuple
from uuid import uuid4

import jwt

from marketdata.aws.secrets import KEPT_SECONDS, Stage, read_secret
from marketdata.errors import StorageError, UnauthorizedError
from marketdata.identity.users import User

LIFETIME_SECONDS = 86_400
ISSUER = "amazingdata-cloud"
ALGORITHM = "HS256"
CLAIMS = ("sub", "username", "role", "gen", "iat", "exp", "iss", "jti")
STAGES: tuple[Stage, ...] = ("AWSCURRENT", "AWSPREVIOUS")

FRESH_SECONDS = 10
"""Keys cached for less than this are not read again, however many forged tokens arrive."""


class VerifiedToken(NamedTuple):
    """The trusted content of a token: its user, their generation at the login, and its own id."""

    user_id: int
    generation: int
    session: str


class Tokens:
    """Issues and verifies tokens.

    Parameters
    ----------
    secret : str
        The ARN of the signing key.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def issue(self, user: User) -> str:
        """Issue a token for a user, valid for `LIFETIME_SECONDS`.

        Parameters
        ----------
        user : User
            The user who logged in, as read before their password was checked: if it has changed
            since, the token is not good.
        """
        # A rotated key signs within seconds: after two rotations, the old key's tokens are refused.
        key = read_secret(self._secret, at_most=FRESH_SECONDS)
        if key is None:
            raise StorageError("there is no signing key")
        now = int(time.time())
        claims = {
            "sub": str(user.id),
            "username": user.username,
            "role": user.role.value,
            "gen": user.generation,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "iss": ISSUER,
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, key, ALGORITHM)

    def verify(self, token: str) -> VerifiedToken:
        """Verify a token; return what it says that does not change.

        The other claims are for clients: name and role are looked up, since they may change.

        Raises
        ------
        UnauthorizedError
            The token was not signed by us, has expired, or lacks a claim.
        """
        for age in (KEPT_SECONDS, FRESH_SECONDS):
            for stage in STAGES:
                key = read_secret(self._secret, stage, age)
                if key is not None:
                    try:
                        return _read(token, key)
                    except jwt.InvalidSignatureError:
                        continue
        raise UnauthorizedError("the token is not one of ours")


def _read(token: str, key: str) -> VerifiedToken:
    try:
        claims = jwt.decode(
            token, key, algorithms=[ALGORITHM], issuer=ISSUER, options={"require": list(CLAIMS)}
        )
        return VerifiedToken(int(claims["sub"]), int(claims["gen"]), str(claims["jti"]))
    except jwt.InvalidSignatureError:
        raise
    except (jwt.InvalidTokenError, TypeError, ValueError) as error:
        raise UnauthorizedError("the token is invalid or has expired") from error
