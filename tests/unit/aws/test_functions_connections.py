"""Invocations over real connections: none is lost to a dead one, and none may run twice."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from marketdata.aws import functions
from marketdata.aws.functions import invoke
from marketdata.errors import UpstreamError, UpstreamTimeoutError
from tests.support.endpoints import Endpoint, Fate, answering


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with answering(monkeypatch) as made:
        yield made


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that each attempt was given."""
    made: list[float] = []
    answer = functions._answer

    def count(function: str, payload: bytes, seconds: float) -> Any:
        made.append(seconds)
        return answer(function, payload, seconds)

    monkeypatch.setattr(functions, "_answer", count)
    return made


@pytest.mark.parametrize("fate", ["kept", "closed", "reset", "silent"])
def test_an_invocation_never_meets_a_dead_connection(
    endpoint: Endpoint, attempts: list[float], fate: Fate
) -> None:
    for _ in range(3):
        assert invoke("upstream", {}, 20) == {}
        endpoint.end_connections(fate)
    assert len(attempts) == len(endpoint.connections) == 3


def test_what_could_not_be_sent_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, attempts: list[float]
) -> None:
    connect = socket.socket.connect
    refused: list[Any] = []

    def refuse_first(own: socket.socket, address: Any) -> None:
        if not refused:
            refused.append(address)
            raise ConnectionRefusedError
        connect(own, address)

    monkeypatch.setattr(socket.socket, "connect", refuse_first)
    assert invoke("upstream", {}, 20) == {}
    assert len(attempts) == 2
    assert len(endpoint.requests) == 1
    assert attempts[1] < attempts[0]


@pytest.mark.parametrize("failure", [ConnectionRefusedError, TimeoutError, socket.gaierror])
def test_what_could_not_be_sent_twice_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
    endpoint: Endpoint,
    attempts: list[float],
    failure: type[OSError],
) -> None:
    def refuse(*_: object) -> None:
        raise failure

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(UpstreamError, match="cannot be reached"):
        invoke("upstream", {}, 20)
    assert len(attempts) == 2


def test_what_was_read_is_not_sent_again(endpoint: Endpoint, attempts: list[float]) -> None:
    """The function may be at work: a second time would cost a second call to the source."""
    endpoint.refuses = True
    with pytest.raises(UpstreamError, match="cannot be reached"):
        invoke("upstream", {}, 20)
    assert len(attempts) == len(endpoint.requests) == 1


def test_what_may_have_been_read_is_not_sent_again(
    endpoint: Endpoint, attempts: list[float]
) -> None:
    """The connection is reset before anything is read; its client cannot know."""
    endpoint.new = "reset"
    with pytest.raises(UpstreamError, match="cannot be reached"):
        invoke("upstream", {}, 20)
    assert len(attempts) == 1
    assert not endpoint.requests


def test_what_is_not_answered_is_not_sent_again(endpoint: Endpoint, attempts: list[float]) -> None:
    endpoint.new = "silent"
    with pytest.raises(UpstreamTimeoutError):
        invoke("upstream", {}, 1)
    assert len(attempts) == 1
