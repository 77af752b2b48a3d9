"""The calls for connections to the vendor's SDK servers, for administrators."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from marketdata import deployment
from marketdata.api.parameters import (
    NOT_BLANK_PATTERN,
    PRINTABLE_PATTERN,
    WHOLE,
    Changes,
    Parameters,
    Printable,
    read_number,
    refuse_controls,
    wrong,
)
from marketdata.api.router import Answer, Call, Role, Router
from marketdata.identity.users import Users
from marketdata.sdk_configs.records import SdkConfigs

DEFAULT_PORT = 8600
MAX_PASSWORD = 256

router = Router()

_HOST = "^[0-9A-Za-z._:-]+$"


def _host(text: str) -> str:
    if not re.fullmatch(_HOST, text):
        reason = "must be a host name or an IP address, without scheme, path and port"
        raise wrong("not_a_host", reason)
    return text


def _password(secret: SecretStr) -> SecretStr:
    if not 1 <= len(secret) <= MAX_PASSWORD:
        reason = f"must have 1 to {MAX_PASSWORD} characters"
        raise wrong("wrong_length", reason, least=1, most=MAX_PASSWORD)
    refuse_controls(secret.get_secret_value())
    return secret


type Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    # Not only blanks; without this, the API's description would allow them.
    Printable(pattern=NOT_BLANK_PATTERN),
]
"""A name that a person chose, without blanks around it."""

type Host = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=253),
    AfterValidator(_host),
    Field(json_schema_extra={"pattern": _HOST}),
]
"""A host name or an IP address. The addresses behind it are checked at each connection, not here,
because a name can change its addresses.
"""

type Port = Annotated[int, Field(ge=1, le=65535), WHOLE]
"""A TCP port."""

type Password = Annotated[
    SecretStr,
    AfterValidator(_password),
    Field(
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_PASSWORD,
            "pattern": PRINTABLE_PATTERN,
        }
    ),
]
"""A password of 1 to 256 characters, printed as asterisks."""

type LocalPath = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=255), Printable()
]
"""The path of a folder."""


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
    """Changes to an SDK config."""

    name: Name = Field(default_factory=str)
    username: Name = Field(default_factory=str)
    password: Password = Field(default_factory=lambda: SecretStr(""))
    host: Host = Field(default_factory=str)
    port: Port = Field(default_factory=int)
    local_path: LocalPath | None = Field(default_factory=lambda: None)

    def new_password(self) -> str | None:
        """Return the new password in plain text; None if it does not change."""
        return self.password.get_secret_value() if "password" in self.model_fields_set else None


@router.get("/configs/sdk", role=Role.ADMIN, summary="获取SDK配置列表")
def list_configs(call: Call[None]) -> Answer:
    """List all SDK configs, oldest first, never with their passwords."""
    items = [config.view() for config in _configs(call).all()]
    return Answer.success({"items": items, "total": len(items)})


@router.post("/configs/sdk", body=ConfigBody, role=Role.ADMIN, summary="创建SDK配置")
def create_config(call: Call[ConfigBody]) -> Answer:
    """Create an SDK config; if there is no default yet, it becomes the default."""
    fields = call.parameters.model_dump(exclude={"password"})
    password = call.parameters.password.get_secret_value()
    return Answer.success(_configs(call).create(password=password, **fields).view())


@router.get("/configs/sdk/{id}", role=Role.ADMIN, summary="获取SDK配置")
def read_config(call: Call[None]) -> Answer:
    """Return one SDK config."""
    return Answer.success(_configs(call).get(_config_id(call)).view())


@router.patch("/configs/sdk/{id}", body=ConfigChanges, role=Role.ADMIN, summary="修改SDK配置")
def change_config(call: Call[ConfigChanges]) -> Answer:
    """Change the given fields; a new host, port or user name needs the password again."""
    changes = call.parameters
    config = _configs(call).change(_config_id(call), changes.fields(), changes.new_password())
    return Answer.success(config.view())


@router.delete("/configs/sdk/{id}", role=Role.ADMIN, summary="删除SDK配置")
def delete_config(call: Call[None]) -> Answer:
    """Delete an SDK config; deleting the default leaves none until one is set or created."""
    _configs(call).delete(_config_id(call))
    return Answer.success(None)


@router.post("/configs/sdk/{id}/default", role=Role.ADMIN, summary="设为默认SDK配置")
def make_default(call: Call[None]) -> Answer:
    """Make an SDK config the default, in place of the current one."""
    return Answer.success(_configs(call).make_default(_config_id(call)).view())


@router.post("/configs/sdk/{id}/test", role=Role.ADMIN, summary="测试SDK连接")
def test_connection(call: Call[None]) -> Answer:
    """Connect to the config's host within 5 s, and log in if the SDK is installed."""
    config = _configs(call).get(_config_id(call))
    return Answer.success(deployment.upstream().test_connection(config.id)._asdict())


def _configs(call: Call[Any]) -> SdkConfigs:
    """Return the configs, for somebody who is an administrator at this moment."""
    users: Users = deployment.users()
    users.require_admin(call.user.user_id)
    return deployment.sdk_configs()


def _config_id(call: Call[Any]) -> int:
    return read_number(call.path["id"], "id")
