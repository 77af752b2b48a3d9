"""The users, in the control table.

::

    pk="users"            sk="0000000001"   username, email, role, is_active, password_hash,
                                            created_at (ISO 8601)
    pk="username#{name}"  sk="-"            user_id; a name's only owner
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from marketdata.aws.tables import ConditionFailedError, Item, Table, Write
from marketdata.errors import ConflictError
from marketdata.identity.roles import Role


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
    """

    id: int
    username: str
    email: str
    role: Role
    is_active: bool


class Users:
    """All users.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

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

    def set_password_hash(self, user_id: int, password_hash: str) -> None:
        """Replace a user's password."""
        self._table.write(
            Write(
                *_key(user_id),
                update="SET password_hash = :hash",
                condition="attribute_exists(pk)",
                values={":hash": password_hash},
            )
        )

    def _item(self, user_id: int) -> Item | None:
        return self._table.get(*_key(user_id))


def _key(user_id: int) -> tuple[str, str]:
    return "users", f"{user_id:010d}"


def _user(item: Item) -> User:
    return User(
        int(item["sk"]), item["username"], item["email"], Role(item["role"]), item["is_active"]
    )
