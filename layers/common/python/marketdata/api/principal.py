"""The principal: the caller, as the authorizer has identified them by the bearer token."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from marketdata.errors import ForbiddenError
from marketdata.identity.roles import Role

__all__ = ["Principal", "Role"]


class Principal(NamedTuple):
    """The user behind a request.

    Attributes
    ----------
    user_id : int
        The user's number.
    username : str
        The login name.
    role : Role
        The user's role when the authorizer last checked it, at most five minutes ago.
    session : str
        The id of the token.
    """

    user_id: int
    username: str
    role: Role
    session: str = ""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self | None:
        """Read the authorizer's context from a REST proxy event; None if there is none."""
        context = event.get("requestContext", {}).get("authorizer") or {}
        if "user_id" not in context:
            return None
        return cls(
            int(context["user_id"]),
            context["username"],
            Role(context["role"]),
            context.get("session", ""),
        )

    def require(self, role: Role) -> None:
        """Require that the principal has a role.

        Raises
        ------
        ForbiddenError
            The principal's role does not include it.
        """
        if not self.role.includes(role):
            raise ForbiddenError(f"this needs the role {role}", key="role_needed", role=role)
