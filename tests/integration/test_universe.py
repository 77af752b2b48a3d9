"""The members of an index in place of codes: each day's rows are those of its members."""

from typing import Any

import pytest

from marketdata.api import universe
from tests.integration.market import DAYS, WEEKS, rows
from tests.integration.status_market import open_status_market, status_rows, traded
from tests.support.events import USER
from tests.support.service import Service

RANGE = {"start_date": DAYS[0], "end_date": DAYS[-1]}
ASKED = {"universe": "000300.SH"} | RANGE
MEMBERS = {
    "000001.SZ": [("20200101", "20200103"), ("20200108", "")],
    "600000.SH": [("20190102", "")],
    "600004.SH": [("20200106", "20200108")],
    "600006.SH": [("20180102", "20191231")],
    "600007.SH": [("20200113", "")],
}
WITHIN = {
    "000001.SZ": [[DAYS[0], "20200103"], ["20200108", DAYS[-1]]],
    "600000.SH": [[DAYS[0], DAYS[-1]]],
    "600004.SH": [["20200106", "20200108"]],
}
"""What of it lies in the range."""


@pytest.fixture
def market(service: Service) -> Service:
    open_status_market(service)
    lines = [f"{code},{first},{last}" for code, spans in MEMBERS.items() for first, last in spans]
    service.put_file(
        "index/constituents/000300.SH.csv", "\n".join(["code,in_date,out_date", *lines])
    )
    return service


def get(market: Service, resource: str, **query: str) -> Any:
    status, envelope = market.call("GET", resource, USER, query=query)
    assert status == 200, envelope
    return envelope


def is_member(code: str, day: str) -> bool:
    return any(first <= day <= last for first, last in WITHIN.get(code, ()))


def test_each_day_has_the_rows_of_its_members(market: Service) -> None:
    found = get(market, "/stock/kline", **ASKED)
    assert found["data"] == {
        code: [bar for bar in traded(code) if is_member(code, bar["trade_date"])] for code in WITHIN
    }
    meta = found["meta"]
    assert meta["universe"] == {"code": "000300.SH", "members": WITHIN}
    # Nothing is said of days on which a code was no member.
    assert (meta["complete"], meta["expected"], meta["outside"]) == (True, 4 + 1 + 7 + 3, {})
    assert {each["date"] for each in meta["absent"]["600004.SH"]} == {"20200107", "20200108"}
    again = get(market, "/stock/kline", **ASKED)
    assert (again["data"], again["meta"]["source"]) == (found["data"], "cache")


def test_stored_blocks_are_cut_to_the_days_of_membership(market: Service) -> None:
    market.run("fill-missing", **WEEKS)
    found = get(market, "/stock/kline", **ASKED)["data"]["000001.SZ"]
    assert found == rows("000001.SZ", [DAYS[0], DAYS[1], *DAYS[4:]])


def test_a_member_that_left_is_in_the_answer_until_its_last_day(market: Service) -> None:
    day = {"start_date": "20200108", "end_date": "20200109"}
    assert list(get(market, "/stock/kline", universe="000300.SH", **day)["data"]) == [
        "000001.SZ",
        "600000.SH",
        "600004.SH",
    ]
    day["start_date"] = "20200109"
    assert list(get(market, "/stock/kline", universe="000300.SH", **day)["data"]) == [
        "000001.SZ",
        "600000.SH",
    ]


def test_every_call_with_codes_knows_a_universe(market: Service) -> None:
    _, batch = market.call("POST", "/stock/kline/batch", USER, body=ASKED)
    assert batch["data"] == get(market, "/stock/kline", **ASKED)["data"]
    found = get(market, "/stock/status", **ASKED)
    assert found["data"] == {
        code: [row for row in status_rows(code) if is_member(code, row["trade_date"])]
        for code in WITHIN
    }
    assert found["meta"]["universe"]["members"] == WITHIN
    both = get(market, "/stock/kline", **ASKED, include="status")
    assert [bar["suspended"] for bar in both["data"]["600000.SH"]] == [False] * 7
    assert both["meta"]["status"]["complete"]


def test_an_index_that_nobody_knows(market: Service) -> None:
    status, _ = market.call("GET", "/stock/kline", USER, query=ASKED | {"universe": "000905.SH"})
    assert status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"period": "weekly"}, "universe"),
        ({"codes": "600000.SH"}, "codes"),
        ({"universe": "hs300"}, "universe"),
        ({"start_date": "20100104", "end_date": "20100108"}, "universe"),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    market: Service, change: dict[str, str], field: str
) -> None:
    status, envelope = market.call("GET", "/stock/kline", USER, query=ASKED | change)
    assert (status, envelope["errors"][0]["field"]) == (400, field)


def test_members_are_limited_as_codes_are(market: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(universe, "MAX_CODES", 2)
    status, envelope = market.call("GET", "/stock/kline", USER, query=ASKED)
    assert (status, envelope["errors"][0]["field"]) == (400, "universe")
    assert "ask for fewer days at a time" in envelope["message"]
