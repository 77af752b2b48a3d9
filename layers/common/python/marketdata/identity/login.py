"""The login: checking a user name and a password."""

import time
from contextlib import suppress
from hmac import compare_digest

import orjson

from marketdata.aws.secrets import read_secret
from marketdata.aws.tables import Table
from marketdata.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    UnauthorizedError,
)
from marketdata.identity import passwords
from marketdata.identity.lockout import Lockout, LoginHistory
from marketdata.identity.networks import network_of
from marketdata.identity.roles import Role
from marketdata.identity.strength import require_strong
from marketdata.identity.users import User, Users


class Login:
    """Checks user names and passwords.

    Parameters
    ----------
    table : Table
        The control table.
    admin_secret : str
        The ARN of the first admin's secret, ``{"username": …, "password": …}``.
    """

    def __init__(self, table: Table, admin_secret: str) -> None:
        self._users = Users(table)
        self._lockout = Lockout(table)
        self._admin_secret = admin_secret

    def authenticate(self, username: str, password: str, address: str) -> User:
        """Check a user name and a password.

        This also creates the first admin: as long as the user named in the secret does not exist,
        a login with the secret's password creates it.

        Parameters
        ----------
        username, password : str
            As the caller sent them.
        address : str
            Where the call came from, as API Gateway saw it; empty if that is not known.

        Raises
        ------
        UnauthorizedError
            One of the two is wrong; the error does not say which.
        ForbiddenError
            The user has been deactivated.
        TooManyRequestsError
            The name is locked after too many failures, see `identity.lockout`; the error says for
            how long, and is the same for every name, and for known and unknown networks.
        """
        user, _ = self._proven(username, password, address)
        return user

    def change_password(self, username: str, old: str, new: str, address: str) -> User:
        """Change a user's own password, which ends all of their sessions.

        Parameters
        ----------
        username : str
            The name of the user who makes the call.
        old, new : str
            The passwords in plain text. A wrong old one counts as a failed login.
        address : str
            As in `authenticate`.

        Returns
        -------
        User
            As they are now: tokens issued for it are good.

        Raises
        ------
        InvalidInputError
            The old password is wrong, or the new one is the same or too easy to guess.
        ConflictError
            The password has been changed in the meantime.
        ForbiddenError, TooManyRequestsError
            As in `authenticate`.
        """
        try:
            user, hashed = self._proven(username, old, address)
        except UnauthorizedError as error:
            raise InvalidInputError("old_password", "is wrong", key="wrong_password") from error
        if new == old:
            raise InvalidInputError("new_password", "must not be the old one", key="same_password")
        require_strong(new, "new_password", [user.username, user.email])
        return self._users.renew(user.id, hashed, passwords.hash_password(new))

    def _proven(self, username: str, password: str, address: str) -> tuple[User, str]:
        """Return the user whose name and password these are, and the hash that is stored now."""
        network = network_of(address)
        history = self._lockout.history(username, network)
        history.check(_now())
        user, hashed = self._candidate(username, password, history)
        if passwords.matches(hashed, password) and user is not None:
            # Read again: a correct guess among many simultaneous ones must not slip through.
            history = self._lockout.history(username, network)
            if not history.is_refused(_now()):
                return self._accept(user, hashed, password, history)
        self._lockout.count(history, _now())
        raise UnauthorizedError("the user name or the password is wrong", key="wrong_login")

    def _candidate(
        self, username: str, password: str, history: LoginHistory
    ) -> tuple[User | None, str]:
        """Return the user with a name and their hash; None and a hash of nothing to refuse any."""
        # The requests are the same for every name: they must not tell which names exist.
        secret = read_secret(self._admin_secret)
        found = self._users.find(username)
        if history.is_refused(_now()):
            # It takes as long as a wrong password, and even the right one is not looked at.
            found = None
        elif found is None:
            found = self._first_admin(orjson.loads(secret or "{}"), username, password)
        return found or (None, passwords.NOBODYS)

    def _accept(
        self, user: User, hashed: str, password: str, history: LoginHistory
    ) -> tuple[User, str]:
        if not user.is_active:
            raise ForbiddenError("this user has been deactivated", key="deactivated")
        self._lockout.accept(history, _now())
        if passwords.is_outdated(hashed):
            hashed = self._users.rehash(user.id, hashed, passwords.hash_password(password))
        return user, hashed

    def _first_admin(
        self, wanted: dict[str, str], username: str, password: str
    ) -> tuple[User, str] | None:
        if wanted.get("username") != username:
            return None
        if not compare_digest(wanted["password"].encode(), password.encode()):
            return None
        # A simultaneous first login may have created the user.
        with suppress(ConflictError):
            self._users.create(username, passwords.hash_password(password), Role.ADMIN)
        return self._users.find(username)


def _now() -> int:
    return int(time.time())
