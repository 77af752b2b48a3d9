"""Connections to AWS: opened once, kept, and as many as there are parallel requests."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from marketdata.aws.clients import ATTEMPTS, CONNECT_SECONDS, PARALLEL, READ_SECONDS, client
from marketdata.aws.tables import KEYS_A_CALL, Table
from tests.support.cloud import forget_clients

API_GATEWAY_SECONDS = 29


class Endpoint(BaseHTTPRequestHandler):
    """Knows no item; each connection has an instance of its own."""

    protocol_version = "HTTP/1.1"
    connections: set[int]

    def do_POST(self) -> None:
        self.connections.add(self.client_address[1])
        self.rfile.read(int(self.headers["Content-Length"]))
        batch = self.headers["X-Amz-Target"].endswith(".BatchGetItem")
        answer: dict[str, Any] = (
            {"Responses": {"market": []}, "UnprocessedKeys": {}} if batch else {}
        )
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Lets all parallel requests connect at once."""

    request_queue_size = 4 * PARALLEL


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[int]]:
    """The connections to an endpoint that all clients use."""
    Endpoint.connections = set()
    with Server(("127.0.0.1", 0), Endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        forget_clients()
        yield Endpoint.connections
        client("dynamodb").close()
        forget_clients()
        server.shutdown()


def test_one_connection_serves_all_requests_of_a_thread(connections: set[int]) -> None:
    for number in range(20):
        assert Table("market").get("a", str(number)) is None
    assert len(connections) == 1


def test_parallel_requests_keep_their_connections(connections: set[int]) -> None:
    keys = [("a", str(number)) for number in range(2 * PARALLEL * KEYS_A_CALL)]
    for _ in range(3):
        assert Table("market").get_many(keys) == {}
    assert 1 < len(connections) <= PARALLEL


@pytest.mark.usefixtures("connections")
def test_a_client_is_made_once() -> None:
    assert client("dynamodb") is client("dynamodb")


def test_no_request_outlasts_the_one_that_waits_for_it() -> None:
    assert ATTEMPTS * READ_SECONDS + CONNECT_SECONDS < API_GATEWAY_SECONDS
