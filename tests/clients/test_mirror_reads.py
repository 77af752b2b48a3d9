"""Downloads over real connections, which read more at once than httpx does."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import httpx
import pytest
from amazingdata_client import AsyncClient
from amazingdata_client.mirror.reads import AT_ONCE, read_more

from tests.clients.conftest import Connect
from tests.clients.mirrors import data_in, published
from tests.clients.publisher import Publisher

YEARS = [f"stock.daily/year={year}/part.parquet" for year in range(2015, 2025)]
SIZE = 1_000_003


@pytest.fixture
def scripted() -> Publisher:
    made, chance = Publisher(), random.Random(1)
    for path in YEARS:
        made.publish(path, chance.randbytes(SIZE))
    return made


@pytest.fixture
def cuts() -> list[int]:
    """Return after how many bytes the next downloads are cut."""
    return []


@pytest.fixture
def proxy(scripted: Publisher, cuts: list[int]) -> Iterator[str]:
    """Return the address of a proxy behind which are the service and its bucket."""

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, content: bytes) -> None:
            headers = dict(self.headers)
            request = httpx.Request(self.command, self.path, headers=headers, content=content)
            answer = scripted(request)
            whole = body = answer.read()
            if request.url.host == "files" and cuts:
                body, self.close_connection = whole[: cuts.pop(0)], True
            self.send_response_only(answer.status_code)
            for name, value in {**answer.headers, "content-length": str(len(whole))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def sync(connect: Connect, proxy: str, folder: Path) -> Callable[[], None]:
    """Return a function that makes a mirror through connections of the client's own kind."""

    def synced() -> None:
        transport = httpx.AsyncHTTPTransport if connect().waits else httpx.HTTPTransport
        client = connect(transport=transport(proxy=proxy)).client
        if isinstance(client, AsyncClient):
            anyio.run(waited, client)
        else:
            with client:
                client.mirror(folder).sync()

    async def waited(client: AsyncClient) -> None:
        async with client:
            await client.mirror(folder).sync()

    return synced


def test_all_files_come_through_the_proxy_that_a_client_was_given(
    sync: Callable[[], None], scripted: Publisher, folder: Path
) -> None:
    sync()
    assert data_in(folder) == published(scripted)
    assert len(scripted.downloads) == len(YEARS)


@pytest.mark.parametrize("cut", [1, 64 << 10, AT_ONCE, AT_ONCE + 1, SIZE - 1])
def test_a_connection_that_is_cut_loses_no_byte_that_came(
    sync: Callable[[], None], scripted: Publisher, cuts: list[int], folder: Path, cut: int
) -> None:
    scripted.items = {YEARS[0]: scripted.items[YEARS[0]]}
    cuts.append(cut)
    sync()
    assert [each.headers.get("Range") for each in scripted.downloads] == [None, f"bytes={cut}-"]
    assert data_in(folder) == published(scripted)


@dataclass
class Stream:
    """What a response shows of its connection."""

    asked: list[tuple[int, float | None]] = field(default_factory=list)

    def read(self, size: int, timeout: float | None = None) -> bytes:
        self.asked.append((size, timeout))
        return b"read"


def test_a_connection_reads_more_however_often_it_is_used() -> None:
    stream = Stream()
    for _ in range(3):
        read_more(httpx.Response(200, extensions={"network_stream": stream}))
    assert stream.read(65536, timeout=5) == stream.read(65536) == b"read"
    assert stream.asked == [(AT_ONCE, 5), (AT_ONCE, None)]


def test_a_transport_without_a_stream_to_change_is_left_alone() -> None:
    read_more(httpx.Response(200))
    read_more(httpx.Response(200, extensions={"network_stream": object()}))
