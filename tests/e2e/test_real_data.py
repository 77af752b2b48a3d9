"""The main job on real bars: fill, watch, read back, ask what is missing."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.calls import detect, ended, fill, klines, ok, start
from tests.e2e.conftest import LocalCloud
from tests.e2e.real_bars import (
    bars,
    codes_with_bars_until,
    stocks_with_bars,
    suspended_days,
)
from tests.support.real_files import REAL

STOCKS = {
    "security_type": "stock",
    "codes": stocks_with_bars(REAL),
    "start_date": "19991101",
    "end_date": "20251231",
}
FUTURES = {"security_type": "future", "start_date": "20200101", "end_date": "20241231"}


@pytest.fixture(scope="module")
def filled(files_cloud: LocalCloud) -> LocalCloud:
    """The cloud with every daily bar of stocks and futures."""
    fill(files_cloud.admin, **STOCKS)
    fill(files_cloud.admin, **FUTURES)
    return files_cloud


@pytest.mark.parametrize(("kind", "scope"), [("stock", STOCKS), ("future", FUTURES)])
def test_every_daily_bar_comes_back_as_it_is_in_its_file(
    filled: LocalCloud, market_data: Path, kind: str, scope: dict[str, Any]
) -> None:
    for file in sorted((market_data / kind / "daily").glob("*.csv")):
        held = bars(file)
        # Later days are missing: the file says nothing of them.
        last = min(scope["end_date"], held[-1]["trade_date"])
        query = {"start_date": scope["start_date"], "end_date": last}
        data, meta = klines(filled.admin, f"/{kind}/kline", codes=file.stem, **query)
        wanted = [bar for bar in held if query["start_date"] <= bar["trade_date"] <= last]
        assert data[file.stem] == wanted, file.stem
        assert meta["missing"] == {}
        assert meta["source"] == "cache"
        assert meta["expected"] == len(wanted) + len(meta["absent"].get(file.stem, []))


@pytest.mark.parametrize(("kind", "scope"), [("stock", STOCKS), ("future", FUTURES)])
def test_a_filled_cache_lacks_nothing_and_asks_for_nothing(
    filled: LocalCloud, market_data: Path, kind: str, scope: dict[str, Any]
) -> None:
    end = {"stock": "20210930", "future": "20240930"}[kind]
    codes = codes_with_bars_until(market_data, kind, end)
    assert len(codes) == {"stock": 30, "future": 134}[kind]
    scope = scope | {"codes": codes, "end_date": end}
    found = detect(filled.admin, **scope)
    assert (found["missing_count"], found["error_count"]) == (0, 0)
    assert found["complete_count"] == found["total_count"]
    again = fill(filled.admin, **scope)
    assert (again["missing_count"], again["batch_count"], again["upstream_calls"]) == (0, 0, 0)


def test_suspended_days_carry_their_reason(filled: LocalCloud, market_data: Path) -> None:
    for code, days in suspended_days(market_data).items():
        query = {"codes": code, "start_date": min(days), "end_date": max(days)}
        data, meta = klines(filled.admin, "/stock/kline", **query)
        assert meta["missing"] == {}
        reasons = {each["date"]: each["reason"] for each in meta["absent"][code]}
        without_bar = days - {bar["trade_date"] for bar in data[code]}
        assert {day: reasons.get(day) for day in without_bar} == dict.fromkeys(
            without_bar, "suspended"
        )


def test_a_contract_ends_and_nothing_is_missing_after_it(filled: LocalCloud) -> None:
    query = {"codes": "IF2401.CFE", "start_date": "20240101", "end_date": "20240131"}
    data, meta = klines(filled.admin, "/future/kline", period="daily", **query)
    assert len(data["IF2401.CFE"]) == meta["expected"] == meta["returned"] == 14
    assert meta["missing"] == meta["absent"] == {}
    assert meta["outside"]["IF2401.CFE"] == [
        {"from": "20240122", "to": "20240131", "reason": "delisted"}
    ]


def test_a_code_is_not_missing_before_it_was_listed(filled: LocalCloud) -> None:
    query = {"codes": "688111.SH", "start_date": "20191101", "end_date": "20191130"}
    data, meta = klines(filled.admin, "/stock/kline", **query)
    assert data["688111.SH"][0]["trade_date"] == "20191118"
    assert meta["complete"]
    assert meta["outside"]["688111.SH"] == [
        {"from": "20191101", "to": "20191115", "reason": "not_listed"}
    ]


def test_small_gaps_are_read_through(files_cloud: LocalCloud, market_data: Path) -> None:
    file = market_data / "index/daily/000300.SH.csv"
    query = {"codes": "000300.SH", "start_date": "20210901", "end_date": "20210930"}
    data, meta = klines(files_cloud.admin, "/stock/kline", **query)
    assert data["000300.SH"] == [bar for bar in bars(file) if bar["trade_date"] >= "20210901"]
    assert meta["source"] == "upstream"
    assert klines(files_cloud.admin, "/stock/kline", **query)[1]["source"] == "cache"


def test_minute_bars_come_back_through_reading_and_filling(
    files_cloud: LocalCloud, market_data: Path
) -> None:
    wanted = bars(market_data / "stock/min1/600009.SH.csv")
    week = {"codes": "600009.SH", "start_date": "20200102", "end_date": "20200108"}
    data, meta = klines(files_cloud.admin, "/stock/kline", period="min1", **week)
    assert data["600009.SH"] == [bar for bar in wanted if bar["trade_date"] <= "20200108"]
    assert meta["source"] == "upstream"
    assert meta["short"] == {"600009.SH": sorted({bar["trade_date"] for bar in data["600009.SH"]})}
    scope = {"security_type": "stock", "period_type": "min1", "codes": ["600009.SH"]}
    fill(files_cloud.admin, start_date="20200101", end_date="20200409", **scope)
    days = {"codes": "600009.SH", "start_date": "20200101", "end_date": "20200409"}
    data, _ = klines(files_cloud.admin, "/stock/kline", period="min1", **days)
    assert data["600009.SH"] == wanted


def test_weekly_and_monthly_bars_are_computed_from_daily_ones(
    filled: LocalCloud, market_data: Path
) -> None:
    daily = [
        bar
        for bar in bars(market_data / "stock/daily/600000.SH.csv")
        if bar["trade_date"].startswith("202403")
    ]
    query = {"codes": "600000.SH", "start_date": "20240301", "end_date": "20240331"}
    data, _ = klines(filled.admin, "/stock/kline", period="monthly", **query)
    assert data["600000.SH"] == [
        {
            "trade_date": daily[-1]["trade_date"],
            "open": daily[0]["open"],
            "high": max(bar["high"] for bar in daily),
            "low": min(bar["low"] for bar in daily),
            "close": daily[-1]["close"],
            "volume": sum(bar["volume"] for bar in daily),
            "amount": sum(bar["amount"] for bar in daily),
        }
    ]
    weekly, _ = klines(filled.admin, "/stock/kline", period="weekly", **query)
    assert [bar["trade_date"] for bar in weekly["600000.SH"]] == [
        "20240301",
        "20240308",
        "20240315",
        "20240322",
        "20240329",
    ]


def test_an_answer_above_lambdas_limit_arrives_whole(filled: LocalCloud, market_data: Path) -> None:
    stocks = sorted(file.stem for file in (market_data / "stock/daily").glob("*.csv"))
    query = {"codes": ",".join(stocks), "start_date": "20050101", "end_date": "20251231"}
    wanted = {
        code: [
            bar
            for bar in bars(market_data / f"stock/daily/{code}.csv")
            if bar["trade_date"] >= "20050101"
        ]
        for code in stocks
    }
    zipped = filled.admin.get("/stock/kline", params=query, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert len(zipped.content) > 6_291_556
    assert ok(zipped)["data"] == wanted
    bound = filled.admin.get("/stock/kline", params=query)
    assert bound.headers["content-encoding"] == "zstd"
    assert bound.content == zipped.content
    plain = filled.admin.get("/stock/kline", params=query, headers={"Accept-Encoding": "identity"})
    assert plain.status_code == 303
    followed = filled.admin.get(plain.headers["location"])
    assert followed.content == zipped.content


def test_the_etag_spares_an_answer(filled: LocalCloud) -> None:
    query = {"codes": "600000.SH", "start_date": "20240101", "end_date": "20240131"}
    first = filled.admin.get("/stock/kline", params=query)
    headers = {"If-None-Match": first.headers["etag"]}
    again = filled.admin.get("/stock/kline", params=query, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["cache-control"] == "private, max-age=3600"
    changing = filled.admin.get("/stock/kline", params=query | {"end_date": "20991231"})
    assert changing.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "asked",
    [("20240101", "20241231"), ("20231115", "20240215"), ("20200301", "20240331")],
)
def test_every_form_holds_the_same(
    filled: LocalCloud, market_data: Path, asked: tuple[str, str]
) -> None:
    stocks = sorted(file.stem for file in (market_data / "stock/daily").glob("*.csv"))[:20]
    query = {"codes": ",".join(stocks), "start_date": asked[0], "end_date": asked[1]}
    for form in ("zstd", "gzip", "identity"):
        headers = {"Accept-Encoding": form}
        answer = filled.admin.get("/stock/kline", params=query, headers=headers)
        assert answer.headers.get("content-encoding", "identity") in {form, "identity"}
        if form == "zstd":
            assert answer.headers["content-encoding"] == "zstd"
            first = answer
        assert (answer.content, answer.headers["etag"]) == (first.content, first.headers["etag"])


def test_the_same_request_while_it_runs_is_the_same_task(files_cloud: LocalCloud) -> None:
    scope: dict[str, Any] = STOCKS | {"start_date": "20000101"}
    first = start(files_cloud.admin, "cache-all-missing", **scope)
    second = start(files_cloud.admin, "cache-all-missing", **scope)
    assert first["task_id"] == second["task_id"]
    assert ended(files_cloud.admin, first["task_id"])["status"] == "completed"
    third = start(files_cloud.admin, "cache-all-missing", **scope)
    assert third["task_id"] != first["task_id"]
    cancelled = ok(files_cloud.admin.post(f"/cache/tasks/{third['task_id']}/cancel"))["data"][
        "task"
    ]
    assert cancelled["status"] == "cancelled"
    assert ended(files_cloud.admin, third["task_id"])["status"] == "cancelled"
    ok(files_cloud.admin.post(f"/cache/tasks/{third['task_id']}/retry"))
    shown = ended(files_cloud.admin, third["task_id"])
    assert (shown["status"], shown["error_count"]) == ("completed", 0)
    assert shown["success_count"] == shown["total_count"]
