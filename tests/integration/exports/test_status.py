"""The published status of stocks: market days, files, and beside the bars of a day."""

from pathlib import Path

import pytest

from tests.integration.exports.published import day_of, get, parts, read_part
from tests.integration.market import CODES, DAYS, WEEKS
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
from tests.support.service import Service

HALT = HALTED["600004.SH"][0]


@pytest.fixture
def market(publishing: Service) -> Service:
    open_status_market(publishing)
    publishing.run("fill-missing", **WEEKS)
    return publishing


def test_a_market_day_of_the_status(market: Service, tmp_path: Path) -> None:
    nothing = get(market, "/stock/status", trade_date=HALT)
    assert (nothing["data"], nothing["meta"]["release"]["condition"]) == ({}, "missing")
    market.run("fill-missing", **WEEKS, data_type="status")
    found = get(market, "/stock/status", trade_date=HALT)
    assert found["data"] == {code: status_row(code, HALT) for code in CODES}
    assert (found["meta"]["complete"], found["meta"]["absent"]) == (True, {})
    assert list(parts(market, "stock.status")) == ["2020"]
    assert read_part(tmp_path, "stock.status", "2020") == [
        {"code": code} | row for code in CODES for row in status_rows(code)
    ]


def test_the_bars_of_a_day_include_the_status(market: Service) -> None:
    nulls = dict.fromkeys(COLUMNS)
    found = day_of(market, HALT, include="status")
    assert found["meta"]["status"] == {
        "complete": False,
        "missing": [],
        "unconfirmed": [],
        "not_covered": [],
    }
    plain = day_of(market, HALT)
    assert found["data"] == {code: bar | nulls for code, bar in plain["data"].items()}
    market.run("fill-missing", **WEEKS, data_type="status")
    found = day_of(market, HALT, include="status")
    assert found["data"] == {
        code: bar | columns(status_row(code, HALT)) for code, bar in plain["data"].items()
    }
    assert found["meta"]["status"]["complete"]
    # The status said why it has no bar.
    assert (found["meta"]["absent"], found["meta"]["complete"]) == (
        {"600004.SH": "suspended"},
        True,
    )
    assert {k: v for k, v in found["meta"].items() if k != "status"} == day_of(market, HALT)["meta"]


def test_a_status_that_is_corrected_changes_the_day(market: Service) -> None:
    market.run("fill-missing", **WEEKS, data_type="status")
    before = day_of(market, DAYS[0], include="status")
    corrected = status_row("600000.SH", DAYS[0]) | {"is_st": True}
    put_status(market, "600000.SH", [corrected, *status_rows("600000.SH", DAYS[1:])])
    market.run("cache-all-missing", **WEEKS, data_type="status")
    after = day_of(market, DAYS[0], include="status")
    assert (before["data"]["600000.SH"]["is_st"], after["data"]["600000.SH"]["is_st"]) == (
        False,
        True,
    )
    assert after["data"]["600000.SH"] == traded("600000.SH")[0] | columns(corrected)
    assert get(market, "/stock/status", trade_date=DAYS[0])["meta"]["release"]["revision"] == 2


def test_a_day_of_one_market_tells_of_the_status_of_that_market(market: Service) -> None:
    shanghai = [code for code in CODES if code.endswith(".SH")]
    market.run("fill-missing", **WEEKS, data_type="status", codes=shanghai)
    found = day_of(market, DAYS[0], include="status", security_type="SH_A")
    assert list(found["data"]) == shanghai
    assert (found["meta"]["status"]["complete"], found["meta"]["status"]["missing"]) == (True, [])
    both = day_of(market, DAYS[0], include="status", security_type="EXTRA_STOCK_A")
    assert both["meta"]["status"]["missing"] == [code for code in CODES if code.endswith(".SZ")]


def test_a_status_without_news_about_the_bars_leaves_their_release_as_it_is(
    market: Service,
) -> None:
    query = {"codes": "600000.SH", "start_date": DAYS[0], "end_date": DAYS[1]}
    get(market, "/stock/status", **query)
    assert not day_of(market, DAYS[0])["meta"]["stale"]
    get(market, "/stock/status", **query | {"codes": "600004.SH", "end_date": HALT})
    assert day_of(market, DAYS[0])["meta"]["stale"]
