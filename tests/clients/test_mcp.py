"""The bridge: an agent's messages go to the service as they are, and only answers come back."""

import json
from typing import Any

import httpx
import pytest
from amazingdata_client import Token
from amazingdata_client.cli import exits
from amazingdata_client.cli.mcp import NOT_LOGGED_IN
from amazingdata_client.cli.session import Login
from amazingdata_client.cli.store import Profile, Store
from mcp.shared.inbound import decode_header_value
from mcp_types import jsonrpc

from tests.clients.conftest import Run
from tests.clients.scripted import URL, ScriptedService, failure

VERSION = "io.modelcontextprotocol/protocolVersion"
NOW = "2026-07-28"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}},
}

type Json = dict[str, Any]


def answer(result: Json, request_id: Any = 1, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"jsonrpc": "2.0", "id": request_id, "result": result})


@pytest.fixture
def kept(scripted: ScriptedService, store: Store) -> Login:
    """Somebody who has logged in, and has no password in the environment."""
    scripted.valid.add("token-1")
    store.save(Profile(URL, "wang", Token("token-1", 9e9, 9e9)))
    return Login(None, None, None, store, httpx.MockTransport(scripted))


def lines(*messages: Any) -> str:
    return "".join(f"{json.dumps(message)}\n" for message in messages)


def answers(stdout: str) -> list[Json]:
    found = [json.loads(line) for line in stdout.splitlines()]
    for each in found:
        jsonrpc.jsonrpc_message_adapter.validate_python(each)
    return found


def test_a_message_is_passed_on_with_the_kept_token(
    run: Run, scripted: ScriptedService, kept: Login
) -> None:
    scripted.on("POST /mcp", answer({"tools": [{"name": "浦发"}]}))
    ran = run("mcp", login=kept, stdin=lines(PING))
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert answers(ran.stdout) == [
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": [{"name": "浦发"}]}}
    ]
    assert ran.stdout.isascii()
    [request] = scripted.seen
    assert json.loads(request.content) == PING
    assert request.headers["Authorization"] == "Bearer token-1"
    assert request.headers["Content-Type"] == "application/json"
    assert {"application/json", "text/event-stream"} == {*request.headers["Accept"].split(", ")}
    assert scripted.logins == 0


def test_answers_come_in_the_order_of_messages(
    run: Run, scripted: ScriptedService, kept: Login
) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return answer({}, json.loads(request.content)["id"])

    scripted.on("POST /mcp", echo)
    ran = run("mcp", login=kept, stdin=lines(*(PING | {"id": at} for at in range(9))) + "\n \n")
    assert [each["id"] for each in answers(ran.stdout)] == [*range(9)]


@pytest.mark.parametrize("name", ["get_bars", "取 价", " a", "=?base64?x?="])
def test_the_headers_say_what_a_stateless_message_does(
    run: Run, scripted: ScriptedService, kept: Login, name: str
) -> None:
    scripted.on("POST /mcp", answer({}))
    params = {"name": name, "_meta": {VERSION: NOW}}
    run("mcp", login=kept, stdin=lines(PING | {"method": "tools/call", "params": params}))
    headers = scripted.seen[0].headers
    assert (headers["MCP-Protocol-Version"], headers["Mcp-Method"]) == (NOW, "tools/call")
    assert decode_header_value(headers["Mcp-Name"]) == name


def test_the_version_that_was_agreed_on_is_named_from_then_on(
    run: Run, scripted: ScriptedService, kept: Login
) -> None:
    agreed = answer({"protocolVersion": "2025-06-18", "capabilities": {}}, 0)
    scripted.on("POST /mcp", agreed, httpx.Response(202), answer({}))
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    ran = run("mcp", login=kept, stdin=lines(INITIALIZE, initialized, PING))
    assert [each["id"] for each in answers(ran.stdout)] == [0, 1]
    said = [request.headers.get("MCP-Protocol-Version") for request in scripted.seen]
    assert said == [None, "2025-06-18", "2025-06-18"]


@pytest.mark.parametrize("status", [400, 404])
def test_an_error_of_the_protocol_is_passed_on(
    run: Run, scripted: ScriptedService, kept: Login, status: int
) -> None:
    error = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32601, "message": "no such method"}}
    scripted.on("POST /mcp", httpx.Response(status, json=error))
    assert answers(run("mcp", login=kept, stdin=lines(PING)).stdout) == [error]


def test_a_token_that_ran_out_is_told_to_the_agent(
    run: Run, scripted: ScriptedService, kept: Login
) -> None:
    scripted.revoke()
    ran = run("mcp", login=kept, stdin=lines(PING, PING | {"id": "b"}))
    assert ran.exit_code == 0
    first, second = answers(ran.stdout)
    assert (first["id"], first["error"]["code"]) == (1, NOT_LOGGED_IN)
    assert "amazingdata login" in first["error"]["message"]
    assert second["id"] == "b"


def test_whoever_logs_in_again_need_not_start_the_agent_again(
    run: Run, scripted: ScriptedService, kept: Login, store: Store
) -> None:
    def expire(request: httpx.Request) -> httpx.Response:
        scripted.valid = {"token-2"}
        store.save(Profile(URL, "wang", Token("token-2", 9e9, 9e9)))
        return answer({}, json.loads(request.content)["id"])

    scripted.on("POST /mcp", expire, answer({}, 2))
    ran = run("mcp", login=kept, stdin=lines(PING, PING | {"id": 2}))
    assert [each["result"] for each in answers(ran.stdout)] == [{}, {}]
    used = [request.headers["Authorization"] for request in scripted.seen]
    assert used == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_without_a_login_it_does_not_start(run: Run, kept: Login, store: Store) -> None:
    store.forget(URL)
    ran = run("mcp", login=kept, stdin=lines(PING))
    assert (ran.exit_code, ran.stdout) == (exits.NOT_ALLOWED, "")
    assert "amazingdata login" in ran.stderr


def test_a_line_that_is_no_json_costs_nothing_else(
    run: Run, scripted: ScriptedService, kept: Login
) -> None:
    scripted.on("POST /mcp", answer({}))
    ran = run("mcp", login=kept, stdin="{\n" + lines(PING))
    first, second = answers(ran.stdout)
    assert (first["id"], first["error"]["code"]) == (None, jsonrpc.PARSE_ERROR)
    assert second["result"] == {}
    assert len(scripted.seen) == 1


@pytest.mark.parametrize(
    "line", ["[" * 200_000, '{"id": ' * 200_000, '"\\ud800', "[1" * 9, "9" * 5000]
)
def test_a_line_that_cannot_be_read_costs_nothing_else(
    run: Run, scripted: ScriptedService, kept: Login, line: str
) -> None:
    scripted.on("POST /mcp", answer({}))
    ran = run("mcp", login=kept, stdin=f"{line}\n" + lines(PING))
    assert ran.exit_code == 0
    first, second = answers(ran.stdout)
    assert (first["id"], first["error"]["code"]) == (None, jsonrpc.PARSE_ERROR)
    assert second["result"] == {}


def test_the_mark_at_the_beginning_of_a_text_is_none_of_the_message(
    run: Run, scripted: ScriptedService, kept: Login
) -> None:
    scripted.on("POST /mcp", answer({}))
    ran = run("mcp", login=kept, stdin="\ufeff" + lines(PING))
    assert [each["id"] for each in answers(ran.stdout)] == [1]
    assert scripted.seen[0].content.strip() == json.dumps(PING).encode()


@pytest.mark.parametrize("version", ["é", "2026-07-28\n", "", "\ud800", "a\r\nX-Other: b"])
@pytest.mark.parametrize("method", ["ping", "取", "a\nb"])
def test_what_no_header_can_say_is_the_services_to_refuse(
    run: Run, scripted: ScriptedService, kept: Login, version: str, method: str
) -> None:
    error = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32020, "message": "no match"}}
    scripted.on("POST /mcp", httpx.Response(400, json=error))
    message = PING | {"method": method, "params": {"_meta": {VERSION: version}}}
    assert answers(run("mcp", login=kept, stdin=lines(message)).stdout) == [error]
    assert "MCP-Protocol-Version" not in scripted.seen[0].headers
    assert ("Mcp-Method" in scripted.seen[0].headers) is (method == "ping")


@pytest.mark.parametrize("request_id", [{}, [1], True, 1.5])
def test_what_is_no_id_is_not_answered_to(
    run: Run, scripted: ScriptedService, kept: Login, request_id: Any
) -> None:
    scripted.revoke()
    [found] = [
        json.loads(line)
        for line in run("mcp", login=kept, stdin=lines(PING | {"id": request_id})).stdout.split(
            "\n"
        )
        if line
    ]
    assert (found["id"], found["error"]["code"]) == (None, NOT_LOGGED_IN)


@pytest.mark.parametrize("line", ["[]", "7", "null", '"x"'])
def test_what_is_no_message_is_the_services_to_refuse(
    run: Run, scripted: ScriptedService, kept: Login, line: str
) -> None:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "no message"}}
    scripted.on("POST /mcp", httpx.Response(400, json=error))
    assert answers(run("mcp", login=kept, stdin=f"{line}\n").stdout) == [error]


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("script", "said"),
    [
        (failure(500, "internal server error"), "internal server error"),
        (failure(403, "this login may not do that"), "may not"),
        (httpx.Response(502, text="<html>bad gateway</html>"), "bad gateway"),
        (httpx.Response(200, text="[]"), "200"),
        (httpx.ConnectError("refused"), "refused"),
    ],
)
def test_a_service_that_fails_is_told_to_the_agent(
    run: Run,
    scripted: ScriptedService,
    kept: Login,
    script: httpx.Response | httpx.TransportError,
    said: str,
) -> None:
    scripted.on("POST /mcp", script)
    ran = run("mcp", login=kept, stdin=lines(PING))
    [told] = answers(ran.stdout)
    assert (told["id"], told["error"]["code"]) == (1, jsonrpc.INTERNAL_ERROR)
    assert said in told["error"]["message"]


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nothing."""
    monkeypatch.setattr("amazingdata_client._sync.session.sleep", lambda _: None)


def test_a_notification_that_fails_is_no_answer(
    run: Run, scripted: ScriptedService, kept: Login
) -> None:
    scripted.revoke()
    ran = run("mcp", login=kept, stdin=lines({"jsonrpc": "2.0", "method": "notifications/x"}))
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert "amazingdata login" in ran.stderr
