"""Lives of synthetic contracts follow the exchanges' rules: compared with real ones."""

import csv
from collections import defaultdict
from itertools import pairwise

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import is_trading_day, last_known_day, next_trading_day
from marketdata.catalog.sessions import BOND_FUTURES, INDEX_FUTURES, bars_per_day
from marketdata.sources.synthetic.contracts import Contract, contracts, contracts_by_code
from marketdata.sources.synthetic.products import PRODUCTS
from tests.support.real_files import REAL

KNOWN = contracts_by_code("20251121")


def life_of(code: str) -> tuple[str | None, str | None]:
    security = KNOWN[code].security
    return security.list_date, security.delist_date


@pytest.mark.parametrize(
    ("code", "begins", "ends"),
    [
        ("IF2401.CFE", "20231120", "20240119"),
        ("IF2409.CFE", "20240122", "20240920"),
        ("IM2208.CFE", "20220722", "20220819"),
        ("IM2303.CFE", "20220722", "20230317"),
        ("T2409.CFE", "20231211", "20240913"),
        ("RB2402.SHF", "20230216", "20240219"),  # the 15th lay in the Spring Festival
        ("M2501.DCE", "20240116", "20250115"),
        ("TA501.CZC", "20240116", "20250115"),
        ("SC2501.INE", "20240102", "20241231"),
        ("LC2401.GFE", "20230721", "20240115"),
    ],
)
def test_known_lives(code: str, begins: str, ends: str) -> None:
    assert life_of(code) == (begins, ends)


@pytest.mark.skipif(not REAL.exists(), reason="the real list ../shared/data/market is absent")
def test_index_futures_live_as_the_real_ones_do() -> None:
    with (REAL / "securities.csv").open(newline="", encoding="utf-8") as lines:
        real = [row for row in csv.DictReader(lines) if row["code"].endswith(".CFE")]
    compared = 0
    for row in real:
        begins, ends = life_of(row["code"])
        # Bars end in September 2024, and begin in January 2020: lives are known only in between.
        if row["list_date"] > "20200102":
            assert begins == row["list_date"], row
            compared += 1
        if row["delist_date"]:
            assert ends == row["delist_date"], row
    assert compared > 100


def test_the_rule_of_dalian_is_the_real_one() -> None:
    iron = {code: life_of(code) for code in KNOWN if code.startswith("I2")}
    # PVC has the same rule; these are its real lives.
    assert iron["I2201.DCE"] == ("20210118", "20220117")
    assert iron["I2202.DCE"] == ("20210222", "20220218")
    assert iron["I2203.DCE"] == ("20210315", "20220314")


def test_codes_are_unique_and_lives_are_trading_days() -> None:
    assert {each.variety.market for each in KNOWN.values()} == {
        *("CFE", "SHF", "DCE", "CZC", "INE", "GFE")
    }
    for code in KNOWN:
        begins, ends = life_of(code)
        assert begins is not None
        assert ends is not None
        assert begins < ends
        assert is_trading_day("SH", begins)
        assert ends > last_known_day() or is_trading_day("SH", ends)


def test_a_code_of_zhengzhou_comes_back_after_ten_years() -> None:
    assert contracts_by_code("20160601")["TA701.CZC"].delivery == "2017-01"
    assert contracts_by_code("20260601")["TA701.CZC"].delivery == "2027-01"


def test_nothing_is_listed_before_its_day() -> None:
    assert "IF2512.CFE" not in contracts_by_code("20250418")
    assert "IF2512.CFE" in contracts_by_code("20250421")


def test_a_month_without_its_own_contract_never_opens_a_gap() -> None:
    """On every day from the beginning on some contract of each product is listed."""
    lives: defaultdict[str, list[Contract]] = defaultdict(list)
    for contract in contracts():
        lives[contract.variety.code].append(contract)
    assert lives.keys() == {variety.code for variety in PRODUCTS}
    for listed in lives.values():
        by_end = sorted(listed, key=lambda each: each.security.delist_date or "")
        for one, two in pairwise(by_end):
            ends, begins = one.security.delist_date or "", two.security.list_date or ""
            assert ends >= last_known_day() or begins <= next_trading_day("SH", ends)


def test_sessions_know_the_same_last_days() -> None:
    for code, each in KNOWN.items():
        ends = each.security.delist_date or ""
        if each.variety.code in BOND_FUTURES and ends <= last_known_day():
            assert bars_per_day(Kind.FUTURE, "CFE", code, Period.MIN1, ends) in (120, 135)
        if each.variety.code in INDEX_FUTURES and ends < "20160101":
            assert bars_per_day(Kind.FUTURE, "CFE", code, Period.MIN1, ends) == 255
