"""The login: checking a user name and a password."""

import time
from contextlib import suppress
from hmac import compare_digest

import orjson

from marketdata.aws.secrets import read_secret
from marketdata.aws.tables import Table
from marketdata.errors import ConflictError, ForbiddenError, UnauthorizedError
from marketdata.identity import passwords
from marketdata.identity.lockout import Lockout
from marketdata.identity.roles import Role
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

    def authenticate(self, username: str, password: str) -> User:
        """Check a user name and a password.

        This also creates the first admin: as long as the user named in the secret does not exist,
        a login with the secret's password creates it.

        Parameters
        ----------
        username, password : str
            As the caller sent them.

        Raises
        ------
        UnauthorizedError
            One of the two is wrong; the error does not say which.
        ForbiddenError
            The user has been deactivated.
        TooManyRequestsError
            The name is locked after five failures.
        """
        self._lockout.check(username, int(time.time()))
        found = self._users.find(username) or self._first_admin(username, password)
        user, hashed = found or (None, passwords.NOBODYS)
        if not passwords.matches(hashed, password) or user is None:
            self._lockout.count(username, int(time.time()))
            raise UnauthorizedError("the user name or the password is wrong")
        # Checked again: a correct guess among many simultaneous ones must not slip through.
        self._lockout.check(username, int(time.time()))
        self._lockout.clear(username)
        if not user.is_active:
            raise ForbiddenError("this user has been deactivated")
        if passwords.is_outdated(hashed):
            self._users.rehash(user.id, hashed, passwords.hash_password(password))
        return user

    def _first_admin(self, username: str, password: str) -> tuple[User, str] | None:
        wanted = orjson.loads(read_secret(self._admin_secret) or "{}")
        if wanted.get("username") != username:
            return None
        if not compare_digest(wanted["password"].encode(), password.encode()):
            return None
        # A simultaneous first login may have created the user.
        with suppress(ConflictError):
            self._users.create(username, passwords.hash_password(password), Role.ADMIN)
        return self._users.find(username)
