"""What always holds of main contracts."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.futures.main_contracts import (
    MainHistory,
    Standing,
    main_contracts,
    main_on,
    mains_between,
    unknown_days,
)
from tests.unit.futures.contracts import contract
from tests.unit.futures.naive_mains import naive_mains

DAYS = trading_days("CFE", "20240101", "20240331")


@st.composite
def markets(draw: st.DrawFn) -> tuple[list[Security], dict[str, dict[str, Standing]]]:
    """Draw the contracts of a variety, and bars of each day that some of them live."""
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
    return contracts, bars


type TradedMarket = tuple[list[Security], dict[str, dict[str, Standing]]]


def history_of(market: TradedMarket) -> MainHistory:
    contracts, bars = market
    days = DAYS[: len(bars) + 1]
    return MainHistory(
        tuple(main_contracts(days, bars, [], contracts)),
        max((day for day in bars if bars[day]), default=""),
    )


@given(markets())
def test_a_plain_loop_says_the_same(market: TradedMarket) -> None:
    contracts, bars = market
    history = history_of(market)
    expected = naive_mains(bars, {each.code: each.delist_date or "" for each in contracts}, DAYS)
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
def test_every_day_has_one_main_contract_while_any_may_be(market: TradedMarket) -> None:
    contracts, bars = market
    history = history_of(market)
    if not history.rows:
        return
    for day in DAYS:
        if not history.rows[0].trade_date <= day <= history.known_until:
            assert main_on(history, day) is None
            continue
        been = {row.contract for row in history.rows if row.trade_date < day}
        before = DAYS[DAYS.index(day) - 1]
        left = {each.code for each in contracts if each.alive(day, day)} & bars[before].keys()
        main = main_on(history, day)
        assert main or not left - been
        assert not main or any(
            each.code == main.contract and each.alive(day, day) for each in contracts
        )


@given(markets())
def test_it_changes_only_for_a_tenth_more_or_at_the_end(market: TradedMarket) -> None:
    contracts, bars = market
    ends = {each.code: each.delist_date or "" for each in contracts}
    rows = history_of(market).rows
    for row, following in pairwise(rows):
        if not row.contract or not following.contract or not following.basis:
            continue
        close = DAYS[DAYS.index(following.trade_date) - 1]
        weights = {code: getattr(each, following.basis) for code, each in bars[close].items()}
        ended = ends[row.contract] <= close
        assert ended or weights[following.contract] > 1.1 * weights[row.contract]


@given(markets(), st.integers(0, 25))
def test_later_bars_change_nothing_that_was_known(market: TradedMarket, cut: int) -> None:
    contracts, bars = market
    whole = history_of(market)
    past = {day: each for day, each in bars.items() if day in DAYS[:cut]}
    history = history_of((contracts, past))
    for day in DAYS[: len(past) + 1]:
        if day <= history.known_until:
            assert main_on(history, day) == main_on(whole, day)


@given(markets(), st.integers(0, 25))
def test_it_can_be_carried_on_from_any_day(market: TradedMarket, cut: int) -> None:
    contracts, bars = market
    days = DAYS[: len(bars) + 1]
    whole = list(history_of(market).rows)
    start = min(cut, len(days) - 1)
    kept = [row for row in whole if row.trade_date <= days[start]]
    assert main_contracts(days[start:], bars, kept, contracts) == whole


@given(markets(), st.integers(0, 30), st.integers(0, 30))
def test_the_main_contracts_of_a_range(market: TradedMarket, one: int, other: int) -> None:
    history = history_of(market)
    days = DAYS[min(one, other) : max(one, other) + 1]
    mains = {main.contract for day in days if (main := main_on(history, day))}
    assert set(mains_between(history, days[0], days[-1])) == mains
    assert unknown_days(history, days) == [day for day in days if not main_on(history, day)]
