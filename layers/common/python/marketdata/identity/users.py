"""The users, in the control table.

::

    pk="users"            sk="0000000001"   username, email, role, is_active, password_hash,
                                            created_at (ISO 8601), generation
    pk="username#{name}"  sk="-"            user_id; the only owner of the name
    pk="ended#{session}"  sk="-"            expires (epoch seconds, the table's TTL attribute)

A session is a token. A new password ends all of a user's sessions, by the next generation; a logout
ends one, by an item that stays as long as the token could have been good.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marketdata.aws.items import Item
from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import ConflictError, ForbiddenError, NotFoundError
from marketdata.identity.roles import Role

USERS = "users"
NOBODY = 0
"""An id that no user has."""

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
    generation : int
        How many passwords the user has had before; tokens of another generation are not good.
    """

    id: int
    username: str
    email: str
    role: Role
    is_active: bool
    generation: int = 0

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
        """Return the user with a name and their password hash, or None; two requests for any name.

        One request less for a name that nobody has would tell which names exist.
        """
        pointer = self._table.get(f"username#{username}", "-")
        item = self._item(pointer["user_id"] if pointer else NOBODY)
        return (_user(item), item["password_hash"]) if item else None

    def in_session(self, user_id: int, session: str) -> User | None:
        """Return the user of a session, by one request; None if it has been ended by a logout."""
        ended = _ended(session)
        items = self._table.get_many([_key(user_id), ended], fresh=True)
        item = items.get(_key(user_id))
        return _user(item) if item and ended not in items else None

    def end_session(self, session: str, seconds: int) -> None:
        """End one session, whose token could be good for at most so many more seconds."""
        self._table.write(Write(*_ended(session), put={"expires": int(time.time()) + seconds}))

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
            raise ConflictError(
                f"the user name {username} is taken", key="name_taken", name=username
            ) from error
        return user

    def change(self, user_id: int, fields: Mapping[str, Any], *, by: int | None = None) -> User:
        """Change some fields of a user and leave the others unchanged.

        A new hash ends the user's sessions.

        Parameters
        ----------
        user_id : int
            The id of the user.
        fields : mapping
            New values by name: email, role, is_active, password_hash.
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
            self._table.transact(*_allowing(_changing(user_id, fields), user_id, by))
        except ConditionFailedError as error:
            self._check(by)
            raise unknown_user(user_id) from error
        changed = self.get(user_id)
        if changed is None:
            raise unknown_user(user_id)
        return changed

    def rehash(self, user_id: int, old: str, new: str) -> str:
        """Replace a hash with another one of the same password, unless the password has changed.

        Returns
        -------
        str
            The one of the two that is stored, if nobody else has changed it.
        """
        change = Write.change(*_key(user_id), {"password_hash": new})
        try:
            self._table.write(_unless_changed(change, old))
        except ConditionFailedError:
            return old
        return new

    def renew(self, user_id: int, old: str, new: str) -> User:
        """Replace a hash with that of a new password, which ends the user's sessions.

        Raises
        ------
        ConflictError
            The password has changed since the old hash was read.
        """
        change = _changing(user_id, {"password_hash": new})
        try:
            return _user(self._table.write(_unless_changed(change, old)))
        except ConditionFailedError as error:
            raise ConflictError(
                "the password has just been changed by another call", key="try_again"
            ) from error

    def require_admin(self, user_id: int) -> None:
        """Check that a user is an active administrator now, whatever API Gateway may still hold.

        Raises
        ------
        ForbiddenError
            They are not.
        """
        user = self.get(user_id)
        if not (user and user.is_active and user.role is Role.ADMIN):
            raise ForbiddenError(
                "you are no longer an administrator", key="role_needed", role="admin"
            )

    def _check(self, by: int | None) -> None:
        if by is not None:
            self.require_admin(by)

    def _item(self, user_id: int) -> Item | None:
        return self._table.get(*_key(user_id))


def _key(user_id: int) -> tuple[str, str]:
    return USERS, f"{user_id:010d}"


def _ended(session: str) -> tuple[str, str]:
    return f"ended#{session}", "-"


def _allowed(by: int | None) -> list[Write]:
    """Build a write that changes nothing and fails unless the user is an active administrator."""
    if by is None:
        return []
    same = "SET is_active = :true"
    return [Write(*_key(by), update=same, condition=IS_ADMIN, names=NAMES, values=VALUES)]


def _changing(user_id: int, fields: Mapping[str, Any]) -> Write:
    """Build the write of a change; with a new hash, the next generation begins."""
    change = Write.change(*_key(user_id), fields)
    if "password_hash" not in fields:
        return change
    names, values = {**change.names, "#gen": "generation"}, {**change.values, ":one": 1}
    return change._replace(update=f"{change.update} ADD #gen :one", names=names, values=values)


def _unless_changed(change: Write, old: str) -> Write:
    """Have a write fail if the hash is not the old one."""
    return change._replace(
        condition="password_hash = :before", values={**change.values, ":before": old}
    )


def _allowing(change: Write, user_id: int, by: int | None) -> list[Write]:
    """Build the writes of a change by somebody; a transaction may not contain an item twice."""
    if by != user_id:
        return [change, *_allowed(by)]
    names, values = {**change.names, **NAMES}, {**change.values, **VALUES}
    return [change._replace(condition=IS_ADMIN, names=names, values=values)]


def unknown_user(user_id: int) -> NotFoundError:
    """Build the error for a user that does not exist."""
    return NotFoundError(f"there is no user {user_id}", key="unknown_user", user=user_id)


def _user(item: Item) -> User:
    return User(
        int(item["sk"]),
        item["username"],
        item["email"],
        Role(item["role"]),
        item["is_active"],
        int(item.get("generation", 0)),
    )
