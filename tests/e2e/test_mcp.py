"""Agents on a local cloud, by the official client: over HTTP, and over the bridge."""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent

from marketdata.mcp.tools import TOOLS
from tests.e2e.calls import fill, klines
from tests.e2e.conftest import LOGIN, LocalCloud
from tests.e2e.test_command_line import COMMAND, run
from tests.support.tokens import tokens

GENERATIONS = ("auto", "legacy", "2026-07-28")
CODES = ["600000.SH", "600006.SH", "600009.SH", "000001.SZ", "000004.SZ"]
MONTH = {"start_date": "20240102", "end_date": "20240131"}
TWO_YEARS = {"start_date": "20230101", "end_date": "20241231"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "find_security": {"query": "600000"},
    "get_bars": {"codes": CODES, **MONTH},
    "get_market_day": {"trade_date": "20240605", "sort_by": "amount"},
    "get_status": {"codes": ["600000.SH"], **MONTH},
    "get_financials": {"codes": ["600000.SH"], "as_of": "20240115"},
    "get_coverage": {},
    "get_calendar": MONTH,
}

type Use = Callable[[Client], Awaitable[None]]


def over_http(cloud: LocalCloud, generation: str, use: Use) -> None:
    """Use the official client over HTTP, with the administrator's token."""

    async def connected() -> None:
        token = {"Authorization": cloud.admin.headers["Authorization"]}
        async with httpx2.AsyncClient(headers=token, timeout=60) as http:
            transport = streamable_http_client(f"{cloud.url}/mcp", http_client=http)
            async with Client(transport, mode=generation) as client:
                await use(client)

    anyio.run(connected)


def said(result: CallToolResult) -> dict[str, Any]:
    """Give what a tool has answered."""
    [content] = result.content
    assert isinstance(content, TextContent)
    assert not result.is_error, content.text
    reply: dict[str, Any] = result.structured_content
    return reply


def test_there_is_a_question_for_every_tool() -> None:
    assert QUESTIONS.keys() == TOOLS.keys()


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_official_client_lists_and_calls_every_tool(
    synthetic_cloud: LocalCloud, generation: str
) -> None:
    async def use(client: Client) -> None:
        listed = (await client.list_tools()).tools
        assert [tool.name for tool in listed] == [*TOOLS]
        for name, arguments in QUESTIONS.items():
            reply = said(await client.call_tool(name, arguments))
            assert {"complete", "missing", "total", "returned", "truncated"} <= reply.keys(), name
        with pytest.raises(MCPError):
            await client.call_tool("get_everything", {})
        wrong = await client.call_tool("get_calendar", MONTH | {"end_date": "20240230"})
        assert wrong.is_error
        assert isinstance(wrong.content[0], TextContent)
        assert wrong.content[0].text.startswith("end_date: ")

    over_http(synthetic_cloud, generation, use)


def test_a_question_over_two_years(synthetic_cloud: LocalCloud) -> None:
    admin = synthetic_cloud.admin
    fill(admin, security_type="stock", codes=CODES, **TWO_YEARS)
    data, meta = klines(admin, "/stock/kline", codes=",".join(CODES), **TWO_YEARS)

    replies: list[dict[str, Any]] = []

    async def use(client: Client) -> None:
        result = await client.call_tool("get_bars", {"codes": CODES, **TWO_YEARS})
        replies.append(said(result))
        assert isinstance(result.content[0], TextContent)
        assert tokens(result.content[0].text) < 4000

    over_http(synthetic_cloud, "auto", use)
    [reply] = replies
    assert (reply["total"], reply["truncated"]) == (meta["returned"], True)
    for code, rows in data.items():
        closes = [row["close"] for row in rows]
        exact = [closes[0], closes[-1], min(closes), max(closes)]
        assert reply["statistics"][code]["close"][:4] == exact
    # Whoever has the link needs no token.
    file = httpx.get(reply["rest"]["url"])
    assert file.headers["Content-Type"].startswith("text/csv")
    assert len(file.text.splitlines()) == 1 + reply["total"]
    assert file.text.startswith("code,trade_date,open,")


def test_http_around_the_protocol(synthetic_cloud: LocalCloud) -> None:
    admin = synthetic_cloud.admin
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    assert admin.post("/mcp", json=ping).json() == {"jsonrpc": "2.0", "id": 1, "result": {}}
    note = admin.post("/mcp", json={"jsonrpc": "2.0", "method": "notifications/initialized"})
    assert (note.status_code, note.content) == (202, b"")
    batch = admin.post("/mcp", json=[ping])
    assert (batch.status_code, batch.json()["error"]["code"]) == (400, -32600)
    broken = admin.post("/mcp", content=b"{")
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, -32700)
    for method in ("GET", "DELETE"):
        refused = admin.request(method, "/mcp")
        assert (refused.status_code, refused.headers["Allow"]) == (405, "POST")
    assert httpx.post(f"{synthetic_cloud.url}/mcp", json=ping).status_code == 401


@pytest.mark.parametrize("generation", ["auto", "legacy"])
def test_the_bridge(synthetic_cloud: LocalCloud, tmp_path: Path, generation: str) -> None:
    name, password = LOGIN.values()
    arguments = ("login", "--username", name, "--password-stdin")
    assert run(synthetic_cloud, tmp_path, *arguments, stdin=password).returncode == 0
    environment = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "PATH": os.defpath}
    server = StdioServerParameters(command=str(COMMAND), args=["mcp"], env=environment)

    async def use() -> None:
        async with Client(server, mode=generation) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == [*TOOLS]
            reply = said(await client.call_tool("get_calendar", MONTH))
            assert reply["total"] == 22

    anyio.run(use)


def test_the_bridge_needs_a_login(synthetic_cloud: LocalCloud, tmp_path: Path) -> None:
    done = run(synthetic_cloud, tmp_path, "mcp")
    assert (done.returncode, done.stdout) == (4, "")
    assert "amazingdata login" in done.stderr
