"""What a user may do."""

from enum import StrEnum


class Role(StrEnum):
    """A user's role: `admin` may everything, `user` reads."""

    ADMIN = "admin"
    USER = "user"

    def includes(self, other: "Role") -> bool:
        """Tell whether this role may do what the other one may."""
        return self is Role.ADMIN or self is other
