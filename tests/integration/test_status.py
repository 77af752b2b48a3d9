"""The status of stocks: fetched, stored, answered alone and beside bars, held against them."""

from typing import Any

import pytest

from tests.integration.market import DAYS, WEEKS, put_bars, rows
from tests.integration.status_market import (
    COLUMNS,
    HALTED,
    columns,
    open_status_market,
    put_status,
    status_row,
    status_rows,
    traded,
)
from tests.support.events import USER
from tests.support.service import Service

RANGE = {"start_date": DAYS[0], "end_date": DAYS[-1]}
NULLS = dict.fromkeys(COLUMNS)
STATUS_TASK = WEEKS | {"data_type": "status"}


@pytest.fixture
def market(service: Service) -> Service:
    open_status_market(service)
    return service


def get(market: Service, resource: str, **query: str) -> Any:
    path = {"code": query.pop("code")} if "code" in query else None
    status, envelope = market.call("GET", resource, USER, query=query, path=path)
    assert status == 200, envelope
    return envelope


def refused(market: Service, resource: str, **query: str) -> str:
    status, envelope = market.call("GET", resource, USER, query=query)
    assert status == 400, envelope
    field: str = envelope["errors"][0]["field"]
    return field


def test_a_status_is_read_through_once(market: Service) -> None:
    codes = "600004.SH,510300.SH,830001.BJ,600000.SH"
    found = get(market, "/stock/status", codes=codes, **RANGE)
    assert found["data"] == {code: status_rows(code) for code in ("600004.SH", "600000.SH")}
    assert found["meta"]["not_covered"] == ["510300.SH", "830001.BJ"]
    assert found["meta"]["complete"]
    assert (found["meta"]["source"], found["meta"]["absent"]) == ("upstream", {})
    market.invocations.clear()
    again = get(market, "/stock/status", codes=codes, **RANGE)
    assert (again["data"], again["meta"]["source"]) == (found["data"], "cache")
    assert market.invocations == []


def test_nothing_but_codes_without_a_status(market: Service) -> None:
    found = get(market, "/stock/status", codes="510300.SH", **RANGE)
    assert (found["data"], found["meta"]["not_covered"]) == ({}, ["510300.SH"])
    assert market.calls("upstream") == [{"operation": "refresh_catalog"}]


def test_what_a_source_does_not_know_is_null(market: Service) -> None:
    unknown = status_row("600000.SH", DAYS[0]) | {"limit_up": None, "is_st": None}
    put_status(market, "600000.SH", [unknown, *status_rows("600000.SH", DAYS[1:])])
    found = get(market, "/stock/status", codes="600000.SH", **RANGE)["data"]["600000.SH"]
    assert (found[0]["limit_up"], found[0]["is_st"]) == (None, None)
    assert found[1:] == status_rows("600000.SH", DAYS[1:])


def test_bars_include_the_status_of_their_days(market: Service) -> None:
    codes = "600004.SH,510300.SH,600000.SH"
    found = get(market, "/stock/kline", codes=codes, include="status", **RANGE)
    for code in ("600004.SH", "600000.SH"):
        assert found["data"][code] == [
            bar | columns(status_row(code, bar["trade_date"])) for bar in traded(code)
        ]
    assert found["data"]["510300.SH"] == [bar | NULLS for bar in rows("000001.SZ")]
    assert found["meta"]["status"] == {
        "complete": True,
        "missing": {},
        "unconfirmed": {},
        "rejected": {},
        "not_covered": ["510300.SH"],
        "disagreeing": {},
    }
    body = {"codes": codes.split(","), "include": "status"} | RANGE
    _, batch = market.call("POST", "/stock/kline/batch", USER, body=body)
    again = get(market, "/stock/kline", codes=codes, include="status", **RANGE)
    assert (batch["data"], batch["meta"]) == (again["data"], again["meta"])


def test_bars_are_answered_although_their_status_is_not_there(market: Service) -> None:
    put_status(market, "600000.SH", status_rows("600000.SH", DAYS[:2]))
    found = get(market, "/stock/kline", codes="600000.SH", include="status", **RANGE)
    bars = found["data"]["600000.SH"]
    assert [bar["pre_close"] for bar in bars] == [12.0, 12.0, *[None] * 5]
    assert [{k: bar[k] for k in bar if k not in COLUMNS} for bar in bars] == rows("600000.SH")
    said = found["meta"]["status"]
    assert (found["meta"]["complete"], said["complete"]) == (True, False)
    assert said["missing"] | said["unconfirmed"] == {"600000.SH": [[DAYS[2], DAYS[-1]]]}


def test_prices_of_a_status_are_adjusted_with_those_of_its_bar(market: Service) -> None:
    steps = f"trade_date,factor\n19991110,1\n{DAYS[2]},2\n{DAYS[-1]},2\n"
    market.put_file("stock/factors/600000.SH.csv", steps)
    asked = {"codes": "600000.SH", "include": "status", "adjust": "backward", **RANGE}
    bars = get(market, "/stock/kline", **asked)["data"]["600000.SH"]
    raw = traded("600000.SH")
    assert [bar["close"] for bar in bars] == [
        bar["close"] * (2 if bar["trade_date"] >= DAYS[2] else 1) for bar in raw
    ]
    assert [bar["limit_up"] for bar in bars] == [14.0, 14.0, *[28.0] * 5]
    assert [bar["is_st"] for bar in bars] == [False] * 7


def test_a_chart_includes_the_status(market: Service) -> None:
    resource = "/stock/kline/{code}/chart"
    found = get(market, resource, code="600004.SH", include="status", **RANGE)["data"]
    days = [bar["trade_date"] for bar in traded("600004.SH")]
    assert found["categoryData"] == days
    assert found["status"] == {
        name: [status_row("600004.SH", day)[name] for day in days] for name in COLUMNS
    }
    assert "status" not in get(market, resource, code="600004.SH", **RANGE)["data"]


def test_a_suspended_day_is_absent_whoever_was_asked_first(market: Service) -> None:
    # Without the list of suspensions, the bars alone do not say why days lack one.
    market.run("fill-missing", **WEEKS)
    before = get(market, "/stock/kline", codes="600004.SH", **RANGE)["meta"]
    assert {each["reason"] for each in before["absent"]["600004.SH"]} == {"no_bar"}
    task = market.run("fill-missing", **STATUS_TASK)
    assert (task["status"], task["data_type"], task["error_count"]) == ("completed", "status", 0)
    after = get(market, "/stock/kline", codes="600004.SH", **RANGE)["meta"]
    wanted = [{"date": day, "reason": "suspended"} for day in HALTED["600004.SH"]]
    assert (after["absent"]["600004.SH"], after["complete"]) == (wanted, True)


def test_bars_that_come_after_the_status_are_held_against_it(market: Service) -> None:
    market.run("fill-missing", **STATUS_TASK)
    # It traded on a day on which the status says that it did not, and beyond a limit on another.
    bars = rows("600004.SH")
    bars[0] |= {"high": 99.0}
    put_bars(market, "600004.SH", bars)
    task = market.run("fill-missing", **WEEKS)
    notes = market.result(task["id"])["notes"]
    assert notes == ["bars and status do not agree on some days of 600004.SH (3)"]
    found = get(market, "/stock/kline", codes="600004.SH", include="status", **RANGE)
    assert found["data"]["600004.SH"] == [
        bar | columns(status_row("600004.SH", bar["trade_date"])) for bar in bars
    ]
    wanted = {"600004.SH": [[DAYS[0], DAYS[0]], list(HALTED["600004.SH"])]}
    assert found["meta"]["status"]["disagreeing"] == wanted
    alone = get(market, "/stock/status", codes="600004.SH", **RANGE)
    assert alone["meta"]["disagreeing"] == wanted
    # A correction of the bars ends it.
    put_bars(market, "600004.SH", traded("600004.SH"))
    market.run("cache-all-missing", **WEEKS)
    found = get(market, "/stock/status", codes="600004.SH", **RANGE)
    assert found["meta"]["disagreeing"] == {"600004.SH": [list(HALTED["600004.SH"])]}


def test_a_status_is_detected_and_covered_as_bars_are(market: Service) -> None:
    found = market.post("/cache/detect-all-missing", STATUS_TASK)
    assert (found["total_count"], found["missing_count"]) == (6, 6)
    market.run("fill-missing", **STATUS_TASK)
    found = market.post("/cache/detect-all-missing", STATUS_TASK)
    assert (found["complete_count"], found["missing_count"]) == (6, 0)
    assert found["daily_stats"][HALTED["600004.SH"][0]]["present"] == 6
    query = STATUS_TASK | {"codes": "600004.SH"}
    part = get(market, "/cache/coverage", **query)["data"]["items"][0]["parts"]["2020"]
    assert (part["expected"], part["present"]) == (7, 7)
    assert market.run("verify", **STATUS_TASK)["error_count"] == 0


def test_rows_that_cannot_be_are_set_aside(market: Service) -> None:
    crossed = status_row("600000.SH", DAYS[1]) | {"limit_up": 1.0}
    put_status(market, "600000.SH", [status_row("600000.SH", DAYS[0]), crossed])
    task = market.run("fill-missing", **STATUS_TASK, codes=["600000.SH"])
    assert market.result(task["id"])["quarantined"] == {"600000.SH": {"limits_crossed": 1}}
    found = get(market, "/stock/status", codes="600000.SH", **RANGE)
    assert found["data"]["600000.SH"] == status_rows("600000.SH", DAYS[:1])
    assert found["meta"]["rejected"] == {"600000.SH": [[DAYS[1], DAYS[1]]]}


def test_a_code_without_a_file_fails_alone(market: Service) -> None:
    market.cloud.bucket.delete("imports/stock/status/600000.SH.csv")
    task = market.run("fill-missing", **STATUS_TASK)
    assert (task["error_count"], list(market.result(task["id"])["errors"])) == (1, ["600000.SH"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "codes"),
        ({"codes": "600000.SH", "universe": "000300.SH"} | RANGE, "codes"),
        ({"codes": "600000.SH"}, "start_date"),
        ({"codes": "600000.SH", "start_date": DAYS[0]}, "end_date"),
        ({"codes": "600000.SH", "start_date": DAYS[1], "end_date": DAYS[0]}, "start_date"),
        ({"trade_date": DAYS[0], "codes": "600000.SH"}, "codes"),
        ({"trade_date": DAYS[0], "end_date": DAYS[0]}, "end_date"),
        ({"trade_date": "20200104"}, "trade_date"),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    market: Service, query: dict[str, str], field: str
) -> None:
    assert refused(market, "/stock/status", **query) == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"security_type": "index", "data_type": "status"}, "data_type"),
        ({"security_type": "stock", "period_type": "min1", "data_type": "status"}, "data_type"),
        ({"security_type": "stock", "data_type": "statements"}, "data_type"),
        (
            {"security_type": "finance", "period_type": "income", "data_type": "bars"},
            "data_type",
        ),
        ({"security_type": "stock", "data_type": "prices"}, "data_type"),
    ],
)
def test_a_task_about_another_type_of_data_is_refused(
    market: Service, body: dict[str, str], field: str
) -> None:
    status, envelope = market.call("POST", "/cache/fill-missing", body=body | RANGE)
    assert (status, envelope["errors"][0]["field"]) == (400, field)


def test_weekly_bars_have_no_status(market: Service) -> None:
    query = {"codes": "600000.SH", "include": "status", "period": "weekly"} | RANGE
    assert refused(market, "/stock/kline", **query) == "include"
    query = {"trade_date": DAYS[0], "include": "status", "security_type": "EXTRA_ETF"}
    assert refused(market, "/stock/kline/day", **query) == "include"
