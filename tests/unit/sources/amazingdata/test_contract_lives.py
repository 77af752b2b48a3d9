"""Lives of futures, from their codes."""

import csv

import pytest

from marketdata.sources.amazingdata.contract_lives import (
    delivery_month,
    last_trading_day,
    may_be_listed_since,
    surely_listed,
)
from tests.support.real_files import REAL


@pytest.mark.parametrize(
    ("code", "today", "listed", "month"),
    [
        ("IF2401.CFE", "20240105", True, "2024-01"),
        ("IF2401.CFE", "20251121", False, "2024-01"),
        ("TA409.CZC", "20240105", True, "2024-09"),
        ("TA409.CZC", "20240930", True, "2024-09"),
        ("TA409.CZC", "20241008", False, "2024-09"),
        ("TA501.CZC", "20241008", True, "2025-01"),
        ("TA001.CZC", "20291008", True, "2030-01"),
        ("TA909.CZC", "20241008", False, "2019-09"),
        ("TA412.CZC", "20241008", False, "2014-12"),
        ("IF2413.CFE", "20240105", True, None),
        ("IF99.CFE", "20240105", True, None),
    ],
)
def test_the_code_holds_the_delivery_month(
    code: str, today: str, listed: bool, month: str | None
) -> None:
    assert delivery_month(code, today, listed=listed) == month


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("IF2401.CFE", "20240119"),
        ("T2403.CFE", "20240308"),
        ("XX2401.CFE", "20240131"),
        ("RB2410.SHF", "20241031"),
        ("IF2902.CFE", "20290228"),
    ],
)
def test_the_last_trading_day(code: str, day: str) -> None:
    delivery = delivery_month(code, "20240105", listed=True)
    assert delivery
    assert last_trading_day(code, delivery) == day


@pytest.mark.skipif(not REAL.exists(), reason="the real bars of ../shared/data/market are absent")
def test_real_contracts_end_when_their_codes_say() -> None:
    with (REAL / "securities.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["type"] == "future"]
    assert len(rows) > 100
    for row in rows:
        delivery = delivery_month(row["code"], row["list_date"], listed=True)
        assert delivery
        last = last_trading_day(row["code"], delivery)
        if row["code"].endswith(".CFE") and row["delist_date"] < "20240930":
            assert last == row["delist_date"]
        assert last >= row["delist_date"]
        assert may_be_listed_since(last) <= row["list_date"]
        first, until = surely_listed(last)
        assert row["list_date"] <= first or row["list_date"] == "20200102"
        assert until <= row["delist_date"] or row["delist_date"] == "20240930"


def test_a_month_in_which_it_is_listed_for_certain() -> None:
    assert surely_listed("20240119") == ("20231201", "20231220")
    assert may_be_listed_since("20240119") == "20210101"
