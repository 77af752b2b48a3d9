"""The adapter over a package in the small: whatever goes wrong has a name, and nothing slips by."""

import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from marketdata.sources.baostock import adapter as module
from marketdata.sources.baostock.adapter import (
    CONSTANTS,
    LOGIN_SECONDS,
    SILENT_SECONDS,
    Adapter,
    BaoStockAdapter,
)
from marketdata.sources.baostock.asker import PAGE
from marketdata.sources.baostock.error_codes import (
    BROKEN,
    CUT_SHORT,
    FOREIGN,
    LOGIN_CUT,
    MALFORMED,
    NO_ANSWER,
    NOT_LOGGED_IN,
    REPEATED,
    UNREACHABLE,
)
from marketdata.sources.child.adapter import Failure
from tests.unit.sources.baostock.fake_package import FakeAnswer, FakePackage, Page

FIELDS = ("date", "code", "close", "adjustflag")
ASKED = {
    "code": "sh.600000",
    "fields": "date,code,close,adjustflag",
    "adjustflag": "3",
    "start_date": "2024-01-02",
    "end_date": "2024-01-31",
    "frequency": "d",
}
KLINES = "query_history_k_data_plus"


class Silent:
    """What prints nothing."""

    def forget(self) -> None: ...

    def text(self) -> str:
        return ""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePackage]:
    package = FakePackage()
    for name, each in package.modules.items():
        monkeypatch.setitem(sys.modules, name, each)
    before = socket.getdefaulttimeout()
    yield package
    package.close()
    socket.setdefaulttimeout(before)


@pytest.fixture
def loaded(fake: FakePackage) -> BaoStockAdapter:
    adapter = BaoStockAdapter(Path(), Silent())
    adapter.load()
    return adapter


@pytest.fixture
def ready(loaded: BaoStockAdapter) -> BaoStockAdapter:
    loaded.login("127.0.0.1", 10030, pause=0)
    return loaded


def row(day: str = "2024-01-02", code: str = "sh.600000", flag: str = "3") -> list[str]:
    return [day, code, "10", flag]


def rows_of_a_page(start: int = 0) -> list[list[str]]:
    """Give a full page of rows of different days: those of a made-up range."""
    return [row(f"2024-01-2{place:05}") for place in range(start, start + PAGE)]


def answers(*pages: Page, asked: Mapping[str, str] = ASKED, **other: Any) -> FakeAnswer:
    first, *later = pages or ((),)
    values: dict[str, Any] = {"method": KLINES, "fields": [*FIELDS], "echo": asked}
    return FakeAnswer(**{**values, "data": first or (), "pages": later, **other})


def ask(
    fake: FakePackage,
    adapter: BaoStockAdapter,
    answer: FakeAnswer | None,
    asked: Mapping[str, str] = ASKED,
    fields: Sequence[str] = FIELDS,
) -> dict[str, Any]:
    fake.answer = lambda *_: answer
    found: dict[str, Any] = adapter.query("klines", asked, fields)
    return found


def code_of_failure(
    fake: FakePackage,
    adapter: BaoStockAdapter,
    answer: FakeAnswer | None,
    asked: Mapping[str, str] = ASKED,
) -> int | str | None:
    """Give the code of a query's failure; whatever failed, the connection is closed."""
    with pytest.raises(Failure) as caught:
        ask(fake, adapter, answer, asked)
    assert not fake.open_lines
    with pytest.raises(Failure) as again:
        adapter.query("klines", ASKED, FIELDS)
    assert again.value.code == NOT_LOGGED_IN
    return caught.value.code


def test_the_child_finds_it_by_its_name(loaded: BaoStockAdapter) -> None:
    assert Adapter is BaoStockAdapter
    assert set(loaded.operations) == {"load", "login", "logout", "query"}


@pytest.mark.parametrize("name", CONSTANTS)
def test_another_package_is_refused(fake: FakePackage, name: str) -> None:
    setattr(fake.constants, name, "other")
    with pytest.raises(Failure, match=f"{name} is 'other'") as caught:
        BaoStockAdapter(Path(), Silent()).load()
    assert "0.9.4" in caught.value.what


def test_another_version_is_refused(fake: FakePackage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "version", lambda _: "0.9.3")
    with pytest.raises(Failure, match=r"version 0\.9\.3.* needs 0\.9\.4"):
        BaoStockAdapter(Path(), Silent()).load()


def test_a_login_sets_the_server_and_the_timeouts(
    fake: FakePackage, loaded: BaoStockAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float | None] = []
    connect = fake.connect

    def connect_and_look() -> None:
        seen.append(socket.getdefaulttimeout())
        connect()

    monkeypatch.setattr(fake, "connect", connect_and_look)
    loaded.login("example.test", 1234, pause=0)
    assert seen == [LOGIN_SECONDS]
    assert fake.constants.BAOSTOCK_SERVER_IP == "example.test"
    assert fake.constants.BAOSTOCK_SERVER_PORT == 1234
    assert fake.opened[0].gettimeout() == SILENT_SECONDS


def test_a_second_login_closes_the_first_connection(
    fake: FakePackage, ready: BaoStockAdapter
) -> None:
    ready.login("127.0.0.1", 10030, pause=0)
    assert len(fake.opened) == 2
    assert fake.open_lines == 1


@pytest.mark.parametrize(
    ("told", "code"),
    [("10001011", 10001011), ("10001004", 10001004), ("10002007", LOGIN_CUT), ("x", MALFORMED)],
)
def test_a_login_that_fails_is_told_why(
    fake: FakePackage, loaded: BaoStockAdapter, told: str, code: int
) -> None:
    fake.logins = [told]
    with pytest.raises(Failure) as caught:
        loaded.login("127.0.0.1", 10030, pause=0)
    assert caught.value.code == code
    assert not fake.open_lines


def test_without_a_server_nothing_is_sent(fake: FakePackage, loaded: BaoStockAdapter) -> None:
    fake.connects = False
    with pytest.raises(Failure) as caught:
        loaded.login("127.0.0.1", 10030, pause=0)
    assert caught.value.code == UNREACHABLE
    assert not fake.sent


def test_a_login_without_an_answer_is_no_refusal(
    fake: FakePackage, loaded: BaoStockAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.logins = ["10002007"]
    monkeypatch.setattr(module, "LOGIN_SECONDS", 0.0)
    with pytest.raises(Failure) as caught:
        loaded.login("127.0.0.1", 10030, pause=0)
    assert caught.value.code == NO_ANSWER


def test_nothing_is_asked_without_a_login(fake: FakePackage, loaded: BaoStockAdapter) -> None:
    with pytest.raises(Failure) as caught:
        loaded.query("klines", ASKED, FIELDS)
    assert caught.value.code == NOT_LOGGED_IN
    assert not fake.sent


def test_an_answer_comes_as_columns_with_its_cost(
    fake: FakePackage, ready: BaoStockAdapter
) -> None:
    found = ask(fake, ready, answers([row(), row("2024-01-03")]), fields=("code", "date"))
    assert found == {
        "columns": {"code": ["sh.600000"] * 2, "date": ["2024-01-02", "2024-01-03"]},
        "requests": 1,
    }


def test_no_rows_are_an_answer_too(fake: FakePackage, ready: BaoStockAdapter) -> None:
    found = ask(fake, ready, answers())
    assert found["columns"] == {name: [] for name in FIELDS}


@pytest.mark.parametrize(
    ("pages", "count", "requests"),
    [
        ([rows_of_a_page()], PAGE, 2),
        ([rows_of_a_page(), [row("2024-01-31")]], PAGE + 1, 2),
        ([rows_of_a_page(), rows_of_a_page(PAGE), []], 2 * PAGE, 3),
    ],
)
def test_a_full_page_costs_another_request(
    fake: FakePackage, ready: BaoStockAdapter, pages: list[Page], count: int, requests: int
) -> None:
    found = ask(fake, ready, answers(*pages))
    assert len(found["columns"]["date"]) == count
    assert found["requests"] == requests


def test_a_page_that_is_longer_is_the_only_one(fake: FakePackage, ready: BaoStockAdapter) -> None:
    found = ask(fake, ready, answers([*rows_of_a_page(), row("2024-01-31")]))
    assert found["requests"] == 1


def test_a_day_is_never_asked_for_another_page(fake: FakePackage, ready: BaoStockAdapter) -> None:
    asked = {"date": "2024-01-02"}
    lines = [row(code=f"sh.{place:06}") for place in range(PAGE)]
    fake.answer = lambda name, _: answers(lines, asked={}, method=name, per_page_count="20000")
    found = ready.query("day_of_stocks", asked, FIELDS)
    assert len(found["columns"]["code"]) == PAGE
    assert fake.sent[1:] == ["query_daily_history_k_AStock"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (answers(error_code="10001011"), 10001011),
        (answers(error_code="10002007"), BROKEN),
        (None, 10004006),
        (answers([row()], method="query_trade_dates"), FOREIGN),
        (answers([row()], asked={**ASKED, "code": "sh.600001"}), FOREIGN),
        (answers([row()], asked={**ASKED, "end_date": "2024-02-01"}), FOREIGN),
        (answers([row()], asked={**ASKED, "frequency": "w"}), FOREIGN),
        (answers([row(code="sh.600001")]), FOREIGN),
        (answers([row("2024-02-01")]), FOREIGN),
        (answers([row(), row()]), REPEATED),
        (answers(rows_of_a_page(), rows_of_a_page()), REPEATED),
        (answers(rows_of_a_page(), None), CUT_SHORT),
        (answers(rows_of_a_page(), [row()], code_of_next="10001001"), 10001001),
        (answers([row()], per_page_count="1000"), None),
        (answers([row()[:-1]]), MALFORMED),
        (answers([row(flag="2")]), None),
        (answers([row()], fields=["date", "code", "close", "turn"]), None),
        (answers([row()], error_code="?"), MALFORMED),
    ],
)
def test_what_is_no_answer_to_the_question_is_none(
    fake: FakePackage, ready: BaoStockAdapter, answer: FakeAnswer | None, code: int | None
) -> None:
    assert code_of_failure(fake, ready, answer) == code


def test_a_late_page_is_none(fake: FakePackage, ready: BaoStockAdapter) -> None:
    answer = answers(rows_of_a_page(), [row("2024-01-31")])
    answer.cur_page_num = "1"

    def late() -> bool:
        answer.data, answer.cur_row_num = [row("2024-01-31")], 0
        return True

    answer.next = late  # type: ignore[method-assign]
    assert code_of_failure(fake, ready, answer) == FOREIGN


def test_what_the_package_raises_is_told(fake: FakePackage, ready: BaoStockAdapter) -> None:
    def broken(*_: object) -> FakeAnswer:
        raise IndexError

    fake.answer = broken
    with pytest.raises(Failure, match="IndexError") as caught:
        ready.query("klines", ASKED, FIELDS)
    assert caught.value.code == MALFORMED
    assert not fake.open_lines


def test_fields_may_be_more(fake: FakePackage, ready: BaoStockAdapter) -> None:
    answer = answers([["7", *row()]], fields=["surprise", *FIELDS])
    assert ask(fake, ready, answer)["columns"]["close"] == ["10"]


def test_requests_keep_their_distance(
    fake: FakePackage, loaded: BaoStockAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)
    loaded.login("127.0.0.1", 10030, pause=1.5)
    ask(fake, loaded, answers(rows_of_a_page(), [row("2024-01-31")]))
    assert slept == [0.0, 1.5, 1.5]


def test_a_logout_says_goodbye_once(fake: FakePackage, ready: BaoStockAdapter) -> None:
    ready.logout()
    ready.logout()
    assert fake.sent == ["login", "logout"]
    assert not fake.open_lines
