"""The reverse proxy, which serves the deployed stage as if it were behind its own domain."""

import asyncio
import errno
import logging
import socket
import threading
from base64 import b64decode
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector, web
from multidict import CIMultiDict
from yarl import URL

from local import payloads
from local.admission import RETRY_SECONDS, BusyError, Turns, is_served
from local.settings import LAST_PORT
from local.tools import LocalCloudError

LINE_LIMIT = 32 * 2**10
"""Bytes of a request line: 500 codes and more must reach the API, which may refuse them."""
PATIENCE = 5
"""Seconds to wait at the end for calls that are still running."""
CALLS = 8
"""Calls that the emulator gets at once; each may start a process."""
_HOP_BY_HOP = {
    "connection",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_SESSION = web.AppKey("session", ClientSession)
_log = logging.getLogger(__name__)


class Gateway:
    """The deployed stage as the emulator serves it: under a path prefix and a Host header.

    It does what API Gateway does beside: it unpacks requests, refuses large ones, and compresses
    plain answers.

    Parameters
    ----------
    port : int
        The port that the emulator listens on.
    api, stage : str
        The id of the API and the name of its stage.
    usage_key : str
        The API key of a usage plan, sent with every call.
    compress_from : int, optional
        The API's minimum compression size in bytes; None compresses nothing.
    decodes_always : bool
        Whether base64 answers are decoded even for requests without an Accept header. Nobody has
        proved what API Gateway does; the emulator leaves them as they are.
    names : collection of str
        Names to serve besides localhost.
    calls : int
        How many calls the emulator gets at once.
    """

    def __init__(
        self,
        port: int,
        api: str,
        stage: str,
        usage_key: str = "",
        *,
        compress_from: int | None = None,
        decodes_always: bool = False,
        names: Collection[str] = (),
        calls: int = CALLS,
    ) -> None:
        self._base = f"http://127.0.0.1:{port}/{stage}"
        self._host = f"{api}.execute-api.localhost:{port}"
        self._usage_key = usage_key
        self._compress_from = compress_from
        self._decodes_always = decodes_always
        self._names = names
        self._turns = Turns(calls)

    async def connections(self, app: web.Application) -> AsyncIterator[None]:
        """Keep the connections to the emulator open while the application runs."""
        async with ClientSession(
            auto_decompress=False,
            connector=TCPConnector(limit=0),
            timeout=ClientTimeout(total=None, connect=10),
            skip_auto_headers=["Accept", "Accept-Encoding", "User-Agent", "Content-Type"],
            max_line_size=LINE_LIMIT,
            max_field_size=LINE_LIMIT,
        ) as session:
            app[_SESSION] = session
            yield

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Pass a request on, and its answer back."""
        if not is_served(request.headers.get("Host", ""), self._names):
            return envelope(
                421, "this name is not served here; make run HOST=… names more", "bad_request"
            )
        try:
            body = await _body(request)
            async with self._turns.take(), await self._ask(request, body) as answer:
                headers, content = _passed_on(answer.headers), await answer.read()
        except _RefusedError as refused:
            return refused.answer
        except BusyError:
            return envelope(503, "too many calls at once: try again", "service_busy", RETRY_SECONDS)
        except (ClientError, OSError) as error:
            _log.warning("%s %s: %r", request.method, request.rel_url, error)
            return envelope(502, "the local cloud does not answer", "no_answer")
        content = self._shaped(request, headers, content)
        response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
        await response.prepare(request)
        await response.write(content)
        await response.write_eof()
        return response

    async def _ask(self, request: web.Request, body: bytes) -> ClientResponse:
        headers = _passed_on(request.headers)
        if headers.popall("Content-Encoding", None):
            headers["Content-Length"] = str(len(body))
        headers["Host"] = self._host
        # the emulator does not take the key from the authorizer
        headers["x-api-key"] = self._usage_key
        # the emulator's `sourceIp` is the first address here; API Gateway's is the connection's
        headers["X-Forwarded-For"] = request.remote or ""
        return await request.app[_SESSION].request(
            request.method,
            URL(self._base + request.raw_path, encoded=True),
            headers=headers,
            data=BytesIO(body) if body else None,
            allow_redirects=False,
        )

    def _shaped(self, request: web.Request, headers: CIMultiDict[str], content: bytes) -> bytes:
        """Return the body as API Gateway sends it, and adapt the headers to it."""
        if not content:
            return content
        if "Content-Encoding" in headers:
            if self._decodes_always and "Accept" not in request.headers:
                content = b64decode(content)
        elif self._compress_from is not None and len(content) >= self._compress_from:
            coding = payloads.coding_of(request.headers.get("Accept-Encoding", ""))
            if coding:
                content = payloads.PACKERS[coding](content)
                headers["Content-Encoding"] = coding
        headers["Content-Length"] = str(len(content))
        return content


class _RefusedError(Exception):
    """API Gateway itself refuses a request."""

    def __init__(self, answer: web.Response) -> None:
        super().__init__(answer.status)
        self.answer = answer


async def _body(request: web.Request) -> bytes:
    """Return the body without its coding.

    Raises
    ------
    _RefusedError
        Its coding is unknown, or it is too large.
    """
    coding = request.headers.get("Content-Encoding", "")
    try:
        body = payloads.unpacked(await request.read(), coding)
    except web.HTTPRequestEntityTooLarge:
        raise _RefusedError(_too_large()) from None
    if body is None:
        refused = envelope(
            415, "the request's Content-Encoding is not supported", "wrong_media_type"
        )
        raise _RefusedError(refused)
    if len(body) > payloads.GATEWAY_LIMIT:
        raise _RefusedError(_too_large())
    if not payloads.fits_lambda(body):
        raise _RefusedError(web.json_response({"message": "Request Too Long"}, status=413))
    return body


def envelope(status: int, message: str, key: str, retry_after: int = 0) -> web.Response:
    """Return an error in the envelope of the API's answers."""
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    body = {"code": status, "message": message, "data": None, "key": key, "params": {}}
    return web.json_response(body, status=status, headers=headers)


def _too_large() -> web.Response:
    """Return API Gateway's own answer, which no gateway response changes."""
    text = f"HTTP content length exceeded {payloads.GATEWAY_LIMIT} bytes."
    return web.Response(text=text, status=413)


def application(gateway: Gateway) -> web.Application:
    """Build the application that passes every path and method on to the gateway."""
    app = web.Application(client_max_size=payloads.GATEWAY_LIMIT)
    app.router.add_route("*", r"/{path:[\s\S]*}", gateway.handle)
    app.cleanup_ctx.append(gateway.connections)
    app.on_response_prepare.append(_mark_own)
    return app


async def _mark_own(_: web.Request, response: web.StreamResponse) -> None:
    """Give the proxy's own answers the header that the service gives to its answers."""
    if isinstance(response, web.Response):
        response.headers["X-Content-Type-Options"] = "nosniff"


@contextmanager
def serving(port: int, gateway: Gateway) -> Iterator[None]:
    """Serve `http://localhost:port` in a separate thread.

    Raises
    ------
    LocalCloudError
        The port is in use.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy", daemon=True)
    runner = web.AppRunner(
        application(gateway),
        access_log=None,
        auto_decompress=False,
        max_line_size=LINE_LIMIT,
        max_field_size=LINE_LIMIT,
        shutdown_timeout=PATIENCE,
    )
    sockets = listeners(port)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(_start(runner, sockets), loop).result()
        yield
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def listeners(port: int) -> list[socket.socket]:
    """Listen on `localhost:port`, with IPv4 and, if the machine has it, IPv6.

    Raises
    ------
    LocalCloudError
        The port is in use.
    """
    sockets = [_listen(socket.AF_INET, "127.0.0.1", port)]
    try:
        sockets.append(_listen(socket.AF_INET6, "::1", port))
    except LocalCloudError:
        sockets[0].close()
        raise
    except OSError:
        _log.info("no IPv6 on this machine")
    return sockets


def _listen(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise LocalCloudError(
                f"port {port} is in use; choose another: make run PORT={_beside(port)}"
            ) from error
        if error.errno == errno.EACCES:
            raise LocalCloudError(
                f"port {port} needs rights that this user does not have; "
                "choose one from 1024 on: make run PORT=8000"
            ) from error
        raise
    return listener


def _beside(port: int) -> int:
    return port + 1 if port < LAST_PORT else port - 1


async def _start(runner: web.AppRunner, sockets: list[socket.socket]) -> None:
    await runner.setup()
    for listener in sockets:
        await web.SockSite(runner, listener).start()


def _passed_on(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """Return the headers without those that concern a single connection."""
    kept = ((name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP)
    return CIMultiDict(kept)
