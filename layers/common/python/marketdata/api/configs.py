"""The parameters of the SDK config calls."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from marketdata.api.parameters import WHOLE, Changes, Parameters

DEFAULT_PORT = 8600
MAX_PASSWORD = 256

_HOST = "^[0-9A-Za-z._:-]+$"


def _host(text: str) -> str:
    if not re.fullmatch(_HOST, text):
        reason = "must be a host name or an IP address, without scheme, path and port"
        raise PydanticCustomError("host", "{reason}", {"reason": reason})
    return text


def _password(secret: SecretStr) -> SecretStr:
    if not 1 <= len(secret) <= MAX_PASSWORD:
        context = {"limit": MAX_PASSWORD}
        raise PydanticCustomError("password", "must have 1 to {limit} characters", context)
    return secret


type Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    # More than blanks: the API's description would not know otherwise.
    Field(json_schema_extra={"pattern": r"\S"}),
]
"""A text that a person chose."""

type Host = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=253),
    AfterValidator(_host),
    Field(json_schema_extra={"pattern": _HOST}),
]
"""A name or an address. What it stands for is checked each time it is contacted, not here: names
change their addresses.
"""

type Port = Annotated[int, Field(ge=1, le=65535), WHOLE]
"""A TCP port."""

type Password = Annotated[
    SecretStr,
    AfterValidator(_password),
    Field(json_schema_extra={"minLength": 1, "maxLength": MAX_PASSWORD}),
]
"""Shows stars wherever it is printed."""

type LocalPath = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)]
"""A folder."""


class ConfigBody(Parameters):
    """A new SDK config."""

    name: Name
    username: Name
    password: Password
    host: Host
    port: Port = DEFAULT_PORT
    local_path: LocalPath | None = None
    is_default: bool = False


class ConfigChanges(Changes):
    """What to change of an SDK config."""

    name: Name = Field(default_factory=str)
    username: Name = Field(default_factory=str)
    password: Password = Field(default_factory=lambda: SecretStr(""))
    host: Host = Field(default_factory=str)
    port: Port = Field(default_factory=int)
    local_path: LocalPath | None = Field(default_factory=lambda: None)

    def new_password(self) -> str | None:
        """Give the new password in clear; None where it stays."""
        return self.password.get_secret_value() if "password" in self.model_fields_set else None
