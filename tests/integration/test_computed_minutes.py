"""Bars of several minutes that nobody has filled: computed from minutes, on every call."""

import csv
import io
from typing import Any

import pytest

from functions.stock import app as stock
from marketdata import deployment
from marketdata.kline import computed
from tests.support.agent import reply_of
from tests.support.conformance import check_body
from tests.support.events import USER, proxy_event
from tests.support.service import Service

STOCK, FUTURE = "600012.SH", "RB2405.SHF"
RANGE = {"start_date": "20240108", "end_date": "20240110"}
DAYS = [["20240108", "20240110"]]
FIVE = RANGE | {"period": "min5"}


@pytest.fixture
def market(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The synthetic market."""
    monkeypatch.setenv("UPSTREAM", "synthetic")
    deployment.reset()
    return service


def fill(service: Service, code: str, period: str) -> Any:
    kind = "future" if code == FUTURE else "stock"
    asked = RANGE | {"period_type": period, "security_type": kind, "codes": [code]}
    task = service.run("fill-missing", **asked)
    service.invocations.clear()
    return task


def ask(service: Service, resource: str, **query: Any) -> Any:
    status, envelope = service.call("GET", resource, USER, query=query)
    assert status == 200, envelope
    check_body(("GET", resource), 200, envelope)
    return envelope


@pytest.mark.parametrize(
    ("code", "period", "bars"), [(STOCK, "min60", 3 * 4), (FUTURE, "min15", 3 * 23)]
)
def test_they_are_the_bars_that_a_fill_brings(
    market: Service, code: str, period: str, bars: int
) -> None:
    fill(market, code, "min1")
    path = "/future/kline" if code == FUTURE else "/stock/kline"
    was = ask(market, path, codes=code, period=period, **RANGE)
    assert not market.calls("upstream")
    meta = was["meta"]
    assert (meta["complete"], meta["source"], meta["computed_from"]) == (True, "cache", "min1")
    assert (meta["computed"], meta["returned"]) == ({code: DAYS}, bars)
    # Tasks and coverage are about what is stored, as before.
    assert fill(market, code, period)["bar_count"] == bars
    found = ask(market, path, codes=code, period=period, **RANGE)
    assert found["data"] == was["data"]
    assert not found["meta"].keys() & {"computed", "computed_from"}


def test_every_form_of_an_answer_has_them(market: Service) -> None:
    fill(market, STOCK, "min1")
    rows = ask(market, "/stock/kline", codes=STOCK, **FIVE)["data"][STOCK]
    assert len(rows) == 3 * 48
    last = ask(market, "/stock/kline", codes=STOCK, period="min5", count="50", end_date="20240110")
    assert last["data"][STOCK] == rows[-50:]
    assert last["meta"]["complete"]
    assert last["meta"]["computed"] == {STOCK: [["20240109", "20240110"]]}
    columns = ask(market, "/stock/kline", codes=STOCK, format="columns", **FIVE)["data"][STOCK]
    assert columns == {name: [row[name] for row in rows] for name in rows[0]}
    query = FIVE | {"codes": STOCK, "format": "csv"}
    event = proxy_event("GET", "/stock/kline", query=query, user=USER)
    body = stock.handler(event, None)["body"]
    table = csv.DictReader(io.StringIO(body, newline=""))
    assert [line["kline_time"] for line in table] == columns["kline_time"]
    status, chart = market.call(
        "GET", "/stock/kline/{code}/chart", USER, path={"code": STOCK}, query=FIVE
    )
    assert (status, chart["data"]["categoryData"]) == (200, columns["kline_time"])
    assert chart["meta"]["computed"] == {STOCK: DAYS}
    adjusted = ask(market, "/stock/kline", codes=STOCK, adjust="backward", **FIVE)
    assert adjusted["meta"]["complete"]
    factor = adjusted["data"][STOCK][0]["close"] / rows[0]["close"]
    assert [row["close"] for row in adjusted["data"][STOCK]] == pytest.approx(
        [row["close"] * factor for row in rows], abs=0.006
    )
    reply = reply_of("get_bars", codes=[STOCK], **FIVE)
    assert (reply["complete"], reply["total"]) == (True, len(rows))
    assert (reply["computed_from"], reply["computed"]) == ("min1", {STOCK: DAYS})


def test_a_continuous_series_is_made_of_them(market: Service) -> None:
    everything = RANGE | {"start_date": "20230801"}
    market.run("fill-missing", security_type="future", **everything)
    series = {"varieties": "RB", **FIVE}
    days = ask(market, "/future/continuous", **{**series, "period": "daily"})["data"]["RB.MAIN"]
    codes = sorted({row["contract"] for row in days})
    minutes = RANGE | {"period_type": "min1"}
    market.run("fill-missing", security_type="future", codes=codes, **minutes)
    market.invocations.clear()
    found = ask(market, "/future/continuous", **series)
    assert found["meta"]["complete"]
    assert found["meta"]["computed"] == {"RB.MAIN": DAYS}
    assert {row["contract"] for row in found["data"]["RB.MAIN"]} == {*codes}
    assert found["meta"]["returned"] == len(found["data"]["RB.MAIN"])
    last = {name: value for name, value in series.items() if name != "start_date"}
    rows = ask(market, "/future/continuous", count="7", **last)["data"]["RB.MAIN"]
    assert rows == found["data"]["RB.MAIN"][-7:]
    assert not market.calls("upstream")


def test_a_week_says_what_it_was_computed_from(market: Service) -> None:
    meta = ask(market, "/stock/kline", codes=STOCK, period="weekly", **RANGE)["meta"]
    assert meta["computed_from"] == "daily"
    assert "computed" not in meta


def test_more_days_than_one_read_computes_are_named(
    market: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(market, STOCK, "min1")
    monkeypatch.setattr(computed, "MOST_DAYS", 2)
    meta = ask(market, "/stock/kline", codes=STOCK, **FIVE)["meta"]
    warning = meta["warning_details"][0]
    assert (warning["key"], warning["params"]) == ("too_many_to_compute", {"most": 2})
