"""The real bars, published: files and market days hold what the API answers, field by field."""

import random
from pathlib import Path
from typing import Any

import pytest

from marketdata.catalog.calendar import trading_days
from tests.integration.exports.published import as_text, day_of, file_of, get, query
from tests.support.emulation import join
from tests.support.real_files import REAL
from tests.support.service import Service

YEAR = {"start_date": "20200101", "end_date": "20201231"}
SEED = 20201231


@pytest.fixture
def market(publishing: Service) -> Service:
    """Fill the real stocks and some futures of a year."""
    if not REAL.is_dir():
        pytest.skip(f"no market data in {REAL}")
    wanted = ["securities.csv", "suspensions.csv"]
    wanted += [f"stock/daily/{path.name}" for path in REAL.glob("stock/daily/*.csv")]
    wanted += [f"future/daily/{path.name}" for path in REAL.glob("future/daily/IF20*.csv")]
    for path in wanted:
        publishing.put_file(path, (REAL / path).read_text())
    codes = sorted(path.stem for path in REAL.glob("stock/daily/*.csv"))
    publishing.run("fill-missing", security_type="stock", **YEAR, codes=codes)
    futures = sorted(path.stem for path in REAL.glob("future/daily/IF20*.csv"))
    publishing.run("fill-missing", security_type="future", **YEAR, codes=futures)
    return publishing


def test_days_and_files_are_what_the_api_answers(market: Service, tmp_path: Path) -> None:
    codes = sorted(path.stem for path in REAL.glob("stock/daily/*.csv"))
    asked = {"codes": ",".join(codes), **YEAR}
    answer = get(market, "/stock/kline", **asked)
    rows = [{"code": code, **row} for code in codes for row in answer["data"][code]]
    path = file_of(tmp_path, "stock.daily", "2020")
    assert as_text(query(path)) == as_text(rows)
    by_day: dict[str, Any] = {}
    for row in rows:
        by_day.setdefault(row["trade_date"], {})[row["code"]] = {
            name: value for name, value in row.items() if name != "code"
        }
    for day in trading_days("SH", *YEAR.values()):
        found = day_of(market, day)
        assert as_text([found["data"]]) == as_text([by_day[day]])
        absent = {
            code
            for code, days in answer["meta"]["absent"].items()
            if day in {each["date"] for each in days}
        }
        assert found["meta"]["absent"].keys() == absent


def test_random_questions_have_the_same_answer(market: Service, tmp_path: Path) -> None:
    path = file_of(tmp_path, "stock.daily", "2020")
    published = query(path)
    codes = sorted({row["code"] for row in published})
    days = trading_days("SH", *YEAR.values())
    chance = random.Random(SEED)
    for _ in range(20):
        code, (first, last) = chance.choice(codes), sorted(chance.sample(days, 2))
        found, _ = market.rows("/stock/kline", code, first, last)
        assert as_text(found) == as_text(
            [
                {name: value for name, value in row.items() if name != "code"}
                for row in published
                if row["code"] == code and first <= row["trade_date"] <= last
            ]
        )


def test_futures_have_their_settlement_price(market: Service, tmp_path: Path) -> None:
    day = "20200302"
    found = get(market, "/future/kline/day", trade_date=day)["data"]
    assert found
    for code, row in found.items():
        assert [row] == market.rows("/future/kline", code, day, day)[0]
    rows = query(file_of(tmp_path, "future.daily", "2020"))
    assert {row["code"] for row in rows if row["trade_date"] == day} == found.keys()
    mains = query(file_of(tmp_path, "main_contracts", "all"))
    assert {row["variety"] for row in mains} >= {"IF"}


def test_factors_give_the_adjusted_prices(market: Service, tmp_path: Path) -> None:
    code = "600000.SH"
    market.put_file(
        "stock/factors/600000.SH.csv",
        "trade_date,factor\n20200102,1.0\n20200723,1.05\n20201231,1.05\n",
    )
    asked = {"codes": code, **YEAR, "adjust": "backward"}
    adjusted = get(market, "/stock/kline", **asked)["data"][code]
    market.post("/cache/publish", {})
    join()
    published = query(file_of(tmp_path, "stock.factors", "all"))
    bars = [row for row in query(file_of(tmp_path, "stock.daily", "2020")) if row["code"] == code]
    assert len(adjusted) == len(bars)
    for row, bar in zip(adjusted, bars, strict=True):
        known = [step["factor"] for step in published if step["trade_date"] <= bar["trade_date"]]
        assert row["close"] == pytest.approx(bar["close"] * known[-1], abs=1e-9, rel=1e-9)
