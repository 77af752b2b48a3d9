"""What administrators do with users."""

import time
from collections.abc import Mapping
from typing import Any

from marketdata.aws.tables import Table
from marketdata.errors import ConflictError
from marketdata.identity.lockout import Lockout
from marketdata.identity.passwords import hash_password
from marketdata.identity.roles import Role
from marketdata.identity.users import User, Users


class UserAdministration:
    """Creates and changes users in an administrator's name.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._users = Users(table)
        self._lockout = Lockout(table)

    def create(self, caller: int, *, username: str, password: str, role: str, email: str) -> User:
        """Add a user who may log in at once.

        Parameters
        ----------
        caller : int
            The administrator who asks for it.
        username, email : str
            The name is the user's for good.
        password : str
            In clear; only its hash is stored.
        role : str
            A `Role`.

        Raises
        ------
        ConflictError
            The name is taken.
        ForbiddenError
            The caller is no administrator any more, whatever API Gateway still believes.
        """
        return self._users.create(username, hash_password(password), Role(role), email, by=caller)

    def change(
        self, caller: int, user_id: int, fields: Mapping[str, Any], password: str | None
    ) -> User:
        """Change some fields of a user and leave the others as they are.

        Parameters
        ----------
        caller : int
            The administrator who asks for it.
        user_id : int
            Which user.
        fields : mapping
            New values of email, role and is_active, by name.
        password : str or None
            The new one, in clear; it ends the user's sessions and opens a locked name. None keeps
            the old one.

        Raises
        ------
        ConflictError
            Administrators would shut themselves out: so one who may come in is always left.
        ForbiddenError
            The caller is no administrator any more, whatever API Gateway still believes.
        NotFoundError
            There is no user with this id.
        """
        if caller == user_id and (
            fields.get("is_active") is False or fields.get("role", Role.ADMIN) != Role.ADMIN
        ):
            raise ConflictError("nobody can deactivate or demote themselves: another admin can")
        changes = dict(fields)
        if password is not None:
            changes |= {"password_hash": hash_password(password), "sessions_from": int(time.time())}
        user = self._users.change(user_id, changes, by=caller)
        if password is not None:
            self._lockout.clear(user.username)
        return user
