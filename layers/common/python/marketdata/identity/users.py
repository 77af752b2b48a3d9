"""The users, in the control table.

::

    pk="users"            sk="0000000001"   username, email, role, is_active, password_hash,
                                            created_at (ISO 8601), sessions_from (epoch seconds)
    pk="username#{name}"  sk="-"            user_id; the only owner of the name
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import ConflictError, ForbiddenError, NotFoundError
from marketdata.identity.roles import Role

USERS = "users"

IS_ADMIN = "is_active = :true AND #role = :admin"
NAMES = {"#role": "role"}
VALUES = {":true": True, ":admin": Role.ADMIN.value}


@dataclass(frozen=True, slots=True)
class User:
    """A user, without the password hash.

    Attributes
    ----------
    id : int
        Counted from 1.
    username, email : str
        The name can never be changed.
    role : Role
        What the user may do.
    is_active : bool
        Whether the user may log in.
    sessions_from : int
        Epoch seconds; tokens issued earlier are no longer valid.
    """

    id: int
    username: str
    email: str
    role: Role
    is_active: bool
    sessions_from: int = 0

    def view(self) -> dict[str, Any]:
        """Return what a client may see of the user."""
        return {
            "id": self.id,
            "username": self.username,
            "email": self.email,
            "role": self.role,
            "is_active": self.is_active,
        }


class Users:
    """The users' records.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> list[User]:
        """Return all users, the oldest first."""
        return [_user(item) for item in self._table.query(USERS)]

    def get(self, user_id: int) -> User | None:
        """Return the user with an id, or None."""
        item = self._item(user_id)
        return _user(item) if item else None

    def find(self, username: str) -> tuple[User, str] | None:
        """Return the user with a name and their password hash, or None."""
        pointer = self._table.get(f"username#{username}", "-")
        item = self._item(pointer["user_id"]) if pointer else None
        return (_user(item), item["password_hash"]) if item else None

    def create(
        self,
        username: str,
        password_hash: str,
        role: Role,
        email: str = "",
        *,
        by: int | None = None,
    ) -> User:
        """Add a user; `by` as in `change`.

        Raises
        ------
        ConflictError
            The name is taken.
        ForbiddenError
            The user `by` is no longer an administrator.
        """
        user = User(self._table.next_id("users"), username, email, role, is_active=True)
        record = {
            "username": username,
            "email": email,
            "role": role.value,
            "is_active": True,
            "password_hash": password_hash,
            "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        absent = "attribute_not_exists(pk)"
        pointer = Write(f"username#{username}", "-", put={"user_id": user.id}, condition=absent)
        try:
            put = Write(*_key(user.id), put=record, condition=absent)
            self._table.transact(pointer, put, *_allowed(by))
        except ConditionFailedError as error:
            self._check(by)
            raise ConflictError(f"the user name {username} is taken") from error
        return user

    def change(self, user_id: int, fields: Mapping[str, Any], *, by: int | None = None) -> User:
        """Change some fields of a user and leave the others unchanged.

        Parameters
        ----------
        user_id : int
            The id of the user.
        fields : mapping
            New values by name: email, role, is_active, password_hash, sessions_from.
        by : int or None
            The id of the user who makes the change, which takes effect only if they are an
            administrator at that very moment; None stands for the service itself.

        Raises
        ------
        NotFoundError
            There is no user with this id.
        ForbiddenError
            The user `by` is no longer an administrator.
        """
        try:
            self._table.transact(*_changing(user_id, fields, by))
        except ConditionFailedError as error:
            self._check(by)
            raise unknown_user(user_id) from error
        changed = self.get(user_id)
        if changed is None:
            raise unknown_user(user_id)
        return changed

    def rehash(self, user_id: int, old: str, new: str) -> None:
        """Replace a hash with another one of the same password, unless the password has changed."""
        change = Write.change(*_key(user_id), {"password_hash": new})
        same = "password_hash = :old"
        with suppress(ConditionFailedError):
            self._table.write(
                replace(change, condition=same, values={**change.values, ":old": old})
            )

    def _check(self, by: int | None) -> None:
        """Raise ForbiddenError if `by` is not an active administrator."""
        user = None if by is None else self.get(by)
        if by is not None and not (user and user.is_active and user.role is Role.ADMIN):
            raise ForbiddenError("you are no longer an administrator")

    def _item(self, user_id: int) -> Item | None:
        return self._table.get(*_key(user_id))


def _key(user_id: int) -> tuple[str, str]:
    return USERS, f"{user_id:010d}"


def _allowed(by: int | None) -> list[Write]:
    """Build a write that changes nothing and fails unless the user is an active administrator."""
    if by is None:
        return []
    same = "SET is_active = :true"
    return [Write(*_key(by), update=same, condition=IS_ADMIN, names=NAMES, values=VALUES)]


def _changing(user_id: int, fields: Mapping[str, Any], by: int | None) -> list[Write]:
    """Build the writes of a change; a transaction may not contain an item twice."""
    change = Write.change(*_key(user_id), fields)
    if by != user_id:
        return [change, *_allowed(by)]
    names, values = {**change.names, **NAMES}, {**change.values, **VALUES}
    return [replace(change, condition=IS_ADMIN, names=names, values=values)]


def unknown_user(user_id: int) -> NotFoundError:
    """Build the error for a user that does not exist."""
    return NotFoundError(f"there is no user {user_id}")


def _user(item: Item) -> User:
    return User(
        int(item["sk"]),
        item["username"],
        item["email"],
        Role(item["role"]),
        item["is_active"],
        int(item.get("sessions_from", 0)),
    )
