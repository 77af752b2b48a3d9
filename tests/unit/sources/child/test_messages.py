"""Messages between the two processes."""

import socket
from collections.abc import Iterator

import numpy as np
import pytest

from marketdata.sources.child.messages import DisconnectedError, pack, receive, send


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_message_comes_as_it_was_sent(pair: tuple[socket.socket, socket.socket]) -> None:
    numbers = np.array([1.5, np.nan, -0.0, 1e300])
    message = {"text": "沪深", "none": None, "deep": [{"a": numbers}, {"b": np.empty(0)}, 7]}
    send(pair[0], message)
    send(pair[0], ["next"])
    found = receive(pair[1], 5)
    assert found["text"] == "沪深"
    assert found["none"] is None
    np.testing.assert_array_equal(found["deep"][0]["a"], numbers)
    assert found["deep"][1]["b"].size == 0
    assert found["deep"][2] == 7
    assert receive(pair[1], 5) == ["next"]


@pytest.mark.parametrize("value", [object(), np.array([1]), b"bytes"])
def test_nothing_else_can_be_sent(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be sent"):
        pack({"value": value})


def test_who_is_gone_is_noticed(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[0].close()
    with pytest.raises(DisconnectedError):
        receive(pair[1], 5)
    with pytest.raises(DisconnectedError):
        send(pair[1], "x" * 1_000_000, 5)


def test_half_a_message_is_waited_for_no_longer(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    pair[0].sendall(pack(["whole"])[:-1])
    with pytest.raises(TimeoutError):
        receive(pair[1], 0.01)
