"""User administration: creating and changing users."""

import time
from collections.abc import Mapping
from typing import Any

from marketdata.aws.tables import Table
from marketdata.errors import ConflictError
from marketdata.identity.lockout import Lockout
from marketdata.identity.passwords import hash_password
from marketdata.identity.roles import Role
from marketdata.identity.strength import require_strong
from marketdata.identity.users import User, Users, unknown_user


class UserAdministration:
    """Creates and changes users on behalf of an administrator.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._users = Users(table)
        self._lockout = Lockout(table)

    def create(self, caller: int, *, username: str, password: str, role: str, email: str) -> User:
        """Add a user, who may log in at once.

        Parameters
        ----------
        caller : int
            User id of the administrator who makes the call.
        username, email : str
            The name can never be changed.
        password : str
            In plain text; only its hash is stored.
        role : str
            The value of a `Role`.

        Raises
        ------
        ConflictError
            The name is taken.
        ForbiddenError
            The caller is no longer an administrator: API Gateway may still hold an older answer.
        InvalidInputError
            The password is too easy to guess.
        """
        require_strong(password, "password", [username, email])
        return self._users.create(username, hash_password(password), Role(role), email, by=caller)

    def change(
        self, caller: int, user_id: int, fields: Mapping[str, Any], password: str | None
    ) -> User:
        """Change some fields of a user and leave the others unchanged.

        Parameters
        ----------
        caller : int
            User id of the administrator who makes the call.
        user_id : int
            The id of the user.
        fields : mapping
            New values of email, role and is_active, by name.
        password : str or None
            The new password in plain text, which also ends the user's sessions and every lock of
            their name; None keeps the old one.

        Raises
        ------
        ConflictError
            The caller would deactivate or demote themselves. Forbidding that guarantees that an
            active administrator always remains.
        ForbiddenError
            The caller is no longer an administrator: API Gateway may still hold an older answer.
        NotFoundError
            There is no user with this id.
        InvalidInputError
            The password is too easy to guess.
        """
        if caller == user_id and (
            fields.get("is_active") is False or fields.get("role", Role.ADMIN) != Role.ADMIN
        ):
            raise ConflictError(
                "nobody can deactivate or demote themselves: another admin can", key="own_account"
            )
        changes = dict(fields)
        if password is not None:
            changes["password_hash"] = self._hash(user_id, password)
        user = self._users.change(user_id, changes, by=caller)
        if password is not None:
            self._lockout.unlock(user.username, int(time.time()))
        return user

    def _hash(self, user_id: int, password: str) -> str:
        user = self._users.get(user_id)
        if user is None:
            raise unknown_user(user_id)
        require_strong(password, "password", [user.username, user.email])
        return hash_password(password)
