"""An endpoint of AWS, which may end the connections that its clients keep."""

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

import pytest

from marketdata.aws.direct.environment import AUTHORITIES, PROXIES, VARIANTS
from tests.support.cloud import forget_clients
from tests.support.faults import wait_until

type Fate = Literal["kept", "closed", "reset", "silent"]
"""What becomes of a connection: it is kept; it is closed; it is reset by the next request, before
that is read; it is never heard of again."""

type Answer = tuple[int, dict[str, str], bytes]
"""A status, the headers that are not usual, and a body."""

RESET = struct.pack("ii", 1, 0)


class Connection(BaseHTTPRequestHandler):
    """One connection to an endpoint."""

    protocol_version = "HTTP/1.1"
    server: "Endpoint"

    def parse_request(self) -> bool:
        fate = self.server.fates.get(self.client_address[1], self.server.new)
        if fate == "silent":
            self.server.over.wait()
        if fate in {"silent", "reset"}:
            self._reset()
            return False
        return super().parse_request()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        payload = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.path, self.server.headers, self.server.payload = (
            self.path,
            dict(self.headers),
            payload,
        )
        self.server.requests.append(self.client_address[1])
        self.server.open[self.client_address[1]] = self.connection
        if self.server.refuses:
            self._reset()
            return
        status, headers, body = self.server.answer(self.command, payload)
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Endpoint(ThreadingHTTPServer):
    """Answers every request with `body`, except a PUT, which has no answer.

    Attributes
    ----------
    requests : list of int
        The client's port of each request that was read.
    fates : dict
        What becomes of connections, by the client's port.
    new : Fate
        What becomes of any other connection.
    refuses : bool
        Whether a request is read and its connection then reset, without an answer.
    answers : deque of Answer
        What the next requests are answered with instead of `body`.
    always : Answer or None
        What all others are answered with instead of it.
    path, headers, payload
        Of the last request.
    """

    daemon_threads = True
    # All parallel requests may connect at once.
    request_queue_size = 64

    def __init__(self, body: bytes = b"{}") -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.body = body
        self.requests: list[int] = []
        self.open: dict[int, socket.socket] = {}
        self.fates: dict[int, Fate] = {}
        self.new: Fate = "kept"
        self.refuses = False
        self.answers: deque[Answer] = deque()
        self.always: Answer | None = None
        self.path = ""
        self.headers: dict[str, str] = {}
        self.payload = b""
        self.over = threading.Event()

    def answer(self, method: str, _payload: bytes) -> Answer:
        if self.answers:
            return self.answers.popleft()
        return self.always or (200, {}, b"" if method == "PUT" else self.body)

    @property
    def connections(self) -> set[int]:
        """The clients' ports."""
        return set(self.requests)

    def end_connections(self, fate: Fate) -> None:
        """Do something to the connections of before."""
        self.fates |= dict.fromkeys(self.open, fate)
        for each in self.open.values() if fate == "closed" else ():
            # The client may have closed it itself.
            with suppress(OSError):
                each.shutdown(socket.SHUT_WR)
        self.open.clear()

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that have gone."""

    def shutdown_request(self, request: Any) -> None:
        # Without the orderly end that would come before a reset.
        self.close_request(request)


class FunctionEndpoint(Endpoint):
    """Lambda, with one function of which one copy may run.

    Parameters
    ----------
    serve : callable
        The function.
    """

    def __init__(self, serve: Callable[[Any], Any]) -> None:
        super().__init__()
        self.serve = serve
        self.running = threading.Lock()

    def answer(self, _method: str, payload: bytes) -> Answer:
        if not self.running.acquire(blocking=False):
            return 429, {}, b'{"code": "TooManyRequestsException"}'
        try:
            return 200, {}, json.dumps(self.serve(json.loads(payload))).encode()
        finally:
            self.running.release()

    def wait_until_idle(self) -> None:
        """Wait until the invocation that runs has ended, if its caller has waited for it or not."""
        wait_until(lambda: not self.running.locked())


@contextmanager
def answering(patch: pytest.MonkeyPatch, body: bytes = b"{}") -> Iterator[Endpoint]:
    """Have all requests to AWS go to an endpoint."""
    for name in (*AUTHORITIES, *PROXIES, *VARIANTS):
        patch.delenv(name, raising=False)
    patch.setenv("AWS_REGION", "us-east-1")
    patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    patch.setenv("AWS_ACCESS_KEY_ID", "test")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with _listening(Endpoint(body), "AWS_ENDPOINT_URL", patch) as endpoint:
        yield endpoint


@contextmanager
def invoking(serve: Callable[[Any], Any], patch: pytest.MonkeyPatch) -> Iterator[FunctionEndpoint]:
    """Have all invocations go to a function over HTTP, with the time limits of their callers."""
    with _listening(FunctionEndpoint(serve), "AWS_ENDPOINT_URL_LAMBDA", patch) as endpoint:
        yield endpoint
        endpoint.wait_until_idle()


@contextmanager
def _listening[Listening: Endpoint](
    endpoint: Listening, variable: str, patch: pytest.MonkeyPatch
) -> Iterator[Listening]:
    with endpoint:
        # Its end is waited for, and it looks for it from time to time.
        serve = partial(endpoint.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()
        patch.setenv(variable, f"http://127.0.0.1:{endpoint.server_port}")
        forget_clients()
        yield endpoint
        patch.delenv(variable)
        forget_clients()
        endpoint.over.set()
        endpoint.shutdown()
