"""The rule of the main contract on real futures: IF and IC of 2020 to 2024, PVC of 2022."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import nth_friday, previous_trading_day, trading_days
from marketdata.catalog.securities import Security, life, security_of, variety_of
from marketdata.futures.main_contracts import Basis, MainHistory, Standing, main_contracts, main_on
from tests.support.real_files import REAL
from tests.unit.futures.naive_mains import naive_mains

pytestmark = pytest.mark.skipif(
    not REAL.exists(), reason="the real market data are no part of the repository"
)

type Bars = dict[str, dict[str, Standing]]

ROLLS = {
    "IF": [
        ("20200103", "IF2001.CFE"),
        ("20200117", "IF2002.CFE"),
        ("20200218", "IF2003.CFE"),
        ("20231215", "IF2401.CFE"),
        ("20240119", "IF2402.CFE"),
        ("20240122", "IF2403.CFE"),
        ("20240315", "IF2404.CFE"),
    ],
    "IC": [
        ("20200103", "IC2001.CFE"),
        ("20230915", "IC2310.CFE"),
        ("20231214", "IC2401.CFE"),
        ("20240315", "IC2404.CFE"),
        ("20240621", "IC2407.CFE"),
        ("20240920", "IC2410.CFE"),
    ],
    "V": [
        ("20220105", "V2205.DCE"),
        ("20220420", "V2209.DCE"),
        ("20220818", "V2301.DCE"),
        ("20221208", "V2305.DCE"),
    ],
}
"""Read off the files by eye: PVC's are all of them."""


def read_contracts(variety: str) -> list[Security]:
    with (REAL / "securities.csv").open(encoding="utf-8") as file:
        securities = [security_of(row) for row in csv.DictReader(file)]
    return [
        each for each in securities if each.kind is Kind.FUTURE and variety_of(each.code) == variety
    ]


def read_bars(contracts: list[Security]) -> Bars:
    bars: Bars = {}
    for contract in contracts:
        path: Path = REAL / f"future/daily/{contract.code}.csv"
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                standing = Standing(int(float(row["open_interest"])), int(float(row["volume"])))
                bars.setdefault(row["trade_date"], {})[contract.code] = standing
    return bars


def work_out(
    variety: str, *, two_months: bool | None = None
) -> tuple[MainHistory, Bars, list[Security], list[str]]:
    contracts = read_contracts(variety)
    bars = read_bars(contracts)
    days = trading_days(contracts[0].market, min(bars), "20241231")
    days = days[: days.index(max(bars)) + 2]
    near = variety != "V" if two_months is None else two_months
    # The source has no IC at all on two days.
    known = {day: bars.get(day, {}) for day in days[:-1]}
    rows = main_contracts(days, known, [], contracts, two_months=near)
    return MainHistory(tuple(rows), max(bars)), bars, contracts, days


@pytest.mark.parametrize("variety", ROLLS)
def test_every_day_is_as_a_plain_loop_over_the_files_says(variety: str) -> None:
    history, bars, contracts, days = work_out(variety)
    lives = {each.code: life(each) for each in contracts}
    expected = naive_mains(bars, lives, days, two_months=variety != "V")
    assert len(expected) == len(bars)
    found = {day: main_on(history, day) for day in days[1:]}
    assert {day: main and main.contract for day, main in found.items() if day in expected} == (
        expected
    )


@pytest.mark.parametrize("variety", ROLLS)
def test_rolls_that_were_checked_by_eye(variety: str) -> None:
    history, *_ = work_out(variety)
    rows = {row.trade_date: row for row in history.rows}
    for day, contract in ROLLS[variety]:
        assert rows[day].contract == contract
        assert rows[day].basis is Basis.OPEN_INTEREST
    assert variety != "V" or len(rows) == len(ROLLS["V"])


@pytest.mark.parametrize("variety", ["IF", "IC"])
def test_index_futures_change_around_the_third_friday(variety: str) -> None:
    history, _, contracts, _ = work_out(variety)
    ends = {each.code: each.delist_date or "" for each in contracts}
    calendar = trading_days("CFE", "20191201", "20241231")
    distances = []
    for row, following in pairwise(history.rows):
        day = following.trade_date
        assert previous_trading_day("CFE", day) <= ends[row.contract or ""]
        friday = nth_friday("CFE", f"{day[:4]}-{day[4:6]}", 3)
        distances.append(calendar.index(day) - calendar.index(friday))
    near = [distance for distance in distances if -2 <= distance <= 1]
    assert len(near) > 0.9 * len(distances)


@pytest.mark.parametrize(
    ("variety", "small", "days"),
    [("IF", {False: 330, True: 10}, 1151), ("IC", {False: 198, True: 20}, 1149)],
)
def test_of_two_months_it_is_rarely_a_small_one(
    variety: str, small: dict[bool, int], days: int
) -> None:
    """Less than half of the largest open interest after the close that decided, as measured."""
    for two_months, expected in small.items():
        history, bars, _, calendar = work_out(variety, two_months=two_months)
        found = [
            max(each.open_interest or 0 for each in bars[close].values())
            > 2 * (bars[close][main.contract or ""].open_interest or 0)
            for close, day in pairwise(calendar)
            if close in bars and (main := main_on(history, day))
        ]
        assert (sum(found), len(found)) == (expected, days)


def test_the_next_main_contract_is_known_a_day_ahead() -> None:
    history, *_ = work_out("IF")
    assert history.computed_until == "20240930"
    assert history.known_until == "20241008"
    assert main_on(history, "20241008") is not None
    assert main_on(history, "20241009") is None
