"""An agent's host: speaks to the function `mcp`, and checks its answers by the official package.

Each answer is validated by that package's own models of the protocol's version.
"""

import json
from collections.abc import Mapping
from typing import Any

import orjson
from mcp_types import methods
from mcp_types.version import LATEST_MODERN_VERSION, MODERN_PROTOCOL_VERSIONS

from functions.mcp.app import handler
from tests.support.events import USER, proxy_event

NOW = LATEST_MODERN_VERSION
BEFORE = "2025-11-25"
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": NOW,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
}

type Json = dict[str, Any]


def post(
    body: Any, headers: Mapping[str, str] | None = None, user: Mapping[str, str] | None = USER
) -> tuple[int, Any]:
    """Send a body; give the status and what came back, None for nothing."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = handler(
        proxy_event("POST", "/mcp", raw_body=raw, headers=headers, user=user),
        None,
    )
    assert response["headers"]["Content-Type"].startswith("application/json")
    text = response["body"]
    return response["statusCode"], orjson.loads(text) if text else None


def headers_of(method: str, params: Mapping[str, Any], version: str = NOW) -> dict[str, str]:
    """Give the headers that a client sends with a request."""
    if version not in MODERN_PROTOCOL_VERSIONS:
        return {"MCP-Protocol-Version": version} if method != "initialize" else {}
    named = {"Mcp-Name": params["name"]} if method == "tools/call" else {}
    return {"MCP-Protocol-Version": version, "Mcp-Method": method, **named}


def request(method: str, params: Json, version: str = NOW) -> tuple[int, Json]:
    """Send a request; give the status and the answer to it."""
    meta = {"_meta": ENVELOPE} if version in MODERN_PROTOCOL_VERSIONS else {}
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**params, **meta}}
    status, answer = post(body, headers_of(method, params, version))
    assert (answer["jsonrpc"], answer["id"]) == ("2.0", 7)
    if "result" in answer:
        assert status == 200
        methods.validate_server_result(method, version, answer["result"])
    return status, answer


def result(method: str, version: str = NOW, **params: Any) -> Json:
    """Send a request that succeeds, and give its result."""
    _, answer = request(method, params, version)
    assert "result" in answer, answer
    found: Json = answer["result"]
    return found


def reply_of(tool: str, version: str = NOW, **arguments: Any) -> Json:
    """Call a tool that answers, and give what it says; its text says the same."""
    found = result("tools/call", version, name=tool, arguments=arguments)
    assert "isError" not in found, found
    reply: Json = found["structuredContent"]
    [content] = found["content"]
    assert orjson.loads(content["text"]) == reply
    assert len(orjson.dumps(found)) <= 24_000
    assert reply["returned"] <= 200
    assert reply["truncated"] is (reply["returned"] < reply["total"])
    return reply


def told(tool: str, **arguments: Any) -> str:
    """Call a tool that does not answer, and give what it says instead."""
    found = result("tools/call", name=tool, arguments=arguments)
    assert found["isError"] is True
    assert "structuredContent" not in found
    text: str = found["content"][0]["text"]
    return text
