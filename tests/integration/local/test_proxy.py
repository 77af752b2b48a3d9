"""The proxy in front of a real function, for callers who send no Accept header."""

from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from functions.stock import app as stock
from local import proxy
from local.cloud import free_port
from tests.integration.market import open_market, put_bars, rows
from tests.support.events import USER, proxy_event
from tests.support.service import Service

QUERY = {"codes": "600000.SH", "start_date": "20200101", "end_date": "20200110"}


class Stage(BaseHTTPRequestHandler):
    """Calls the function `stock` as the emulator does: base64 stays for want of Accept."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        event = proxy_event("GET", "/stock/kline", query=query, user=USER)
        event["headers"] = dict(self.headers)
        response = stock.handler(event, None)
        decoded = response["isBase64Encoded"] and "Accept" in self.headers
        body = b64decode(response["body"]) if decoded else response["body"].encode()
        self.send_response(response["statusCode"])
        for name, value in response["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stage(service: Service) -> Iterator[int]:
    open_market(service)
    put_bars(service, "600000.SH", rows("600000.SH"))
    with ThreadingHTTPServer(("127.0.0.1", 0), Stage) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("decodes_always", [True, False])
def test_without_an_accept_header_the_json_is_the_same(stage: int, *, decodes_always: bool) -> None:
    port = free_port()
    gateway = proxy.Gateway(stage, "abc", "prod", decodes_always=decodes_always)
    with (
        proxy.serving(port, gateway),
        httpx.Client(base_url=f"http://localhost:{port}", params=QUERY, timeout=60) as client,
    ):
        headers = {"Accept-Encoding": "gzip, zstd"}
        client.get("/stock/kline")
        packed = client.get("/stock/kline", headers=headers)
        request = client.build_request("GET", "/stock/kline", headers=headers)
        del request.headers["Accept"]
        plain = client.send(request)
    assert packed.headers["Content-Encoding"] == "zstd"
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == packed.json()
    assert plain.json()["data"]["600000.SH"] == rows("600000.SH")
