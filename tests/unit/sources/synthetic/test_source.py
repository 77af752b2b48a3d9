"""The synthetic market: plausible, deterministic, and whole."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import CODE_PATTERN, Catalog
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, FactorRequest, FetchedBars, frame_columns
from marketdata.sources.synthetic import bars, contracts, equities, futures, paths
from marketdata.sources.synthetic.bars import START
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.clocks import clock

EVENING = clock("2025-11-21T18:00")
SOURCE = SyntheticSource(EVENING, "17:00")
CATALOG = Catalog(SOURCE.list_securities().securities, "", SOURCE.name, {})
TODAY = "20251121"

codes = {kind: [each.code for each in CATALOG.of_kind(kind)] for kind in Kind}
ALL = "19900101", "20991231"


def daily(kind: Kind, *wanted: str, start: str = START, end: str = TODAY) -> FetchedBars:
    return SOURCE.fetch_bars(BarRequest(BarDataset(kind, Period.DAILY), wanted, start, end))


def test_the_catalog_has_every_kind() -> None:
    stocks = CATALOG.of_kind(Kind.STOCK)
    assert 280 <= len(stocks) <= 300
    assert len(equities.equities(SOURCE.seed)) == 300 + len(equities.FUNDS) + len(equities.INDICES)
    assert {code[:3] for code in codes[Kind.STOCK]} >= {"600", "603", "688", "000", "002", "300"}
    assert {"000300.SH", "000905.SH", "000001.SH"} <= set(codes[Kind.INDEX])
    assert "510300.SH" in codes[Kind.ETF]
    everything = [each for kind in Kind for each in CATALOG.of_kind(kind)]
    assert all(re.search(CODE_PATTERN, each.code) for each in everything)
    assert all(each.name.startswith("合成") for each in everything)
    assert len(everything) == len(SOURCE.list_securities().securities)
    gone = [each for each in stocks if each.delist_date]
    assert len(gone) == equities.DELISTED
    assert any((each.list_date or "") > "20240101" for each in stocks)
    assert CATALOG.get("600000.SH") not in gone
    assert all((each.list_date or "") <= TODAY for each in everything)


@pytest.mark.parametrize("kind", list(Kind))
def test_bars_are_where_life_and_suspensions_leave_room(kind: Kind) -> None:
    fetched = daily(kind, *codes[kind], start="20240101", end="20240630")
    days = trading_days("SH", "20240101", "20240630")
    found = {code: set(frame["trade_date"]) for code, frame in fetched.frame.groupby("code")}
    for code in codes[kind]:
        security = CATALOG.get(code)
        assert security is not None
        alive = {day for day in days if security.alive(day, day)}
        halted = fetched.halted.get(code, {})
        assert found.get(code, set()) == alive - halted.keys()
        assert halted.keys() <= alive
    assert not fetched.failed
    reasons = {reason for days in fetched.halted.values() for reason in days.values()}
    assert reasons == ({"suspended"} if kind is Kind.STOCK else set())


@pytest.mark.parametrize("kind", list(Kind))
def test_every_daily_bar_is_sound(kind: Kind) -> None:
    frame = daily(kind, *codes[kind], start="20240101").frame
    assert list(frame.columns) == frame_columns(BarDataset(kind, Period.DAILY))
    assert not frame.isna().to_numpy().any()
    idle = frame["volume"] == 0
    traded = frame[~idle]
    assert (traded["low"] > 0).all()
    assert (traded["low"] <= traded[["open", "close"]].min(axis=1)).all()
    assert (traded["high"] >= traded[["open", "close"]].max(axis=1)).all()
    assert (traded["amount"] > 0).all()
    if kind is not Kind.FUTURE:
        assert not idle.any()
        return
    assert 0 < idle.mean() < 0.2
    assert (frame.loc[idle, ["open", "high", "low", "amount"]] == 0).to_numpy().all()
    assert (frame.loc[idle, "close"] == frame.loc[idle, "settle"]).all()
    assert traded["settle"].between(traded["low"], traded["high"]).all()
    assert not frame.loc[idle, "code"].str.endswith(".CFE").any()


def test_stocks_move_in_cents_and_hundreds_within_the_limit() -> None:
    frame = daily(Kind.STOCK, *codes[Kind.STOCK][::15]).frame
    prices = frame[["open", "high", "low", "close"]]
    assert prices.map(lambda price: price == float(f"{price:.2f}")).to_numpy().all()
    assert (frame["volume"] % 100 == 0).all()
    average = frame["amount"] / frame["volume"]
    assert average.between(frame["low"] - 1e-9, frame["high"] + 1e-9).all()
    factors = daily_factors(frame)
    grown = factors / factors.groupby(frame["code"]).shift()
    before = frame.groupby("code")["close"].shift() / grown
    limit = frame["code"].str.startswith(("688", "30")).map({True: 0.2, False: 0.1})
    known = before.notna()
    assert (frame["high"] <= before * (1 + limit) + 0.0051)[known].all()
    assert (frame["low"] >= before * (1 - limit) - 0.0051)[known].all()
    adjusted = frame["close"] * factors
    assert adjusted.groupby(frame["code"]).agg(lambda path: path.max() / path.min()).max() < 20


def daily_factors(frame: pd.DataFrame) -> "pd.Series[float]":
    """Give the factor that each bar's price is to be multiplied with."""
    wanted = tuple(dict.fromkeys(frame["code"]))
    steps = SOURCE.fetch_factors(FactorRequest(Kind.STOCK, wanted)).steps
    found = [
        steps[code].factors[bisect_right(steps[code].days, day) - 1]
        for code, day in zip(frame["code"], frame["trade_date"], strict=True)
    ]
    return pd.Series(found, index=frame.index)


def test_most_stocks_pay_once_a_year_and_fall_by_it() -> None:
    steps = SOURCE.fetch_factors(FactorRequest(Kind.STOCK, tuple(codes[Kind.STOCK]))).steps
    assert list(steps) == codes[Kind.STOCK]
    # The first example that everybody tries.
    assert len(steps["600000.SH"].days) > 8
    paying = [each for each in steps.values() if len(each.days) > 1]
    assert 0.6 < len(paying) / len(steps) < 0.9
    for each in steps.values():
        years = [day[:4] for day in each.days[1:]]
        assert len(set(years)) == len(years)
        assert list(each.factors) == sorted(each.factors)
        assert each.factors[0] == 1
    frame = daily(Kind.STOCK, *codes[Kind.STOCK][::15]).frame
    before = frame.groupby("code")["close"].shift()
    factors = daily_factors(frame)
    grown = factors / factors.groupby(frame["code"]).shift()
    large = grown > 1.12
    assert large.sum() > 5
    # No price limit would let it fall so far by itself.
    assert (frame["close"] / before)[large].max() < 1
    assert (frame["close"] * grown / before - 1)[large].abs().max() < 0.21


def test_funds_pay_nothing_and_a_stranger_has_no_factors() -> None:
    funds = SOURCE.fetch_factors(FactorRequest(Kind.ETF, ("510300.SH", "600000.SH")))
    assert funds.steps.keys() == {"510300.SH"}
    assert funds.steps["510300.SH"].factors == (1.0,)
    assert not funds.failed


def test_futures_move_in_ticks_and_amounts_have_the_multiplier() -> None:
    for code, tick, multiplier in [("IF2403.CFE", 0.2, 300), ("T2406.CFE", 0.005, 10_000)]:
        frame = daily(Kind.FUTURE, code).frame
        steps = frame[["open", "high", "low", "close", "settle"]].to_numpy() / tick
        assert abs(steps - steps.round()).max() < 1e-6
        average = frame["amount"] / frame["volume"] / multiplier
        assert average.between(frame["low"] - 1e-6, frame["high"] + 1e-6).all()
    future = daily(Kind.FUTURE, "IF2403.CFE").frame.set_index("trade_date")["close"]
    index = daily(Kind.INDEX, "000300.SH").frame.set_index("trade_date")["close"]
    assert (future / index - 1).abs().max() < 0.05


def by_day(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for day, bars_of_day in frame.groupby("trade_date"):
        yield str(day), bars_of_day


@pytest.mark.parametrize("variety", ["IF", "T", "RB", "CU", "M", "TA", "SC", "LC"])
def test_open_interest_builds_decays_and_the_main_contract_rolls(variety: str) -> None:
    known = contracts.contracts_by_code(TODAY)
    wanted = [code for code, each in known.items() if each.variety.code == variety]
    frame = daily(Kind.FUTURE, *wanted, start="20230801").frame
    days = {
        day: dict(zip(on["code"], on["open_interest"], strict=True)) for day, on in by_day(frame)
    }
    held = next(iter(days.values()))
    main, before, rolls = max(held, key=held.__getitem__), set[str](), 0
    for day, held in days.items():
        top = max(held.keys() - before, key=held.__getitem__)
        if held[top] > 1.1 * held.get(main, 0):
            before.add(main)
            main, rolls = top, rolls + 1
        # The rule never stays with a contract that has ended.
        assert day <= (known[main].security.delist_date or "")
    assert rolls >= 5
    ended = frame[frame.groupby("code")["trade_date"].transform("last") < TODAY]
    assert (ended.groupby("code")["open_interest"].last() == 0).all()


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(list(Kind)),
    st.data(),
    st.dates(date(2015, 1, 1), date(2025, 11, 21)),
    st.integers(0, 60),
)
def test_a_bar_depends_on_neither_range_nor_company(
    kind: Kind, data: st.DataObject, first: date, length: int
) -> None:
    wanted = data.draw(st.lists(st.sampled_from(codes[kind]), min_size=1, max_size=4, unique=True))
    start, end = f"{first:%Y%m%d}", f"{first + timedelta(days=length):%Y%m%d}"
    together = daily(kind, *wanted, start=start, end=end)
    for code in wanted:
        whole = daily(kind, code)
        inside = whole.frame[whole.frame["trade_date"].between(start, end)]
        found = together.frame[together.frame["code"] == code]
        pd.testing.assert_frame_equal(
            found.reset_index(drop=True), inside.reset_index(drop=True), check_dtype=False
        )
        halted = whole.halted.get(code, {})
        assert together.halted.get(code, {}) == {
            day: why for day, why in halted.items() if start <= day <= end
        }


def test_a_longer_calendar_changes_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ("600000.SH", "600012.SH", "300001.SZ")
    futures_wanted = ("IF2512.CFE", "RB2601.SHF", "SC2512.INE", "TA601.CZC")
    before = daily(Kind.STOCK, *wanted).frame, daily(Kind.FUTURE, *futures_wanted).frame
    caches = (bars.axis, paths.market_returns, futures._spot)
    monkeypatch.setattr(bars, "last_known_day", lambda: "20251231")
    try:
        for each in caches:
            each.cache_clear()
        assert bars.axis().days[-1] == "20251231"
        after = daily(Kind.STOCK, *wanted).frame, daily(Kind.FUTURE, *futures_wanted).frame
    finally:
        for each in caches:
            each.cache_clear()
    for one, two in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(one, two)


def test_another_seed_is_another_market() -> None:
    other = SyntheticSource(EVENING, "17:00", seed=1)
    request = BarRequest(BarDataset.parse("stock.daily"), ("600000.SH",), "20240101", "20240131")
    one, two = (source.fetch_bars(request).frame for source in (SOURCE, other))
    assert one["close"].tolist() != two["close"].tolist()


@pytest.mark.parametrize(
    ("time", "last"),
    [
        ("2025-11-21T16:59", "20251120"),
        ("2025-11-21T17:00", "20251121"),
        ("2025-11-23T12:00", "20251121"),
    ],
)
def test_no_bar_of_a_day_that_is_not_final(time: str, last: str) -> None:
    source = SyntheticSource(clock(time), "17:00")
    for name, code in [("stock.daily", "600000.SH"), ("index.min60", "000300.SH")]:
        request = BarRequest(BarDataset.parse(name), (code,), "20251101", "20261231")
        assert source.fetch_bars(request).frame["trade_date"].max() == last


def test_what_is_not_listed_yet_is_not_in_the_catalog() -> None:
    early = SyntheticSource(clock("2020-01-02T08:50"), "17:00").list_securities().securities
    assert max(each.list_date or "" for each in early) <= "20200102"
    assert "IF2401.CFE" not in {each.code for each in early}


@pytest.mark.parametrize("name", ["stock.daily", "future.daily", "index.min5"])
def test_an_unknown_code_has_no_bars(name: str) -> None:
    dataset = BarDataset.parse(name)
    fetched = SOURCE.fetch_bars(BarRequest(dataset, ("999999.SH", "IF0001.CFE"), *ALL))
    assert len(fetched.frame) == 0
    assert list(fetched.frame.columns) == frame_columns(dataset)
    assert not fetched.halted
    assert not fetched.failed


def test_the_market_begins_on_its_first_day() -> None:
    assert SOURCE.coverage_start(BarDataset.parse("future.min1")) == START
    frame = daily(Kind.STOCK, "600000.SH", start="20100101").frame
    assert frame["trade_date"].min() >= START
