"""A whole fill under each fault of the vendor's SDK, and over a damaged store, bar by bar.

Whatever goes wrong: nothing wrong is stored or answered, what the fault took is reported, and once
it is over a fill makes everything complete.
"""

import time
from collections.abc import Iterable
from typing import Any

import pytest

from marketdata.blocks import store
from marketdata.blocks.block import BlockKey, Damage
from marketdata.catalog.calendar import trading_days
from tests.chaos.vendor import CODES, DAILY, END, OUTSIDE, SCOPE, START, TRUTH, Vendor, truth
from tests.support.damage import BROKEN_ITEMS, OF_OBJECTS, WRONG_ITEMS
from tests.support.standins import fault

KLINES, LOGIN = "query_kline", "login"

HARMLESS = {
    "nothing": [],
    "kick": [fault(KLINES, "kick", 1)],
    "a login that gives 0": [fault(LOGIN, "zero")],
    "segfault": [fault(KLINES, "segfault", 1, 3)],
    "segfault of a login": [fault(KLINES, "kick", 1), fault(LOGIN, "segfault", 2)],
    "hang": [fault(KLINES, "hang", 1)],
    "TypeError": [fault(KLINES, "type_error", 1)],
    "exit": [fault(KLINES, "exit", 2)],
    "None": [fault(KLINES, "none", 1)],
    "empty": [fault(KLINES, "empty", 2)],
    "busy": [fault(KLINES, "busy", 1, 2)],
    "not at this hour": [fault(KLINES, "hours", 1)],
    "one frame": [fault(KLINES, "one_frame")],
    "texts": [fault(KLINES, "text")],
    "a pair": [fault(KLINES, "pair")],
}
"""Faults that a fill gets over by itself."""

SPOILING = {
    "drops rows": ([fault(KLINES, "drop")], "for which no bar came"),
    "names all and gives nothing": ([fault(KLINES, "bare")], "nothing at all"),
    "leaves a code out": ([fault(KLINES, "drop_key")], "lacks the code"),
    "gives None": ([fault(KLINES, "none")], "nothing at all"),
    "gives nothing": ([fault(KLINES, "empty")], "nothing at all"),
    "gives another's bars": ([fault(KLINES, "foreign")], "in its place"),
    "shifts some bars": ([fault(KLINES, "shift")], "shifted"),
    "shifts one bar": ([fault(KLINES, "shift_one")], "shifted"),
    "volumes in lots": ([fault(KLINES, "lots")], "wrong_unit"),
    "amounts in thousands": ([fault(KLINES, "thousands")], "wrong_unit"),
    "kicks the login": ([fault(KLINES, "kick")], "(-79)"),
    "segfaults": ([fault(KLINES, "segfault")], "SIGSEGV"),
    "TypeErrors": ([fault(KLINES, "type_error")], "TypeError"),
    "calls exit": ([fault(KLINES, "exit")], "exit"),
    "quota": ([fault(KLINES, "quota")], "(-82)"),
    "no permission": ([fault(KLINES, "denied")], "(-95)"),
    "hangs": ([fault(KLINES, "hang", *range(1, 9))], "gave no answer in 4 s"),
}
"""Faults that take something, and what the task says of it."""

IN_EVERY_CHECK = {"kick", "segfault", "drops rows", "names all and gives nothing", "shifts one bar"}
"""The others run by `make chaos` only."""


def cases(names: Iterable[str]) -> list[Any]:
    """Mark what takes too long to be run all the time."""
    return [
        pytest.param(name, marks=[] if name in IN_EVERY_CHECK else pytest.mark.chaos)
        for name in names
    ]


def halted(code: str) -> set[str]:
    """Name the days on which a code was really suspended."""
    return {day for day, why in TRUTH.halted.get(code, {}).items() if why == "suspended"}


def check_nothing_wrong(vendor: Vendor) -> None:
    """See that every stored bar is the truth, and that no day is absent which has one."""
    for code in CODES:
        real = truth(code)
        rows, absent, suspended = vendor.stored(code)
        assert rows.items() <= real.items()
        assert suspended <= halted(code)
        assert not absent & real.keys()


def check_reported(vendor: Vendor, task: Any, why: str) -> None:
    """See that the task names each code that lacks a bar, and answers and detect its days."""
    result = vendor.service.result(task["id"])
    detected = vendor.service.run("detect-all-missing", **SCOPE)
    found = vendor.service.result(detected["id"])
    taken = {code: truth(code).keys() - vendor.stored(code)[0].keys() for code in CODES}
    assert task["error_count"] == len(result["errors"])
    for code, days in taken.items():
        told = {day for run in found["missing"].get(code, []) for day in _days(*run)}
        assert days <= told
        assert bool(days) <= (code in result["errors"])
    assert why in str(result["errors"])
    assert any(taken.values())


def _days(first: str, last: str) -> list[str]:
    return trading_days("SH", first, last)


def check_answers(vendor: Vendor) -> None:
    """See that what is read is the truth, or said to be missing."""
    for code in CODES[:2]:
        real = truth(code)
        rows, meta = vendor.service.rows("/stock/kline", code, START, END)
        assert {row["trade_date"]: row for row in rows}.items() <= real.items()
        lacking = real.keys() - {row["trade_date"] for row in rows}
        told = {day for run in meta["missing"].get(code, []) for day in _days(*run)}
        assert lacking <= told
        assert meta["complete"] is not bool(lacking)


def check_complete(vendor: Vendor) -> None:
    """See that everything is there, and every other day explained."""
    for code in CODES:
        rows, absent, suspended = vendor.stored(code)
        assert rows == truth(code)
        assert suspended == absent == halted(code)
    detected = vendor.service.run("detect-all-missing", **SCOPE)
    found = vendor.service.result(detected["id"])
    assert (found["missing"], found["error_codes"]) == ({}, [])
    assert {reason: each["days"] for reason, each in found["by_reason"].items()} == {
        "suspended": sum(map(len, map(halted, CODES))),
        **OUTSIDE,
    }
    for code in CODES:
        rows, meta = vendor.service.rows("/stock/kline", code, START, END)
        assert rows == list(truth(code).values())
        assert (meta["complete"], meta["source"]) == (True, "cache")


@pytest.mark.parametrize("name", cases(HARMLESS))
def test_a_fill_gets_over_it(vendor: Vendor, name: str) -> None:
    vendor.deliver(*HARMLESS[name])
    task = vendor.service.run("fill-missing", **SCOPE)
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    assert task["bar_count"] == len(TRUTH.frame)
    check_complete(vendor)


@pytest.mark.parametrize("name", cases(SPOILING))
def test_what_it_takes_is_told_and_comes_later(vendor: Vendor, name: str) -> None:
    faults, why = SPOILING[name]
    vendor.deliver(*faults)
    began = time.monotonic()
    task = vendor.service.run("fill-missing", **SCOPE)
    # A hang costs a limit each time, and never the function's own 900 s.
    assert time.monotonic() - began < 60
    check_nothing_wrong(vendor)
    check_reported(vendor, task, why)
    check_answers(vendor)
    check_nothing_wrong(vendor)
    vendor.deliver()
    task = vendor.service.run("fill-missing", **SCOPE)
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    check_nothing_wrong(vendor)
    check_complete(vendor)


def test_equal_rows_cost_nothing(vendor: Vendor) -> None:
    vendor.deliver(fault(KLINES, "duplicate"))
    task = vendor.service.run("fill-missing", **SCOPE)
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    assert (task["quarantined_count"], task["bar_count"]) == (0, len(TRUTH.frame))
    check_complete(vendor)


@pytest.mark.chaos
def test_a_damaged_store(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of damage in a code of its own, one year's payloads in the bucket."""
    vendor.deliver()
    vendor.service.run("fill-missing", **SCOPE | {"end_date": "20241231"})
    monkeypatch.setattr(store, "INLINE_BYTES", 10)
    vendor.service.run("fill-missing", **SCOPE | {"start_date": "20250101"})
    living = [
        code
        for code in CODES
        if all(any(day.startswith(p) for day in truth(code)) for p in ("2024", "2025"))
    ]
    other, found = living[0], set[tuple[str, str, Damage]]()
    for part, harms in (("2025", OF_OBJECTS), ("2024", BROKEN_ITEMS | WRONG_ITEMS)):
        for code, (harm, damage) in zip(living[1:], harms.items(), strict=False):
            harm(
                vendor.service.cloud, *(BlockKey(DAILY.name, each, part) for each in (code, other))
            )
            found.add((code, part, damage))
    assert len(found) >= 10
    found.add((other, "2025", Damage.FOREIGN))
    task = vendor.service.run("verify", **SCOPE)
    damaged = vendor.service.result(task["id"])["damaged"]
    assert {(each["code"], each["part"], each["damage"]) for each in damaged} == found
    check_nothing_wrong(vendor)
    task = vendor.service.run("fill-missing", **SCOPE)
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    check_complete(vendor)
