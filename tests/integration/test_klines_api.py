"""The calls about K-lines: every form of answer, nothing cut."""

import gzip
import json
from base64 import b64decode
from typing import Any

import pytest
from backports import zstd

from functions.stock import app as stock
from marketdata.api import wire
from marketdata.aws.clients import client
from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import bits_of
from marketdata.catalog.calendar import beyond_known, last_known_day, trading_days
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.catalog.securities import Catalog, Security
from marketdata.details import messages
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, rows
from tests.support.events import USER, proxy_event
from tests.support.faults import BusyError, Event, Handler
from tests.support.service import Service

QUERY = {"codes": "600000.SH", "start_date": "20200101", "end_date": "20200110"}
BODY = {"codes": ["600000.SH"], "start_date": "20200101", "end_date": "20200110"}
WITHOUT_CODES = {"start_date": "20200101", "end_date": "20200110"}
CHART = "/stock/kline/{code}/chart"


@pytest.fixture
def market(service: Service) -> Service:
    open_market(service)
    return service


def test_bars_are_read_through_once(market: Service) -> None:
    query = QUERY | {"codes": " 600004.sh , 600000.SH,600000.sh"}
    _, envelope = market.call("GET", "/stock/kline", USER, query=query)
    assert list(envelope["data"].items()) == [
        ("600004.SH", rows("600004.SH")),
        ("600000.SH", rows("600000.SH")),
    ]
    assert (envelope["meta"]["source"], envelope["meta"]["complete"]) == ("upstream", True)
    market.invocations.clear()
    _, again = market.call("GET", "/stock/kline", USER, query=query)
    assert again["data"] == envelope["data"]
    assert again["meta"]["source"] == "cache"
    assert market.invocations == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("error", [BusyError(), OSError("secret"), KeyError("secret")])
def test_a_source_that_fails_costs_only_what_it_would_have_given(
    market: Service, error: Exception
) -> None:
    market.run("fill-missing", **WEEKS | {"end_date": "20200106"}, codes=["600000.SH"])

    def fails(_handle: Handler, _event: Event) -> Any:
        raise error

    market.faults["upstream"] = fails
    found, meta = market.rows("/stock/kline", "600000.SH", "20200101", "20200110")
    assert found == rows("600000.SH", DAYS[:3])
    assert (meta["complete"], meta["missing"]) == (
        False,
        {"600000.SH": [["20200107", "20200110"]]},
    )
    (warning,) = meta["warning_details"]
    assert meta["warnings"] == [warning["message"]]
    assert warning["key"] == "gaps_not_fetched"
    cause = "upstream_busy" if isinstance(error, BusyError) else "upstream_unusable"
    assert warning["params"] == {"cause": cause}
    assert "secret" not in str(meta)


@pytest.mark.usefixtures("impatient")
def test_without_any_catalog_a_source_that_fails_is_said_to(service: Service) -> None:
    status, envelope = service.call("GET", "/stock/kline", USER, query=QUERY)
    assert (status, envelope["message"]) == (502, "imports/securities.csv is missing")

    def busy(_handle: Handler, _event: Event) -> Any:
        raise BusyError

    service.faults["upstream"] = busy
    event = proxy_event("GET", "/stock/kline", query=QUERY, user=USER)
    response = stock.handler(event, None)
    assert response["statusCode"] == 503
    assert int(response["headers"]["Retry-After"]) > 0


def test_the_batch_answers_as_the_query_does(market: Service) -> None:
    query = QUERY | {"codes": ",".join(CODES)}
    market.call("GET", "/stock/kline", USER, query=query)
    _, asked = market.call("GET", "/stock/kline", USER, query=query)
    _, batch = market.call("POST", "/stock/kline/batch", USER, body=BODY | {"codes": CODES})
    assert batch == asked
    assert list(batch["data"]) == list(CODES)


def test_a_chart(market: Service) -> None:
    bars = rows("600000.SH")
    bars[1] |= {"open": bars[1]["high"], "close": bars[1]["low"]}
    put_bars(market, "600000.SH", bars)
    status, envelope = market.call(
        "GET", CHART, USER, query=WITHOUT_CODES, path={"code": "600000.sh"}
    )
    assert (status, envelope["meta"]["complete"]) == (200, True)
    data = envelope["data"]
    assert data["categoryData"] == list(DAYS)
    wanted = ("open", "close", "low", "high", "volume")
    assert data["values"] == [[bar[name] for name in wanted] for bar in bars]
    assert data["volumes"] == [
        [at, bar["volume"], 1 if bar["open"] > bar["close"] else -1] for at, bar in enumerate(bars)
    ]
    assert [each[2] for each in data["volumes"][:3]] == [-1, 1, -1]


def test_a_chart_of_nothing(market: Service) -> None:
    query = {"start_date": "20200104", "end_date": "20200105"}
    _, envelope = market.call("GET", CHART, USER, query=query, path={"code": "600000.SH"})
    assert envelope["data"] == {"categoryData": [], "values": [], "volumes": []}


def test_weeks_and_months_are_computed(market: Service) -> None:
    query = QUERY | {"start_date": "20200101", "period": "weekly"}
    _, envelope = market.call("GET", "/stock/kline", USER, query=query)
    first, second = envelope["data"]["600000.SH"]
    bars = rows("600000.SH")
    assert (first["trade_date"], second["trade_date"]) == ("20200103", "20200110")
    assert (second["open"], second["close"]) == (bars[2]["open"], bars[6]["close"])
    assert second["volume"] == sum(bar["volume"] for bar in bars[2:])
    _, envelope = market.call("GET", "/stock/kline", USER, query=query | {"period": "monthly"})
    (month,) = envelope["data"]["600000.SH"]
    assert (month["trade_date"], month["open"]) == ("20200110", bars[0]["open"])
    assert month["high"] == max(bar["high"] for bar in bars)


def test_a_client_that_has_the_answer_is_told_so(market: Service) -> None:
    def get(**headers: str) -> dict[str, Any]:
        event = proxy_event("GET", "/stock/kline", query=QUERY, user=USER, headers=headers)
        return stock.handler(event, None)

    get()
    first = get()
    tag = first["headers"]["ETag"]
    same = get(**{"If-None-Match": tag})
    assert (same["statusCode"], same["body"], same["headers"]["ETag"]) == (304, "", tag)
    assert get(**{"If-None-Match": "*"})["statusCode"] == 304
    # One tag for all content codings, of which API Gateway adds one by itself.
    assert get(**{"Accept-Encoding": "zstd"})["headers"]["ETag"] == tag
    assert get(**{"Accept-Encoding": "zstd", "If-None-Match": tag})["statusCode"] == 304
    assert same["headers"]["Cache-Control"] == "private, max-age=3600"
    assert same["headers"]["Vary"] == "Accept, Accept-Encoding, Authorization, Origin"
    assert get(**{"if-none-match": f'"other", {tag}'})["statusCode"] == 304
    assert get(**{"If-None-Match": '"other"'})["statusCode"] == 200
    put_bars(market, "600000.SH", [bar | {"close": bar["open"]} for bar in rows("600000.SH")])
    market.run("cache-all-missing", **WEEKS, codes=["600000.SH"])
    changed = get(**{"If-None-Match": tag})
    assert changed["statusCode"] == 200
    assert changed["headers"]["ETag"] != tag


@pytest.mark.parametrize("period", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize(
    "asked", [("20200101", "20200110"), ("20200103", "20200108"), ("20191201", "20200331")]
)
def test_zstd_holds_the_plain_answer(market: Service, asked: tuple[str, str], period: str) -> None:
    market.run("fill-missing", **WEEKS, codes=list(CODES))
    query = {
        "codes": ",".join(CODES),
        "start_date": asked[0],
        "end_date": asked[1],
        "period": period,
    }

    def get(accept: str) -> dict[str, Any]:
        headers = {"Accept-Encoding": accept}
        event = proxy_event("GET", "/stock/kline", query=query, user=USER, headers=headers)
        return stock.handler(event, None)

    get("")
    plain, packed = get("gzip"), get("gzip, zstd")
    assert (plain["isBase64Encoded"], packed["isBase64Encoded"]) == (False, True)
    assert zstd.decompress(b64decode(packed["body"])) == plain["body"].encode()


def test_a_boundless_range(market: Service) -> None:
    found, meta = market.rows("/stock/kline", "600000.SH", "00010101", "99991231")
    assert found == []
    assert [warning.split(":")[0] for warning in meta["warnings"]] == [
        *messages(beyond_known("99991231")),
        "more than 2000 bars are missing",
    ]
    assert [(each["key"], each["params"]) for each in meta["warning_details"]] == [
        ("calendar_known_until", {"last": last_known_day()}),
        ("too_many_missing", {"most": 2000}),
    ]


# ------------------------------------------------------------------ large answers


def fill_much(service: Service) -> dict[str, list[dict[str, Any]]]:
    """Store a year of 240 codes, more than Lambda lets through in one answer."""
    codes = [f"{number:06d}.SZ" for number in range(1, 241)]
    days = trading_days("SZ", "20200101", "20201231")
    bar = {"open": 10.01, "high": 11.23, "low": 9.87, "close": 10.45, "volume": 123456789}
    bars = [{"trade_date": day, **bar, "amount": 1234567890.12} for day in days]
    lines = [json.dumps(each, separators=(",", ":")).encode() for each in bars]
    stored = Block().holding(lines, Coverage(present=bits_of("2020", days)))
    for code in codes:
        key = BlockKey("stock.daily", code, "2020")
        service.blocks.update(key, None, lambda _: stored)
    securities = [Security(code, code, Kind.STOCK, "SZ", "19910101") for code in codes]
    CatalogStore(service.blocks, lambda: None).save(
        Catalog(securities, "2020-01-01T00:00:00+00:00", "files", {})
    )
    return dict.fromkeys(codes, bars)


def test_an_answer_above_lambdas_limit_arrives_whole(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = fill_much(service)
    query = {"codes": ",".join(expected), "start_date": "20200101", "end_date": "20201231"}

    def get(accept: str) -> dict[str, Any]:
        headers = {"Accept-Encoding": accept}
        event = proxy_event("GET", "/stock/kline", query=query, user=USER, headers=headers)
        response = stock.handler(event, None)
        assert len(json.dumps(response)) < wire.LAMBDA_LIMIT
        return response

    packed = get("gzip, deflate")
    assert packed["headers"]["Content-Encoding"] == "gzip"
    assert packed["isBase64Encoded"]
    whole = gzip.decompress(b64decode(packed["body"]))
    assert len(whole) > wire.LAMBDA_LIMIT
    envelope = json.loads(whole)
    assert envelope["data"] == expected
    assert envelope["meta"]["complete"]

    bound = get("gzip, zstd")
    assert bound["headers"]["Content-Encoding"] == "zstd"
    assert zstd.decompress(b64decode(bound["body"])) == whole

    elsewhere = get("identity")
    assert elsewhere["statusCode"] == 303
    location = elsewhere["headers"]["Location"]
    assert json.loads(elsewhere["body"])["data"]["location"] == location
    key = location.partition("?")[0].partition("/answers/")[2]
    assert service.cloud.bucket.read(f"answers/{key}") == whole

    monkeypatch.setattr(wire, "ROOM", 1000)
    links = {each: get(each)["headers"]["Location"] for each in ("gzip", "gzip, zstd")}
    assert links["gzip"].partition("?")[0] == location.partition("?")[0]
    coded = links["gzip, zstd"].partition("?")[0].partition("/answers/")[2]
    found = client("s3").get_object(Bucket=service.cloud.bucket.name, Key=f"answers/{coded}")
    assert found["ContentEncoding"] == "zstd"
    assert found["ContentType"] == packed["headers"]["Content-Type"]
    assert zstd.decompress(found["Body"].read()) == whole
