"""Codes, their information and the trading calendar, against the tables of the template."""

from typing import Any

import pytest

from functions.base import app
from marketdata import deployment
from marketdata.api import wire
from marketdata.blocks.dataset import Kind
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import MARKETS, last_known_day
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.catalog.securities import Catalog, Security
from marketdata.errors import UpstreamBusyError
from tests.support.cloud import Cloud
from tests.support.events import USER, proxy_event, read

SECURITIES = [
    Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110"),
    Security("000001.SZ", "平安银行", Kind.STOCK, "SZ", "19910403"),
    Security("600001.SH", "邯郸钢铁", Kind.STOCK, "SH", "19980122", "20091229"),
    Security("430017.BJ", "星昊医药", Kind.STOCK, "BJ", "20230531"),
    Security("688999.SH", "未上市", Kind.STOCK, "SH", "29991231"),
    Security("IF2401.CFE", "IF2401", Kind.FUTURE, "CFE", "20231120", "20240119"),
    Security("510300.SH", "沪深300ETF", Kind.ETF, "SH", "20120528"),
    Security("000300.SH", "沪深300", Kind.INDEX, "SH", "20050408"),
]


@pytest.fixture(autouse=True)
def catalog(cloud: Cloud) -> None:
    stored = Catalog(SECURITIES, "2024-01-01T00:00:00+00:00", "synthetic", {})
    CatalogStore(BlockStore(cloud.market, cloud.bucket), lambda: None).save(stored)


def ask(resource: str, **event: Any) -> tuple[int, Any]:
    response = app.handler(proxy_event("GET", resource, user=USER, **event), None)
    envelope = read(response)
    assert envelope["code"] == response["statusCode"]
    return response["statusCode"], envelope


def codes(security_type: str, **date: str) -> list[str]:
    status, envelope = ask("/base/codes", query={"security_type": security_type, **date})
    assert (status, envelope.keys()) == (200, {"code", "message", "data"})
    found: list[str] = envelope["data"]
    return found


def calendar(market: str, start: str, end: str) -> tuple[int, Any]:
    query = {"market": market, "start_date": start, "end_date": end}
    return ask("/base/calendar", query=query)


def info(code: str) -> tuple[int, Any]:
    return ask("/base/codes/{code}/info", path={"code": code})


def test_codes_are_those_listed_today() -> None:
    assert codes("EXTRA_STOCK_A") == ["000001.SZ", "600000.SH"]
    assert codes("EXTRA_FUTURE") == []
    assert codes("EXTRA_ETF") == ["510300.SH"]
    assert codes("EXTRA_INDEX_A") == ["000300.SH"]


@pytest.mark.parametrize(
    ("security_type", "listed"),
    [
        ("EXTRA_STOCK_A", ["000001.SZ", "600000.SH"]),
        ("EXTRA_STOCK_A_ALL", ["000001.SZ", "430017.BJ", "600000.SH"]),
        ("SH_A", ["600000.SH"]),
        ("SZ_A", ["000001.SZ"]),
        ("BJ_A", ["430017.BJ"]),
    ],
)
def test_stocks_by_market(security_type: str, listed: list[str]) -> None:
    assert codes(security_type) == listed
    status, envelope = ask("/base/securities", query={"security_type": security_type, "limit": "9"})
    assert status == 200
    found = {each["code"] for each in envelope["data"]["items"]}
    # A search finds those that are not listed today as well.
    assert found - {"600001.SH", "688999.SH"} == {*listed}


def test_a_search_without_a_type_finds_each_once() -> None:
    _, envelope = ask("/base/securities", query={"limit": "20"})
    assert envelope["data"]["total"] == len(SECURITIES)
    found = [each["code"] for each in envelope["data"]["items"]]
    assert len({*found}) == len(SECURITIES)


def test_the_pages_of_a_search_have_each_once_and_those_that_were_delisted() -> None:
    found: list[str] = []
    for page in range(1, len(SECURITIES)):
        _, envelope = ask("/base/securities", query={"limit": "2", "page": str(page)})
        assert envelope["data"]["total"] == len(SECURITIES)
        found += [each["code"] for each in envelope["data"]["items"]]
    assert sorted(found) == sorted(each.code for each in SECURITIES)
    assert "600001.SH" in found
    _, envelope = ask("/base/securities", query={"page": "100"})
    assert envelope["data"] == {"items": [], "total": len(SECURITIES)}


@pytest.mark.parametrize("page", ["0", "-1", "x", "1_0", "99999999999"])
def test_a_page_that_is_none_is_refused(page: str) -> None:
    status, envelope = ask("/base/securities", query={"page": page})
    assert (status, envelope["errors"][0]["field"]) == (400, "page")


def test_codes_of_a_day_are_those_listed_then() -> None:
    assert codes("EXTRA_STOCK_A", date="20091229") == ["000001.SZ", "600000.SH", "600001.SH"]
    assert codes("EXTRA_STOCK_A", date="20091230") == ["000001.SZ", "600000.SH"]
    assert codes("EXTRA_STOCK_A", date="19910402") == []
    assert codes("BJ_A", date="20230530") == []
    assert codes("EXTRA_FUTURE", date="20240119") == ["IF2401.CFE"]
    assert codes("EXTRA_FUTURE", date="20240120") == []
    assert codes("EXTRA_STOCK_A", date=last_known_day()) == ["000001.SZ", "600000.SH"]


@pytest.mark.parametrize("date", ["19901218", "00010101", "99991231", "20240230", "2024-1-02"])
def test_a_day_that_the_calendar_does_not_have(date: str) -> None:
    query = {"security_type": "EXTRA_STOCK_A", "date": date}
    status, envelope = ask("/base/codes", query=query)
    assert (status, [each["field"] for each in envelope["errors"]]) == (400, ["date"])


def test_a_wrong_security_type() -> None:
    status, envelope = ask("/base/codes", query={"security_type": "EXTRA_BOND"})
    reason = (
        "must be one of EXTRA_STOCK_A, EXTRA_STOCK_A_ALL, SH_A, SZ_A, BJ_A, EXTRA_FUTURE, "
        "EXTRA_ETF, EXTRA_INDEX_A"
    )
    assert status == 400
    [error] = envelope["errors"]
    assert (error["field"], error["reason"]) == ("security_type", reason)


def test_the_security_type_is_required_and_nothing_else_is_known() -> None:
    status, envelope = ask("/base/codes", query={"type": "EXTRA_STOCK_A"})
    assert status == 400
    assert {error["field"] for error in envelope["errors"]} == {"security_type", "type"}


def test_the_calendar_of_a_month() -> None:
    status, envelope = calendar("SH", "20240201", "20240229")
    assert status == 200
    assert envelope["data"] == [
        "20240201",
        "20240202",
        *(f"202402{day:02}" for day in (5, 6, 7, 8, 19, 20, 21, 22, 23, 26, 27, 28, 29)),
    ]


@pytest.mark.parametrize("market", MARKETS)
def test_every_market_has_a_calendar(market: str) -> None:
    assert calendar(market, "20240102", "20240102")[1]["data"] == ["20240102"]
    assert calendar(market, "20240101", "20240101")[1]["data"] == []


def test_before_its_first_day_a_market_has_no_trading_day() -> None:
    assert calendar("CFE", "20090101", "20100416")[1]["data"] == ["20100416"]
    assert calendar("SH", "18000101", "18001231")[1]["data"] == []


def test_the_calendar_ends() -> None:
    last = last_known_day()
    assert calendar("SH", "20240101", last)[0] == 200
    status, envelope = calendar("SH", "20240101", f"{int(last[:4]) + 1}0101")
    assert status == 400
    assert envelope["errors"][0]["field"] == "end_date"
    assert last in envelope["message"]


@pytest.mark.parametrize(
    ("market", "start", "end", "field"),
    [
        ("XX", "20240101", "20240131", "market"),
        ("", "20240101", "20240131", "market"),
        ("SH", "20240230", "20240331", "start_date"),
        ("SH", "20240101", "2024-1-31", "end_date"),
        ("SH", "20240201", "20240131", "start_date"),
    ],
)
def test_wrong_input_names_its_field(market: str, start: str, end: str, field: str) -> None:
    status, envelope = calendar(market, start, end)
    assert (status, envelope["data"]) == (400, None)
    assert [error["field"] for error in envelope["errors"]] == [field]
    assert envelope["message"].startswith(f"{field}: ")


def test_information_of_a_code() -> None:
    assert info("600000.sh") == (
        200,
        {
            "code": 200,
            "message": "success",
            "data": {
                "code": "600000.SH",
                "name": "浦发银行",
                "market": "SH",
                "type": "stock",
                "list_date": "19991110",
                "delist_date": None,
                "lives": [{"list_date": "19991110", "delist_date": None}],
            },
        },
    )
    assert info("IF2401.CFE")[1]["data"]["delist_date"] == "20240119"


def test_an_unknown_code() -> None:
    assert info("600999.SH")[0] == 404


@pytest.mark.parametrize("code", ["600000", "浦发", "..%2f", "600000.SH,000001.SZ"])
def test_what_is_no_code(code: str) -> None:
    status, envelope = info(code)
    assert (status, envelope["errors"][0]["field"]) == (400, "code")


def test_the_source_may_be_busy_while_there_is_no_catalog(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> int:
        raise UpstreamBusyError("the upstream is busy")

    empty = CatalogStore(BlockStore(cloud.control, cloud.bucket), busy)
    monkeypatch.setattr(deployment, "catalog", empty.load)
    status, envelope = info("600000.SH")
    assert (status, envelope["message"]) == (503, "the upstream is busy")


def test_a_list_that_fits_no_answer_lies_in_the_bucket(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "ROOM", 1000)
    many = [Security(f"{600_000 + n}.SH", "", Kind.STOCK, "SH") for n in range(500)]
    everything = Catalog(many, "", "synthetic", {})
    monkeypatch.setattr(deployment, "catalog", lambda: everything)
    event = proxy_event("GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"}, user=USER)
    response = app.handler(event, None)
    assert response["statusCode"] == 303
    (key,) = cloud.bucket.keys("answers/")
    assert key in response["headers"]["Location"]
    assert cloud.bucket.read_json(key)["data"] == [security.code for security in many]
