"""A connection ends where the package would read for ever."""

import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from marketdata.sources.baostock import line as module
from marketdata.sources.baostock.line import Line, is_connected


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_what_comes_is_received(pair: tuple[socket.socket, socket.socket]) -> None:
    line = Line(pair[0], 60)
    assert line.send(b"question") == 8
    assert pair[1].recv(100) == b"question"
    pair[1].sendall(b"answer")
    assert line.recv(3) == b"ans"


def test_the_end_of_a_connection_is_an_error(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[1].sendall(b"half of an ans")
    pair[1].close()
    line = Line(pair[0], 60)
    assert line.recv(100)
    with pytest.raises(ConnectionResetError):
        line.recv(100)


def test_an_answer_that_trickles_takes_too_long(pair: tuple[socket.socket, socket.socket]) -> None:
    pair[1].sendall(b"a")
    with pytest.raises(TimeoutError):
        Line(pair[0], -1).recv(100)


def test_nothing_may_not_come_for_ever(pair: tuple[socket.socket, socket.socket]) -> None:
    line = Line(pair[0], 60)
    line.settimeout(0.01)
    with pytest.raises(TimeoutError):
        line.recv(100)


def test_an_unconnected_socket_is_told(pair: tuple[socket.socket, socket.socket]) -> None:
    with socket.socket() as unconnected:
        assert not is_connected(unconnected)
    assert is_connected(pair[0])
    assert is_connected(Line(pair[0], 60))
    assert not is_connected(None)


def test_a_connection_is_closed_after_the_server_s_end(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    def serve() -> None:
        with pair[1]:
            assert not pair[1].recv(100)
            pair[1].sendall(b"late")

    server = Thread(target=serve)
    server.start()
    Line(pair[0], 60).close()
    server.join()
    assert pair[0].fileno() == -1


def test_a_server_that_does_not_care_is_left_anyway(
    pair: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GOODBYE_SECONDS", 0.01)
    Line(pair[0], 60).close()
    assert pair[0].fileno() == -1
