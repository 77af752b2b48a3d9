"""The proxy in front of a server that tells what it was asked."""

import gzip
import socket
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from local import proxy
from local.tools import LocalCloudError

ANSWER = gzip.compress(b'{"code": 200}')


class Emulator(BaseHTTPRequestHandler):
    """Answers every request with a redirect and a compressed body; remembers what came."""

    protocol_version = "HTTP/1.1"
    asked: tuple[str, str, dict[str, str], bytes]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        Emulator.asked = (self.command, self.path, headers, body)
        self.send_response(303)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(ANSWER)

    do_GET = do_HEAD = do_POST = answer  # noqa: N815 (the base class's names)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def emulator() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Emulator) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def client(emulator: int) -> Iterator[httpx.Client]:
    port = free_port()
    with (
        proxy.serving(port, proxy.Gateway(emulator, "abc", "prod")),
        httpx.Client(base_url=f"http://localhost:{port}") as client,
    ):
        yield client


def test_a_request_reaches_the_stage_as_it_is(client: httpx.Client, emulator: int) -> None:
    body = gzip.compress(b"{}")
    sent = {"Content-Encoding": "gzip", "Authorization": "Bearer x", "Accept": "application/json"}
    client.post("/api/v1/a%2Fb?codes=1%2C2&x", content=body, headers=sent)
    method, path, headers, received = Emulator.asked
    assert (method, path, received) == ("POST", "/prod/api/v1/a%2Fb?codes=1%2C2&x", body)
    assert headers["host"] == f"abc.execute-api.localhost:{emulator}"
    assert sent.items() <= {name.title(): value for name, value in headers.items()}.items()


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2"])
def test_a_request_comes_from_where_its_connection_does_whatever_it_claims(
    client: httpx.Client, address: str
) -> None:
    url = client.base_url.copy_with(host="127.0.0.1")
    transport = httpx.HTTPTransport(local_address=address)
    with httpx.Client(base_url=url, transport=transport) as caller:
        caller.get("/api/v1/auth/me", headers={"X-Forwarded-For": "192.0.2.1"})
    _, _, headers, _ = Emulator.asked
    assert headers["x-forwarded-for"] == address


def test_an_answer_comes_back_as_it_is(client: httpx.Client) -> None:
    with client.stream("GET", "/api/v1") as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/elsewhere")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert raw == ANSWER


def test_head_has_the_headers_alone(client: httpx.Client) -> None:
    answer = client.head("/api/v1")
    assert answer.headers["Content-Length"] == str(len(ANSWER))
    assert answer.content == b""


def test_accept_is_added_where_there_is_none(client: httpx.Client) -> None:
    request = client.build_request("GET", "/api/v1")
    del request.headers["Accept"]
    client.send(request)
    assert Emulator.asked[2]["accept"] == "*/*"
    assert "content-type" not in Emulator.asked[2]


def test_a_long_request_line_reaches_the_stage(client: httpx.Client) -> None:
    client.get("/api/v1", params={"codes": "600000.SH," * 1000})
    assert len(Emulator.asked[1]) > 10_000


@pytest.mark.parametrize("path", ["a%0Ab", "a%00b", "a%2Fb", "%C2%84"])
def test_any_path_reaches_the_stage(client: httpx.Client, path: str) -> None:
    client.get(f"/api/v1/{path}")
    assert Emulator.asked[1].endswith(path)


def test_a_body_over_the_limit_is_413(client: httpx.Client) -> None:
    answer = client.post("/api/v1", content=bytes(proxy.BODY_LIMIT + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == 413


def test_502_where_nobody_answers() -> None:
    port = free_port()
    with proxy.serving(port, proxy.Gateway(free_port(), "abc", "prod")):
        answer = httpx.get(f"http://localhost:{port}/api/v1")
    assert answer.status_code == 502
    assert answer.json() == {
        "code": 502,
        "message": "the local cloud does not answer",
        "data": None,
    }


def test_a_port_in_use_is_named() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalCloudError, match=f"port {port} is in use"):
            proxy.listeners(port)
