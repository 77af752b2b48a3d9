"""Requests are counted before they are sent, and repeated once at most."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from marketdata.errors import (
    UpstreamBlacklistedError,
    UpstreamBusyError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamNetworkError,
    UpstreamQuotaError,
    UpstreamSessionLostError,
    UpstreamTimeoutError,
)
from marketdata.sources.baostock.asker import Asker, Gate
from marketdata.sources.baostock.blacklist import ProcessBlacklist
from marketdata.sources.child.limits import Deadline
from tests.support.clocks import clock
from tests.unit.sources.baostock.scripted import ScriptedSession, Told

NOW = clock("2024-03-29T21:00")()
LINE = {"code": "sh.600000"}


class Counted:
    """An asker whose session gives some answers in turn, its clock, and what it has spent."""

    def __init__(self, *told: Told, budget: int = 100) -> None:
        self.told = [*told]
        self.spent: list[int] = []
        self.budget = budget
        self.now = NOW
        self.seconds = 0.0
        self.session = ScriptedSession(self._tell)
        self.blacklist = ProcessBlacklist()
        gate = Gate(self._spend, self.blacklist, lambda: self.now)
        self.asker = Asker(self.session, gate, Deadline(60, lambda: self.seconds))

    def ask(self, rows: int = 1) -> list[str]:
        return [*self.asker.ask("securities", ("code",), rows=rows, code="")["code"]]

    def _tell(self, name: str, arguments: Mapping[str, str]) -> Told:
        return self.told.pop(0)

    def _spend(self, requests: int) -> None:
        if sum(self.spent) + requests > self.budget:
            raise UpstreamQuotaError("no requests are left")
        self.spent.append(requests)


def test_an_answer_costs_its_pages() -> None:
    counted = Counted([LINE] * 4100)
    assert len(counted.ask(rows=2500)) == 4100
    assert counted.spent == [2, 1]


def test_nothing_is_sent_without_a_budget() -> None:
    counted = Counted([LINE], budget=0)
    with pytest.raises(UpstreamQuotaError):
        counted.ask()
    assert not counted.session.asked


def test_what_has_come_is_kept_even_if_it_cost_more_than_there_was() -> None:
    counted = Counted([LINE] * 4100, [LINE], budget=1)
    assert len(counted.ask()) == 4100
    with pytest.raises(UpstreamQuotaError):
        counted.ask()


@pytest.mark.parametrize(
    "kind", [UpstreamNetworkError, UpstreamSessionLostError, UpstreamTimeoutError]
)
def test_a_lost_connection_is_asked_once_more(kind: type[UpstreamError]) -> None:
    counted = Counted(kind("lost"), [LINE])
    assert counted.ask() == ["sh.600000"]
    assert counted.spent == [1, 1]
    twice = Counted(kind("lost"), kind("lost"), [LINE])
    with pytest.raises(kind):
        twice.ask()


@pytest.mark.parametrize("kind", [UpstreamFaultError, UpstreamBusyError, UpstreamError])
def test_other_failures_are_not_repeated(kind: type[UpstreamError]) -> None:
    counted = Counted(kind("no"), [LINE])
    with pytest.raises(kind):
        counted.ask()
    assert len(counted.session.asked) == 1


def test_nothing_is_sent_before_the_blacklist_lets_us() -> None:
    counted = Counted(UpstreamBlacklistedError("you"), [LINE])
    for _ in range(3):
        with pytest.raises(UpstreamBlacklistedError, match="2024-03-30 03:00"):
            counted.ask()
    assert len(counted.session.asked) == 1
    assert counted.blacklist.entries() == [NOW]
    counted.now = NOW + timedelta(hours=6)
    assert counted.ask() == ["sh.600000"]


def test_a_refusal_of_our_own_is_no_entry() -> None:
    counted = Counted()
    counted.blacklist.add(NOW)
    error = counted.asker.gate.refused()
    assert counted.blacklist.entries() == [NOW]
    assert "2024-03-30 03:00" in str(error)


def test_nothing_is_asked_after_the_deadline() -> None:
    counted = Counted([LINE])
    counted.seconds = 61
    with pytest.raises(UpstreamTimeoutError, match="60 s"):
        counted.ask()
    assert not counted.spent


def test_silence_is_asked_about_once_more_where_it_is_unlikely() -> None:
    counted = Counted([], [LINE], [], [])
    fields = ("code",)
    assert [*counted.asker.ask_twice("securities", fields)["code"]] == ["sh.600000"]
    assert [*counted.asker.ask_twice("securities", fields)["code"]] == []
