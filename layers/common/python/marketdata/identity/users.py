"""The users, in the control table.

::

    pk="users"            sk="0000000001"   username, email, role, is_active, password_hash,
                                            created_at (ISO 8601), sessions_from (epoch seconds)
    pk="username#{name}"  sk="-"            user_id; a name's only owner
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marketdata.aws.tables import ConditionFailedError, Item, Table, Write
from marketdata.errors import ConflictError, NotFoundError
from marketdata.identity.roles import Role

USERS = "users"


@dataclass(frozen=True, slots=True)
class User:
    """A user, without the password.

    Attributes
    ----------
    id : int
        From 1 on.
    username, email : str
        The name is the user's for good.
    role : Role
        What the user may do.
    is_active : bool
        Whether the user may log in.
    sessions_from : int
        Epoch seconds: tokens issued before are worth nothing any more.
    """

    id: int
    username: str
    email: str
    role: Role
    is_active: bool
    sessions_from: int = 0

    def view(self) -> dict[str, Any]:
        """Give what a client may see."""
        return {
            "id": self.id,
            "username": self.username,
            "email": self.email,
            "role": self.role,
            "is_active": self.is_active,
        }


class Users:
    """All users.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def all(self) -> list[User]:
        """Give every user, the oldest first."""
        return [_user(item) for item in self._table.query(USERS)]

    def get(self, user_id: int) -> User | None:
        """Find a user by number."""
        item = self._item(user_id)
        return _user(item) if item else None

    def find(self, username: str) -> tuple[User, str] | None:
        """Find a user by name; gives the password's hash too."""
        pointer = self._table.get(f"username#{username}", "-")
        item = self._item(pointer["user_id"]) if pointer else None
        return (_user(item), item["password_hash"]) if item else None

    def create(self, username: str, password_hash: str, role: Role, email: str = "") -> User:
        """Add a user.

        Raises
        ------
        ConflictError
            The name is taken.
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
            self._table.transact(pointer, Write(*_key(user.id), put=record, condition=absent))
        except ConditionFailedError as error:
            raise ConflictError(f"the user name {username} is taken") from error
        return user

    def change(self, user_id: int, fields: Mapping[str, Any]) -> User:
        """Change some fields of a user and leave the others as they are.

        Parameters
        ----------
        user_id : int
            Which user.
        fields : mapping
            New values by name: email, role, is_active, password_hash, sessions_from.

        Raises
        ------
        NotFoundError
            There is no user with this id.
        """
        try:
            item = self._table.write(Write.change(*_key(user_id), fields))
        except ConditionFailedError as error:
            raise unknown_user(user_id) from error
        return _user(item)

    def _item(self, user_id: int) -> Item | None:
        return self._table.get(*_key(user_id))


def _key(user_id: int) -> tuple[str, str]:
    return USERS, f"{user_id:010d}"


def unknown_user(user_id: int) -> NotFoundError:
    """Make the error that says that there is no such user."""
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
