"""The server: listens, and sends what `conversation` says, as faithfully as the faults let it."""

import contextlib
import itertools
import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from .conversation import Conversation, Reply, refusal
from .faults import DELIVERIES, Fault, Faults
from .log import Log
from .market import Market
from .queries import QUERIES
from .replay import Replay
from .wire import Question, WireError, parse_question

LONGEST = 1 << 20
"""A question that is longer is none."""


class BaoStockServer:
    """A stand-in for BaoStock's server, from `with` on.

    It refuses no connection and no number of questions by itself: the log knows of them.

    Parameters
    ----------
    market : Market
        What it serves.
    faults : Fault
        What goes wrong at first; `faults.set(…)` changes it at any time.
    file : Path, optional
        A file that says what goes wrong, see `Faults`.
    replay : Path, optional
        A folder of captured exchanges, whose answers come before the market's.
    log : Path, optional
        A file for the log.
    host, port : str, int
        Where it listens; port 0 takes any free one.
    """

    def __init__(
        self,
        market: Market,
        *faults: Fault,
        file: Path | None = None,
        replay: Path | None = None,
        log: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.faults = Faults(*faults, file=file)
        self.log = Log(log)
        self._market = market
        self._replay = Replay(replay) if replay else None
        self._reading = threading.Lock()
        self._counting = threading.Lock()
        self._stopping = threading.Event()
        self._connections = itertools.count(1)
        self._questions = itertools.count(1)
        self._open: set[socket.socket] = set()
        self._busy = 0
        self._listener = _Listener((host, port), self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,))

    @property
    def host(self) -> str:
        """Where it listens."""
        return str(self._listener.server_address[0])

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._listener.server_address[1])

    @property
    def address(self) -> str:
        """Both, as `host:port`."""
        return f"{self.host}:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening and close all connections."""
        self._stopping.set()
        self._listener.shutdown()
        self.drop_connections()
        self._listener.server_close()
        self._thread.join()

    def drop_connections(self) -> None:
        """Close all connections, as when the server is started anew."""
        with self._counting:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket) -> None:
        """Serve a connection until it ends."""
        number = next(self._connections)
        with self._counting:
            self._open.add(connection)
            self.log.add("opened", number, open=len(self._open))
        try:
            with contextlib.suppress(OSError):
                self._converse(connection, number)
        finally:
            with self._counting:
                self._open.discard(connection)
                self.log.add("closed", number, open=len(self._open))

    def _converse(self, connection: socket.socket, number: int) -> None:
        conversation = Conversation(self._market, self._replay, self._reading)
        post = _Post(connection, self._stopping)
        with connection.makefile("rb") as lines:
            # What is cut off has no line feed, and is the end of the connection.
            while (line := lines.readline(LONGEST)).endswith(b"\n"):
                try:
                    question = parse_question(line)
                except WireError as error:
                    self.log.add("malformed", number, why=str(error))
                    connection.sendall(refusal("10004019").sent)
                    continue
                if not self._answer(conversation, post, question, number):
                    return

    def _answer(
        self, conversation: Conversation, post: "_Post", question: Question, connection: int
    ) -> bool:
        """Answer a question; return whether the connection is to go on."""
        faults = self.faults.at_turn(question.method)
        number = next(self._questions)
        with self._counting:
            self._busy += 1
            self.log.add(
                "question",
                connection,
                number=number,
                call=question.method,
                arguments=[*question.arguments],
                version=question.version,
                busy=self._busy,
                faults=[each.fault for each in faults],
            )
        try:
            reply = conversation.reply(question, faults)
            self.log.add(
                "answer",
                connection,
                number=number,
                code=reply.code,
                rows=reply.rows,
                bytes=len(reply.sent),
            )
            goes_on = post.deliver(reply, delivery_of(question, faults))
        finally:
            with self._counting:
                self._busy -= 1
        return goes_on


def delivery_of(question: Question, faults: Sequence[Fault]) -> Fault | None:
    """Return what goes wrong with an answer on its way; a lost page resets the connection."""
    query = QUERIES.get((question.message_type, question.method))
    later = query is not None and query.paged and question.arguments[:1] != ("1",)
    for each in faults:
        if each.fault in DELIVERIES:
            return each
        if each.fault == "lost_page" and later:
            return Fault("reset")
    return None


class _Post:
    """Delivers the answers of a connection, in order."""

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self._connection = connection
        self._stopping = stopping
        self._late: deque[bytes] = deque()

    def deliver(self, reply: Reply, fault: Fault | None) -> bool:
        """Deliver an answer; return whether the connection is to go on."""
        if self._late or (fault and fault.fault == "late"):
            # From a late answer on, each one comes when the next question does.
            if self._late:
                self._connection.sendall(self._late.popleft())
            self._late.append(reply.sent)
            return True
        match fault.fault if fault else "":
            case "reset":
                # Closing without lingering resets the connection.
                linger = struct.pack("ii", 1, 0)
                self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            case "cut":
                self._connection.sendall(reply.sent[: len(reply.sent) // 2])
            case "trickle":
                return self._trickle(reply.sent, fault.seconds if fault else 0)
            case "":
                self._connection.sendall(reply.sent)
        return fault is None or fault.fault == "hang"

    def _trickle(self, sent: bytes, seconds: float) -> bool:
        for place in range(len(sent)):
            self._connection.sendall(sent[place : place + 1])
            if self._stopping.wait(seconds):
                return False
        return True


class _Listener(socketserver.ThreadingTCPServer):
    """Gives each connection a thread of its own."""

    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], owner: BaoStockServer) -> None:
        self.owner = owner
        super().__init__(address, _Handler)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close a connection without a farewell, which would be sent before a reset."""
        self.close_request(request)


class _Handler(socketserver.BaseRequestHandler):
    server: _Listener

    def handle(self) -> None:
        self.server.owner.serve(self.request)
