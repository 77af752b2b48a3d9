"""A whole fill from BaoStock under each fault of its server, bar by bar.

The package is the real one, in the real child process. Whatever goes wrong: nothing wrong is
stored, what the fault took is named or known to be missing, there is one connection at a time, and
each question is repeated once at most.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.sources.baostock import vendor as vendors
from marketdata.sources.baostock.days import DOUBTED_FOR
from marketdata.sources.child.limits import Limits
from tests.standin.baostock.faults import Fault
from tests.support.baostock import EVENING, market_at, needs_package
from tests.support.baostock_service import (
    END,
    SESSIONS,
    BaoStockService,
    over_baostock,
    true_bars,
    true_halts,
)
from tests.support.service import Service

pytestmark = [needs_package, pytest.mark.chaos]

DAY, KLINES = "query_daily_history_k_AStock", "query_history_k_data_plus"
BEFORE = 3
"""The login, the list of securities and the calendar."""

PLANNED = BEFORE + len(SESSIONS)
LIMITS = Limits(load=60.0, login=4.0, call=4.0, logout=5.0)

LONG = "20150105"
"""From here on, the days of a code are more than a page."""

CODES = ("600000.SH", "600192.SH")
"""Two codes, one of which is suspended at the end."""

ONCE = [
    *("cut", "closed", "reset", "trickle", "hang", "late"),
    *("not_logged_in", "foreign", "outside", "duplicate", "empty"),
]
"""After these, the same question is asked once more."""

AT_ALL = [
    "wrong_crc",
    "dirty_suspended",
    "blank_suspended",
    "full_page",
    "more_fields",
    "padded_fields",
]
"""These harm nothing, however often."""

LASTING = {
    "cut": "connection was lost",
    "closed": "connection was lost",
    "reset": "connection was lost",
    "trickle": "gave no answer in 4 s",
    "hang": "gave no answer in 4 s",
    "late": "gave no answer in 4 s",
    "old_version": "no longer serves our client",
    "too_many_logins": "logged in too often",
    "not_logged_in": "no longer knows our login",
    "server_error": "its server has an error of its own",
    "foreign": "an answer belonged to another question",
    "outside": "the same row twice",
    "duplicate": "the same row twice",
    "adjusted": "its prices are adjusted",
    "fewer_fields": "its answer has no field",
    "drop": "for which no bar came",
    "garbled": "not_a_number",
}
"""Faults that last from the second day on, and what the task says of them."""


@pytest.fixture
def bao(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaoStockService]:
    # It takes its time for the first question.
    market_at(EVENING).day(Kind.STOCK, END)
    with over_baostock(service, tmp_path, monkeypatch) as made:
        monkeypatch.setattr(vendors, "LIMITS", LIMITS)
        yield made


def check_told(bao: BaoStockService, task: Any, why: str) -> None:
    """See that each code that lacks a bar has an error, and that detect names its days."""
    errors = bao.service.result(task["id"])["errors"]
    bars = true_bars()
    stored = bao.stored([*bars])
    taken = {code: days.keys() - stored[code].rows.keys() for code, days in bars.items()}
    taken = {code: days for code, days in taken.items() if days}
    assert taken
    assert taken.keys() <= errors.keys()
    assert why in str(errors)
    found = detected(bao)["missing"]
    for code, days in taken.items():
        assert days <= {day for run in found[code] for day in trading_days("SH", *run)}


def detected(bao: BaoStockService) -> Any:
    task = bao.service.run(
        "detect-all-missing", security_type="stock", start_date=SESSIONS[0], end_date=END
    )
    return bao.service.result(task["id"])


def fill_the_rest(bao: BaoStockService) -> None:
    """See that a fill completes everything once the fault is over."""
    bao.server.faults.set()
    # By then, an answer that lacks rows is no longer kept.
    bao.clock.moment += DOUBTED_FOR
    task = bao.fill()
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    bao.check_complete()


@pytest.mark.parametrize("name", ONCE)
def test_a_fill_gets_over_it(bao: BaoStockService, name: str) -> None:
    bao.server.faults.set(Fault(name, DAY, at=[2]))
    task = bao.fill()
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    bao.check_complete()
    calls = bao.calls()
    assert calls[DAY] == len(SESSIONS) + 1
    # Only an answer that is good in itself leaves the login as it was.
    assert calls["login"] == (1 if name == "empty" else 2)
    assert calls.total() - calls["logout"] <= PLANNED + 2


@pytest.mark.parametrize("name", AT_ALL)
def test_it_harms_nothing(bao: BaoStockService, name: str) -> None:
    bao.server.faults.set(Fault(name, DAY))
    task = bao.fill()
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    bao.check_complete()
    assert len(bao.questions()) == PLANNED


@pytest.mark.parametrize("name", LASTING)
def test_what_it_takes_is_told_and_comes_later(bao: BaoStockService, name: str) -> None:
    bao.server.faults.set(Fault(name, DAY, since=2))
    task = bao.fill()
    assert task["status"] == "completed", task
    bao.check_nothing_wrong()
    check_told(bao, task, LASTING[name])
    assert {day for each in bao.stored([*true_bars()]).values() for day in each.rows} >= {
        SESSIONS[0]
    }
    calls = bao.calls()
    assert calls[DAY] <= len(SESSIONS) + 1
    assert calls["login"] <= 3
    fill_the_rest(bao)


@pytest.mark.parametrize("name", ["cut", "closed", "old_version", "server_error"])
def test_nothing_comes_at_all(bao: BaoStockService, name: str) -> None:
    bao.server.faults.set(Fault(name))
    task = bao.fill()
    assert task["status"] == "failed", task
    assert "BaoStock" in task["error_message"]
    # Each of the task's four tries repeats the question once, unless it is of no use.
    assert bao.calls()["login"] <= (1 if name == "old_version" else 4 * 2)
    fill_the_rest(bao)


@pytest.mark.parametrize("name", ["hang", "trickle", "cut", "too_many_logins"])
def test_a_login_once(bao: BaoStockService, name: str) -> None:
    bao.server.faults.set(Fault(name, "login", at=[1]))
    task = bao.fill()
    assert task["status"] == ("failed" if name == "cut" else "completed"), task
    bao.check_nothing_wrong()
    fill_the_rest(bao)
    assert bao.calls()["login"] == 2


def test_days_without_rows(bao: BaoStockService) -> None:
    """The newest days may come later, so that nothing is concluded from their silence."""
    bao.server.faults.set(Fault("empty", DAY, since=3))
    task = bao.fill()
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    bao.check_nothing_wrong()
    assert detected(bao)["missing"].keys() >= true_bars().keys()
    assert bao.calls()[DAY] <= 2 + 2 * 2
    for stored in bao.stored([*true_bars()]).values():
        assert stored.rows.keys() <= set(SESSIONS[:2])
    fill_the_rest(bao)


@pytest.mark.parametrize("turn", [1, 2, 3, 4, PLANNED])
def test_blacklisted_after_some_calls(bao: BaoStockService, turn: int) -> None:
    bao.server.faults.set(Fault("blacklisted", since=turn))
    task = bao.fill()
    assert "2026-02-11 03:00" in task["error_message"]
    bao.check_nothing_wrong()
    held = {day for each in bao.stored([*true_bars()]).values() for day in each.rows}
    assert held == set(SESSIONS[: max(0, turn - BEFORE - 1)])
    bao.fill()
    assert len(bao.questions()) == turn
    bao.clock.set("2026-02-11T03:00")
    fill_the_rest(bao)


class TestPages:
    """Two codes with more than a page of days each."""

    SCOPE: ClassVar = {"codes": list(CODES), "start_date": LONG}

    @pytest.mark.parametrize(
        "name", ["lost_page", "repeated_page", "empty_page", "cut", "hang", "foreign", "late"]
    )
    def test_a_page_once(self, bao: BaoStockService, name: str) -> None:
        bao.server.faults.set(Fault(name, KLINES, at=[2]))
        task = bao.fill(**self.SCOPE)
        assert (task["status"], task["error_count"]) == ("completed", 0), task
        bao.check_complete(CODES, LONG)
        calls = bao.calls()
        # A repetition begins with the first page.
        assert calls[KLINES] <= 4 + 2
        assert calls["login"] <= 2

    @pytest.mark.parametrize(
        "name", ["lost_page", "repeated_page", "empty_page", "short_page", "full_page", "drop"]
    )
    def test_a_page_each_time(self, bao: BaoStockService, name: str) -> None:
        bao.server.faults.set(Fault(name, KLINES))
        task = bao.fill(**self.SCOPE)
        bao.check_nothing_wrong(CODES, LONG)
        told = bao.service.result(task["id"])["errors"]
        stored = bao.stored(CODES, days=(LONG, END))
        for code, days in true_bars(CODES, LONG).items():
            assert (days.keys() == stored[code].rows.keys()) is (code not in told)
        # Each of the task's four tries asks for two pages, and for both once more.
        assert bao.calls()[KLINES] <= 4 * 2 * 2
        bao.server.faults.set()
        task = bao.fill(**self.SCOPE)
        assert (task["status"], task["error_count"]) == ("completed", 0), task
        bao.check_complete(CODES, LONG)

    def test_exactly_a_page(self, bao: BaoStockService) -> None:
        start = trading_days("SH", LONG, END)[-2000]
        task = bao.fill(codes=list(CODES[:1]), start_date=start)
        assert (task["status"], task["error_count"]) == ("completed", 0), task
        assert task["bar_count"] + len(true_halts(CODES[:1], start).get(CODES[0], ())) == 2000
        bao.check_complete(CODES[:1], start)
        # Only the page after it says that it was the last one.
        assert bao.calls()[KLINES] == 2
