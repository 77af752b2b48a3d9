"""What is concluded from the SDK's silence about a status."""

from collections.abc import Mapping
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamFaultError, UpstreamQuotaError
from marketdata.sources.amazingdata.status import StatusFetch
from tests.unit.sources.amazingdata.test_bars import status_reply

START, END = "20240102", "20240105"
DAYS = trading_days("SH", START, END)
A, B, C = "600000.SH", "000001.SZ", "600001.SH"
STOCKS = {code: Security(code, "", Kind.STOCK, code[-2:], "19991110") for code in (A, B, C)}
NOTHING: dict[str, list[str]] = {}


def reply(held: dict[str, list[str]], **other: Any) -> dict[str, Any]:
    return status_reply({}, held) | other


def fetch(
    *answers: Any,
    codes: tuple[str, ...] = (A, B),
    final: str = "20241231",
    known: Mapping[str, Security | None] = STOCKS,
) -> StatusFetch:
    left = list(answers)
    asked = []

    def call(operation: str, /, **arguments: Any) -> Any:
        asked.append((operation, arguments))
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    done = StatusFetch(call, START, END, final)
    done.run({code: known[code] for code in codes})
    assert not left
    assert asked[0] == ("status", {"codes": list(codes), "start": START, "end": END})
    return done


def test_a_whole_answer_needs_one_call() -> None:
    done = fetch(reply({A: DAYS, B: DAYS}))
    assert (done.failed, done.horizon) == ({}, {})
    assert len(done.frames[0]) == 2 * len(DAYS)


def test_what_was_not_asked_for_is_dropped_and_unreadable_days_are_not() -> None:
    answer = reply({A: ["20231229", *DAYS, "20240108"], B: DAYS, C: DAYS})
    answer["days"][2] = float("nan")
    days = fetch(answer).frames[0]["trade_date"].tolist()
    assert days == [DAYS[0], "", *DAYS[2:], *DAYS]


@pytest.mark.parametrize("empty", [(), (A, B)])
def test_nothing_at_all_is_asked_for_twice_and_then_nothing_is_concluded(
    empty: tuple[str, ...],
) -> None:
    nothing = reply(NOTHING, empty=list(empty))
    done = fetch(nothing, nothing)
    assert done.failed.keys() == {A, B}
    assert "nothing at all" in done.failed[A]


def test_nothing_may_be_right_for_a_stock_that_was_not_listed() -> None:
    gone = Security(A, "", Kind.STOCK, "SH", "19991110", START)
    later = Security(B, "", Kind.STOCK, "SZ", "20240301")
    done = fetch(reply(NOTHING), reply(NOTHING), known={A: gone, B: later})
    assert done.failed == {}
    done = fetch(reply(NOTHING), reply(NOTHING), known={A: None, B: later})
    assert done.failed.keys() == {A}


def test_a_code_that_is_not_named_has_failed_if_it_must_have_rows() -> None:
    done = fetch(reply({A: DAYS}))
    assert done.failed == {B: "AmazingData: its answer lacks the code, which must have a status"}
    assert fetch(reply({A: DAYS}, empty=[B])).failed == {}


def test_a_printed_error_fails_whatever_is_not_named() -> None:
    assert "-83" in fetch(reply({A: DAYS}, code=-83)).failed[B]


def test_rows_of_another_code_fail_the_code() -> None:
    assert A in fetch(reply({A: DAYS}, foreign={B: A})).failed[B]


def test_a_broken_call_is_made_twice_and_what_has_a_name_is_not() -> None:
    assert fetch(UpstreamFaultError("TypeError"), reply({A: DAYS, B: DAYS})).failed == {}
    with pytest.raises(UpstreamFaultError):
        fetch(UpstreamFaultError("1"), UpstreamFaultError("2"))
    with pytest.raises(UpstreamQuotaError):
        fetch(UpstreamQuotaError("-82"))


def test_newest_days_that_nobody_of_the_market_has_are_not_there_yet() -> None:
    done = fetch(reply({A: DAYS[:-1], B: DAYS, C: DAYS[:-2]}), codes=(A, B, C), final=END)
    assert done.horizon == {A: DAYS[-2], C: DAYS[-2]}
    done = fetch(reply({A: DAYS[:-1], B: DAYS, C: DAYS}), codes=(A, B, C), final=END)
    assert done.horizon == {}


def test_a_stock_that_is_gone_is_not_waited_for() -> None:
    gone = Security(A, "", Kind.STOCK, "SH", "19991110", DAYS[1])
    done = fetch(reply({A: DAYS[:2], B: DAYS}), final=END, known=STOCKS | {A: gone})
    assert done.horizon == {}
