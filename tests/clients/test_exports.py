"""Market days, published files, releases and changes: what is asked for, and what comes back."""

from typing import Any

import httpx
import polars as pl
import pytest
from amazingdata_client import BadAnswerError, DayResult, IncompleteError, NotFoundError
from amazingdata_client.errors import InvalidInputError

from tests.clients.conftest import Calls
from tests.clients.samples import sample_bar, sample_day_meta, sample_part
from tests.clients.scripted import ScriptedService, failure, success

LINK = {"location": "http://files/1", "expires_in": 900, "bytes": 9, "revision": 3}


def day_of(client: Calls, scripted: ScriptedService, data: Any, **changes: Any) -> DayResult:
    scripted.on("GET /stock/kline/day", success(data, sample_day_meta(**changes)))
    result: DayResult = client.day("2024-11-20")
    return result


@pytest.mark.parametrize(
    ("kind", "path", "params"),
    [
        ("stock", "/stock/kline/day", {"security_type": "EXTRA_STOCK_A_ALL"}),
        ("index", "/stock/kline/day", {"security_type": "EXTRA_INDEX_A"}),
        ("etf", "/stock/kline/day", {"security_type": "EXTRA_ETF"}),
        ("future", "/future/kline/day", {}),
    ],
)
def test_a_day_of_each_kind(
    client: Calls, scripted: ScriptedService, kind: str, path: str, params: dict[str, str]
) -> None:
    scripted.on(f"GET {path}", success({}, sample_day_meta()))
    client.day("20241120", kind=kind)
    assert dict(scripted.seen[-1].url.params) == {"trade_date": "20241120", **params}


def test_a_day_of_an_unknown_kind_is_not_asked_for(
    client: Calls, scripted: ScriptedService
) -> None:
    with pytest.raises(ValueError, match="stock, index, etf, future"):
        client.day("20241120", kind="bond")
    assert not scripted.seen


def test_the_bars_of_a_day_are_a_frame(client: Calls, scripted: ScriptedService) -> None:
    data = {"000001.SZ": sample_bar("20241120"), "600000.SH": sample_bar("20241120", volume=None)}
    result = day_of(client, scripted, data, expected=2, returned=2)
    assert len(result) == 2
    assert result.meta.release.revision == 3
    assert result.require_complete() is result
    frame = result.to_polars()
    assert frame["code"].to_list() == ["000001.SZ", "600000.SH"]
    assert frame.schema["trade_date"] == pl.Date
    assert frame["volume"].to_list() == [100, None]
    assert result.to_pandas()["volume"].isna().tolist() == [False, True]


def test_an_incomplete_day_names_its_codes(client: Calls, scripted: ScriptedService) -> None:
    result = day_of(
        client,
        scripted,
        {},
        complete=False,
        missing=["600000.SH"],
        unconfirmed=["600003.SH"],
        absent={"600004.SH": "no_bar", "600005.SH": "suspended"},
    )
    with pytest.raises(IncompleteError) as raised:
        result.require_complete()
    assert [*raised.value.missing] == ["600000.SH"]
    assert [*raised.value.unconfirmed] == ["600003.SH"]
    assert not raised.value.no_bar
    with pytest.raises(IncompleteError) as raised:
        result.require_complete(strict=True)
    assert [*raised.value.no_bar] == ["600004.SH"]


def test_only_strictness_refuses_what_nobody_explains(
    client: Calls, scripted: ScriptedService
) -> None:
    result = day_of(client, scripted, {}, absent={"600004.SH": "no_bar"})
    assert result.require_complete() is result
    with pytest.raises(IncompleteError, match=r"600004\.SH has no bar on 20241120"):
        result.require_complete(strict=True)


@pytest.mark.parametrize(
    ("condition", "told"),
    [("pending", "20241120 not final yet"), ("missing", "20241120 is not published")],
)
def test_a_day_without_a_release_is_never_complete(
    client: Calls, scripted: ScriptedService, condition: str, told: str
) -> None:
    release = {"revision": 0, "published_at": None, "condition": condition}
    result = day_of(client, scripted, {}, complete=False, release=release)
    with pytest.raises(IncompleteError, match=told):
        result.require_complete()
    assert len(result.to_polars()) == 0


def test_the_published_files(client: Calls, scripted: ScriptedService) -> None:
    data = {"items": [sample_part()], "total": 1, "cursor": "17"}
    scripted.on("GET /exports", success(data))
    found = client.exports("stock.daily")
    assert found.cursor == "17"
    assert found.items[0].path == "stock.daily/year=2024/part.parquet"
    assert dict(scripted.seen[-1].url.params) == {"dataset": "stock.daily"}
    client.exports()
    assert not scripted.seen[-1].url.params


def test_an_unknown_dataset_is_named(client: Calls, scripted: ScriptedService) -> None:
    errors = [{"field": "dataset", "reason": "is unknown"}]
    scripted.on("GET /exports", failure(400, "invalid", errors=errors))
    with pytest.raises(InvalidInputError) as raised:
        client.exports("bonds")
    assert raised.value.errors[0].field == "dataset"


def test_a_link_is_given_and_not_followed(client: Calls, scripted: ScriptedService) -> None:
    body = {"code": 303, "message": "see other", "data": {**LINK, "sha256": "0" * 64}}
    headers = {"Location": "http://files/signed"}
    scripted.on("GET /exports/stock.daily/2024", httpx.Response(303, json=body, headers=headers))
    link = client.export_link("stock.daily", "2024", revision=3)
    assert link.location == "http://files/signed"
    assert (link.bytes, link.revision) == (9, 3)
    assert [each.url.host for each in scripted.seen] == ["service"]
    assert dict(scripted.seen[-1].url.params) == {"revision": "3"}


def test_a_link_to_a_superseded_revision_need_not_say_its_hash(
    client: Calls, scripted: ScriptedService
) -> None:
    data = {"location": "http://files/1", "expires_in": 900, "revision": 1}
    body, headers = {"code": 303, "message": "", "data": data}, {"Location": "http://files/1"}
    scripted.on("GET /exports/stock.daily/2024", httpx.Response(303, json=body, headers=headers))
    link = client.export_link("stock.daily", "2024", revision=1)
    assert (link.sha256, link.bytes, link.revision) == (None, None, 1)


def test_a_link_that_leads_nowhere(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /exports/stock.daily/2024", failure(404, "superseded"), httpx.Response(303))
    with pytest.raises(NotFoundError):
        client.export_link("stock.daily", "2024", revision=1)
    with pytest.raises(BadAnswerError):
        client.export_link("stock.daily", "2024")


def test_releases_and_changes(client: Calls, scripted: ScriptedService) -> None:
    release = {"trade_date": "20241101", "condition": "pending", "expected": 0, "returned": 0}
    items = [{**release, "missing": 0, "revision": 0, "published_at": None}]
    scripted.on("GET /releases", success({"items": items, "total": 1}))
    assert client.releases("stock.daily", "20241101", "2024-11-30")[0].condition == "pending"
    assert scripted.seen[-1].url.params["end_date"] == "20241130"
    change = {"seq": 18, "dataset": "calendar", "part": "all", "day": None, "kind": "new"}
    items = [{**change, "revision": 2, "published_at": "2026-11-30T08:00:00Z"}]
    scripted.on("GET /changes", success({"items": items, "cursor": "18", "more": False}))
    found = client.changes("17")
    assert (found.cursor, found.more, found.items[0].day) == ("18", False, None)
    assert dict(scripted.seen[-1].url.params) == {"since": "17"}


def test_publishing_names_only_what_is_given(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /cache/publish", success({"execution": "publish-1"}))
    assert client.publish() == "publish-1"
    assert client.publish("stock.daily", 2024) == "publish-1"
    assert scripted.bodies("POST") == [{}, {"dataset": "stock.daily", "year": "2024"}]
