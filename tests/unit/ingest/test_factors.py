"""Factors as they are stored: none is lost to a worse answer."""

from datetime import timedelta

import orjson
import pytest

from marketdata.blocks import codec
from marketdata.blocks.dataset import Kind
from marketdata.kline.adjust.factors import NO_FACTORS, KnownFactors, read_factors
from marketdata.kline.adjust.steps import Steps
from tests.support.factor_market import FINAL, HALVED, NOW, FactorMarket


def test_a_longer_history_of_another_scale_takes_the_place_of_the_old_one_whole() -> None:
    market = FactorMarket()
    market.save(Kind.STOCK, "600000.SH", final_until="20240104")
    market.steps["600000.SH"] = Steps(("20230104", "20240104"), (3.0, 6.0), FINAL)
    market.save(Kind.STOCK, "600000.SH")
    known = read_factors(market.store, Kind.STOCK, ["600000.SH"])["600000.SH"]
    assert known == KnownFactors(market.steps["600000.SH"], NOW.isoformat(), "")


@pytest.mark.parametrize("then", [Steps(("20230104",), (1.0,), "20240103"), None])
def test_known_factors_outlive_a_worse_answer(then: Steps | None) -> None:
    market = FactorMarket()
    market.save(Kind.STOCK, "600000.SH")
    market.now += timedelta(days=1)
    market.steps = {"600000.SH": then} if then else {}
    failed = market.save(Kind.STOCK, "600000.SH")
    assert failed == ({} if then else {"600000.SH": NO_FACTORS})
    known = read_factors(market.store, Kind.STOCK, ["600000.SH"])["600000.SH"]
    assert known == KnownFactors(HALVED, market.now.isoformat(), failed.get("600000.SH", ""))


def test_factors_of_days_that_are_not_final_are_not_stored() -> None:
    market = FactorMarket({"600000.SH": HALVED, "000001.SZ": Steps((FINAL,), (1.0,), FINAL)})
    codes = ("600000.SH", "000001.SZ")
    assert market.save(Kind.STOCK, *codes, final_until="20240103") == {"000001.SZ": NO_FACTORS}
    known = read_factors(market.store, Kind.STOCK, codes)
    assert known["600000.SH"].steps == Steps(("20230104",), (1.0,), "20240103")
    assert known["000001.SZ"].steps is None


def test_only_the_days_on_which_it_changes_are_stored() -> None:
    market = FactorMarket()
    market.save(Kind.STOCK, "600000.SH")
    ((key, item),) = market.store.table.items.items()
    assert key == ("factor.stock#600000.SH", "all")
    head, *steps = orjson.loads(b"[%b]" % codec.decode(item["data"]))
    assert head == {"until": FINAL, "asked_at": NOW.isoformat(), "failed": ""}
    assert steps == [
        {"trade_date": "20230104", "factor": 1.0},
        {"trade_date": "20240104", "factor": 2.0},
    ]
