"""The adapter to the package `baostock`: the calls that the source uses. Runs in the child.

The package keeps one socket and one user for the whole process, reads whatever comes as the answer
to what it has just asked, returns errors as if they were data, and lets a lost page end the rows.
So each answer is held against its question, and after any failure the socket is closed: what comes
too late must not be read as the answer to the next question. That costs a login.
"""

import importlib
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from marketdata.sources.baostock.asker import PAGE
from marketdata.sources.baostock.codes import RAW
from marketdata.sources.baostock.error_codes import (
    BAD_ARGUMENT,
    BROKEN,
    CLIENT,
    CUT_SHORT,
    FOREIGN,
    LOGIN_CUT,
    MALFORMED,
    NO_ANSWER,
    NOT_LOGGED_IN,
    PACKAGE,
    REPEATED,
    UNREACHABLE,
)
from marketdata.sources.baostock.line import Line, is_connected
from marketdata.sources.child.adapter import Failure, Printed

CONSTANTS = {
    "BAOSTOCK_CLIENT_VERSION": CLIENT,
    "BAOSTOCK_PER_PAGE_COUNT": PAGE,
    "MESSAGE_SPLIT": "\1",
    "DELIMITER": "\n",
    "MESSAGE_HEADER_LENGTH": 21,
    "MESSAGE_HEADER_BODYLENGTH": 10,
    "STOCK_CODE_LENGTH": 9,
    "BSERR_SUCCESS": "0",
    "COMPRESSED_MESSAGE_TYPE_TUPLE": ("96", "99", "9B", "9D"),
}
"""What the package must have as its constants; with others, nothing here has been tried."""

LOGIN_SECONDS, SILENT_SECONDS, ANSWER_SECONDS = 10.0, 30.0, 50.0
"""How long connecting and the login may take each, how long nothing may come of an answer, and how
long a whole one may take."""


@dataclass(frozen=True, slots=True)
class Query:
    """One of the package's calls.

    Attributes
    ----------
    function : str
        Its name; the server's answer repeats it.
    key : str
        The field in which no two rows are equal.
    echoes : tuple of str
        The arguments that the server's answer repeats.
    paged : bool
        Whether the answer comes in pages. That of a day's call does not, and asking for a second
        page would ask for another day.
    """

    function: str
    key: str = "code"
    echoes: tuple[str, ...] = ()
    paged: bool = True


QUERIES = {
    "klines": Query(
        "query_history_k_data_plus", "date", ("code", "start_date", "end_date", "frequency")
    ),
    "minutes": Query(
        "query_history_k_data_plus", "time", ("code", "start_date", "end_date", "frequency")
    ),
    "day_of_stocks": Query("query_daily_history_k_AStock", paged=False),
    "day_of_etfs": Query("query_daily_history_k_ETF", paged=False),
    "factors": Query("query_adjust_factor", "dividOperateDate", ("code", "start_date", "end_date")),
    "calendar": Query("query_trade_dates", "calendar_date", ("start_date", "end_date")),
    "list_of_day": Query("query_all_stock", echoes=("day",)),
    "securities": Query("query_stock_basic", echoes=("code", "code_name")),
    "members_000300": Query("query_hs300_stocks", echoes=("date",)),
    "members_000016": Query("query_sz50_stocks", echoes=("date",)),
    "members_000905": Query("query_zz500_stocks", echoes=("date",)),
    "industries": Query("query_stock_industry", echoes=("code", "date")),
}
"""The calls by the names by which the source asks for them."""


class BaoStockAdapter:
    """Calls the package.

    Parameters
    ----------
    folder : Path
        Where a package may write; this one writes nothing.
    printed : Printed
        What it prints, of which nothing is used.
    """

    def __init__(self, folder: Path, printed: Printed) -> None:
        self._folder = folder
        self._printed = printed
        self._package: Any = None
        self._constants: Any = None
        self._context: Any = None
        self._send: Callable[[str], str | None] = lambda _: None
        self._logged_in = False
        self._connected = False
        self._requests = 0
        self._sent_at = float("-inf")
        self._pause = 0.0

    @property
    def operations(self) -> dict[str, Callable[..., Any]]:
        """The operations that the parent may request, by name."""
        own = (self.load, self.login, self.logout, self.query)
        return {operation.__name__: operation for operation in own}

    def load(self) -> None:
        """Import the package, and see that it is the one that is known here."""
        self._package = importlib.import_module("baostock")
        self._constants = importlib.import_module("baostock.common.contants")
        self._context = importlib.import_module("baostock.common.context")
        with suppress(PackageNotFoundError):
            if (found := version("baostock")) != PACKAGE:
                raise Failure(None, f"it is version {found}, and this source needs {PACKAGE}")
        for name, value in CONSTANTS.items():
            held = getattr(self._constants, name, None)
            if held != value:
                told = f"its {name} is {held!r}, and this source needs {PACKAGE} with {value!r}"
                raise Failure(None, told)
        wire: Any = importlib.import_module("baostock.util.socketutil")
        # All of its modules send by this one function: pages, logins and logouts too.
        self._send, wire.send_msg = wire.send_msg, self._send_one

    def login(self, host: str, port: int, pause: float) -> None:
        """Log in anonymously.

        Parameters
        ----------
        host, port
            The server.
        pause : float
            The seconds between two requests.
        """
        self._close()
        self._pause = pause
        self._constants.BAOSTOCK_SERVER_IP = host
        self._constants.BAOSTOCK_SERVER_PORT = port
        # The package sets no timeout, neither for connecting nor for reading.
        socket.setdefaulttimeout(LOGIN_SECONDS)
        began = time.monotonic()
        with self._closing():
            code = _code(self._package.login())
            if code == BROKEN:
                # It says so of everything that goes wrong.
                late = time.monotonic() - began >= LOGIN_SECONDS
                code = (NO_ANSWER if late else LOGIN_CUT) if self._connected else UNREACHABLE
            if code:
                raise Failure(code, "the login failed")
            self._context.default_socket.settimeout(SILENT_SECONDS)
        self._logged_in = True

    def logout(self) -> None:
        """Log out, if there is a login, and close the connection."""
        if self._logged_in:
            self._context.default_socket.settimeout(LOGIN_SECONDS)
            with suppress(Exception):
                self._package.logout()
        self._close()

    def query(self, name: str, arguments: Mapping[str, str], fields: Sequence[str]) -> Any:
        """Ask one question and return its whole answer.

        Parameters
        ----------
        name : str
            One of `QUERIES`.
        arguments : mapping
            The call's arguments by name, all texts.
        fields : sequence of str
            The fields that are needed; the answer may have others besides.

        Returns
        -------
        dict
            `columns`: field → texts; `requests`: how many requests that has cost, one a page.
        """
        if not self._logged_in:
            raise Failure(NOT_LOGGED_IN, "not logged in")
        query = QUERIES[name]
        self._requests = 0
        with self._closing():
            answer = getattr(self._package, query.function)(**arguments)
            columns: dict[str, list[str]] = {field: [] for field in fields}
            for rows in self._pages(query, answer, arguments):
                _add(columns, answer.fields, rows)
            _check(query, columns, arguments)
            return {"columns": columns, "requests": self._requests}

    def _pages(
        self, query: Query, answer: Any, arguments: Mapping[str, str]
    ) -> Iterator[Sequence[Sequence[Any]]]:
        """Yield the rows page by page."""
        if answer is None:
            raise Failure(BAD_ARGUMENT, "the package dislikes an argument")
        _check_echo(query, answer, arguments)
        seen: set[object] = set()
        while answer.data:
            rows = list(answer.data)
            yield rows
            # A server that repeats a page would be read for ever.
            keys = _keys(query, answer.fields, rows)
            if len(seen | keys) < len(seen) + len(rows):
                raise Failure(REPEATED, "a row came twice")
            seen |= keys
            if not _turned(query, answer):
                return

    def _send_one(self, message: str) -> str | None:
        """Send a request of the package, count it, and wait before it if the last was just now."""
        time.sleep(max(0.0, self._sent_at + self._pause - time.monotonic()))
        self._requests += 1
        line = getattr(self._context, "default_socket", None)
        self._connected = is_connected(line)
        if not self._connected:
            return None
        if isinstance(line, socket.socket):
            self._context.default_socket = Line(line, ANSWER_SECONDS)
        answer = self._send(message)
        self._sent_at = time.monotonic()
        return answer

    def _closing(self) -> "_Closing":
        return _Closing(self._close)

    def _close(self) -> None:
        self._logged_in = False
        line = getattr(self._context, "default_socket", None)
        if line is not None:
            with suppress(Exception):
                line.close()
            self._context.default_socket = None


Adapter = BaoStockAdapter
"""The name by which the child finds it."""


class _Closing:
    """Closes the connection if something fails, and gives every failure a code."""

    def __init__(self, close: Callable[[], None]) -> None:
        self._close = close

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None:
            return
        self._close()
        if not isinstance(error, Failure) and isinstance(error, Exception):
            told = f"an answer cannot be read ({type(error).__name__})"
            raise Failure(MALFORMED, told) from error


def _code(answer: Any) -> int:
    """Return an answer's error code, 0 for a success."""
    return int(answer.error_code)


def _turned(query: Query, answer: Any) -> bool:
    """Have an answer get its next page; return whether there may be one."""
    if not query.paged:
        return False
    if str(answer.per_page_count) != str(PAGE):
        raise Failure(None, f"its pages have {answer.per_page_count} rows, not {PAGE}")
    if len(answer.data) != PAGE:
        return False
    asked = int(answer.cur_page_num) + 1
    answer.cur_row_num = PAGE
    more = answer.next()
    if code := _code(answer):
        raise Failure(code, "a further page was refused")
    # A lost page changes nothing, and an empty one has begun to be read.
    if not more and answer.cur_row_num == len(answer.data) == PAGE:
        raise Failure(CUT_SHORT, "a further page was lost")
    if str(answer.cur_page_num) != str(asked) or answer.method != query.function:
        raise Failure(FOREIGN, "a further page is another's")
    return True


def _check_echo(query: Query, answer: Any, arguments: Mapping[str, str]) -> None:
    """See that an answer is one to this question, and no error."""
    if code := _code(answer):
        raise Failure(code, "the question was refused")
    if answer.method != query.function:
        raise Failure(FOREIGN, "the answer is one to another call")
    for name in query.echoes:
        if getattr(answer, name) != arguments[name]:
            raise Failure(FOREIGN, f"the answer is of another {name}")


def _keys(query: Query, fields: Sequence[str], rows: Sequence[Sequence[Any]]) -> set[object]:
    place = list(fields).index(query.key)
    return {row[place] for row in rows}


def _add(columns: dict[str, list[str]], fields: Sequence[str], rows: Sequence[Any]) -> None:
    """Add a page's rows, by the names of the fields: there may be more of them one day."""
    if any(len(row) != len(fields) for row in rows):
        raise Failure(MALFORMED, "a row has not as many values as there are fields")
    for name, column in columns.items():
        if name not in fields:
            raise Failure(None, f"its answer has no field {name}")
        place = list(fields).index(name)
        column.extend(str(row[place]) for row in rows)


def _check(
    query: Query, columns: Mapping[str, Sequence[str]], arguments: Mapping[str, str]
) -> None:
    """See that all rows belong to the question: a late answer has the rows of an earlier one."""
    code = arguments.get("code")
    if code and set(columns.get("code", ())) - {code}:
        raise Failure(FOREIGN, "a row is of another code")
    first = arguments.get("start_date", arguments.get("date", ""))
    last = arguments.get("end_date", arguments.get("date", ""))
    days = columns.get(query.key if query.key in _DAYS else "date", ())
    if first and any(not first <= day <= last for day in days):
        raise Failure(FOREIGN, "a row is of another day")
    flag = arguments.get("adjustflag", RAW)
    if set(columns.get("adjustflag", ())) - {flag, ""}:
        raise Failure(None, "its prices are adjusted, and were asked for as they were")


_DAYS = frozenset({"date", "dividOperateDate", "calendar_date"})
"""The fields that hold a day of the range that was asked for."""
