"""The two generations of the protocol: which one a message is of, and what it demands. Pure.

Since 2026-07-28 each request carries its version and the client's capabilities in `params._meta`,
mirrored in headers, and there is no session. Before, a client began with `initialize` and named the
version agreed on in a header; nothing else of that handshake is needed to answer a request, so
nothing is kept.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from marketdata.mcp.messages import (
    HEADER_MISMATCH,
    INVALID_PARAMS,
    UNSUPPORTED_VERSION,
    Incoming,
    RpcError,
)

MODERN = ("2026-07-28",)
HANDSHAKE = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""The versions that begin with `initialize`, the newest last."""

VERSION_HEADER, METHOD_HEADER, NAME_HEADER = "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
SERVER_KEY = "io.modelcontextprotocol/serverInfo"

NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""The methods whose header `Mcp-Name` repeats a parameter, and which."""

_IN_BASE64 = re.compile(r"=\?base64\?(.*)\?=")


def is_modern(message: Incoming, headers: Mapping[str, str]) -> bool:
    """Check whether a message is of the stateless generation.

    A version that nobody knows is: that generation has an answer for it.
    """
    said = headers.get(VERSION_HEADER)
    return (bool(said) and said not in HANDSHAKE) or VERSION_KEY in _meta(message)


def check_envelope(message: Incoming, headers: Mapping[str, str]) -> None:
    """See that a message of the stateless generation says what it must, twice the same.

    Raises
    ------
    RpcError
        Something is missing, the headers say otherwise, or the version is not served.
    """
    version = headers.get(VERSION_HEADER) or ""
    if message.id is None:
        # What a notification must carry beside the version is not defined.
        _check_version(version)
        return
    meta = _meta(message)
    if missing := [key for key in (VERSION_KEY, CAPABILITIES_KEY) if key not in meta]:
        raise RpcError(INVALID_PARAMS, f"params._meta must have {' and '.join(missing)}")
    named = message.params.get(NAMED.get(message.method, ""))
    said = [
        (VERSION_HEADER, headers.get(VERSION_HEADER), meta[VERSION_KEY]),
        (METHOD_HEADER, headers.get(METHOD_HEADER), message.method),
    ]
    if named is not None:
        # Only a name may stand there in base64.
        said.append((NAME_HEADER, decoded(headers.get(NAME_HEADER)), named))
    for name, value, wanted in said:
        # A header that is not there says nothing, not even that a value is empty.
        if name not in headers or value != wanted:
            raise RpcError(HEADER_MISMATCH, f"the header {name} must say what the body does")
    _check_version(version)


def agreed_version(params: Mapping[str, Any]) -> str:
    """Return the version that `initialize` agrees on: the client's, or the newest that is served.

    Raises
    ------
    RpcError
        The client names none.
    """
    asked = params.get("protocolVersion")
    if not isinstance(asked, str):
        raise RpcError(INVALID_PARAMS, "protocolVersion: is required, as a string")
    return asked if asked in HANDSHAKE else HANDSHAKE[-1]


def decoded(value: str | None) -> str | None:
    """Return a header's value; one that is no plain ASCII stands there in base64.

    None if it is no base64 as an encoder writes it: what two readers may read differently is
    nothing.
    """
    packed = _IN_BASE64.fullmatch(value or "")
    if packed is None:
        return value
    try:
        found = b64decode(packed[1], validate=True)
        return found.decode() if b64encode(found).decode() == packed[1] else None
    except ValueError:
        # What is no base64, no ASCII or no UTF-8.
        return None


def _meta(message: Incoming) -> Mapping[str, Any]:
    meta = message.params.get("_meta")
    return meta if isinstance(meta, dict) else {}


def _check_version(version: str) -> None:
    if version not in MODERN:
        data = {"supported": [*MODERN, *reversed(HANDSHAKE)], "requested": version}
        raise RpcError(UNSUPPORTED_VERSION, "this version of the protocol is not served", data)
