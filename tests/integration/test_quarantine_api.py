"""Rows that were set aside, over the API: what they were, and why."""

from typing import Any

import pytest

from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, rows
from tests.support.conformance import check_body
from tests.support.events import USER
from tests.support.service import Service

CALL = ("GET", "/cache/quarantine")


@pytest.fixture(autouse=True)
def market(service: Service) -> None:
    open_market(service)
    bad = [bar | {"high": 1.0} if bar["trade_date"] == DAYS[2] else bar for bar in rows(CODES[0])]
    put_bars(service, CODES[0], bad)
    service.run("fill-missing", **WEEKS)


def ask(service: Service, **query: str) -> Any:
    status, envelope = service.call(*CALL, USER, query=query)
    check_body(CALL, status, envelope)
    assert status == 200, envelope
    return envelope


def test_a_bad_bar_is_shown_with_its_reason(service: Service) -> None:
    found = ask(service)
    (item,) = found["data"]["items"]
    assert (item["code"], item["at"]) == (CODES[0], DAYS[2])
    assert item["reason"]
    assert item["row"]["high"] == 1.0
    assert item["file"] == f"stock/daily/{CODES[0]}.csv"
    lines = service.cloud.bucket.read(f"imports/{item['file']}").decode().splitlines()
    assert lines[item["line"] - 1].startswith(item["at"])
    assert (found["data"]["total"], found["meta"]["truncated"]) == (1, False)
    assert ask(service, code="sz000001", start_date="2020-01-06")["data"]["total"] == 1
    assert ask(service, code="sz000001")["meta"]["codes_read_as"] == {"sz000001": CODES[0]}
    for query in ({"code": CODES[1]}, {"dataset": "stock.min5"}, {"start_date": DAYS[3]}):
        assert ask(service, **query)["data"]["items"] == []
    assert ask(service, page="2")["data"]["items"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"dataset": "stock.hourly"}, "dataset"),
        ({"code": "000001"}, "code"),
        ({"start_date": "20200230"}, "start_date"),
        ({"start_date": DAYS[3], "end_date": DAYS[2]}, "start_date"),
        ({"page_size": "101"}, "page_size"),
    ],
)
def test_what_makes_no_sense_is_refused(
    service: Service, query: dict[str, str], field: str
) -> None:
    status, envelope = service.call(*CALL, USER, query=query)
    assert (status, envelope["errors"][0]["field"]) == (400, field)
