"""Publishing through the whole service: what is published is what the API answers."""

import json
from io import BytesIO
from typing import Any

import duckdb
import pytest

from marketdata.catalog.calendar import trading_days
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, rows
from tests.support.service import Service

RELEASES = {"dataset": "stock.daily", "start_date": "20200101", "end_date": "20200131"}


def get(service: Service, resource: str, **query: Any) -> Any:
    """Send a GET that succeeds, and give the envelope."""
    status, envelope = service.call("GET", resource, query={k: str(v) for k, v in query.items()})
    assert status == 200, envelope
    return envelope


def day_of(service: Service, day: str) -> Any:
    """Give the answer for a market day."""
    return get(service, "/stock/kline/day", trade_date=day)


def test_a_fill_is_published(publishing: Service) -> None:
    service = publishing
    open_market(service)
    service.run("fill-missing", **WEEKS)
    found = day_of(service, DAYS[0])
    assert found["data"] == {code: rows(code)[0] for code in CODES}
    meta = found["meta"]
    assert (meta["complete"], meta["expected"], meta["returned"]) == (True, 6, 6)
    assert (meta["missing"], meta["absent"], meta["stale"]) == ([], {}, False)
    assert (meta["release"]["revision"], meta["release"]["condition"]) == (1, "final")
    listed = get(service, "/exports", dataset="stock.daily")["data"]
    print(json.dumps(listed, indent=1))
    print(json.dumps(get(service, "/releases", **RELEASES)["data"]["items"][:3], indent=1))
    print(json.dumps(get(service, "/changes")["data"], indent=1)[:3000])
