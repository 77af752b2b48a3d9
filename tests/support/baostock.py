"""The stand-in for BaoStock's server in tests: its market, and a client that speaks its wire."""

import json
import os
import socket
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pytest

from tests.standin.baostock.market import Market, synthetic_market
from tests.standin.baostock.rows import DAILY_FIELDS, MINUTE_FIELDS
from tests.standin.baostock.server import BaoStockServer
from tests.standin.baostock.wire import (
    END,
    Answer,
    Question,
    parse_answer,
    parse_question,
    write_question,
)
from tests.support.clocks import clock

CAPTURES = Path(__file__).parents[3] / "shared/baostock/fixtures"

EVENING = "2026-02-10T21:00"
"""A session whose data are all there, with five weeks of ETFs before it."""

PACKAGE_PYTHON = os.getenv("BAOSTOCK_PYTHON") or (sys.executable if find_spec("baostock") else "")
"""The interpreter that has the package `baostock`; empty for none."""

needs_package = pytest.mark.skipif(
    not PACKAGE_PYTHON, reason="no package baostock here, and no BAOSTOCK_PYTHON that has it"
)
needs_captures = pytest.mark.skipif(
    not CAPTURES.exists(), reason="the captures of ../shared/baostock are absent"
)

VERSION = "00.9.40"
TYPES = {
    "login": "00",
    "logout": "02",
    "query_history_k_data_plus": "95",
    "query_daily_history_k_AStock": "98",
    "query_daily_history_k_ETF": "9A",
    "query_daily_adjust_factor": "9C",
    "query_adjust_factor": "15",
    "query_trade_dates": "33",
    "query_all_stock": "35",
    "query_stock_basic": "45",
    "query_stock_industry": "59",
    "query_hs300_stocks": "61",
    "query_sz50_stocks": "63",
    "query_zz500_stocks": "65",
}
ONE_PAGE = {
    "query_daily_history_k_AStock",
    "query_daily_history_k_ETF",
    "query_daily_adjust_factor",
}

PREAMBLE = """
import contextlib, io, json, socket, sys
import baostock as bs
from baostock.common import contants, context

contants.BAOSTOCK_SERVER_IP, contants.BAOSTOCK_SERVER_PORT = sys.argv[1], int(sys.argv[2])
socket.setdefaulttimeout(float(sys.argv[3]))

def rows(result):
    found = []
    while result.error_code == "0" and result.next():
        found.append(result.get_row_data())
    return found

said = []
with contextlib.redirect_stdout(io.StringIO()):
"""


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


@cache
def market_at(text: str) -> Market:
    """Give the synthetic market as BaoStock has it at a time, Asia/Shanghai."""
    return synthetic_market(clock(text))


def have_package_say(
    server: BaoStockServer | Address, script: str, seconds: float = 20
) -> list[Any]:
    """Run statements with the real package, as `bs`, on a server.

    Parameters
    ----------
    server : BaoStockServer or Address
        Where it calls.
    script : str
        Statements that append to `said` what is to be returned; `rows(result)` reads all pages.
    seconds : float
        After so many the package gives up an answer.
    """
    indented = "".join(f"    {line}\n" for line in script.strip().splitlines())
    program = f"{PREAMBLE}{indented}\nprint(json.dumps(said))"
    done = subprocess.run(
        [PACKAGE_PYTHON, "-c", program, server.host, str(server.port), str(seconds)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


class Caller:
    """One connection to a server, as the package would have it; `with` closes it."""

    def __init__(self, server: BaoStockServer) -> None:
        self.connection = socket.create_connection((server.host, server.port), timeout=20)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def send(self, call: str, *arguments: str) -> None:
        """Ask something."""
        question = Question(VERSION, TYPES.get(call, "81"), call, "anonymous", arguments)
        self.connection.sendall(write_question(question))

    def receive(self) -> bytes:
        """Receive an answer, or what comes of it before the connection ends."""
        found = b""
        while not found.endswith(END):
            more = self.connection.recv(8192)
            if not more:
                break
            found += more
        return found

    def raw(self, call: str, *arguments: str) -> bytes:
        """Ask, and return the answer's bytes."""
        self.send(call, *arguments)
        return self.receive()

    def ask(self, call: str, *arguments: str) -> Answer:
        """Ask, and return the answer."""
        return parse_answer(self.raw(call, *arguments))

    def log_in(self) -> Self:
        """Log in as anybody may."""
        assert self.ask("login", "123456", "0").fields[:2] == ("0", "success")
        return self

    def rows(self, call: str, *arguments: str) -> list[dict[str, str]]:
        """Ask for all rows, page by page as the package does."""
        if call in ONE_PAGE:
            return answered_rows(call, self.ask(call, *arguments))
        found: list[dict[str, str]] = []
        page = 1
        while page_rows := answered_rows(call, self.ask(call, str(page), "2000", *arguments)):
            found += page_rows
            page += 1
            if len(page_rows) != 2000:
                break
        return found

    def daily(self, code: str, start: str, end: str, flag: str = "3") -> list[dict[str, str]]:
        """Ask for daily rows."""
        names = ",".join(DAILY_FIELDS)
        return self.rows("query_history_k_data_plus", code, names, start, end, "d", flag)

    def minutes(self, code: str, length: str, start: str, end: str) -> list[dict[str, str]]:
        """Ask for rows of so many minutes each."""
        names = ",".join(MINUTE_FIELDS)
        return self.rows("query_history_k_data_plus", code, names, start, end, length, "3")


def answered_rows(call: str, answer: Answer) -> list[dict[str, str]]:
    """Return an answer's rows by the names of their fields."""
    assert answer.fields[0] == "0", answer.fields
    one_page = call in ONE_PAGE
    text = answer.fields[4 if one_page else 6]
    names = answer.fields[8 if call == "query_history_k_data_plus" else -1].split(",")
    records: list[list[str]] = json.loads(text)["record"] if text else []
    return [dict(zip((name.strip() for name in names), record, strict=True)) for record in records]


def captured(name: str) -> tuple[bytes, bytes]:
    """Return the question and the answer of a captured exchange."""
    folder = CAPTURES / name
    return (folder / "request.bin").read_bytes(), (folder / "response.bin").read_bytes()


def capture_names() -> list[str]:
    """List the captured exchanges."""
    return sorted(path.parent.name for path in CAPTURES.glob("*/request.bin"))


def asked(name: str) -> Question:
    """Return the question of a captured exchange."""
    return parse_question(captured(name)[0])
