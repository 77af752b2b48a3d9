"""JSON-RPC 2.0 as the protocol uses it: one message a request, never a batch. Pure."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

import orjson
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError

VERSION = "2.0"

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022
"""The last two are the protocol's own."""

DEEPEST = 32
"""How deep a message may be nested; an argument of ours is two levels deep."""

MOST_ID = 2**53 - 1
"""Larger numbers are not the same to every reader of JSON."""

type RequestId = int | str
type Json = dict[str, Any]


class RpcError(Exception):
    """What a message is answered with instead of a result.

    Parameters
    ----------
    code : int
        One of the codes above.
    message : str
        One sentence.
    data : mapping, optional
        What a client can act on.
    """

    def __init__(self, code: int, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class RpcMessage(BaseModel):
    """A JSON-RPC 2.0 request; without `id`, a notification."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, defer_build=True
    )

    jsonrpc: Annotated[Literal["2.0"], Field(description="JSON-RPC版本 · The version of JSON-RPC")]
    id: Annotated[
        Annotated[StrictInt, Field(ge=-MOST_ID, le=MOST_ID)] | StrictStr,
        Field(default_factory=str, description="消息编号 · What the answer is known by"),
    ]
    method: Annotated[
        str,
        Field(
            min_length=1,
            description="方法 · `server/discover`, `tools/list` or `tools/call`; of older clients "
            "also `initialize` and `ping`",
        ),
    ]
    params: Annotated[
        Json | None, Field(default_factory=dict, description="参数 · Those of the method")
    ]


class Incoming(NamedTuple):
    """A message that was read.

    Attributes
    ----------
    id : int, str or None
        The id to answer with; None for a notification, which is not answered.
    method : str
        What is asked for.
    params : mapping
        The parameters.
    """

    id: RequestId | None
    method: str
    params: Mapping[str, Any]


def read_message(body: bytes) -> Incoming:
    """Read a request or a notification.

    Raises
    ------
    RpcError
        The body is no JSON, or neither of both: a batch, an answer, a malformed envelope.
    """
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RpcError(PARSE_ERROR, "the body must be JSON") from error
    if not isinstance(found, dict):
        raise RpcError(INVALID_REQUEST, "the body must be one JSON-RPC message, and no batch")
    if _depth(found) > DEEPEST:
        raise RpcError(INVALID_REQUEST, f"the message is nested deeper than {DEEPEST} levels")
    try:
        message = RpcMessage.model_validate(found)
    except ValidationError as error:
        names = ", ".join(dict.fromkeys(str(each["loc"][0]) for each in error.errors()))
        raise RpcError(INVALID_REQUEST, f"no JSON-RPC request: see {names}") from error
    request_id = message.id if "id" in message.model_fields_set else None
    return Incoming(request_id, message.method, message.params or {})


def id_in(body: bytes) -> RequestId | None:
    """Return the id of a body that may be malformed otherwise; None if there is none to be had."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    given = found.get("id") if isinstance(found, dict) else None
    return given if isinstance(given, int | str) and not isinstance(given, bool) else None


def result_of(request_id: RequestId, result: Mapping[str, Any]) -> bytes:
    """Return the answer to a request."""
    return orjson.dumps({"jsonrpc": VERSION, "id": request_id, "result": result})


def error_of(request_id: RequestId | None, error: RpcError) -> bytes:
    """Return the answer to a message that cannot be served."""
    said: Json = {"code": error.code, "message": error.message}
    if error.data is not None:
        said["data"] = error.data
    return orjson.dumps({"jsonrpc": VERSION, "id": request_id, "error": said})


def _depth(value: Any) -> int:
    """Return how deep a value is nested, up to one level more than is allowed."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [one for each in inner for one in each if isinstance(one, dict | list)]
        depth += 1
    return depth
