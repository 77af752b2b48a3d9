"""The answers about SDK configs."""

from typing import Annotated, Literal

from pydantic import Field

from marketdata.api.schema.operation import Count, ErrorKey, Id, Link, Moment, Operation, Schema


class ConfigView(Schema):
    """A connection to an SDK server; the password is never shown."""

    id: Id
    name: str
    username: str
    host: str
    port: Annotated[int, Field(ge=1, le=65535)]
    local_path: str | None
    is_default: bool
    """是否默认 · At most one is."""
    created_at: Moment
    updated_at: Moment
    has_password: Literal[True]


class ConfigList(Schema):
    """Every config, the oldest first."""

    items: list[ConfigView]
    total: Count


class ConnectionResult(Schema):
    """Whether a config works."""

    success: bool
    message: str
    """消息 · For humans: why it failed, or how far it came."""
    key: ErrorKey
    """The same for machines."""
    response_time: Annotated[float, Field(ge=0)]
    """响应时间(秒) · Seconds."""


REQUEST = {
    "name": "生产环境SDK",
    "username": "your_username",
    "password": "your_password",
    "host": "140.206.44.234",
    "port": 8600,
    "is_default": True,
}
CONFIG = {
    "id": 1,
    "name": "生产环境SDK",
    "username": "your_username",
    "host": "140.206.44.234",
    "port": 8600,
    "local_path": None,
    "is_default": True,
    "created_at": "2024-01-31T08:00:00+00:00",
    "updated_at": "2024-01-31T08:00:00+00:00",
    "has_password": True,
}
PATH = "/configs/sdk/{id}"
BY_ID = {"id": "$response.body#/data/id"}
LINKS = (
    Link("GET", PATH, BY_ID),
    Link("PATCH", PATH, BY_ID),
    Link("POST", f"{PATH}/default", BY_ID),
    Link("POST", f"{PATH}/test", BY_ID),
    Link("DELETE", PATH, BY_ID),
)

OPERATIONS = {
    ("GET", "/configs/sdk"): Operation(ConfigList, {"items": [CONFIG], "total": 1}),
    ("POST", "/configs/sdk"): Operation(ConfigView, CONFIG, REQUEST, links=LINKS),
    ("GET", PATH): Operation(ConfigView, CONFIG, {"id": 1}, errors=(404,)),
    ("PATCH", PATH): Operation(
        ConfigView,
        CONFIG,
        {"id": 1, "host": "140.206.44.234", "password": "your_password"},
        errors=(404, 409),
    ),
    ("DELETE", PATH): Operation(None, None, {"id": 1}, errors=(404,)),
    ("POST", f"{PATH}/default"): Operation(ConfigView, CONFIG, {"id": 1}, errors=(404,)),
    ("POST", f"{PATH}/test"): Operation(
        ConnectionResult,
        {
            "success": False,
            "message": "140.206.44.234 port 8600 did not answer in 5 s",
            "key": "upstream_timeout",
            "response_time": 5.004,
        },
        {"id": 1},
        errors=(404, 502),
    ),
}
