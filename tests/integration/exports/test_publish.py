"""Publishing through the whole service: what is published is what the API answers."""

import json
from base64 import b64decode
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from backports import zstd

from functions.stock.app import handler
from marketdata import deployment
from marketdata.catalog.calendar import SHANGHAI, last_known_day
from marketdata.exports.datasets import columns_of
from tests.integration.exports.published import (
    day_of,
    file_of,
    get,
    parts,
    query,
    read_part,
    state,
    types,
)
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, put_securities, rows
from tests.support.emulation import join
from tests.support.events import ADMIN, proxy_event
from tests.support.service import Service

RELEASES = {"dataset": "stock.daily", "start_date": "20200101", "end_date": "20200114"}
BARS = [{"code": code, **row} for code in CODES for row in rows(code)]


@pytest.fixture
def filled(publishing: Service) -> Service:
    """Fill a small market: what is stored of it is published then."""
    open_market(publishing)
    publishing.run("fill-missing", **WEEKS)
    return publishing


def test_a_fill_is_published_by_day(filled: Service) -> None:
    found = day_of(filled, DAYS[0])
    assert found["data"] == {code: rows(code)[0] for code in CODES}
    assert found["meta"].pop("release").items() >= {"revision": 1, "condition": "final"}.items()
    assert found["meta"] == {
        "trade_date": DAYS[0],
        "complete": True,
        "expected": 6,
        "returned": 6,
        "missing": [],
        "unconfirmed": [],
        "absent": {},
        "stale": False,
    }


def test_a_fill_is_published_as_a_file(filled: Service, tmp_path: Path) -> None:
    assert read_part(tmp_path, "stock.daily", "2020") == BARS
    told = parts(filled, "stock.daily")["2020"]
    assert told["path"] == "stock.daily/year=2020/part.parquet"
    assert (told["rows"], told["returned"], told["revision"]) == (42, 42, 1)
    # Of a closed year all days count, and this fill was about two weeks.
    assert (told["missing"], told["condition"]) == (6 * 236, "partial")
    assert (told["first_day"], told["last_day"], told["upstream"]) == (DAYS[0], DAYS[-1], "files")
    path = file_of(tmp_path, "stock.daily", "2020")
    assert types(path) == columns_of("stock.daily")
    pairs = query(path, "decode(key) AS key, decode(value) AS value", source="parquet_kv_metadata")
    metadata = {row["key"]: row["value"] for row in pairs}
    assert (
        metadata.items()
        >= {
            "dataset": "stock.daily",
            "part": "2020",
            "revision": "1",
            "rows": "42",
            "missing": str(6 * 236),
            "upstream": "files",
            "synthetic": "false",
        }.items()
    )


def test_each_day_of_a_range_has_a_release(filled: Service) -> None:
    listed = get(filled, "/releases", **RELEASES)["data"]
    conditions = {item["trade_date"]: item["condition"] for item in listed["items"]}
    assert conditions == {
        **dict.fromkeys(DAYS, "final"),
        "20200113": "missing",
        "20200114": "missing",
    }
    assert listed["items"][0].items() >= {"expected": 6, "returned": 6, "missing": 0}.items()
    assert listed["items"][-1].items() >= {"revision": 0, "published_at": None}.items()


def test_what_was_never_published_says_so(filled: Service) -> None:
    found = day_of(filled, "20200113")
    assert (found["data"], found["meta"]["complete"]) == ({}, False)
    assert found["meta"]["release"]["condition"] == "missing"


def test_a_day_that_is_not_final_is_pending(filled: Service) -> None:
    found = day_of(filled, last_known_day())
    assert (found["data"], found["meta"]["release"]["condition"]) == ({}, "pending")


@pytest.mark.parametrize("day", ["20200104", "20200101", f"{int(last_known_day()) + 10000}"])
def test_a_day_without_trading_is_refused(filled: Service, day: str) -> None:
    status, envelope = filled.call("GET", "/stock/kline/day", query={"trade_date": day})
    assert (status, envelope["errors"][0]["field"]) == (400, "trade_date")


def test_a_client_that_has_the_day_gets_304(filled: Service) -> None:
    def ask(**headers: str) -> Any:
        query = {"trade_date": DAYS[0]}
        event = proxy_event("GET", "/stock/kline/day", user=ADMIN, query=query, headers=headers)
        return handler(event, None)

    again = ask(**{"If-None-Match": ask()["headers"]["ETag"]})
    assert (again["statusCode"], again["body"]) == (304, "")


@pytest.mark.parametrize("codings", ["identity", "zstd"])
def test_a_day_of_some_markets(filled: Service, codings: str) -> None:
    """What is left of the day is what it says it is, each with a tag of its own."""

    def ask(**query: str) -> tuple[str, Any]:
        headers = {"Accept": "application/json", "Accept-Encoding": codings}
        query |= {"trade_date": DAYS[0]}
        event = proxy_event("GET", "/stock/kline/day", user=ADMIN, query=query, headers=headers)
        answer = handler(event, None)
        packed = answer["isBase64Encoded"]
        assert packed is (codings == "zstd")
        body = zstd.decompress(b64decode(answer["body"])) if packed else answer["body"]
        return answer["headers"]["ETag"], json.loads(body)

    tag, whole = ask()
    assert ask(security_type="EXTRA_STOCK_A_ALL") == (tag, whole)
    tags = {tag}
    for security_type, suffixes in (
        ("EXTRA_STOCK_A", (".SH", ".SZ")),
        ("SH_A", (".SH",)),
        ("SZ_A", (".SZ",)),
        ("BJ_A", (".BJ",)),
    ):
        tag, found = ask(security_type=security_type)
        tags.add(tag)
        codes = [code for code in CODES if code.endswith(suffixes)]
        assert found["data"] == {code: whole["data"][code] for code in codes}
        counts = {"expected": len(codes), "returned": len(codes)}
        assert found["meta"] == whole["meta"] | counts
    assert len(tags) == 5


def test_nothing_new_is_no_new_release(filled: Service) -> None:
    before = get(filled, "/exports")["data"]
    filled.post("/cache/publish", {"dataset": "stock.daily"})
    filled.run("cache-all-missing", **WEEKS)
    assert get(filled, "/exports")["data"] == before
    assert not day_of(filled, DAYS[0])["meta"]["stale"]


def test_a_correction_is_a_revision_of_one_day(filled: Service, tmp_path: Path) -> None:
    cursor = get(filled, "/changes")["data"]["cursor"]
    bars = rows(CODES[0])
    bars[2] |= {"close": bars[2]["open"]}
    put_bars(filled, CODES[0], bars)
    filled.run("cache-all-missing", **WEEKS)
    found = get(filled, "/changes", since=cursor)["data"]
    (change,) = found["items"]
    assert (
        change.items()
        >= {
            "dataset": "stock.daily",
            "part": "2020",
            "day": DAYS[2],
            "kind": "corrected",
            "revision": 2,
        }.items()
    )
    assert get(filled, "/changes", since=found["cursor"])["data"]["items"] == []
    assert parts(filled, "stock.daily")["2020"]["revision"] == 2
    assert read_part(tmp_path, "stock.daily", "2020")[2]["close"] == rows(CODES[0])[2]["open"]
    revised = day_of(filled, DAYS[2])
    assert revised["meta"]["release"]["condition"] == "revised"
    assert revised["data"][CODES[0]] == bars[2]
    assert day_of(filled, DAYS[1])["meta"]["release"]["revision"] == 1


def test_a_cursor_of_another_deployment_begins_anew(filled: Service) -> None:
    """As after a restore: nothing may be passed over because a number is larger."""
    everything = get(filled, "/changes")["data"]
    assert get(filled, "/changes", since=10_000)["data"] == everything
    assert everything["items"]


def test_what_comes_back_is_a_revision_of_its_own(filled: Service) -> None:
    """Its first object may be just about to be deleted."""
    for close in (rows(CODES[0])[2]["open"], rows(CODES[0])[2]["close"]):
        bars = rows(CODES[0])
        bars[2] |= {"close": close}
        put_bars(filled, CODES[0], bars)
        filled.run("cache-all-missing", **WEEKS)
    assert day_of(filled, DAYS[2])["meta"]["release"]["revision"] == 3
    kept = list(filled.cloud.bucket.keys(f"exports/stock.daily/2020/days/{DAYS[2]}"))
    assert len(kept) == 3


def test_what_comes_late_is_told_of_as_late(publishing: Service) -> None:
    open_market(publishing)
    publishing.run("fill-missing", **WEEKS, codes=CODES[1:])
    before = day_of(publishing, DAYS[0])["meta"]
    assert (before["missing"], before["release"]["condition"]) == ([CODES[0]], "partial")
    cursor = get(publishing, "/changes")["data"]["cursor"]
    publishing.run("fill-missing", **WEEKS)
    kinds = {item["kind"] for item in get(publishing, "/changes", since=cursor)["data"]["items"]}
    assert kinds == {"late"}
    after = day_of(publishing, DAYS[0])["meta"]
    assert (after["complete"], after["release"]["condition"]) == (True, "final")


def test_suspended_and_delisted_codes_are_in_their_days(publishing: Service) -> None:
    put_securities(
        publishing, "600000.SH,甲,stock,19991110,20200107", "600004.SH,乙,stock,20200103,"
    )
    put_bars(publishing, "600000.SH", rows("600000.SH", DAYS[:4]))
    put_bars(publishing, "600004.SH", rows("600004.SH", [*DAYS[1:3], *DAYS[4:]]))
    publishing.put_file("suspensions.csv", f"code,trade_date\n600004.SH,{DAYS[3]}\n")
    publishing.run("fill-missing", **WEEKS)
    codes = {day: [*day_of(publishing, day)["data"]] for day in DAYS}
    assert codes[DAYS[0]] == ["600000.SH"]
    assert codes[DAYS[1]] == ["600000.SH", "600004.SH"]
    assert codes[DAYS[4]] == ["600004.SH"]
    meta = day_of(publishing, DAYS[3])["meta"]
    assert (meta["absent"], meta["complete"]) == ({"600004.SH": "suspended"}, True)


def test_a_read_that_stores_bars_makes_its_year_stale(filled: Service) -> None:
    put_bars(filled, CODES[0], rows(CODES[0]))
    filled.rows("/stock/kline", CODES[0], "20200113", "20200113")
    assert day_of(filled, DAYS[0])["meta"]["stale"]
    filled.post("/cache/publish", {})
    join()
    assert not day_of(filled, DAYS[0])["meta"]["stale"]


def test_a_link_leads_to_the_file(filled: Service) -> None:
    path = {"dataset": "stock.daily", "part": "2020"}
    found = get(filled, "/exports/{dataset}/{part}", path=path)
    told = parts(filled, "stock.daily")["2020"]
    assert found["code"] == 303
    assert found["data"].items() >= {"sha256": told["sha256"], "bytes": told["bytes"]}.items()


@pytest.mark.parametrize(
    ("dataset", "part"), [("stock.daily", "1999"), ("stock.daily", "x"), ("stocks", "2020")]
)
def test_there_is_no_other_file(filled: Service, dataset: str, part: str) -> None:
    path = {"dataset": dataset, "part": part}
    assert filled.call("GET", "/exports/{dataset}/{part}", path=path)[0] == 404


def test_the_running_year_has_a_file_a_day(
    publishing: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_clock(monkeypatch, "2020-01-09 18:00")
    open_market(publishing)
    publishing.run("fill-missing", **WEEKS)
    assert [*parts(publishing, "stock.daily")] == [*DAYS[:-1]]
    assert read_part(tmp_path, "stock.daily", DAYS[1]) == [
        {"code": code, **rows(code)[1]} for code in CODES
    ]
    day = f"{DAYS[1][:4]}-{DAYS[1][4:6]}-{DAYS[1][6:]}"
    path = {"dataset": "stock.daily", "part": day}
    assert get(publishing, "/exports/{dataset}/{part}", path=path)["code"] == 303
    cursor = get(publishing, "/changes")["data"]["cursor"]
    set_clock(monkeypatch, "2020-01-10 18:00")
    publishing.run("fill-missing", **WEEKS)
    found = get(publishing, "/changes", since=cursor)["data"]["items"]
    (change,) = [(item["part"], item["day"], item["kind"]) for item in found]
    assert change == (DAYS[-1], DAYS[-1], "new")
    assert [*parts(publishing, "stock.daily")] == [*DAYS]
    set_clock(monkeypatch, "2021-01-05 18:00")
    publishing.post("/cache/publish", {})
    join()
    assert [*parts(publishing, "stock.daily")] == ["2020"]
    assert read_part(tmp_path, "stock.daily", "2020") == BARS
    assert day_of(publishing, DAYS[0])["meta"]["release"]["revision"] == 1


def test_replaced_objects_are_deleted_after_a_day(
    filled: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_bars(filled, CODES[0], [row | {"close": row["open"]} for row in rows(CODES[0])])
    filled.run("cache-all-missing", **WEEKS)
    keys = set(filled.cloud.bucket.keys("exports/stock.daily/"))
    named = dict(state("stock.daily", "2020"))
    assert len(keys) == 2 * len(named)
    path = {"dataset": "stock.daily", "part": "2020"}
    assert get(filled, "/exports/{dataset}/{part}", path=path, revision=1)["data"]["revision"] == 1
    tomorrow = deployment.now() + timedelta(days=1, minutes=5)
    monkeypatch.setattr(deployment, "now", lambda: tomorrow)
    filled.post("/cache/publish", {})
    join()
    assert len(set(filled.cloud.bucket.keys("exports/stock.daily/"))) == len(named)
    assert dict(state("stock.daily", "2020")) == named
    query = {"revision": "1"}
    assert filled.call("GET", "/exports/{dataset}/{part}", path=path, query=query)[0] == 404


def set_clock(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Have it be a time in Shanghai."""
    at = datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    monkeypatch.setattr(deployment, "now", lambda: at)
    deployment.reset()
