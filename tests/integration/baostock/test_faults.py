"""How the stand-in misbehaves, and what it writes down."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.standin.baostock.faults import NAMES, ROWS, Fault
from tests.standin.baostock.log import Log
from tests.standin.baostock.server import BaoStockServer
from tests.standin.baostock.wire import END, WireError, parse_answer
from tests.support.baostock import EVENING, Caller, answered_rows, market_at

KLINES = "query_history_k_data_plus"
DAY = "query_daily_history_k_AStock"
LONG = "2015-01-05", "2026-02-10"
"""A range of two pages."""


def page(caller: Caller, number: int) -> list[dict[str, str]]:
    answer = caller.ask(KLINES, str(number), "2000", "sh.600000", "date,close", *LONG, "d", "3")
    return answered_rows(KLINES, answer)


def january(caller: Caller) -> list[dict[str, str]]:
    return caller.daily("sh.600000", "2024-01-01", "2024-01-31")


def ended(caller: Caller) -> bool:
    """Check whether the server has ended the connection, as soon as it has."""
    try:
        return caller.connection.recv(1) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("not_logged_in", "10001001"),
        ("old_version", "10001004"),
        ("too_many_logins", "10001005"),
        ("blacklisted", "10001011"),
        ("server_error", "10005001"),
        ("error", "10005001"),
    ],
)
def test_a_login_is_refused(server: BaoStockServer, name: str, code: str) -> None:
    server.faults.set(Fault(name, "login"))
    with Caller(server) as caller:
        answer = caller.ask("login", "123456", "0")
        assert (answer.message_type, answer.fields[0]) == ("04", code)


def test_an_error_may_come_in_the_type_of_the_answer(server: BaoStockServer) -> None:
    server.faults.set(Fault("blacklisted", "login", answer_type="01"))
    with Caller(server) as caller:
        assert caller.ask("login", "123456", "0").message_type == "01"


def test_the_blacklist_begins_at_some_request_and_holds(
    server: BaoStockServer, caller: Caller
) -> None:
    server.faults.set(Fault("blacklisted", since=3))
    assert january(caller)
    assert january(caller)
    for call, arguments in (
        ("query_trade_dates", ("1", "2000", *LONG)),
        ("login", ("123456", "0")),
    ):
        with Caller(server) as other:
            assert other.ask(call, *arguments).fields[0] == "10001011"


def test_a_session_that_is_lost_needs_a_login(server: BaoStockServer, caller: Caller) -> None:
    server.faults.set(Fault("not_logged_in", KLINES, at=[1]))
    for _ in range(2):
        assert caller.ask(KLINES, "1", "2000").fields[0] == "10001001"
    assert january(caller.log_in())


@pytest.mark.parametrize("name", ["closed", "reset", "cut"])
def test_a_connection_ends_with_its_answer(
    server: BaoStockServer, caller: Caller, name: str
) -> None:
    whole = caller.raw("query_trade_dates", "1", "2000", *LONG)
    server.faults.set(Fault(name, "query_trade_dates"))
    caller.send("query_trade_dates", "1", "2000", *LONG)
    if name == "reset":
        with pytest.raises(ConnectionResetError):
            caller.receive()
    else:
        assert caller.receive() == (whole[: len(whole) // 2] if name == "cut" else b"")
    server.log.wait_for(lambda log: len(log.events("closed")) == 1)


def test_an_answer_trickles(server: BaoStockServer, caller: Caller) -> None:
    whole = caller.raw("query_all_stock", "1", "2000", "2024-01-06")
    server.faults.set(Fault("trickle", seconds=0.0001))
    assert caller.raw("query_all_stock", "1", "2000", "2024-01-06") == whole


def test_a_trickling_answer_does_not_keep_the_server() -> None:
    with BaoStockServer(market_at(EVENING), Fault("trickle", seconds=3600)) as server:
        caller = Caller(server)
        caller.send("login", "123456", "0")
        assert len(caller.connection.recv(10)) == 1
    caller.connection.close()


def test_an_answer_never_comes(server: BaoStockServer, caller: Caller) -> None:
    server.faults.set(Fault("hang", "query_trade_dates"))
    caller.send("query_trade_dates", "1", "2000", *LONG)
    # The next answer is the first to come.
    assert caller.ask("query_stock_basic", "1", "2000", "", "").message_type == "46"


def test_a_late_answer_takes_the_place_of_the_next_one(
    server: BaoStockServer, caller: Caller
) -> None:
    server.faults.set(Fault("late", "query_trade_dates", at=[1]))
    caller.send("query_trade_dates", "1", "2000", *LONG)
    assert caller.ask("query_all_stock", "1", "2000", "2024-01-02").message_type == "34"
    assert caller.ask("query_stock_basic", "1", "2000", "", "").message_type == "36"
    with Caller(server) as other:
        assert other.log_in().ask("query_stock_basic", "1", "2000", "", "").message_type == "46"


@pytest.mark.parametrize("name", ["wrong_crc", "wrong_length"])
def test_an_answer_is_written_wrongly(server: BaoStockServer, caller: Caller, name: str) -> None:
    server.faults.set(Fault(name))
    sent = caller.raw("query_all_stock", "1", "2000", "2024-01-02")
    assert sent.endswith(END)
    with pytest.raises(WireError):
        parse_answer(sent)


def test_a_page_is_lost(server: BaoStockServer, caller: Caller) -> None:
    server.faults.set(Fault("lost_page"))
    assert len(page(caller, 1)) == 2000
    with pytest.raises(ConnectionResetError):
        page(caller, 2)


def test_a_page_is_repeated(server: BaoStockServer, caller: Caller) -> None:
    first, second = page(caller, 1), page(caller, 2)
    server.faults.set(Fault("repeated_page"))
    assert page(caller, 2) == first != second


def test_a_page_is_empty(server: BaoStockServer, caller: Caller) -> None:
    server.faults.set(Fault("empty_page"))
    assert len(page(caller, 1)) == 2000
    assert page(caller, 2) == []


def test_a_page_is_short(server: BaoStockServer, caller: Caller) -> None:
    server.faults.set(Fault("short_page"))
    assert len(page(caller, 1)) == 1000


def test_a_result_has_exactly_a_page(server: BaoStockServer, caller: Caller) -> None:
    server.faults.set(Fault("full_page"))
    assert len(page(caller, 1)) == 2000
    assert page(caller, 2) == []
    rows = caller.rows(DAY, "2024-01-02")
    assert len({row["code"] for row in rows}) == len(rows) == 2000


def test_the_rows_are_another_codes(server: BaoStockServer, caller: Caller) -> None:
    server.faults.set(Fault("foreign"))
    answer = caller.ask(KLINES, "1", "2000", "sh.600000", "date,code", *LONG, "d", "3")
    assert answer.fields[7] == "sh.600000"
    assert {row["code"] for row in answered_rows(KLINES, answer)} == {"sh.600003"}
    assert {row["date"] for row in caller.rows(DAY, "2024-01-08")} == {"2024-01-05"}


def halted(caller: Caller) -> list[dict[str, str]]:
    """Return rows of which the last one is of a suspended day, and the one before is not."""
    rows = next(
        rows
        for row in caller.rows("query_all_stock", "2026-02-10")
        if row["tradeStatus"] == "0"
        for rows in [caller.daily(row["code"], "2025-01-02", "2026-02-10")]
    )
    first = next(
        place
        for place, row in enumerate(rows)
        if place and row["tradestatus"] == "0" and rows[place - 1]["tradestatus"] == "1"
    )
    return rows[: first + 1]


@pytest.mark.parametrize("name", ["dirty_suspended", "blank_suspended"])
def test_a_suspended_row_is_dirty(server: BaoStockServer, caller: Caller, name: str) -> None:
    clean = halted(caller)
    before, row = clean[-2:]
    server.faults.set(Fault(name))
    dirty = caller.daily(row["code"], clean[0]["date"], row["date"])
    volume, amount = (before["volume"], "0") if name == "dirty_suspended" else ("", "")
    assert dirty == [*clean[:-1], row | {"volume": volume, "amount": amount}]


SPOILT: dict[str, Any] = {
    "empty": lambda rows: [],
    "drop": lambda rows: rows[::2],
    "duplicate": lambda rows: [row for row in rows for _ in range(2)],
    "outside": lambda rows: [rows[0] | {"date": "2023-12-31"}, *rows],
    "garbled": lambda rows: [rows[0] | {"close": "--", "volume": "--"}, *rows[1:]],
    "zeros": lambda rows: [
        rows[0],
        rows[1] | dict.fromkeys(("open", "high", "low", "close", "volume", "amount"), "0"),
        *rows[2:],
    ],
    "adjusted": lambda rows: [row | {"adjustflag": "2"} for row in rows],
    "more_fields": lambda rows: [row | {"surprise": "7"} for row in rows],
    "padded_fields": lambda rows: rows,
    "fewer_fields": lambda rows: [
        {name: row[name] for name in row if name != "isST"} for row in rows
    ],
}


@pytest.mark.parametrize("name", sorted(SPOILT))
def test_rows_are_spoilt(server: BaoStockServer, caller: Caller, name: str) -> None:
    clean = january(caller)
    server.faults.set(Fault(name, KLINES, at=[2]))
    assert january(caller) == clean
    assert january(caller) == SPOILT[name](clean)
    assert january(caller) == clean


def test_every_fault_of_rows_is_tried() -> None:
    elsewhere = {"dirty_suspended", "blank_suspended", "full_page"}
    assert {*ROWS} == {*SPOILT} | elsewhere


def test_there_is_no_other_fault() -> None:
    with pytest.raises(ValueError, match="no fault"):
        Fault("mischief")
    assert {"cut", "late", "blacklisted", "foreign"} < NAMES


def test_a_file_says_what_goes_wrong(tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    with BaoStockServer(market_at(EVENING), file=path) as server, Caller(server) as caller:
        assert january(caller.log_in())
        path.write_text(json.dumps({"faults": [{"fault": "empty", "call": KLINES, "at": [2]}]}))
        assert january(caller)
        assert not january(caller)
        path.write_text(json.dumps({"faults": []}))
        assert january(caller)


def test_everything_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with BaoStockServer(market_at(EVENING), Fault("empty", KLINES), log=path) as server:
        with Caller(server) as caller:
            january(caller.log_in())
        server.log.wait_for(lambda log: bool(log.events("closed")))
        assert server.log.most_open == server.log.most_busy == 1
        [asked] = server.log.questions(KLINES)
        assert asked["arguments"][:3] == ["1", "2000", "sh.600000"]
        assert (asked["version"], asked["faults"]) == ("00.9.40", ["empty"])
        events = server.log.events()
    assert [json.loads(line) for line in path.read_text().splitlines()] == events
    told = ["opened", "question", "answer", "question", "answer", "closed"]
    assert [each["event"] for each in events] == told


def test_connections_and_questions_at_the_same_time_are_counted(server: BaoStockServer) -> None:
    server.faults.set(Fault("trickle", "login", seconds=3600))
    callers = [Caller(server) for _ in range(3)]
    for each in callers:
        each.send("login", "123456", "0")
    server.log.wait_for(lambda log: len(log.questions()) == 3)
    assert (server.log.most_open, server.log.most_busy) == (3, 3)
    server.drop_connections()
    for each in callers:
        each.connection.close()


def test_waiting_for_what_never_happens_ends() -> None:
    with pytest.raises(TimeoutError):
        Log().wait_for(lambda log: bool(log.events()), seconds=0)


def test_a_server_that_has_stopped_has_no_threads() -> None:
    before = threading.active_count()
    with BaoStockServer(market_at(EVENING)) as server:
        caller = Caller(server).log_in()
    assert threading.active_count() == before
    assert ended(caller)
    caller.connection.close()
