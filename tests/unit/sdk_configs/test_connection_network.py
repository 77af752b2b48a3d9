"""Names and connections of the real system, within this machine."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from marketdata.errors import UpstreamFaultError, UpstreamTimeoutError
from marketdata.sdk_configs.addresses import read_address
from marketdata.sdk_configs.connection import NOT_INSTALLED, ConnectionTest, connect, resolve
from tests.unit.sdk_configs.fakes import CONFIG, FakeConfigs


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server on this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def real_test(host: str, port: int, *, private: bool = True) -> dict[str, Any]:
    configs = FakeConfigs(replace(CONFIG, host=host, port=port))
    return ConnectionTest(configs, private=private, login=None).run(3)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1"])
def test_a_real_server_in_whatever_notation(server: int, host: str) -> None:
    result = real_test(host, server)
    assert (result["success"], result["message"]) == (True, NOT_INSTALLED)
    assert 0 < result["response_time"] < 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "2130706433", "0177.0.0.1", "0x7f000001", "::1", "0"],
)
def test_a_real_server_behind_a_forbidden_address(server: int, host: str) -> None:
    assert real_test(host, server, private=False)["message"].endswith("may not be contacted")


@pytest.mark.parametrize(
    "host", ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.16689662"]
)
def test_the_metadata_service_in_whatever_notation(host: str) -> None:
    result = real_test(host, 80)
    assert result["message"] == "the address 169.254.169.254 may not be contacted"


def test_a_real_port_without_a_server() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    result = real_test("127.0.0.1", port)
    assert result["message"] == f"127.0.0.1 port {port} refused the connection"


def test_a_real_connection_has_a_limit() -> None:
    with closing(socket.socket()) as listener, closing(socket.socket()) as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting.connect(listener.getsockname())
        began = time.monotonic()
        # The queue is full, so the kernel leaves the next one without an answer.
        with pytest.raises(TimeoutError):
            connect(read_address("127.0.0.1"), listener.getsockname()[1], 0.2)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("host", ["a..b", f"{'x' * 64}.com", ".."])
def test_a_name_that_cannot_be_one(host: str) -> None:
    with pytest.raises(UpstreamFaultError, match="cannot be resolved"):
        resolve(host, 5.0)


def test_a_name_that_nobody_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(UpstreamFaultError, match=r"^sdk.invalid cannot be resolved$"):
        resolve("sdk.invalid", 5.0)


def slow_system(release: threading.Event) -> Callable[..., list[Any]]:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        release.wait(10)
        return []

    return getaddrinfo


def test_a_name_server_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", slow_system(release))
    try:
        with pytest.raises(UpstreamTimeoutError, match="was not resolved"):
            resolve("sdk.example.com", 0.05)
    finally:
        release.set()


def test_addresses_are_tried_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        places = [("::ffff:1.1.1.1", 0, 0, 0), ("1.1.1.1", 0), ("1.0.0.1", 0)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert [str(each) for each in resolve("one.one", 1.0)] == ["1.1.1.1", "1.0.0.1"]
