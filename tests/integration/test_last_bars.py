"""The last bars in place of a range of days: on every call for K-lines."""

from importlib import import_module
from typing import Any

import pytest

from marketdata.kline import last_bars
from tests.integration.futures import FUTURES, bars_of, open_futures_market
from tests.integration.market import CODES, DAYS, WEEKS, open_market, rows
from tests.integration.status_market import HALTED, open_status_market, traded
from tests.support.conformance import check_body
from tests.support.events import USER, proxy_event
from tests.support.service import Service

CHART = "/stock/kline/{code}/chart"
LAST = {"count": "3", "end_date": "20200109"}


@pytest.fixture
def market(service: Service) -> Service:
    open_status_market(service)
    service.run("fill-missing", **WEEKS)
    return service


def ask(service: Service, resource: str, **query: Any) -> Any:
    status, envelope = service.call("GET", resource, USER, query=query)
    assert status == 200, envelope
    check_body(("GET", resource), 200, envelope)
    return envelope


def test_the_last_bars_of_each_code(market: Service) -> None:
    found = ask(market, "/stock/kline", codes="600000.SH,600004.SH", **LAST)
    assert found["data"] == {
        "600000.SH": rows("600000.SH")[3:6],
        "600004.SH": [bar for bar in traded("600004.SH") if bar["trade_date"] <= "20200109"][-3:],
    }
    meta = found["meta"]
    assert meta["first"] == {"600000.SH": "20200107", "600004.SH": "20200103"}
    assert (meta["complete"], meta["returned"], meta["expected"]) == (True, 6, 3 + 5)
    assert [each["date"] for each in meta["absent"]["600004.SH"]] == [*HALTED["600004.SH"]]
    status, batch = market.call(
        "POST",
        "/stock/kline/batch",
        USER,
        body={"codes": ["600000.SH"], "count": 3.0, "end_date": "20200109"},
    )
    assert (status, batch["data"]["600000.SH"]) == (200, rows("600000.SH")[3:6])


def test_older_bars_that_were_not_looked_for_are_named(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_status_market(service)
    monkeypatch.setattr(last_bars, "PASSES", 1)
    meta = ask(service, "/stock/kline", codes="600004.SH", **LAST)["meta"]
    assert not meta["complete"]
    (warning,) = meta["warning_details"]
    assert warning["key"] == "older_not_looked_at"
    assert warning["params"] == {"code": "600004.SH"}
    assert meta["warnings"] == [warning["message"]]


def test_it_goes_with_everything_else(market: Service) -> None:
    market.run("fill-missing", **WEEKS, data_type="status")
    market.put_file(
        "stock/factors/600000.SH.csv", "trade_date,factor\n19991110,1\n20200108,2\n20200110,2\n"
    )
    found = ask(
        market,
        "/stock/kline",
        codes="600000.SH",
        include="status",
        adjust="forward",
        adjust_anchor="20200103",
        fields="close,limit_up",
        **LAST,
    )
    closes = [
        bar["close"] * (2 if bar["trade_date"] >= "20200108" else 1)
        for bar in rows("600000.SH")[3:6]
    ]
    assert [bar["close"] for bar in found["data"]["600000.SH"]] == pytest.approx(closes)
    assert found["meta"]["first"] == {"600000.SH": "20200107"}
    assert found["meta"]["status"]["complete"]
    chart = market.call("GET", CHART, USER, path={"code": "600000.SH"}, query=LAST)[1]
    assert chart["data"]["categoryData"] == [*DAYS[3:6]]
    assert chart["meta"]["first"] == {"600000.SH": "20200107"}
    week = ask(
        market, "/stock/kline", codes="600000.SH", period="weekly", count="1", end_date="20200110"
    )
    assert [bar["trade_date"] for bar in week["data"]["600000.SH"]] == ["20200110"]
    assert week["meta"]["expected"] == 1


def test_the_last_bars_of_futures(service: Service) -> None:
    open_futures_market(service)
    service.run("fill-missing", **FUTURES)
    found = ask(service, "/future/kline", codes="IF2001.CFE", **LAST)
    assert found["data"]["IF2001.CFE"] == bars_of("IF2001.CFE")[3:6]


def test_the_last_bars_of_a_continuous_series(service: Service) -> None:
    open_futures_market(service)
    service.run("fill-missing", **FUTURES)
    whole = ask(
        service, "/future/continuous", varieties="IF,V", start_date=DAYS[1], end_date=DAYS[6]
    )
    found = ask(service, "/future/continuous", varieties="V,IF", count="3", end_date=DAYS[5])
    assert found["data"] == {
        code: [row for row in whole["data"][code] if row["trade_date"] <= DAYS[5]][-3:]
        for code in ("V.MAIN", "IF.MAIN")
    }
    meta = found["meta"]
    assert meta["first"] == dict.fromkeys(("V.MAIN", "IF.MAIN"), DAYS[3])
    assert (meta["complete"], meta["expected"], meta["returned"]) == (True, 6, 6)
    # Only the changes from the first bar on are told.
    assert [each["trade_date"] for each in meta["rolls"]["IF.MAIN"]] == [DAYS[3]]
    adjusted = ask(
        service,
        "/future/continuous",
        varieties="IF",
        count="3",
        adjust="backward",
        end_date=DAYS[5],
    )
    ranged = ask(
        service,
        "/future/continuous",
        varieties="IF",
        adjust="backward",
        start_date=DAYS[3],
        end_date=DAYS[5],
    )
    assert adjusted["data"] == ranged["data"]


def test_the_last_bars_of_contracts_and_series_at_once(service: Service) -> None:
    open_futures_market(service)
    service.run("fill-missing", **FUTURES)
    asked = {"codes": "if.main,IF2003.CFE", **LAST}
    found = ask(service, "/future/kline", **asked)
    assert found["meta"]["first"] == dict.fromkeys(("IF.MAIN", "IF2003.CFE"), DAYS[3])
    assert [row["contract"] for row in found["data"]["IF.MAIN"]] == ["IF2002.CFE"] * 3
    assert found["data"]["IF2003.CFE"] == bars_of("IF2003.CFE")[3:6]
    assert found["meta"]["codes_read_as"] == {"if.main": "IF.MAIN"}
    arrays = ask(service, "/future/kline", **asked, format="columns", fields="contract")
    assert arrays["data"]["IF.MAIN"]["contract"] == ["IF2002.CFE"] * 3
    assert arrays["data"]["IF2003.CFE"]["contract"] == [None] * 3
    all_there_are = ask(service, "/future/kline", codes="IF.MAIN", count="50", end_date=DAYS[6])
    first = all_there_are["meta"]["first"]["IF.MAIN"]
    assert [row["trade_date"] for row in all_there_are["data"]["IF.MAIN"]] == [*DAYS[1:]]
    assert first == DAYS[1]
    assert not all_there_are["meta"]["complete"]
    month = ask(service, "/future/continuous", varieties="IF", period="monthly", count="1")
    assert [row["trade_date"] for row in month["data"]["IF.MAIN"]] == [DAYS[6]]


@pytest.mark.parametrize(("end", "kept"), [("20200109", True), ("", False)])
def test_what_is_last_as_of_now_is_not_kept(service: Service, end: str, *, kept: bool) -> None:
    open_market(service)
    service.run("fill-missing", **WEEKS)
    query = {"codes": "600000.SH", "count": "3"} | ({"end_date": end} if end else {})
    stock = import_module("functions.stock.app")
    event = proxy_event("GET", "/stock/kline", query=query, user=USER)
    stock.handler(event, None)
    found = stock.handler(event, None)["headers"]["Cache-Control"]
    assert ("max-age" in found) is kept


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"count": "3", "start_date": "20200101", "end_date": "20200109"}, "count"),
        ({"count": "0"}, "count"),
        ({"count": "-1"}, "count"),
        ({"count": "1.5"}, "count"),
        ({"count": "100001"}, "count"),
        ({"count": "many"}, "count"),
        ({"count": "3", "universe": "000300.SH"}, "universe"),
        ({"end_date": "20200109"}, "start_date"),
        ({"start_date": "20200109"}, "end_date"),
        ({}, "start_date"),
    ],
)
def test_either_a_range_or_a_number(service: Service, query: dict[str, str], field: str) -> None:
    open_market(service)
    codes = {} if "universe" in query else {"codes": CODES[0]}
    status, envelope = service.call("GET", "/stock/kline", USER, query=codes | query)
    assert (status, envelope["errors"][0]["field"]) == (400, field)
    if "universe" not in query:
        status, envelope = service.call("GET", CHART, USER, path={"code": CODES[0]}, query=query)
        assert (status, envelope["errors"][0]["field"]) == (400, field)
