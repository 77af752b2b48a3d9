"""Members, weights and industries, as they are concluded from the SDK's answers."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.constituents import Industry, Membership
from marketdata.errors import UpstreamFaultError, UpstreamPermissionError, UpstreamTimeoutError
from marketdata.sources.amazingdata.members import (
    CONTROL,
    MemberFetch,
    fetch_industries,
    fetch_weights,
    industries_of,
    kind_of,
)
from marketdata.sources.source import FetchedMembers

INDEX = "000016.SH"
ROW = ("600000.SH", "20150105", None)
type Row = tuple[str, str | None, str | None]


def reply(held: dict[str, list[Row]], **other: Any) -> dict[str, Any]:
    """Give an answer of `Adapter.members`."""
    rows = [row for each in held.values() for row in each]
    return {
        "counts": [[group, len(each)] for group, each in held.items()],
        "members": [code for code, _, _ in rows],
        "in_dates": [first for _, first, _ in rows],
        "out_dates": [last for _, _, last in rows],
        "empty": [],
        "foreign": {},
        "code": None,
    } | other


def weights(*rows: tuple[str, str | None, float], **other: Any) -> dict[str, Any]:
    """Give an answer of `Adapter.weights`."""
    return {
        "counts": [[CONTROL, len(rows)]] if rows else [],
        "members": [code for code, _, _ in rows],
        "days": [day for _, day, _ in rows],
        "weights": np.array([weight for _, _, weight in rows], dtype=np.float64),
        "empty": [],
        "foreign": {},
        "code": None,
    } | other


def answering(*answers: Any) -> tuple[Callable[..., Any], list[dict[str, Any]]]:
    """Give a call that answers in turn, and what it is asked."""
    left, asked = list(answers), []

    def call(operation: str, /, **arguments: Any) -> Any:
        asked.append({"operation": operation, **arguments})
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return call, asked


def fetch(*answers: Any, groups: tuple[str, ...] = (INDEX,), kind: str = "index") -> FetchedMembers:
    call, asked = answering(*answers)
    done = MemberFetch(call)
    done.run(kind, groups)
    assert len(asked) == len(answers)
    assert asked[0] == {"operation": "members", "kind": kind, "codes": list(groups)}
    return done.found


@pytest.mark.parametrize("last", [None, "20991231", "20990101", "29991231"])
def test_a_far_day_means_that_the_code_still_is_a_member(last: str | None) -> None:
    found = fetch(reply({INDEX: [("600000.SH", "20150105", last)]}))
    assert found.members == {INDEX: [Membership(*ROW)]}


def test_ended_and_repeated_memberships_come_too() -> None:
    times = [
        Membership("600000.SH", "20150105", "20150612"),
        Membership("600000.SH", "20170612", None),
    ]
    rows: list[Row] = [*times]
    found = fetch(reply({INDEX: rows, "000905.SH": [ROW]}), groups=(INDEX, "000905.SH"))
    assert found.members[INDEX] == times
    assert found.members["000905.SH"] == [Membership(*ROW)]


@pytest.mark.parametrize("bad", [("600004.SH", None, None), ("1.SH", "20150105", None)])
def test_a_member_that_cannot_be_read_costs_the_whole_group(bad: Row) -> None:
    # Else it would seem to have left.
    found = fetch(reply({INDEX: [ROW, bad]}))
    assert found.failed == {INDEX: "AmazingData: 1 of its 2 members cannot be read"}
    assert found.members == {}


@pytest.mark.parametrize("works", [True, False])
def test_an_index_tells_whether_the_call_works(works: bool) -> None:
    control = reply({CONTROL: [ROW]} if works else {})
    found = fetch(reply({}, empty=[INDEX]), reply({}), control)
    assert found.failed.keys() == (set() if works else {INDEX})
    assert found.members == {}


def test_the_control_itself_and_industries_have_none() -> None:
    assert fetch(reply({}), reply({}), groups=(CONTROL,)).failed.keys() == {CONTROL}
    found = fetch(reply({}), reply({}), groups=("801780.SI",), kind="industry")
    assert found.failed.keys() == {"801780.SI"}


def test_a_group_that_is_not_named_among_others_is_unknown_unless_an_error_was_printed() -> None:
    groups = (INDEX, "000001.SH")
    assert fetch(reply({INDEX: [ROW]}), groups=groups).failed == {}
    found = fetch(reply({INDEX: [ROW]}, code=-83), groups=groups)
    assert found.failed.keys() == {"000001.SH"}
    assert "-83" in found.failed["000001.SH"]


def test_members_that_were_not_asked_for_are_dropped() -> None:
    row = ("000001.SZ", "20150105", None)
    found = fetch(reply({CONTROL: [row, row], INDEX: [ROW]}))
    assert found.members == {INDEX: [Membership(*ROW)]}


def test_members_of_another_group_fail_the_group() -> None:
    found = fetch(reply({}, foreign={INDEX: CONTROL}))
    assert CONTROL in found.failed[INDEX]


def test_a_broken_call_is_made_twice_and_what_has_a_name_is_not() -> None:
    assert fetch(UpstreamFaultError("TypeError"), reply({INDEX: [ROW]})).failed == {}
    with pytest.raises(UpstreamTimeoutError):
        fetch(UpstreamTimeoutError("120 s"))


def test_industries_are_told_from_indices_by_their_suffix() -> None:
    assert [kind_of(code) for code in ("000300.SH", "399001.SZ", "801780.SI")] == [
        "index",
        "index",
        "industry",
    ]


def test_weights_are_filtered_by_day_and_unreadable_ones_counted() -> None:
    call, asked = answering(
        weights(
            ("600000.SH", "20240102", 60.0),
            ("000001.SZ", "20240102", 40.0),
            ("600000.SH", "20231229", 1.0),
            ("600000.SH", None, 1.0),
            ("", "20240102", 1.0),
            ("600036.SH", "20240102", float("nan")),
        )
    )
    found = fetch_weights(call, CONTROL, "20240101", "20240131")
    assert found.days == {"20240102": {"600000.SH": 60.0, "000001.SZ": 40.0}}
    assert found.notes == ["AmazingData: 3 weights of 000300.SH cannot be read"]
    assert asked[0]["codes"] == [CONTROL]


def test_no_weights_are_a_fault_of_an_index_that_has_some() -> None:
    with pytest.raises(UpstreamFaultError, match="nothing at all"):
        fetch_weights(answering(weights(), weights())[0], CONTROL, "20240101", "20240131")
    none = fetch_weights(answering(weights(), weights())[0], "000001.SH", "20240101", "20240131")
    assert none.days == {}
    with pytest.raises(UpstreamPermissionError):
        fetch_weights(
            answering(weights(code=-95), weights(code=-95))[0], CONTROL, "20240101", "20240131"
        )
    row = ("600000.SH", "20240102", 1.0)
    for other in (weights(foreign={CONTROL: INDEX}), weights(row, counts=[[INDEX, 1]])):
        with pytest.raises(UpstreamFaultError, match=INDEX):
            fetch_weights(answering(other)[0], CONTROL, "20240101", "20240131")


def test_industries_have_the_code_of_the_one_above() -> None:
    rows = [
        ["801783.SI", "3", "银行", "国有大型银行", "国有大型银行"],
        ["801780.SI", "1", "银行", "", ""],
        ["801782.SI", "2", "银行", "国有大型银行", ""],
        ["801780.SI", "1", "银行", "", ""],
        ["801952.SI", "2", "煤炭", "焦炭", ""],
        ["x", "1", "煤炭", "", ""],
        ["801950.SI", "", "煤炭", "", ""],
        ["801951.SI", "2", "煤炭", "", ""],
    ]
    assert fetch_industries(answering([], rows)[0]) == [
        Industry("801783.SI", "国有大型银行", 3, "801782.SI", ""),
        Industry("801780.SI", "银行", 1, None, ""),
        Industry("801782.SI", "国有大型银行", 2, "801780.SI", ""),
        Industry("801952.SI", "焦炭", 2, None, ""),
    ]
    with pytest.raises(UpstreamFaultError, match="nothing at all"):
        fetch_industries(answering([], [])[0])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["801010.SI", "801020.SI", "801030.SI", "801040.SI", "x", ""]),
            st.sampled_from(["1", "2", "3", "0", "4", "²", "-1", "", "x"]),
            *[st.sampled_from(["a", "b", ""])] * 3,
        )
    )
)
def test_industries_are_one_of_a_code_and_hang_together(rows: list[tuple[str, ...]]) -> None:
    found = {each.code: each for each in industries_of(rows)}
    assert len(found) == len(industries_of(rows))
    for each in found.values():
        assert each.level in (1, 2, 3)
        assert each.name
        assert each.parent is None or found[each.parent].level == each.level - 1
