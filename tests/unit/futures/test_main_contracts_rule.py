"""The rule of the main contract, case by case."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from marketdata.catalog.calendar import trading_days
from marketdata.futures.main_contracts import (
    Basis,
    Main,
    MainHistory,
    Standing,
    main_contracts,
    main_on,
)
from tests.unit.futures.contracts import FAR, NEAR, THREE, contract

DAYS = trading_days("CFE", "20240101", "20240331")
INTEREST, VOLUME = Basis.OPEN_INTEREST, Basis.VOLUME

type Bars = Mapping[str, Mapping[str, Standing]]


def closes(*interest: Sequence[int | None], volume: Sequence[int] = (1, 1, 1)) -> Bars:
    """Give the standings of NEAR, NEXT and FAR on the first days of 2024."""
    codes = [each.code for each in THREE]
    return {
        day: dict(zip(codes, map(Standing, row, volume), strict=True))
        for day, row in zip(DAYS, interest, strict=False)
    }


def test_the_first_is_the_largest_and_holds_from_the_next_day_on() -> None:
    rows = main_contracts(DAYS, closes((3, 1, 2)), [], THREE)
    assert rows == [Main("20240103", "IF2401.CFE", INTEREST)]


def test_exactly_a_tenth_more_is_not_enough() -> None:
    rows = main_contracts(DAYS, closes((100, 0, 1), (100, 0, 110), (100, 0, 111)), [], THREE)
    assert rows[1:] == [Main("20240105", "IF2403.CFE", INTEREST)]


def test_of_equals_the_nearer_delivery() -> None:
    rows = main_contracts(DAYS, closes((5, 9, 9), (0, 1, 1)), [], THREE[::-1])
    assert [row.contract for row in rows] == ["IF2402.CFE"]


def test_one_bar_without_open_interest_makes_it_a_day_of_volume() -> None:
    bars = closes((9, 1, None), (9, 1, 3), volume=(1, 2, 3))
    assert main_contracts(DAYS, bars, [], THREE) == [
        Main("20240103", "IF2403.CFE", VOLUME),
        Main("20240104", "IF2401.CFE", INTEREST),
    ]


def test_what_was_main_is_passed_over_for_the_next_best() -> None:
    bars = closes((100, 0, 1), (100, 20, 200), (500, 300, 200))
    mains = [row.contract for row in main_contracts(DAYS, bars, [], THREE)]
    assert mains == ["IF2401.CFE", "IF2403.CFE", "IF2402.CFE"]


def test_after_its_last_day_the_largest_left_takes_over() -> None:
    last = DAYS.index("20240119")
    row = {"IF2401.CFE": Standing(1000, 9), "IF2402.CFE": Standing(5, 1), "IF2403.CFE": (7, 1)}
    bars = {day: {code: Standing(*each) for code, each in row.items()} for day in DAYS[: last + 1]}
    assert main_contracts(DAYS, bars, [], THREE) == [
        Main("20240103", "IF2401.CFE", INTEREST),
        Main("20240122", "IF2403.CFE", INTEREST),
    ]


def test_a_contract_on_its_last_day_does_not_become_main() -> None:
    bars = {"20240118": {"IF2402.CFE": Standing(None, 5), "IF2403.CFE": Standing(None, 4)}}
    bars["20240119"] = {"IF2401.CFE": Standing(None, 99), **bars["20240118"]}
    assert main_contracts(DAYS, bars, [], THREE) == [Main("20240119", "IF2402.CFE", VOLUME)]


def test_none_is_main_where_all_that_live_have_been() -> None:
    first = {NEAR.code: Standing(1, 1), FAR.code: Standing(9, 1)}
    second = {NEAR.code: Standing(99, 1), FAR.code: Standing(9, 1)}
    bars = {"20240117": first, "20240118": second, "20240119": second, "20240122": first}
    rows = main_contracts(DAYS[11:], bars, [], (NEAR, FAR))
    assert [row.contract for row in rows] == ["IF2403.CFE", "IF2401.CFE", None]


def test_after_a_day_that_is_not_known_nobody_knows() -> None:
    bars = dict(closes((9, 0, 0), (0, 0, 0), (9, 0, 0), (9, 0, 99), (0, 0, 0)))
    del bars["20240103"]
    assert main_contracts(DAYS, bars, [], THREE) == [
        Main("20240103", "IF2401.CFE", INTEREST),
        Main("20240104"),
        Main("20240105", "IF2401.CFE", INTEREST),
        Main("20240108", "IF2403.CFE", INTEREST),
    ]


def test_a_day_on_which_nothing_traded_changes_nothing() -> None:
    bars = {**closes((9, 0, 0), (0, 0, 0), (8, 0, 0)), "20240103": {}}
    assert len(main_contracts(DAYS, bars, [], THREE)) == 1


def test_a_main_contract_without_a_bar_stays() -> None:
    bars = {"20240102": {NEAR.code: Standing(9, 1)}, "20240103": {FAR.code: Standing(99, 1)}}
    assert len(main_contracts(DAYS, bars, [], THREE)) == 1


def test_a_code_that_came_back_is_another_contract() -> None:
    again = contract("TA409.CZC", "20230918", "20240913")
    other = contract("TA405.CZC", "20230516", "20240520")
    before = [Main("20140301", "TA409.CZC", INTEREST), Main("20140901", "TA501.CZC", INTEREST)]
    bars = {"20240102": {"TA409.CZC": Standing(9, 1), "TA405.CZC": Standing(1, 1)}}
    rows = main_contracts(DAYS, bars, before, (again, other))
    assert rows[2:] == [Main("20240103", "TA409.CZC", INTEREST)]


def test_each_life_of_a_code_is_main_once() -> None:
    twice = replace(
        contract("TA409.CZC", "20230918", "20240913"), earlier=(("20130916", "20140912"),)
    )
    other = contract("TA405.CZC", "20230516", "20240520")
    before = [Main("20140301", "TA409.CZC", INTEREST), Main("20140901", "TA501.CZC", INTEREST)]
    weights = [(9, 1), (1, 9), (9, 1)]
    bars = {
        day: {"TA409.CZC": Standing(first, 1), "TA405.CZC": Standing(second, 1)}
        for day, (first, second) in zip(DAYS, weights, strict=False)
    }
    rows = main_contracts(DAYS, bars, before, (twice, other))
    assert [row.contract for row in rows[2:]] == ["TA409.CZC", "TA405.CZC"]


def test_on_a_saturday_it_is_that_of_friday() -> None:
    rows = (Main("20240104", "IF2401.CFE", INTEREST), Main("20240108", "IF2403.CFE", INTEREST))
    history = MainHistory(rows, "20240105")
    assert history.known_until == "20240108"
    assert main_on(history, "20240106") == rows[0]
    assert main_on(history, "20240108") == rows[1]
    assert main_on(history, "20240109") is None
    assert main_on(MainHistory(), "20240109") is None


def test_of_stock_index_futures_only_this_month_and_the_next() -> None:
    """IF2403 outweighs both nearer months from the second day on; it is next from 22 January."""
    last = DAYS.index("20240119")
    row = {"IF2401.CFE": (100, 9), "IF2402.CFE": (50, 1), "IF2403.CFE": (900, 1)}
    bars = {day: {code: Standing(*each) for code, each in row.items()} for day in DAYS[: last + 1]}
    rows = main_contracts(DAYS, bars, [], THREE, two_months=True)
    assert [(main.trade_date, main.contract) for main in rows] == [
        ("20240103", "IF2401.CFE"),
        # The close of the third Friday decides for the Monday, when IF2402 is current.
        ("20240122", "IF2403.CFE"),
    ]
    anyone = main_contracts(DAYS, bars, [], THREE)
    assert [main.contract for main in anyone] == ["IF2403.CFE"]


def test_a_month_without_a_contract_is_not_next() -> None:
    bars = closes((1, 0, 900))
    rows = main_contracts(DAYS, bars, [], [NEAR, FAR], two_months=True)
    assert [main.contract for main in rows] == ["IF2401.CFE"]


def test_january_comes_after_december() -> None:
    two = [
        contract("IF2312.CFE", "20230424", "20240115"),
        contract("IF2401.CFE", "20231120", "20240119"),
    ]
    bars = {DAYS[0]: {"IF2312.CFE": Standing(1, 1), "IF2401.CFE": Standing(9, 1)}}
    (row,) = main_contracts(DAYS, bars, [], two, two_months=True)
    assert row.contract == "IF2401.CFE"


def test_by_volume_open_interest_does_not_matter() -> None:
    bars = closes((900, 1, 1), (900, 1, None), volume=(10, 1, 11))
    assert main_contracts(DAYS, bars, [], THREE, basis=VOLUME) == [
        Main("20240103", "IF2403.CFE", VOLUME)
    ]
