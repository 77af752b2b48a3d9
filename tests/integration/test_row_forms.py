"""Which columns, and how arranged: the same values in every form, and `meta` in each."""

import csv
import io
import json
from base64 import b64decode
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import pytest
from backports import zstd

from marketdata import deployment
from marketdata.api import wire
from tests.integration.futures import FUTURES, open_futures_market
from tests.integration.market import CODES, DAYS, WEEKS, open_market, rows
from tests.integration.status_market import COLUMNS, HALTED, open_status_market
from tests.support.conformance import check_body
from tests.support.events import USER, proxy_event, read
from tests.support.publishing import publish_after_fills
from tests.support.service import Service

RANGE = {"start_date": "20200101", "end_date": "20200110"}
TWO = {"codes": "600000.SH,000001.SZ", **RANGE}
BAR_COLUMNS = ["open", "high", "low", "close", "volume", "amount"]

type Response = dict[str, Any]


@pytest.fixture
def market(service: Service) -> Service:
    open_market(service)
    service.run("fill-missing", **WEEKS)
    return service


def send(resource: str, query: Mapping[str, str], method: str = "GET", **headers: str) -> Response:
    """Send a request, and give the whole response."""
    handler = import_module(f"functions.{resource.split('/')[1]}.app").handler
    asked: dict[str, Any] = {"query": query} if method == "GET" else {"body": query}
    event = proxy_event(method, resource, user=USER, headers={**headers}, **asked)
    response: Response = handler(event, None)
    return response


def ok(resource: str, query: Mapping[str, str], method: str = "GET") -> Any:
    """Give the envelope of an answer, which is as described."""
    response = send(resource, query, method)
    envelope = read(response)
    assert response["statusCode"] == 200, envelope
    check_body((method, resource), 200, envelope)
    return envelope


def table(response: Response) -> list[dict[str, str]]:
    """Give the rows of a CSV table."""
    assert response["statusCode"] == 200, response["body"]
    assert response["headers"]["Content-Type"].startswith("text/csv")
    assert response["body"].count("\r\n") == response["body"].count("\n")
    return [*csv.DictReader(io.StringIO(response["body"], newline=""))]


@pytest.mark.usefixtures("market")
def test_only_some_columns() -> None:
    whole = ok("/stock/kline", TWO)
    for fields in ("close,volume", "volume, close ,close", "trade_date,close,volume"):
        found = ok("/stock/kline", TWO | {"fields": fields})
        assert found["meta"] == whole["meta"]
        assert found["data"] == {
            code: [
                {name: bar[name] for name in ("trade_date", "close", "volume")}
                for bar in rows(code)
            ]
            for code in ("600000.SH", "000001.SZ")
        }
    body = {"codes": ["600000.SH"], "fields": ["close"], **RANGE}
    found = ok("/stock/kline/batch", body, "POST")  # type: ignore[arg-type]
    assert [[*bar] for bar in found["data"]["600000.SH"]] == [["trade_date", "close"]] * len(DAYS)


@pytest.mark.usefixtures("market")
def test_one_array_a_column() -> None:
    found = ok("/stock/kline", TWO | {"format": "columns"})
    assert found["meta"] == ok("/stock/kline", TWO)["meta"]
    assert found["data"] == {
        code: {name: [bar[name] for bar in rows(code)] for name in ["trade_date", *BAR_COLUMNS]}
        for code in ("600000.SH", "000001.SZ")
    }
    some = ok("/stock/kline", TWO | {"format": "columns", "fields": "close"})
    assert {*some["data"]["600000.SH"]} == {"trade_date", "close"}


@pytest.mark.usefixtures("market")
def test_one_table() -> None:
    wanted = [
        {"code": code} | {name: str(value) for name, value in bar.items()}
        for code in ("600000.SH", "000001.SZ")
        for bar in rows(code)
    ]
    asked = TWO | {"format": "csv"}
    response = send("/stock/kline", asked)
    assert table(response) == wanted
    assert response["body"].startswith("code,trade_date,open,high,low,close,volume,amount\r\n")
    assert response["headers"]["X-Complete"] == "true"
    assert table(send("/stock/kline", TWO, Accept="text/csv")) == wanted
    reordered = send("/stock/kline", asked | {"fields": "volume,close"})
    assert reordered["body"].startswith("code,trade_date,volume,close\r\n")
    said = send("/stock/kline", asked | {"meta_line": "true"})
    first, _, rest = said["body"].partition("\r\n")
    assert json.loads(first.removeprefix("# ")) == ok("/stock/kline", TWO)["meta"]
    assert rest == response["body"]


@pytest.mark.usefixtures("market")
def test_a_table_says_that_it_is_not_complete(market: Service) -> None:
    market.faults["upstream"] = lambda _handle, _event: {
        "error": "UpstreamFaultError",
        "message": "no",
    }
    asked = {"codes": "600000.SH,=1+1", "start_date": "20191230", "end_date": "20200103"}
    response = send("/stock/kline", asked | {"format": "csv", "meta_line": "true"})
    assert response["headers"]["X-Complete"] == "false"
    line, _, rest = response["body"].partition("\r\n")
    assert json.loads(line[2:])["unknown_codes"] == ["=1+1"]
    assert '"=' not in line
    assert len([*csv.reader(io.StringIO(rest, newline=""))]) == 3
    empty = send("/stock/kline", asked | {"format": "csv", "end_date": "20191231"})
    assert empty["body"] == "code,trade_date,open,high,low,close,volume,amount\r\n"


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    ("accept", "csv_table"),
    [
        ("text/csv", True),
        ("text/csv, */*;q=0.1", True),
        ("TEXT/CSV;q=0.5, application/json;q=0.4", True),
        ("application/json, text/csv;q=0.9", False),
        ("text/csv;q=0.1, */*", False),
        ("text/csv;q=0.5, application/*;q=0.6", False),
        ("text/csv;header=present;q=0", False),
        ("text/csv; header=present ; q=0.9, */*; q=0.8", True),
        ("text/csv;q=0", False),
        ("*/*", False),
        ("text/*", False),
    ],
)
def test_what_the_accept_header_asks_for(accept: str, csv_table: bool) -> None:
    response = send("/stock/kline", TWO, Accept=accept)
    assert response["headers"]["Content-Type"].startswith("text/csv") is csv_table
    assert response["headers"]["Vary"].startswith("Accept,")
    # The parameter is more explicit than the header.
    rows_wanted = send("/stock/kline", TWO | {"format": "rows"}, Accept=accept)
    assert rows_wanted["headers"]["Content-Type"].startswith("application/json")


@pytest.mark.usefixtures("market")
def test_tags_differ_where_bytes_do() -> None:
    def tag(**more: str) -> str:
        response = send("/stock/kline", TWO | more)
        found: str = response["headers"]["ETag"]
        again = send("/stock/kline", TWO | more, **{"If-None-Match": found})
        assert (again["statusCode"], again["body"]) == (304, "")
        return found

    plain = tag()
    assert tag(format="rows") == plain
    assert tag(fields=",".join(BAR_COLUMNS)) == plain
    others = [
        tag(fields="close"),
        tag(fields="close,open"),
        tag(fields="open,close"),
        tag(format="columns"),
        tag(format="columns", fields="close"),
        tag(format="csv"),
        tag(format="csv", meta_line="true"),
    ]
    assert len({plain, *others}) == 1 + len(others)


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize("form", [{"format": "csv"}, {"format": "columns"}, {"fields": "close"}])
def test_a_form_is_packed_and_linked_like_any_answer(
    form: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = send("/stock/kline", TWO | form)
    headers = {"Accept": "*/*", "Accept-Encoding": "zstd"}
    packed = send("/stock/kline", TWO | form, **headers)
    assert packed["headers"]["Content-Encoding"] == "zstd"
    assert packed["headers"]["Content-Type"] == plain["headers"]["Content-Type"]
    assert zstd.decompress(b64decode(packed["body"])) == plain["body"].encode()
    monkeypatch.setattr(wire, "ROOM", 100)
    linked = send("/stock/kline", TWO | form)
    assert linked["statusCode"] == 303
    key = linked["headers"]["Location"].partition("?")[0].partition("/answers/")[2]
    assert deployment.bucket().read(f"answers/{key}") == plain["body"].encode()
    assert key.endswith(".csv" if form.get("format") == "csv" else ".json")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"fields": "close,nonsense"}, "fields"),
        ({"fields": ""}, "fields"),
        ({"fields": "settle"}, "fields"),
        ({"fields": "limit_up"}, "fields"),
        ({"fields": "code"}, "fields"),
        ({"format": "parquet"}, "format"),
        ({"meta_line": "true"}, "meta_line"),
        ({"meta_line": "yes!", "format": "csv"}, "meta_line"),
    ],
)
@pytest.mark.usefixtures("market")
def test_what_is_no_form_is_refused(asked: dict[str, str], field: str) -> None:
    response = send("/stock/kline", TWO | asked)
    assert response["statusCode"] == 400
    assert [each["field"] for each in read(response)["errors"]] == [field]


def test_the_status_is_among_the_columns(service: Service) -> None:
    open_status_market(service)
    service.run("fill-missing", **WEEKS)
    service.run("fill-missing", **WEEKS, data_type="status")
    asked = {"codes": "600004.SH", **RANGE}
    whole = ok("/stock/kline", asked | {"include": "status"})["data"]["600004.SH"]
    found = ok("/stock/kline", asked | {"include": "status", "fields": "close,is_st"})
    assert found["data"]["600004.SH"] == [
        {name: bar[name] for name in ("trade_date", "close", "is_st")} for bar in whole
    ]
    alone = send("/stock/status", asked | {"format": "csv", "fields": "suspended"})
    assert table(alone) == [
        {
            "code": "600004.SH",
            "trade_date": day,
            "suspended": str(day in HALTED["600004.SH"]).lower(),
        }
        for day in DAYS
    ]


def test_a_table_is_not_complete_without_the_status_that_was_asked_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_status_market(service)
    service.run("fill-missing", **WEEKS)
    service.faults["upstream"] = lambda _handle, _event: {
        "error": "UpstreamFaultError",
        "message": "no",
    }
    asked = {"codes": "600000.SH", "include": "status", "format": "csv", **RANGE}
    assert send("/stock/kline", asked)["headers"]["X-Complete"] == "false"
    monkeypatch.setattr(wire, "ROOM", 100)
    linked = send("/stock/kline", asked)
    assert (linked["statusCode"], linked["headers"]["X-Complete"]) == (303, "false")
    del asked["include"]
    assert send("/stock/kline", asked)["headers"]["X-Complete"] == "true"


def test_futures_have_columns_of_their_own(service: Service) -> None:
    open_futures_market(service)
    service.run("fill-missing", **FUTURES)
    asked = {"codes": "IF2001.CFE", **RANGE}
    found = ok("/future/kline", asked | {"fields": "settle,open_interest", "format": "columns"})
    assert found["data"]["IF2001.CFE"] == {
        "trade_date": [*DAYS],
        "settle": [10.0] * len(DAYS),
        "open_interest": [100, 100, 100, 100, 90, 80, 80],
    }


def test_a_market_day_in_every_form(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_after_fills(monkeypatch)
    open_status_market(service)
    service.run("fill-missing", **WEEKS)
    service.run("fill-missing", **WEEKS, data_type="status")
    day = {"trade_date": DAYS[0]}
    whole = ok("/stock/kline/day", day)
    some = ok("/stock/kline/day", day | {"fields": "close"})
    assert some["data"] == {
        code: {"trade_date": DAYS[0], "close": bar["close"]} for code, bar in whole["data"].items()
    }
    assert some["meta"] == whole["meta"]
    arrays = ok("/stock/kline/day", day | {"format": "columns", "include": "status"})
    assert [*arrays["data"]] == ["code", "trade_date", *BAR_COLUMNS, *COLUMNS]
    assert arrays["data"]["code"] == [*whole["data"]]
    assert arrays["data"]["close"] == [bar["close"] for bar in whole["data"].values()]
    one_market = day | {"format": "csv", "security_type": "SZ_A", "fields": "close"}
    assert table(send("/stock/kline/day", one_market)) == [
        {"code": code, "trade_date": DAYS[0], "close": str(bar["close"])}
        for code, bar in whole["data"].items()
        if code.endswith(".SZ")
    ]
    said = send("/stock/kline/day", day | {"format": "csv", "meta_line": "true"})
    assert json.loads(said["body"].partition("\r\n")[0][2:]) == whole["meta"]
    statuses = send("/stock/status", day | {"format": "csv"})
    assert [each["code"] for each in table(statuses)] == [*CODES]
    tags = {
        send("/stock/kline/day", day | form)["headers"]["ETag"]
        for form in ({}, {"fields": "close"}, {"format": "columns"}, {"format": "csv"})
    }
    assert len(tags) == 4
    wrong = send("/stock/kline/day", day | {"fields": "is_st"})
    assert (wrong["statusCode"], read(wrong)["errors"][0]["field"]) == (400, "fields")


def test_a_day_that_was_never_published_is_an_empty_table(service: Service) -> None:
    open_market(service)
    response = send("/stock/kline/day", {"trade_date": DAYS[0], "format": "csv"})
    assert response["body"] == "code,trade_date,open,high,low,close,volume,amount\r\n"
    assert response["headers"]["X-Complete"] == "false"
    arrays = ok("/stock/kline/day", {"trade_date": DAYS[0], "format": "columns"})
    assert set(map(len, arrays["data"].values())) == {0}
