"""The roles: what a user may do."""

from enum import StrEnum


class Role(StrEnum):
    """A user's role: `admin` may do everything, `user` may only read."""

    ADMIN = "admin"
    USER = "user"

    def includes(self, other: "Role") -> bool:
        """Check whether this role may do everything that the other one may."""
        return self is Role.ADMIN or self is other
