"""Who may log in."""

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


def authenticate(table: Table, admin_secret: str, username: str, password: str) -> User:
    """Check a name and a password.

    The first admin is made here: while the user that `admin_secret` names does not exist, the
    password in the secret creates it.

    Parameters
    ----------
    table : Table
        The control table.
    admin_secret : str
        The ARN of a secret ``{"username": …, "password": …}``.
    username, password : str
        As the caller gave them.

    Raises
    ------
    UnauthorizedError
        One of the two is wrong; which one, nobody learns.
    ForbiddenError
        The user has been deactivated.
    TooManyRequestsError
        The name is locked after five failures.
    """
    lockout, users = Lockout(table), Users(table)
    lockout.check(username, int(time.time()))
    found = users.find(username) or _first_admin(users, admin_secret, username, password)
    user, hashed = found or (None, passwords.NOBODYS)
    if not passwords.matches(hashed, password) or user is None:
        lockout.count(username, int(time.time()))
        raise UnauthorizedError("the user name or the password is wrong")
    # Once more: of many guesses at once, the right one must not slip through beside the failures.
    lockout.check(username, int(time.time()))
    lockout.clear(username)
    if not user.is_active:
        raise ForbiddenError("this user has been deactivated")
    if passwords.is_outdated(hashed):
        users.rehash(user.id, hashed, passwords.hash_password(password))
    return user


def _first_admin(
    users: Users, admin_secret: str, username: str, password: str
) -> tuple[User, str] | None:
    wanted = orjson.loads(read_secret(admin_secret) or "{}")
    if wanted.get("username") != username:
        return None
    if not compare_digest(wanted["password"].encode(), password.encode()):
        return None
    # Of two first logins at once, the other one may have made the user.
    with suppress(ConflictError):
        users.create(username, passwords.hash_password(password), Role.ADMIN)
    return users.find(username)
