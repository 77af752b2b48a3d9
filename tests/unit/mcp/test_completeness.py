"""What is not there is said, whatever it is; and then nothing is complete."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.mcp.completeness import MOST_RANGES, told_of

CODE = "600000.SH"
RANGE = ["20240102", "20240105"]
WHOLE: dict[str, Any] = {"complete": True, "missing": {}, "upstream": "files"}


def test_a_whole_answer_says_little() -> None:
    meta = WHOLE | {"unconfirmed": {}, "absent": {}, "outside": {}, "pending": [], "short": {}}
    assert told_of(meta) == WHOLE


@pytest.mark.parametrize("name", ["missing", "unconfirmed", "unknown_sessions", "no_main"])
def test_ranges_are_told(name: str) -> None:
    said = told_of(WHOLE | {"complete": False, name: {CODE: [RANGE]}})
    assert (said["complete"], said[name]) == (False, {CODE: [RANGE]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("unknown_codes", ["AAPL"]),
        ("not_covered", ["510300.SH"]),
        ("pending", [RANGE]),
        ("outside", {CODE: [{"from": RANGE[0], "to": RANGE[1], "reason": "before_coverage"}]}),
        ("outside", {CODE: [{"from": RANGE[0], "to": RANGE[1], "reason": "not_covered"}]}),
    ],
)
def test_what_the_api_calls_complete_and_is_not_whole(name: str, value: Any) -> None:
    said = told_of(WHOLE | {name: value})
    assert not said["complete"]
    assert said[name]


@pytest.mark.parametrize("reason", ["not_listed", "delisted"])
def test_a_life_that_is_over_lacks_nothing(reason: str) -> None:
    found = [{"from": RANGE[0], "to": RANGE[1], "reason": reason}]
    said = told_of(WHOLE | {"outside": {CODE: found}})
    assert (said["complete"], said["outside"]) == (True, {CODE: [[*RANGE, reason]]})


def test_days_without_a_bar_are_counted_by_reason() -> None:
    absent = [{"date": f"2024010{day}", "reason": "suspended"} for day in (2, 3)]
    said = told_of(WHOLE | {"absent": {CODE: absent}, "short": {CODE: ["20240102"]}})
    assert (said["absent"], said["short"]) == ({CODE: {"suspended": 2}}, {CODE: 1})


def test_days_to_come_are_named() -> None:
    assert told_of(WHOLE | {"pending": [RANGE]})["pending"] == [RANGE]


def test_statements_that_came_later_are_named() -> None:
    said = told_of(WHOLE | {"complete": False, "announced_later": {CODE: ["20240331"]}})
    assert said["announced_later"] == {CODE: [["20240331", "20240331"]]}


def test_codes_that_nobody_knows_are_told_without_what_cannot_be_seen() -> None:
    said = told_of(WHOLE | {"unknown_codes": ["A\U000e0049\U000e0047B\u2060", "x" * 99] * 20})
    assert said["unknown_codes"][:2] == ["AB", "x" * 39 + "…"]
    assert len(said["unknown_codes"]) == 20


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 100), max_size=20))
def test_a_long_list_is_cut_where_it_says_so(lengths: dict[str, int]) -> None:
    missing = {code: [RANGE] * number for code, number in lengths.items()}
    said = told_of(WHOLE | {"complete": False, "missing": missing})
    shown = {
        code: [each for each in found if each != "…"] for code, found in said["missing"].items()
    }
    assert shown.keys() == {code for code, number in lengths.items() if number}
    assert sum(map(len, shown.values())) <= max(MOST_RANGES, len(lengths))
    for code, found in said["missing"].items():
        assert ("…" in found) is (len(shown[code]) < lengths[code])
    assert not said["complete"]
