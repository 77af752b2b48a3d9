"""The command mcp: passes an agent's messages on to the service, with the saved token."""

import base64
import codecs
import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import click
import httpx

from amazingdata_client._sync.client import Client
from amazingdata_client.answers import error_of
from amazingdata_client.cli.output import say
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.errors import AmazingDataError

PARSE_ERROR, INTERNAL_ERROR = -32700, -32603
NOT_LOGGED_IN = -32010
"""Of the codes that JSON-RPC leaves to servers."""
LOG_IN_AGAIN = "the login is no longer valid: run `amazingdata login`, then ask again"

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
NAMED = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""The methods whose header `Mcp-Name` repeats a parameter, and which."""

_PLAIN = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")

Json = dict[str, Any]


@click.command()
@pass_login
def mcp(login: Login) -> None:
    """Let an agent ask the service, over stdin and stdout (Model Context Protocol).

    Not for people: an agent's host starts it as a server with the command "amazingdata" and the
    argument "mcp". Log in first; the agent has the saved login, and needs no password.
    """
    stdout = sys.stdout.buffer
    with login.client() as client:
        bridge = Bridge(client, login)
        with suppress(BrokenPipeError):
            for line in sys.stdin.buffer:
                for answer in bridge.answers(line):
                    # In ASCII and one line, whatever the terminal's encoding is.
                    stdout.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")
                    stdout.flush()


@dataclass
class Bridge:
    """Passes messages on, one after the other.

    Parameters
    ----------
    client : Client
        Of the service.
    login : Login
        Where a newer token may be.
    """

    client: Client
    login: Login
    _agreed: str = field(default="", init=False)
    """The version that `initialize` agreed on."""

    def answers(self, line: bytes) -> Iterator[Json]:
        """Yield the answer to a line, if it has one."""
        line = line.removeprefix(codecs.BOM_UTF8)
        if not line.strip():
            return
        try:
            message = json.loads(line.decode())
        except (ValueError, RecursionError):
            # No text in UTF-8, no JSON, or nested deeper than anybody reads.
            yield _error({}, PARSE_ERROR, "the line is not JSON")
            return
        answer = self._answer(line, message if isinstance(message, dict) else {})
        if answer is None:
            return
        if isinstance(message, dict) and "id" not in message:
            # Nobody waits for the answer to a notification.
            say(f"error: {answer.get('error', answer)}")
            return
        result = answer.get("result")
        if isinstance(result, dict) and "protocolVersion" in result:
            agreed = result["protocolVersion"]
            self._agreed = agreed if _is_plain(agreed) else ""
        yield answer

    def _answer(self, line: bytes, message: Json) -> Json | None:
        """Return what the service says; None for what it has only taken note of."""
        try:
            response = self._sent(line, message)
        except AmazingDataError as error:
            return _error(message, INTERNAL_ERROR, str(error))
        if response.status_code == httpx.codes.ACCEPTED:
            return None
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return _error(message, NOT_LOGGED_IN, LOG_IN_AGAIN)
        with suppress(ValueError, RecursionError):
            answer = response.json()
            if isinstance(answer, dict) and "jsonrpc" in answer:
                return answer
        return _error(message, INTERNAL_ERROR, str(error_of(response)))

    def _sent(self, line: bytes, message: Json) -> httpx.Response:
        """Send a message; if the token is refused, once more with one that was saved since."""
        headers = self._headers(message)
        response = self.client.request("POST", "/mcp", content=line, headers=headers)
        saved = self.login.saved()
        if (
            response.status_code != httpx.codes.UNAUTHORIZED
            or saved is None
            or saved.token == self.client.token
        ):
            return response
        self.client.token = saved.token
        return self.client.request("POST", "/mcp", content=line, headers=headers)

    def _headers(self, message: Json) -> dict[str, str]:
        """Return the headers that repeat what a message says."""
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }
        params = message.get("params")
        params = params if isinstance(params, dict) else {}
        meta = params.get("_meta")
        version = meta.get(VERSION_KEY) if isinstance(meta, dict) else None
        method = message.get("method")
        if isinstance(version, str) and isinstance(method, str):
            # What no header can say is left out, and the service says what is wrong.
            said = {"MCP-Protocol-Version": version, "Mcp-Method": method}
            headers |= {header: value for header, value in said.items() if _is_plain(value)}
            name = params.get(NAMED.get(method, ""))
            if isinstance(name, str):
                headers["Mcp-Name"] = _in_header(name)
        elif self._agreed and method != "initialize":
            headers["MCP-Protocol-Version"] = self._agreed
        return headers


def _is_plain(value: object) -> bool:
    """Check whether a value can stand in a header as it is."""
    return isinstance(value, str) and _PLAIN.fullmatch(value) is not None


def _in_header(value: str) -> str:
    """Return a name for a header: what is no plain ASCII, in base64."""
    if _is_plain(value) and not value.startswith("=?base64?"):
        return value
    return f"=?base64?{base64.b64encode(value.encode(errors='replace')).decode()}?="


def _error(message: Json, code: int, text: str) -> Json:
    """Return the answer to a message that the service has not answered."""
    given = message.get("id")
    # What is no id cannot be answered to.
    known = isinstance(given, int | str) and not isinstance(given, bool)
    error = {"code": code, "message": text}
    return {"jsonrpc": "2.0", "id": given if known else None, "error": error}
