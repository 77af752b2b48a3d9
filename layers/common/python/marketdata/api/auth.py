"""The parameters of the login and of the users' calls."""

from typing import Annotated

from pydantic import Field, StringConstraints

from marketdata.api.parameters import Changes, Parameters, one_of
from marketdata.identity.roles import Role

type Username = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z._@-]{1,64}$")]
"""A name to log in with."""

type NewPassword = Annotated[str, Field(min_length=8, max_length=256)]
"""A longer one would only cost time to hash."""

type Email = Annotated[str, StringConstraints(pattern=r"^([^\s@]+@[^\s@]+)?$", max_length=254)]
"""An address; empty for none."""

type RoleName = Annotated[str, one_of(Role)]
"""What the user may do."""


class Credentials(Parameters):
    """What a login needs."""

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class UserBody(Parameters):
    """A new user."""

    username: Username
    password: NewPassword
    role: RoleName = Role.USER
    email: Email = ""


class UserChanges(Changes):
    """What to change of a user; the name stays for good."""

    email: Email = Field(default_factory=str)
    role: RoleName = Field(default_factory=str)
    is_active: bool = Field(default_factory=bool)
    password: NewPassword = Field(default_factory=str)
