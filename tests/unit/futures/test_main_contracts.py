"""What always holds of main contracts."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security, life
from marketdata.futures.main_contracts import (
    Basis,
    Main,
    MainHistory,
    Standing,
    main_contracts,
    main_on,
    mains_between,
    unknown_days,
)
from tests.unit.futures.contracts import contract
from tests.unit.futures.naive_mains import month_after, naive_mains

DAYS = trading_days("CFE", "20240101", "20240331")


class TradedMarket(NamedTuple):
    """The contracts of a variety, bars of each day that some of them live, and the rule."""

    contracts: list[Security]
    bars: dict[str, dict[str, Standing]]
    basis: Basis
    two_months: bool


@st.composite
def markets(draw: st.DrawFn) -> TradedMarket:
    """Draw a market."""
    days = DAYS[: draw(st.integers(2, 25))]
    contracts = []
    for number in range(draw(st.integers(1, 6))):
        first = draw(st.integers(0, len(days) - 1))
        last = draw(st.integers(first, len(days) + 5))
        contracts.append(contract(f"IF24{number + 1:02}.CFE", days[first], DAYS[last]))
    lots = st.integers(0, 40)
    interest = lots if draw(st.booleans()) else lots | st.none()
    bars = {
        day: {
            each.code: Standing(draw(interest), draw(lots))
            for each in contracts
            if each.alive(day, day)
        }
        for day in days
    }
    return TradedMarket(contracts, bars, draw(st.sampled_from(Basis)), draw(st.booleans()))


def work_out(market: TradedMarket, days: Sequence[str], previous: Sequence[Main]) -> list[Main]:
    contracts, bars, basis, two_months = market
    return main_contracts(days, bars, previous, contracts, basis=basis, two_months=two_months)


def history_of(market: TradedMarket) -> MainHistory:
    bars = market.bars
    return MainHistory(
        tuple(work_out(market, DAYS[: len(bars) + 1], [])),
        max((day for day in bars if bars[day]), default=""),
    )


def trading_on(day: str, market: TradedMarket) -> list[Security]:
    """Give the contracts that trade on a day, the nearest delivery first."""
    alive = [each for each in market.contracts if each.alive(day, day)]
    return sorted(alive, key=lambda each: (each.delist_date or "", each.code))


def may_be_main(day: str, market: TradedMarket) -> set[str]:
    codes = [each.code for each in trading_on(day, market)]
    if not market.two_months:
        return set(codes)
    return set(codes) & {codes[0], month_after(codes[0])} if codes else set()


@given(markets())
def test_a_plain_loop_says_the_same(market: TradedMarket) -> None:
    history = history_of(market)
    expected = naive_mains(
        market.bars,
        {each.code: life(each) for each in market.contracts},
        DAYS,
        by_volume=market.basis is Basis.VOLUME,
        two_months=market.two_months,
    )
    known = [day for day in DAYS if day <= history.known_until]
    mains = {day: main.contract for day in known if (main := main_on(history, day))}
    assert mains == {day: code for day, code in expected.items() if code and day in known}


@given(markets())
def test_it_never_goes_back(market: TradedMarket) -> None:
    mains = [row.contract for row in history_of(market).rows if row.contract]
    # The same contract twice in a row is one that went on after a day that nothing is known of.
    changes = [code for at, code in enumerate(mains) if at == 0 or mains[at - 1] != code]
    assert len(changes) == len(set(changes))


@given(markets())
def test_of_two_months_only_if_that_is_the_rule(market: TradedMarket) -> None:
    history = history_of(market)
    for day in DAYS:
        if main := main_on(history, day):
            assert main.contract in may_be_main(day, market)
            near = [each.code for each in trading_on(day, market)[:2]]
            # As long as months end one after another, these are the two nearest that trade.
            if market.two_months and len(near) == 2 and near[1] == month_after(near[0]):
                assert main.contract in near


@given(markets())
def test_every_day_has_one_main_contract_while_any_may_be(market: TradedMarket) -> None:
    contracts, bars = market.contracts, market.bars
    history = history_of(market)
    if not history.rows:
        return
    for day in DAYS:
        if not history.rows[0].trade_date <= day <= history.known_until:
            assert main_on(history, day) is None
            continue
        been = {row.contract for row in history.rows if row.trade_date < day}
        before = DAYS[DAYS.index(day) - 1]
        left = may_be_main(day, market) & bars[before].keys()
        main = main_on(history, day)
        assert main or not left - been
        assert not main or any(
            each.code == main.contract and each.alive(day, day) for each in contracts
        )


@given(markets())
def test_it_changes_only_for_a_tenth_more_or_at_the_end(market: TradedMarket) -> None:
    bars = market.bars
    rows = history_of(market).rows
    for row, following in pairwise(rows):
        if not row.contract or not following.contract or not following.basis:
            continue
        close = DAYS[DAYS.index(following.trade_date) - 1]
        weights = {code: getattr(each, following.basis) for code, each in bars[close].items()}
        ended = row.contract not in may_be_main(following.trade_date, market)
        assert ended or weights[following.contract] > 1.1 * weights[row.contract]


@given(markets(), st.integers(0, 25))
def test_later_bars_change_nothing_that_was_known(market: TradedMarket, cut: int) -> None:
    whole = history_of(market)
    past = {day: each for day, each in market.bars.items() if day in DAYS[:cut]}
    history = history_of(market._replace(bars=past))
    for day in DAYS[: len(past) + 1]:
        if day <= history.known_until:
            assert main_on(history, day) == main_on(whole, day)


@given(markets(), st.integers(0, 25))
def test_it_can_be_carried_on_from_any_day(market: TradedMarket, cut: int) -> None:
    days = DAYS[: len(market.bars) + 1]
    whole = list(history_of(market).rows)
    start = min(cut, len(days) - 1)
    kept = [row for row in whole if row.trade_date <= days[start]]
    assert work_out(market, days[start:], kept) == whole


@given(markets(), st.integers(0, 30), st.integers(0, 30))
def test_the_main_contracts_of_a_range(market: TradedMarket, one: int, other: int) -> None:
    history = history_of(market)
    days = DAYS[min(one, other) : max(one, other) + 1]
    mains = {main.contract for day in days if (main := main_on(history, day))}
    assert set(mains_between(history, days[0], days[-1])) == mains
    assert unknown_days(history, days) == [day for day in days if not main_on(history, day)]
