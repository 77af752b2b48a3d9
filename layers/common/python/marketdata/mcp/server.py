"""The call that agents make: a message of the protocol in, its answer out. Nothing is kept."""

from collections.abc import Callable, Mapping
from typing import Any

from marketdata.api.answer import Answer, Text
from marketdata.api.router import VERSION, Call, Router
from marketdata.mcp import tools
from marketdata.mcp.generations import (
    MODERN,
    SERVER_KEY,
    agreed_version,
    check_envelope,
    is_modern,
)
from marketdata.mcp.messages import (
    METHOD_NOT_FOUND,
    Incoming,
    Json,
    RpcError,
    RpcMessage,
    error_of,
    id_in,
    read_message,
    result_of,
)

SERVER = {"name": "amazingdata", "title": "AmazingData Cloud", "version": VERSION}
CAPABILITIES: Json = {"tools": {}}
KEPT_MILLISECONDS = 3_600_000
"""How long a client may keep what does not change but by a deployment."""
CACHED = {"ttlMs": KEPT_MILLISECONDS, "cacheScope": "private"}

router = Router()


@router.post_raw("/mcp", body=RpcMessage, summary="智能体接口 (Model Context Protocol)")
def answer_message(call: Call[bytes]) -> Answer:
    """Answer a message of the Model Context Protocol, for agents.

    Stateless: `server/discover`, `tools/list` and `tools/call` of version 2026-07-28; clients of
    2025-11-25 and before may send `initialize` first. A notification is answered by 202.
    """
    try:
        message = read_message(call.parameters)
    except RpcError as error:
        return _answer(400, error_of(id_in(call.parameters), error))
    modern = is_modern(message, call.headers)
    try:
        if modern:
            check_envelope(message, call.headers)
        if message.id is None:
            return Answer(202, Text(b""))
        served = _serve(message, call.request_id, modern=modern)
    except RpcError as error:
        status = _status(error) if modern else 200
        return _answer(status, error_of(message.id, error))
    return _answer(200, result_of(message.id, served.result), served.meta)


def _serve(message: Incoming, request_id: str, *, modern: bool) -> tools.Result:
    """Return the result of a request; raises RpcError if it has none."""
    methods = MODERN_METHODS if modern else HANDSHAKE_METHODS
    method = methods.get(message.method)
    if method is None:
        raise RpcError(METHOD_NOT_FOUND, "there is no such method", {"method": message.method[:64]})
    found = method(message.params, request_id)
    if not modern:
        return found
    stamp = {"resultType": "complete", "_meta": {SERVER_KEY: SERVER}}
    return found._replace(result=found.result | stamp)


def _initialize(params: Mapping[str, Any], _request_id: str) -> tools.Result:
    return tools.Result(
        {
            "protocolVersion": agreed_version(params),
            "capabilities": CAPABILITIES,
            "serverInfo": SERVER,
            "instructions": tools.INSTRUCTIONS,
        }
    )


def _discover(_params: Mapping[str, Any], _request_id: str) -> tools.Result:
    said = {"supportedVersions": MODERN, "capabilities": CAPABILITIES}
    return tools.Result({**said, "instructions": tools.INSTRUCTIONS, **CACHED})


def _ping(_params: Mapping[str, Any], _request_id: str) -> tools.Result:
    return tools.Result({})


def _list(_params: Mapping[str, Any], _request_id: str) -> tools.Result:
    return tools.Result({"tools": tools.listed()})


def _list_to_keep(params: Mapping[str, Any], request_id: str) -> tools.Result:
    return tools.Result(_list(params, request_id).result | CACHED)


type Method = Callable[[Mapping[str, Any], str], tools.Result]

MODERN_METHODS: Mapping[str, Method] = {
    "server/discover": _discover,
    "tools/list": _list_to_keep,
    "tools/call": tools.call,
}
HANDSHAKE_METHODS: Mapping[str, Method] = {
    "initialize": _initialize,
    "ping": _ping,
    "tools/list": _list,
    "tools/call": tools.call,
}


def _status(error: RpcError) -> int:
    """Return the HTTP status that the stateless generation demands of an error."""
    return 404 if error.code == METHOD_NOT_FOUND else 400


def _answer(status: int, body: bytes, meta: Mapping[str, Any] | None = None) -> Answer:
    return Answer(status, Text(body), {}, meta)
