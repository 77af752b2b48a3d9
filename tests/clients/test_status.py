"""The status of stocks, and the bars of an index: how they are asked for, read and merged."""

import json
from typing import Any

import httpx
import pandas as pd
import polars as pl
import pytest
from amazingdata_client import Days, IncompleteError, KlineResult, NotFoundError, StatusResult
from amazingdata_client.frames import BAR, STATUS, STATUS_ROW

from tests.clients.conftest import Calls
from tests.clients.samples import (
    day_status_meta,
    meta,
    sample_bar,
    sample_day_meta,
    sample_status,
    status_columns,
    status_meta,
)
from tests.clients.scripted import ScriptedService, failure, success

MANY = [f"{number:06d}.SH" for number in range(600000, 600600)]
GAP = [["20240103", "20240105"]]
INDEX = "000300.SH"
MEMBERS = {"code": INDEX, "members": {"600000.SH": [["20240101", "20240110"]]}}


def test_the_status_of_one_code(client: Calls, scripted: ScriptedService) -> None:
    unknown = sample_status("20240103", limit_up=None, is_st=None, suspended=True)
    said = meta(not_covered=["510300.SH"], disagreeing={"600000.SH": GAP})
    scripted.on("GET /stock/status", success({"600000.SH": [sample_status(), unknown]}, said))
    result = client.status(["600000.SH", "510300.SH"], "2024-01-01", "20240105")
    assert dict(scripted.seen[0].url.params) == {
        "codes": "600000.SH,510300.SH",
        "start_date": "20240101",
        "end_date": "20240105",
    }
    assert result.require_complete() is result
    assert result.rows[1] == {"code": "600000.SH", **unknown}
    assert result.meta.not_covered == ["510300.SH"]
    assert result.meta.disagreeing == {"600000.SH": [Days("20240103", "20240105")]}


def test_flags_are_booleans_with_nulls(client: Calls, scripted: ScriptedService) -> None:
    unknown = sample_status("20240103", limit_up=None, is_st=None)
    rows = {"600000.SH": [sample_status(is_st=True), unknown]}
    scripted.on("GET /stock/status", success(rows, meta(not_covered=[], disagreeing={})))
    result = client.status("600000.SH", "20240101", "20240105")
    polars, pandas = result.to_polars(), result.to_pandas()
    assert polars.schema == {
        "code": pl.String,
        "trade_date": pl.Date,
        "pre_close": pl.Float64,
        "limit_up": pl.Float64,
        "limit_down": pl.Float64,
        "is_st": pl.Boolean,
        "suspended": pl.Boolean,
        "ex_right": pl.Boolean,
        "ex_dividend": pl.Boolean,
    }
    assert polars["is_st"].to_list() == [True, None]
    assert str(pandas["is_st"].dtype) == "boolean"
    assert pandas["is_st"][0]
    assert pandas["is_st"][1] is pd.NA
    assert pandas["limit_up"].isna().tolist() == [False, True]


def test_no_rows_have_columns_all_the_same(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /stock/status", success({"600000.SH": []}, meta()))
    nothing = client.status("600000.SH", "20240101", "20240105")
    assert nothing.to_polars().columns == list(nothing.to_pandas()) == [*STATUS_ROW]
    scripted.on(
        "POST /stock/kline/batch", success({}, meta(status=status_meta())), success({}, meta())
    )
    with_status = client.kline("600000.SH", "20240101", "20240105", include="status")
    assert with_status.to_polars().columns == [*BAR, *STATUS]
    assert client.kline("600000.SH", "20240101", "20240105").to_polars().columns == [*BAR]


def test_a_status_that_is_missing_is_refused(client: Calls, scripted: ScriptedService) -> None:
    said = meta(complete=False, missing={"600000.SH": GAP}, not_covered=[], disagreeing={})
    scripted.on("GET /stock/status", success({"600000.SH": [sample_status()]}, said))
    with pytest.raises(IncompleteError, match=r"600000\.SH lacks 20240103–20240105"):
        client.status("600000.SH", "20240101", "20240105").require_complete()


def test_a_market_day(client: Calls, scripted: ScriptedService) -> None:
    row = sample_status("20241120")
    said = sample_day_meta(expected=1, returned=1)
    scripted.on("GET /stock/status", success({"600000.SH": row}, said), success({}, said))
    result = client.status_day("2024-11-20")
    assert dict(scripted.seen[0].url.params) == {"trade_date": "20241120"}
    assert result.require_complete().rows == [{"code": "600000.SH", **row}]
    assert result.to_polars().schema["suspended"] == pl.Boolean
    assert client.status_day("20241120").to_polars().columns == [*STATUS_ROW]


def test_a_market_day_of_bars_with_their_status(client: Calls, scripted: ScriptedService) -> None:
    bar = {**sample_bar("20241120"), **status_columns()}
    gaps = day_status_meta(complete=False, missing=["600000.SH"], unconfirmed=["000001.SZ"])
    said = sample_day_meta(expected=1, returned=1)
    scripted.on(
        "GET /stock/kline/day",
        success({"600000.SH": bar}, said | {"status": day_status_meta()}),
        success({}, said | {"status": gaps}),
    )
    result = client.day("20241120", include="status")
    assert scripted.seen[0].url.params["include"] == "status"
    assert result.require_complete().to_polars().columns == [*BAR, *STATUS]
    lacking = client.day("20241120", include="status")
    assert lacking.to_polars().columns == [*BAR, *STATUS]
    with pytest.raises(IncompleteError, match=r"600000\.SH has no status on 20241120") as raised:
        lacking.require_complete()
    assert list(raised.value.without_status) == ["600000.SH", "000001.SZ"]


def test_bars_with_their_status(client: Calls, scripted: ScriptedService) -> None:
    bar = {**sample_bar(), **status_columns(ex_dividend=None)}
    said = meta(status=status_meta(disagreeing={"600000.SH": GAP}))
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [bar]}, said))
    result = client.kline("600000.SH", "20240101", "20240105", include="status")
    assert scripted.bodies()[0]["include"] == "status"
    assert result.require_complete().meta.status.disagreeing["600000.SH"] == [Days(*GAP[0])]
    frame = result.to_polars()
    assert frame.columns == [*BAR, *STATUS]
    assert frame["ex_dividend"].to_list() == [None]
    assert frame.schema["ex_dividend"] == pl.Boolean


@pytest.mark.parametrize("where", ["missing", "unconfirmed"])
def test_bars_whose_status_lacks_are_refused(
    client: Calls, scripted: ScriptedService, where: str
) -> None:
    lacks = status_meta(complete=False, **{where: {"600000.SH": GAP}})
    scripted.on(
        "POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, meta(status=lacks))
    )
    result = client.kline("600000.SH", "20240101", "20240105", include="status")
    with pytest.raises(
        IncompleteError, match=r"600000\.SH has no status on 20240103–2024"
    ) as raised:
        result.require_complete()
    assert raised.value.without_status == {"600000.SH": (Days("20240103", "20240105"),)}
    assert not raised.value.missing


def test_the_status_of_many_codes_is_put_together(client: Calls, scripted: ScriptedService) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        first = json.loads(request.content)["codes"][0]
        said = status_meta(
            complete=first != MANY[0],
            missing={first: GAP},
            unconfirmed={first: GAP},
            rejected={first: GAP},
            not_covered=[first],
            disagreeing={first: GAP},
        )
        return success({first: [sample_bar()]}, meta(status=said))

    scripted.on("POST /stock/kline/batch", answer)
    found = client.kline(MANY, "20240101", "20240105", include="status").meta.status
    both = [MANY[0], MANY[500]]
    assert not found.complete
    parts = (found.missing, found.unconfirmed, found.rejected, found.not_covered, found.disagreeing)
    assert [list(part) for part in parts] == [both] * len(parts)


@pytest.mark.parametrize("method", ["kline", "status"])
def test_an_index_instead_of_codes(client: Calls, scripted: ScriptedService, method: str) -> None:
    said = meta(universe=MEMBERS)
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, said))
    scripted.on("GET /stock/status", success({"600000.SH": [sample_status()]}, said))
    ask = getattr(client, method)
    result: KlineResult | StatusResult = ask(
        universe=INDEX, start_date="20240101", end_date="20240131"
    )
    request = scripted.seen[0]
    asked: dict[str, Any] = json.loads(request.content or "null") or dict(request.url.params)
    assert asked["universe"] == INDEX
    assert "codes" not in asked
    universe = result.require_complete().meta.universe
    assert universe is not None
    assert universe.members == {"600000.SH": [Days("20240101", "20240110")]}


@pytest.mark.parametrize("method", ["kline", "status"])
def test_an_index_that_nobody_knows(client: Calls, scripted: ScriptedService, method: str) -> None:
    for call in ("POST /stock/kline/batch", "GET /stock/status"):
        scripted.on(call, failure(404, "000999.SH is no index"))
    with pytest.raises(NotFoundError, match=r"000999.SH is no index"):
        getattr(client, method)(None, "20240101", "20240131", universe="000999.SH")


def test_neither_codes_nor_an_index_are_the_services_to_refuse(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("POST /stock/kline/batch", success({}, meta()))
    client.kline([], "20240101", "20240131")
    client.kline(["600000.SH"], "20240101", "20240131", universe=INDEX)
    nothing, both = scripted.bodies()
    assert nothing["codes"] == []
    assert (both["codes"], both["universe"]) == (["600000.SH"], INDEX)


def test_a_chart_with_the_status(client: Calls, scripted: ScriptedService) -> None:
    lists = {name: [value] for name, value in status_columns(is_st=None).items()}
    data: dict[str, Any] = {"categoryData": ["20240102"], "values": [[1, 2, 0, 3, 9]]}
    data |= {"volumes": [[0, 9, -1]], "status": lists}
    scripted.on("GET /stock/kline/600000.SH/chart", success(data, meta(status=status_meta())))
    chart = client.chart("600000.SH", "20240101", "20240105", include="status")
    assert scripted.seen[0].url.params["include"] == "status"
    assert (chart.status.limit_up, chart.status.is_st) == ([9.9], [None])
