"""The proxy in front of a server that tells what it was asked."""

import gzip
import json
import socket
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from threading import Event, Thread

import httpx
import pytest

from local import admission, payloads, proxy
from local.cloud import free_port
from local.tools import LocalCloudError

ANSWER = gzip.compress(b'{"code": 200}')
LARGE = json.dumps({"code": 200, "data": 100 * ["浦发银行"]}).encode()
COMPRESS_FROM = 1024


class Emulator(BaseHTTPRequestHandler):
    """Remembers what came. Answers with a redirect and a compressed body, below /plain/n with n
    bytes of plain text, at /unchanged with 304, at /held once the gate is open.

    As the real one, it leaves base64 as it is for a request without an Accept header.
    """

    protocol_version = "HTTP/1.1"
    asked: tuple[str, str, dict[str, str], bytes]
    gate = Event()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        Emulator.asked = (self.command, self.path, headers, body)
        if "/plain/" in self.path:
            size = int(self.path.rpartition("/")[2])
            self.send(200, LARGE[:size], {"Vary": "Accept-Encoding", "ETag": 'W/"1"'})
        elif "/held" in self.path:
            self.gate.wait(10)
            self.send(200, b"", {})
        elif "/unchanged" in self.path:
            self.send(304, b"", {"ETag": 'W/"1"'})
        else:
            packed = ANSWER if "accept" in headers else b64encode(ANSWER)
            self.send(303, packed, {"Location": "/elsewhere", "Content-Encoding": "gzip"})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

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


@contextmanager
def calling(gateway: proxy.Gateway) -> Iterator[httpx.Client]:
    port = free_port()
    with (
        proxy.serving(port, gateway),
        httpx.Client(base_url=f"http://localhost:{port}") as client,
    ):
        yield client


@pytest.fixture(scope="module")
def client(emulator: int) -> Iterator[httpx.Client]:
    gateway = proxy.Gateway(emulator, "abc", "prod", compress_from=COMPRESS_FROM)
    with calling(gateway) as client:
        yield client


def test_a_request_reaches_the_stage_as_it_is(client: httpx.Client, emulator: int) -> None:
    body = b'{"codes": []}'
    sent = {"Authorization": "Bearer x", "Accept": "application/json"}
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


@pytest.mark.parametrize("path", ["/", "/assets/index.js", "/api/v1/auth/me"])
def test_a_strangers_name_is_not_served(client: httpx.Client, path: str) -> None:
    Emulator.asked = ("", "", {}, b"")
    answer = client.get(path, headers={"Host": "evil.example:8000"})
    assert answer.status_code == answer.json()["code"] == 421
    assert answer.json()["data"] is None
    assert Emulator.asked[0] == ""


def test_a_name_that_is_allowed_is_served(emulator: int) -> None:
    with calling(proxy.Gateway(emulator, "abc", "prod", names=["mine.example"])) as client:
        assert client.get("/", headers={"Host": "mine.example:9000"}).status_code == 303
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 421


def test_beyond_the_limit_and_the_queue_calls_are_told_to_come_again(
    emulator: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "Turns", lambda calls: admission.Turns(calls, queue=2))
    gateway = proxy.Gateway(emulator, "abc", "prod", calls=1)
    Emulator.gate.clear()
    with calling(gateway) as client, ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(client.get, "/held") for _ in range(8)]
        refused = [each.result() for each in islice(as_completed(calls), 5)]
        Emulator.gate.set()
        answers = [each.result() for each in calls]
    assert sorted(each.status_code for each in answers) == [200] * 3 + [503] * 5
    for each in refused:
        assert each.json()["code"] == each.status_code == 503
        assert int(each.headers["Retry-After"]) > 0


@pytest.mark.parametrize("decodes_always", [True, False])
def test_base64_for_a_request_without_an_accept_header(
    emulator: int, *, decodes_always: bool
) -> None:
    gateway = proxy.Gateway(emulator, "abc", "prod", decodes_always=decodes_always)
    with calling(gateway) as client:
        request = client.build_request("GET", "/api/v1")
        del request.headers["Accept"]
        answer = client.send(request, stream=True)
        raw = b"".join(answer.iter_raw())
    assert raw == (ANSWER if decodes_always else b64encode(ANSWER))
    assert answer.headers["Content-Length"] == str(len(raw))
    assert not {"accept", "content-type"} & Emulator.asked[2].keys()


@pytest.mark.parametrize(
    ("accepted", "coding", "unpack"),
    [
        ("gzip", "gzip", gzip.decompress),
        ("gzip, zstd", "gzip", gzip.decompress),
        ("deflate, gzip", "deflate", zlib.decompress),
        ("zstd, gzip", None, bytes),
        ("", None, bytes),
    ],
)
def test_a_plain_answer_is_compressed_by_the_first_coding(
    client: httpx.Client, accepted: str, coding: str | None, unpack: Callable[[bytes], bytes]
) -> None:
    headers = {"Accept-Encoding": accepted}
    with client.stream("GET", f"/plain/{len(LARGE)}", headers=headers) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.headers["Content-Length"] == str(len(raw))
    assert (answer.headers["Vary"], answer.headers["ETag"]) == ("Accept-Encoding", 'W/"1"')
    assert unpack(raw) == LARGE


def test_what_is_small_or_has_no_body_is_not_compressed(
    client: httpx.Client, emulator: int
) -> None:
    assert "Content-Encoding" in client.get(f"/plain/{COMPRESS_FROM}").headers
    assert "Content-Encoding" not in client.get(f"/plain/{COMPRESS_FROM - 1}").headers
    assert "Content-Encoding" not in client.head(f"/plain/{len(LARGE)}").headers
    unchanged = client.get("/unchanged")
    assert (unchanged.status_code, unchanged.headers["ETag"]) == (304, 'W/"1"')
    assert "Content-Encoding" not in unchanged.headers
    with calling(proxy.Gateway(emulator, "abc", "prod")) as plain:
        assert "Content-Encoding" not in plain.get(f"/plain/{len(LARGE)}").headers


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_request_reaches_the_stage_unpacked(
    client: httpx.Client, pack: Callable[[bytes], bytes]
) -> None:
    coding = "gzip" if pack is gzip.compress else "deflate"
    client.post("/api/v1", content=pack(b"{}"), headers={"Content-Encoding": coding})
    _, _, headers, body = Emulator.asked
    assert (body, headers["content-length"]) == (b"{}", "2")
    assert "content-encoding" not in headers


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
def test_a_request_in_a_coding_that_nobody_reads_is_415(client: httpx.Client, coding: str) -> None:
    answer = client.post("/api/v1", content=b"{}", headers={"Content-Encoding": coding})
    assert (answer.status_code, answer.json()["code"]) == (415, 415)


def test_a_long_request_line_reaches_the_stage(client: httpx.Client) -> None:
    client.get("/api/v1", params={"codes": "600000.SH," * 1000})
    assert len(Emulator.asked[1]) > 10_000


@pytest.mark.parametrize("path", ["a%0Ab", "a%00b", "a%2Fb", "%C2%84"])
def test_any_path_reaches_the_stage(client: httpx.Client, path: str) -> None:
    client.get(f"/api/v1/{path}")
    assert Emulator.asked[1].endswith(path)


def test_a_body_over_the_gateways_limit_is_413(client: httpx.Client) -> None:
    large = bytes(payloads.GATEWAY_LIMIT + 1)
    packed, headers = gzip.compress(large), {"Content-Encoding": "gzip"}
    for answer in (
        client.post("/api/v1", content=large),
        client.post("/api/v1", content=packed, headers=headers),
    ):
        assert answer.status_code == 413
        assert answer.text == "HTTP content length exceeded 10485760 bytes."
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_body_that_lambda_does_not_take_is_413(client: httpx.Client) -> None:
    fits = payloads.LAMBDA_LIMIT // 4 * 3
    client.post("/api/v1/fits", content=bytes(fits))
    assert len(Emulator.asked[3]) == fits
    answer = client.post("/api/v1", content=bytes(fits + 1))
    assert (answer.status_code, answer.json()) == (413, {"message": "Request Too Long"})


def test_502_where_nobody_answers() -> None:
    port = free_port()
    with proxy.serving(port, proxy.Gateway(free_port(), "abc", "prod")):
        answer = httpx.get(f"http://localhost:{port}/api/v1")
    assert answer.status_code == 502
    assert answer.json() == {
        "code": 502,
        "message": "the local cloud does not answer",
        "data": None,
        "key": "no_answer",
        "params": {},
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_passed_on_has_the_headers_that_came(client: httpx.Client) -> None:
    assert "X-Content-Type-Options" not in client.get("/api/v1").headers


def test_a_port_in_use_is_named() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalCloudError, match=f"port {port} is in use"):
            proxy.listeners(port)
