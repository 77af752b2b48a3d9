"""The package `baostock` in the small, with its faults: modules to be put into `sys.modules`.

As in the real one, everything goes out by `socketutil.send_msg`, errors are returned as data, and
`next()` says that a lost page is the end.
"""

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from marketdata.sources.baostock.adapter import CONSTANTS
from marketdata.sources.baostock.asker import PAGE

type Page = Sequence[Sequence[str]] | None
"""The rows of a page; None for one that is lost."""


@dataclass
class FakeAnswer:
    """A `ResultData`: what it echoes, its fields, and the pages after its first one."""

    method: str = ""
    error_code: str = "0"
    fields: list[str] = field(default_factory=list)
    data: Sequence[Sequence[str]] = ()
    pages: list[Page] = field(default_factory=list)
    echo: Mapping[str, str] = field(default_factory=dict)
    send: Callable[[str], str | None] = lambda _: ""
    cur_page_num: str = "1"
    per_page_count: str = str(PAGE)
    cur_row_num: int = 0
    code_of_next: str = "0"

    def __getattr__(self, name: str) -> str:
        return self.echo.get(name, "")

    def next(self) -> bool:
        """Get the next page, as the package does at the end of a full one."""
        assert self.cur_row_num == len(self.data) == PAGE
        if self.send("next") is None:
            return False
        page = self.pages.pop(0) if self.pages else []
        if page is None:
            return False
        self.error_code = self.code_of_next
        if self.error_code != "0":
            return False
        self.cur_page_num = str(int(self.cur_page_num) + 1)
        self.data, self.cur_row_num = page, 0
        return bool(page)


class FakePackage:
    """The modules, and what the server would say.

    Attributes
    ----------
    sent : list of str
        The requests.
    logins : list of str
        The error codes of the next logins; without any, they succeed.
    connects : bool
        Whether there is a server.
    answer : callable
        Gives the answer to a function with its arguments; it may raise.
    """

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.logins: list[str] = []
        self.connects = True
        self.opened: list[socket.socket] = []
        self.servers: list[socket.socket] = []
        self.answer: Callable[[str, Mapping[str, str]], FakeAnswer | None] = lambda name, _: (
            FakeAnswer(name)
        )
        self.constants = ModuleType("baostock.common.contants")
        vars(self.constants).update(CONSTANTS)
        self.context = ModuleType("baostock.common.context")
        self.wire = ModuleType("baostock.util.socketutil")
        self.wire.send_msg = self._send  # type: ignore[attr-defined]
        self.package = _Functions(self)

    @property
    def modules(self) -> dict[str, ModuleType]:
        """What is to be put into `sys.modules`."""
        return {
            "baostock": self.package,
            "baostock.common": ModuleType("baostock.common"),
            "baostock.common.contants": self.constants,
            "baostock.common.context": self.context,
            "baostock.util": ModuleType("baostock.util"),
            "baostock.util.socketutil": self.wire,
        }

    @property
    def open_lines(self) -> int:
        """How many connections are open."""
        return sum(each.fileno() != -1 for each in self.opened)

    def send(self, message: str) -> str | None:
        """Send as the package's functions do."""
        found: str | None = self.wire.send_msg(message)
        return found

    def connect(self) -> None:
        """Connect, and keep an unconnected socket if that fails, as the package does."""
        ours, theirs = socket.socketpair()
        # A server that has nothing more to say.
        theirs.shutdown(socket.SHUT_WR)
        if not self.connects:
            ours.close()
            theirs.close()
            ours = socket.socket()
        self.opened.append(ours)
        self.servers.append(theirs)
        self.context.default_socket = ours  # type: ignore[attr-defined]

    def close(self) -> None:
        for each in (*self.opened, *self.servers):
            each.close()

    def _send(self, message: str) -> str | None:
        self.sent.append(message)
        return ""


class _Functions(ModuleType):
    """The module `baostock` itself."""

    def __init__(self, fake: FakePackage) -> None:
        super().__init__("baostock")
        self._fake = fake

    def login(self) -> FakeAnswer:
        self._fake.connect()
        if self._fake.send("login") is None:
            return FakeAnswer("login", "10002007")
        return FakeAnswer("login", self._fake.logins.pop(0) if self._fake.logins else "0")

    def logout(self) -> FakeAnswer:
        self._fake.send("logout")
        return FakeAnswer("logout")

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("query_"):
            raise AttributeError(name)

        def query(**arguments: str) -> FakeAnswer | None:
            if self._fake.send(name) is None:
                return FakeAnswer(name, "10002007")
            found = self._fake.answer(name, arguments)
            if found:
                found.send = self._fake.send
            return found

        return query
