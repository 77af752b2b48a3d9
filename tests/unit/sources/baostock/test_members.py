"""Members of indices are looked up twice a year, those of industries as they are now."""

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.constituents import Industry, Membership, members_on
from marketdata.errors import UpstreamError, UpstreamFaultError, UpstreamQuotaError
from marketdata.sources.baostock.codes import their_code, their_day
from marketdata.sources.baostock.members import (
    INDICES,
    industry_of,
    look_days,
    memberships,
)
from marketdata.sources.source import HasMembers
from tests.support.clocks import clock
from tests.unit.sources.baostock.scripted import STOCKS, ScriptedSession, Told, source_of

INDEX = "000300.SH"
NOW = clock("2024-03-29T21:00")
CODES = [f"{600000 + number}.SH" for number in range(20)]
DAYS = ["20060102", "20060612", "20061211", "20070611"]


def lists_of(days: Mapping[str, list[str]]) -> ScriptedSession:
    """Give a session with the lists of some days; each holds until the next one."""

    def tell(name: str, arguments: Mapping[str, str]) -> Told:
        assert name == INDICES[INDEX].call
        asked = arguments["date"].replace("-", "")
        day = max((each for each in days if each <= asked), default="")
        codes = days.get(day, [])
        return [{"updateDate": their_day(day), "code": their_code(code) or ""} for code in codes]

    return ScriptedSession(tell)


def test_one_looks_when_the_index_changes() -> None:
    days = look_days("20060102", "20240329")
    assert days[:4] == DAYS
    assert days[-2:] == ["20231211", "20240329"]
    assert len(days) == 38


@given(st.lists(st.sets(st.sampled_from(CODES)), min_size=1, max_size=len(DAYS)))
def test_memberships_say_what_the_lists_say(groups: list[set[str]]) -> None:
    lists = [(day, tuple(group)) for day, group in zip(DAYS, groups, strict=False)]
    found = memberships(lists)
    for day, group in lists:
        assert sorted(each.code for each in members_on(found, day)) == sorted(group)
    for before, after in pairwise(found):
        if before.code == after.code:
            assert before.out_date is not None
            assert before.out_date < after.in_date


def test_a_group_is_asked_for_twice_a_year() -> None:
    session = lists_of({"20060102": CODES, "20231211": [*CODES[1:], "600999.SH"]})
    source = source_of(session, STOCKS, NOW)
    assert isinstance(source, HasMembers)
    found = source.fetch_members([INDEX])
    assert len(session.asked) == 38
    assert Membership(CODES[0], "20060102", "20231210") in found.members[INDEX]
    assert Membership("600999.SH", "20231211", None) in found.members[INDEX]
    assert not found.failed


def test_lists_of_past_days_are_kept() -> None:
    """Those that are as old as the day on which one looked."""
    session = lists_of(dict.fromkeys(look_days("20060102", "20231211"), CODES))
    source = source_of(session, STOCKS, NOW)
    first = source.fetch_members([INDEX])
    session.asked.clear()
    assert source.fetch_members([INDEX]) == first
    assert len(session.asked) == 1


def test_one_does_not_look_before_the_first_list() -> None:
    session = lists_of({"20201214": CODES})
    found = source_of(session, STOCKS, NOW).fetch_members([INDEX])
    assert found.members[INDEX][0].in_date == "20201214"
    assert len(session.asked) == 9


@pytest.mark.parametrize("count", [0, 10])
def test_a_list_that_cannot_be_whole_fails_its_group(count: int) -> None:
    lists = {"20060102": CODES[:count], "20231211": CODES} if count else {}
    session = lists_of(lists)
    with pytest.raises(UpstreamFaultError):
        source_of(session, STOCKS, NOW).fetch_members([INDEX])


def test_a_list_of_a_later_day_is_refused() -> None:
    line = {"updateDate": "2024-04-01", "code": "sh.600000"}
    session = ScriptedSession(lambda *_: [line])
    with pytest.raises(UpstreamFaultError, match="20240329"):
        source_of(session, STOCKS, NOW).fetch_members([INDEX])


def test_a_group_whose_lists_did_not_all_come_goes_on_where_it_stopped() -> None:
    session = lists_of(dict.fromkeys(look_days("20060102", "20231211"), CODES))
    whole = session.tell
    session.tell = lambda name, arguments: (
        UpstreamQuotaError("none left") if len(session.asked) > 20 else whole(name, arguments)
    )
    source = source_of(session, STOCKS, NOW)
    found = source.fetch_members([INDEX, "000001.SH"])
    assert found.failed == {INDEX: "none left"}
    assert not found.members
    session.tell = whole
    session.asked.clear()
    assert INDEX in source.fetch_members([INDEX]).members
    assert len(session.asked) == 19


def industries(*rows: tuple[str, str]) -> ScriptedSession:
    lines = [
        {
            "updateDate": "2024-03-25",
            "code": code,
            "industry": industry,
            "industryClassification": "证监会行业分类",
        }
        for code, industry in rows
    ]
    return ScriptedSession(lambda *_: lines)


def test_industries_have_a_code_and_members_since_their_list() -> None:
    session = industries(
        ("sh.600000", "J66货币金融服务"), ("sz.000001", "J66货币金融服务"), ("sh.600001", "")
    )
    source = source_of(session, STOCKS, NOW)
    assert source.list_industries() == [
        Industry("J066.CSR", "货币金融服务", 1, None, "证监会行业分类")
    ]
    found = source.fetch_members(["J066.CSR", "C039.CSR"])
    assert found.members == {
        "J066.CSR": [
            Membership("600000.SH", "20240325", None),
            Membership("000001.SZ", "20240325", None),
        ]
    }


@pytest.mark.parametrize("text", ["", "货币金融服务", "J6货币", "66货币"])
def test_what_has_no_code_is_no_industry(text: str) -> None:
    assert industry_of(text) is None


def test_an_unknown_index_is_not_named() -> None:
    session = ScriptedSession(lambda *_: [])
    found = source_of(session, STOCKS, NOW).fetch_members(["000852.SH"])
    assert not found.members
    assert not found.failed
    assert not session.asked


def test_a_failure_of_industries_leaves_the_indices() -> None:
    good = lists_of(dict.fromkeys(look_days("20060102", "20231211"), CODES)).tell
    told: UpstreamError = UpstreamQuotaError("none left")
    session = ScriptedSession(
        lambda name, arguments: told if name == "industries" else good(name, arguments)
    )
    found = source_of(session, STOCKS, NOW).fetch_members([INDEX, "J066.CSR"])
    assert set(found.members) == {INDEX}
    assert found.failed == {"J066.CSR": "none left"}


def test_there_are_no_weights() -> None:
    source = source_of(ScriptedSession(lambda *_: []))
    assert not source.fetch_weights(INDEX, "20240101", "20240329").days
