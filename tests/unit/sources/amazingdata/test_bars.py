"""What is concluded from the SDK's silence."""

from typing import Any

import numpy as np
import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamFaultError, UpstreamQuotaError, UpstreamTimeoutError
from marketdata.kline.bars import BarDataset
from marketdata.sources.amazingdata.bars import CONTROL, BarFetch
from marketdata.sources.amazingdata.status_rows import NAMES

START, END = "20240102", "20240105"
FINAL = "20241231"
"""Long after: no day that is asked for is one of the newest."""
DAYS = trading_days("SH", START, END)
A, B = "600000.SH", "000001.SZ"
STOCKS = {
    code: Security(code, "", Kind.STOCK, code[-2:], "19991110") for code in (A, B, "830001.BJ")
}
NOTHING: dict[str, list[str]] = {}


def reply(
    held: dict[str, list[str]],
    empty: tuple[str, ...] = (),
    foreign: dict[str, str] | None = None,
    code: int | None = None,
) -> dict[str, Any]:
    """Give an answer of `Adapter.klines`, days by code."""
    days = [day for each in held.values() for day in each]
    names = ("open", "high", "low", "close", "volume", "amount")
    return {
        "counts": [[each, len(found)] for each, found in held.items()],
        "times": [f"{day[:4]}-{day[4:6]}-{day[6:]} 00:00:00" for day in days],
        **{name: np.ones(len(days)) for name in names},
        "empty": list(empty),
        "foreign": foreign or {},
        "code": code,
    }


def status_reply(suspended: dict[str, list[str]], traded: dict[str, list[str]]) -> dict[str, Any]:
    """Give an answer of `Adapter.status`, days by code."""
    rows = [
        (code, float(day), flag)
        for code in dict.fromkeys([*suspended, *traded])
        for flag, days in ((1.0, suspended), (0.0, traded))
        for day in days.get(code, ())
    ]
    counts: dict[str, int] = {}
    for code, _, _ in rows:
        counts[code] = counts.get(code, 0) + 1
    nothing = np.full(len(rows), np.nan)
    return {
        **dict.fromkeys(NAMES.values(), nothing),
        "counts": [[code, count] for code, count in counts.items()],
        "days": np.array([day for _, day, _ in rows]),
        "IS_SUSP_SEC": np.array([flag for _, _, flag in rows]),
        "empty": [],
        "foreign": {},
        "code": None,
    }


class SdkCalls:
    """Answers calls in turn, and remembers them; an error is raised."""

    def __init__(
        self, *klines: Any, suspended: Any = None, traded: Any = None, control: Any = None
    ) -> None:
        self.klines = list(klines)
        self.suspended = suspended or {}
        self.traded = traded or {}
        self.control = control
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, operation: str, /, **arguments: Any) -> Any:
        self.asked.append((operation, arguments))
        found = self._find(operation, arguments)
        if isinstance(found, Exception):
            raise found
        return found

    def _find(self, operation: str, arguments: dict[str, Any]) -> Any:
        if operation == "status":
            if isinstance(self.suspended, Exception):
                return self.suspended
            return status_reply(self.suspended, self.traded)
        if arguments["codes"] == [CONTROL]:
            return self.control
        return self.klines.pop(0)


def fetch(
    calls: SdkCalls, *codes: str, dataset: str = "stock.daily", **known: Security
) -> BarFetch:
    done = BarFetch(calls, BarDataset.parse(dataset), START, END, FINAL)
    done.run({code: known.get(code.partition(".")[0], STOCKS.get(code)) for code in codes})
    assert not calls.klines
    return done


def test_whole_answers_need_one_call() -> None:
    calls = SdkCalls(reply({A: DAYS, B: DAYS}))
    done = fetch(calls, A, B)
    assert (done.halted, done.failed) == ({}, {})
    assert len(done.frames[0]) == 2 * len(DAYS)
    assert len(calls.asked) == 1


def test_days_without_bars_are_asked_for_in_one_call() -> None:
    calls = SdkCalls(reply({A: DAYS[:2], B: DAYS[1:]}), suspended={A: [DAYS[2], "20991231"], B: []})
    done = fetch(calls, A, B)
    assert done.halted == {A: {DAYS[2]: "suspended"}}
    assert done.failed == {}
    assert calls.asked[1] == ("status", {"codes": [A, B], "start": DAYS[0], "end": DAYS[3]})


def test_a_named_code_without_bars_has_none() -> None:
    done = fetch(SdkCalls(reply({A: DAYS}, empty=(B,))), A, B)
    assert done.failed == {}


def test_a_code_that_is_not_named_has_failed_if_it_must_have_bars() -> None:
    done = fetch(SdkCalls(reply({A: DAYS})), A, B)
    assert done.failed.keys() == {B}
    assert "lacks the code" in done.failed[B]


def test_but_not_if_it_was_suspended_all_the_time() -> None:
    done = fetch(SdkCalls(reply({A: DAYS}), suspended={B: DAYS}), A, B)
    assert done.failed == {}
    assert done.halted == {B: dict.fromkeys(DAYS, "suspended")}


def test_and_not_if_nobody_knows_whether_it_was_listed() -> None:
    done = fetch(SdkCalls(reply({A: DAYS})), A, "510300.SH")
    assert done.failed == {}


def test_a_printed_error_fails_whatever_is_not_named() -> None:
    done = fetch(SdkCalls(reply({A: DAYS}, code=-83)), A, "510300.SH")
    assert "-83" in done.failed["510300.SH"]


def test_bars_of_another_code_fail_the_code() -> None:
    done = fetch(SdkCalls(reply({A: DAYS}, foreign={B: A})), A, B)
    assert A in done.failed[B]


def test_nothing_at_all_is_asked_for_twice_and_then_nothing_is_concluded() -> None:
    calls = SdkCalls(reply(NOTHING), reply(NOTHING))
    done = fetch(calls, A, B, "510300.SH")
    assert done.failed.keys() == {A, B, "510300.SH"}
    assert [name for name, _ in calls.asked] == ["klines", "klines", "status"]


def test_a_day_without_a_bar_on_which_a_code_traded_is_lost() -> None:
    calls = SdkCalls(
        reply({A: DAYS, B: [DAYS[2]]}), suspended={B: [DAYS[0]]}, traded={B: DAYS[1:], A: DAYS}
    )
    done = fetch(calls, A, B)
    assert done.halted == {B: {DAYS[0]: "suspended"}}
    assert done.lost == {B: [DAYS[1], DAYS[3]]}
    assert done.failed == {}


def test_but_not_its_last_day_which_may_be_the_one_after() -> None:
    gone = Security(B, "", Kind.STOCK, "SZ", "19991110", DAYS[2])
    calls = SdkCalls(reply({A: DAYS, B: [DAYS[0]]}), traded={B: DAYS})
    done = BarFetch(calls, BarDataset.parse("stock.daily"), START, END, FINAL)
    done.run({A: STOCKS[A], B: gone})
    assert done.lost == {B: [DAYS[1]]}


@pytest.mark.parametrize("works", [True, False])
def test_codes_that_are_all_named_without_bars_are_not_believed_alone(works: bool) -> None:
    control = reply({CONTROL: DAYS} if works else NOTHING)
    done = fetch(SdkCalls(reply(NOTHING, empty=(A, B)), control=control), A, B)
    assert done.failed.keys() == (set() if works else {A, B})


def test_nothing_at_all_may_be_right() -> None:
    calls = SdkCalls(reply(NOTHING), reply(NOTHING), suspended={A: DAYS})
    done = fetch(calls, A)
    assert done.failed == {}
    assert done.halted == {A: dict.fromkeys(DAYS, "suspended")}


@pytest.mark.parametrize("works", [True, False])
def test_an_index_tells_whether_the_call_works(works: bool) -> None:
    control = reply({CONTROL: DAYS} if works else NOTHING)
    done = fetch(SdkCalls(reply(NOTHING), control=control), "510300.SH", dataset="etf.daily")
    assert bool(done.failed) is not works


def test_a_broken_call_is_made_twice() -> None:
    done = fetch(SdkCalls(UpstreamFaultError("TypeError"), reply({A: DAYS})), A)
    assert done.failed == {}
    with pytest.raises(UpstreamFaultError):
        fetch(SdkCalls(UpstreamFaultError("1"), UpstreamFaultError("2")), A)


def test_what_has_a_name_is_not_tried_again() -> None:
    with pytest.raises(UpstreamQuotaError):
        fetch(SdkCalls(UpstreamQuotaError("-82")), A)


def test_bars_are_kept_when_suspensions_cannot_be_had() -> None:
    calls = SdkCalls(reply({A: DAYS, B: DAYS[:1]}), suspended=UpstreamTimeoutError("120 s"))
    done = fetch(calls, A, B)
    assert len(done.frames[0]) == len(DAYS) + 1
    assert done.failed.keys() == {B}


def test_suspensions_are_known_of_two_markets() -> None:
    calls = SdkCalls(reply({A: DAYS}, empty=("830001.BJ",)))
    fetch(calls, A, "830001.BJ")
    assert len(calls.asked) == 1


def test_a_future_must_have_bars_in_the_month_before_its_delivery() -> None:
    contract = Security("IF2402.CFE", "", Kind.FUTURE, "CFE", None, "20240223")
    far = Security("IF2406.CFE", "", Kind.FUTURE, "CFE", None, "20240621")
    other = reply({"IF2401.CFE": DAYS})
    codes = ("IF2401.CFE", "IF2402.CFE", "IF2406.CFE")
    done = fetch(SdkCalls(other), *codes, dataset="future.daily", IF2402=contract, IF2406=far)
    assert done.failed.keys() == {"IF2402.CFE"}


@pytest.mark.parametrize("price", [0.0, np.nan])
def test_a_future_without_a_trade_has_no_bar(price: float) -> None:
    answer = reply({"IF2402.CFE": DAYS})
    for name in ("open", "high", "low", "volume"):
        answer[name] = np.where(np.arange(len(DAYS)) == 1, price, answer[name])
    answer["volume"][1] = 0.0
    done = fetch(SdkCalls(answer), "IF2402.CFE", dataset="future.daily")
    assert done.frames[0]["trade_date"].tolist() == [DAYS[0], *DAYS[2:]]
    assert done.halted == {"IF2402.CFE": {DAYS[1]: "no_trade"}}


def test_bars_outside_the_days_are_dropped_and_unreadable_times_are_not() -> None:
    answer = reply({A: ["20231229", *DAYS, "20240108"]})
    answer["times"][2] = ""
    frame = fetch(SdkCalls(answer), A).frames[0]
    assert frame["trade_date"].tolist() == [DAYS[0], "", *DAYS[2:]]


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2024-01-05 21:00:00", "20240108"),
        ("2024-01-06 00:30:00", "20240108"),
        ("2024-01-04 21:00:00", "20240105"),
        ("2024-01-05 00:30:00", "20240105"),
        ("2024-01-05 09:00:00", "20240105"),
    ],
)
def test_a_night_belongs_to_the_next_trading_day(time: str, day: str) -> None:
    answer = reply({"RB2405.SHF": ["20240102"]})
    answer["times"] = [time]
    done = BarFetch(
        SdkCalls(answer), BarDataset.parse("future.min1"), "20240102", "20240131", FINAL
    )
    done.run({"RB2405.SHF": None})
    row = done.frames[0].iloc[0]
    assert (row["trade_date"], row["kline_time"]) == (day, time)
    assert np.isnan(row["settle"])
    assert np.isnan(row["open_interest"])


def test_the_night_before_the_first_day_is_asked_for() -> None:
    calls = SdkCalls(reply({"RB2405.SHF": ["20240102"]}))
    done = BarFetch(calls, BarDataset.parse("future.min1"), "20240108", "20240109", FINAL)
    done.run({"RB2405.SHF": None})
    (_, asked) = calls.asked[0]
    assert (asked["start"], asked["end"]) == ("20240105", "20240109")
