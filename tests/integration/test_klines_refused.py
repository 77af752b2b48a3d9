"""The calls about K-lines: what is refused and how, and which codes are whose."""

from typing import Any

import pytest

from functions.stock import app as stock
from tests.integration.market import open_market, put_securities
from tests.support.events import USER, proxy_event
from tests.support.service import Service

QUERY = {"codes": "600000.SH", "start_date": "20200101", "end_date": "20200110"}
BODY = {"codes": ["600000.SH"], "start_date": "20200101", "end_date": "20200110"}
WITHOUT_CODES = {"start_date": "20200101", "end_date": "20200110"}
CHART = "/stock/kline/{code}/chart"


@pytest.fixture
def market(service: Service) -> Service:
    open_market(service)
    return service


def wrong_query(service: Service, resource: str, query: Any, **event: Any) -> str:
    """Send a query that is refused, and give the field that is named."""
    status, envelope = service.call("GET", resource, USER, query=query, **event)
    assert (status, envelope["data"]) == (400, None)
    (error,) = envelope["errors"]
    assert envelope["message"] == f"{error['field']}: {error['reason']}"
    field: str = error["field"]
    return field


def without(given: dict[str, Any], name: str) -> dict[str, Any]:
    return {each: value for each, value in given.items() if each != name}


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize("resource", ["/stock/kline", "/future/kline"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        (without(QUERY, "codes"), "codes"),
        (without(QUERY, "start_date"), "start_date"),
        (without(QUERY, "end_date"), "end_date"),
        (QUERY | {"codes": ""}, "codes"),
        (QUERY | {"codes": "浦发银行" * 11}, "codes"),
        (QUERY | {"codes": ",".join(f"{number:06d}.SH" for number in range(501))}, "codes"),
        (QUERY | {"codes": ["600000.SH", "600004.SH"]}, "codes"),
        (QUERY | {"start_date": "20200132"}, "start_date"),
        (QUERY | {"start_date": "20200111"}, "start_date"),
        (QUERY | {"end_date": "2020/01/10"}, "end_date"),
        (QUERY | {"end_date": "20230229"}, "end_date"),
        (QUERY | {"period": "yearly"}, "period"),
        (QUERY | {"adjust": "qfq"}, "adjust"),
    ],
)
def test_a_wrong_query_is_named(
    service: Service, resource: str, query: dict[str, str], field: str
) -> None:
    assert wrong_query(service, resource, query) == field
    assert service.invocations == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (without(BODY, "codes"), "codes"),
        (BODY | {"codes": "600000.SH"}, "codes"),
        (BODY | {"codes": []}, "codes"),
        (BODY | {"codes": [f"{number:06d}.SH" for number in range(501)]}, "codes"),
        (BODY | {"codes": ["600000.SH", None]}, "codes"),
        (BODY | {"start_date": 20200101}, "start_date"),
        (BODY | {"end_date": "20191231"}, "start_date"),
        (BODY | {"period": "1d"}, "period"),
        (BODY | {"code": "600000.SH"}, "code"),
        ([], "body"),
        ("text", "body"),
    ],
)
def test_a_wrong_body_is_named(service: Service, body: Any, field: str) -> None:
    status, envelope = service.call("POST", "/stock/kline/batch", USER, body=body)
    assert (status, [error["field"] for error in envelope["errors"]]) == (400, [field])


def test_a_wrong_chart_is_named(service: Service) -> None:
    assert wrong_query(service, CHART, WITHOUT_CODES, path={"code": "nonsense"}) == "code"
    assert wrong_query(service, CHART, QUERY, path={"code": "600000.SH"}) == "codes"
    wrong = WITHOUT_CODES | {"start_date": "x"}
    assert wrong_query(service, CHART, wrong, path={"code": "600000.SH"}) == "start_date"


def test_nobody_reads_without_a_login(service: Service) -> None:
    event = proxy_event("GET", "/stock/kline", query=QUERY)
    assert stock.handler(event, None)["statusCode"] == 401


def test_unknown_codes(market: Service) -> None:
    for text in ("1.SH", "AAPL", "浦发银行"):
        status, envelope = market.call("GET", "/stock/kline", USER, query=QUERY | {"codes": text})
        assert (status, envelope["message"]) == (404, f"none of the codes is known: {text}")
    status, envelope = market.call(
        "GET", "/stock/kline", USER, query=QUERY | {"codes": "999999.SH,888888.SZ"}
    )
    assert (status, envelope["message"]) == (
        404,
        "none of the codes is known: 999999.SH, 888888.SZ",
    )
    body = BODY | {"codes": ["999999.SH", "600004.SH", "888888.SZ", "600000.SH"]}
    status, envelope = market.call("POST", "/stock/kline/batch", USER, body=body)
    assert status == 200
    assert list(envelope["data"]) == ["600004.SH", "600000.SH"]
    assert envelope["meta"]["unknown_codes"] == ["999999.SH", "888888.SZ"]


def test_each_kind_has_its_own_call(service: Service) -> None:
    put_securities(
        service,
        "600000.SH,a stock,stock,19991110,",
        "000300.SH,an index,index,20050408,",
        "510300.SH,a fund,etf,20120528,",
        "IF2001.CFE,a future,future,20191018,20200117",
    )
    query = QUERY | {"codes": "600000.SH,000300.SH,510300.SH,IF2001.CFE"}
    _, envelope = service.call("GET", "/stock/kline", USER, query=query)
    assert list(envelope["data"]) == ["600000.SH", "000300.SH", "510300.SH"]
    assert envelope["meta"]["unknown_codes"] == ["IF2001.CFE"]
    _, envelope = service.call("GET", "/future/kline", USER, query=query)
    assert list(envelope["data"]) == ["IF2001.CFE"]
    status, _ = service.call("GET", CHART, USER, query=WITHOUT_CODES, path={"code": "IF2001.CFE"})
    assert status == 404
