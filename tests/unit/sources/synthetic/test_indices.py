"""The synthetic indices: as many members as they should have, on every day."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import previous_trading_day, trading_days
from marketdata.catalog.constituents import Membership
from marketdata.sources.source import HasMembers
from marketdata.sources.synthetic.bars import START
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock

TODAY = "20251121"
DAYS = trading_days("SH", START, TODAY)
SOURCE = SyntheticSource(clock("2025-11-21T18:00"), "17:00")
STOCKS = {
    each.code: each for each in SOURCE.list_securities().securities if each.kind is Kind.STOCK
}
SIZES = {"000016.SH": 50, "000300.SH": 100}


def members(group: str, source: SyntheticSource = SOURCE) -> list[Membership]:
    return source.fetch_members([group]).members[group]


def on(day: str, memberships: list[Membership]) -> list[str]:
    return sorted(
        code for code, first, last in memberships if first <= day and (last is None or day <= last)
    )


@pytest.mark.parametrize("index", SIZES)
def test_an_index_has_its_size_on_every_day_and_only_listed_members(index: str) -> None:
    memberships = members(index)
    for day in DAYS[::7]:
        found = on(day, memberships)
        assert len(set(found)) == len(found) == SIZES[index]
        assert all(STOCKS[code].alive(day, day) for code in found)
    markets = {code[-2:] for code, _, _ in memberships}
    assert markets == ({"SH"} if index == "000016.SH" else {"SH", "SZ"})


@pytest.mark.parametrize("index", SIZES)
def test_an_index_changes_at_reviews_and_when_a_member_is_delisted(index: str) -> None:
    joined = Counter(first for _, first, _ in members(index) if first > START)
    gone = {each.delist_date for each in STOCKS.values() if each.delist_date}
    reviews = {day for day in joined if previous_trading_day("SH", day) not in gone}
    assert {day[4:6] for day in reviews} == {"06", "12"}
    assert len({day[:6] for day in reviews}) == len(reviews) >= 15
    for code, _, last in members(index):
        delisted = STOCKS[code].delist_date
        assert delisted is None or (last is not None and last <= delisted)
        assert last is None or last < TODAY
    assert any(STOCKS[code].delist_date == last is not None for code, _, last in members(index))


@pytest.mark.parametrize("index", SIZES)
def test_times_of_a_member_never_overlap_and_some_come_back(index: str) -> None:
    by_code: dict[str, list[Membership]] = {}
    for each in sorted(members(index)):
        by_code.setdefault(each.code, []).append(each)
    for times in by_code.values():
        assert all((one.out_date or "9") < two.in_date for one, two in pairwise(times))
    assert any(len(times) > 1 for times in by_code.values())


def test_a_change_is_known_from_its_first_day_on() -> None:
    change = next(first for _, first, _ in members("000016.SH") if first > "20240101")
    eve = previous_trading_day("SH", change)
    known = {
        day: members(
            "000016.SH", SyntheticSource(clock(f"{date.fromisoformat(day)}T18:00"), "17:00")
        )
        for day in (eve, change)
    }
    whole = members("000016.SH")
    for day, memberships in known.items():
        assert on(day, memberships) == on(day, whole)
    assert not any(last == eve for _, _, last in known[eve])
    assert any(last == eve for _, _, last in known[change])


def test_weights_of_a_day_are_of_its_members_and_add_up_exactly() -> None:
    for index, size in SIZES.items():
        weights = SOURCE.fetch_weights(index, "20240601", "20240630").days
        assert list(weights) == trading_days("SH", "20240601", "20240630")
        for day, percents in weights.items():
            assert sorted(percents) == on(day, members(index))
            assert len(percents) == size
            millionths = [round(each * 1_000_000) for each in percents.values()]
            assert sum(millionths) == 100_000_000
            assert all(each > 0 and each == round(each, 6) for each in percents.values())
            assert max(percents.values()) < 15


def test_weights_are_of_final_days_of_the_market() -> None:
    assert max(SOURCE.fetch_weights("000016.SH", "20251101", "20261231").days) == TODAY
    assert min(SOURCE.fetch_weights("000016.SH", "20140101", "20150110").days) == START
    assert SOURCE.fetch_weights("000016.SH", "20140101", "20141231").days == {}
    assert SOURCE.fetch_weights("000001.SH", "20240101", "20240131").days == {}


def test_an_unknown_group_is_not_named() -> None:
    fetched = SOURCE.fetch_members(["000001.SH", "999999.SI", "000016.SH"])
    assert fetched.members.keys() == {"000016.SH"}
    assert fetched.failed == {}
    assert isinstance(SOURCE, HasMembers)


def test_another_seed_has_other_members() -> None:
    other = SyntheticSource(SOURCE.now, "17:00", seed=1)
    assert members("000016.SH", other) != members("000016.SH")
