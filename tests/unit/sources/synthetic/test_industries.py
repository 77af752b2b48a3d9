"""The synthetic industries: every stock is in one of them, and some move."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.constituents import Membership
from marketdata.sources.synthetic.bars import START
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock

DAYS = trading_days("SH", START, "20251121")
SOURCE = SyntheticSource(clock("2025-11-21T18:00"), "17:00")
STOCKS = {
    each.code: each for each in SOURCE.list_securities().securities if each.kind is Kind.STOCK
}
INDUSTRIES = SOURCE.list_industries()


def on(day: str, memberships: list[Membership]) -> list[str]:
    return sorted(
        code for code, first, last in memberships if first <= day and (last is None or day <= last)
    )


def test_industries_have_two_levels() -> None:
    known = {each.code: each for each in INDUSTRIES}
    assert len(known) == len(INDUSTRIES)
    assert Counter(each.level for each in INDUSTRIES) == {1: 6, 2: 18}
    for each in INDUSTRIES:
        above = known[each.parent].level if each.parent else 0
        assert above == each.level - 1
        assert each.name.startswith("合成")


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(DAYS))
def test_each_stock_is_in_one_industry_of_each_level(day: str) -> None:
    listed = sorted(code for code, each in STOCKS.items() if each.alive(day, day))
    found = SOURCE.fetch_members([each.code for each in INDUSTRIES]).members
    above = {}
    for level in (2, 1):
        places = {
            code: each
            for each in INDUSTRIES
            if each.level == level
            for code in on(day, found[each.code])
        }
        assert sorted(places) == listed
        assert sum(len(on(day, found[e.code])) for e in INDUSTRIES if e.level == level) == len(
            listed
        )
        above[level] = places
    assert all(each.parent == above[1][code].code for code, each in above[2].items())


def test_some_stocks_move_to_another_industry() -> None:
    found = SOURCE.fetch_members([each.code for each in INDUSTRIES if each.level == 2]).members
    times = Counter(code for memberships in found.values() for code, _, _ in memberships)
    assert set(times.values()) == {1, 2}
    assert 15 <= sum(each == 2 for each in times.values()) <= 60


def test_a_move_is_known_from_its_first_day_on() -> None:
    level2 = [each.code for each in INDUSTRIES if each.level == 2]
    ended = [
        (group, each)
        for group, memberships in SOURCE.fetch_members(level2).members.items()
        for each in memberships
        if each.out_date and STOCKS[each.code].delist_date is None
    ]
    group, moved = ended[0]
    day = moved.out_date or ""
    eve = SyntheticSource(clock(f"{day[:4]}-{day[4:6]}-{day[6:]}T18:00"), "17:00")
    assert moved not in eve.fetch_members([group]).members[group]
    assert moved._replace(out_date=None) in eve.fetch_members([group]).members[group]
