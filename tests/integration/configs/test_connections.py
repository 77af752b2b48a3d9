"""The test of a connection, from the call to the socket."""

import socket
from contextlib import closing
from typing import Any

import pytest

from marketdata import deployment
from marketdata.errors import UpstreamBusyError, UpstreamFaultError, UpstreamTimeoutError
from tests.integration.configs.calls import ONE, ask, create, data_of


def run_test(config_id: int = 1) -> dict[str, Any]:
    tested: dict[str, Any] = data_of(ask("POST", f"{ONE}/test", config_id))
    assert tested.keys() == {"success", "message", "key", "response_time"}
    assert isinstance(tested["response_time"], float)
    return tested


@pytest.mark.usefixtures("door")
def test_a_server_that_listens(server: int) -> None:
    create(host="localhost", port=server)
    tested = run_test()
    assert tested["success"] is True
    assert tested["message"] == "connected; the SDK is not installed, so the login was not tried"
    assert 0 < tested["response_time"] < 5


@pytest.mark.usefixtures("door")
def test_a_port_that_refuses() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    create(host="127.0.0.1", port=port)
    tested = run_test()
    message = f"127.0.0.1 port {port} refused the connection"
    assert (tested["success"], tested["message"]) == (False, message)


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize("host", ["169.254.169.254", "2852039166", "fe80::1", "fd00:ec2::254"])
def test_a_forbidden_address(host: str) -> None:
    create(host=host, port=80)
    tested = run_test()
    assert tested["success"] is False
    assert "may not be contacted" in tested["message"]


@pytest.mark.usefixtures("door")
def test_a_private_address_outside_the_local_cloud(
    server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_CLOUD", "false")
    deployment.reset()
    create(host="127.0.0.1", port=server)
    tested = run_test()
    message = "the address 127.0.0.1 may not be contacted"
    assert (tested["success"], tested["message"]) == (False, message)


@pytest.mark.parametrize(
    "error",
    [UpstreamBusyError("the upstream is busy"), UpstreamTimeoutError("no answer in 25 s")],
)
def test_an_upstream_that_has_no_time(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def invoke(*_: Any) -> Any:
        raise error

    monkeypatch.setattr("marketdata.upstream.client.invoke", invoke)
    monkeypatch.setattr("marketdata.upstream.client.CONNECTION_SECONDS", 1.0)
    create()
    tested = run_test()
    assert (tested["success"], tested["message"]) == (False, str(error))


def test_an_upstream_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def invoke(*_: Any) -> Any:
        raise UpstreamFaultError("the upstream function failed")

    monkeypatch.setattr("marketdata.upstream.client.invoke", invoke)
    create()
    assert ask("POST", f"{ONE}/test", 1)[0] == 502
