"""The main job on the real bars and on the synthetic market: fill, read, detect."""

import csv
from typing import Any

import pytest

from marketdata import deployment
from marketdata.catalog.calendar import trading_days
from tests.support.real_files import REAL
from tests.support.service import Service

TEXTS = {"trade_date", "kline_time"}
COUNTS = {"volume", "open_interest"}


def parsed(name: str, text: str) -> Any:
    """Read a field of a file as an answer should give it."""
    if name in TEXTS:
        return text
    if not text:
        return None
    return int(text) if name in COUNTS else float(text)


def real_bars(path: str, start: str, end: str) -> list[dict[str, Any]]:
    """Read the bars of a range from their file, by other means than the service's."""
    with (REAL / path).open(newline="") as lines:
        return [
            {name: parsed(name, text) for name, text in line.items()}
            for line in csv.DictReader(lines)
            if start <= line["trade_date"] <= end
        ]


@pytest.fixture
def market(service: Service) -> Service:
    """Import the real bars that the tests here need, and the whole list of securities."""
    if not REAL.is_dir():
        pytest.skip(f"no market data in {REAL}")
    wanted = ["securities.csv", "suspensions.csv", "stock/min1/600009.SH.csv"]
    wanted += [f"stock/daily/{path.name}" for path in REAL.glob("stock/daily/*.csv")]
    wanted += [f"future/daily/{path.name}" for path in REAL.glob("future/daily/IF24*.csv")]
    wanted += [f"future/daily/{path.name}" for path in REAL.glob("future/daily/V22*.csv")]
    for path in wanted:
        service.put_file(path, (REAL / path).read_text())
    return service


def test_the_real_stocks(market: Service) -> None:
    codes = sorted(path.stem for path in REAL.glob("stock/daily/*.csv"))
    days = {"start_date": "20200101", "end_date": "20200131"}
    scope = {"security_type": "stock", **days, "codes": codes}
    task = market.run("fill-missing", **scope)
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    total = 0
    for path in sorted(REAL.glob("stock/daily/*.csv")):
        expected = real_bars(f"stock/daily/{path.name}", "20200101", "20200131")
        found, meta = market.rows("/stock/kline", path.stem, "20200101", "20200131")
        assert found == expected
        assert (meta["complete"], meta["source"]) == (True, "cache")
        absent = meta["absent"].get(path.stem, [])
        outside = meta["outside"].get(path.stem, [])
        assert meta["expected"] == len(found) + len(absent)
        assert outside or meta["expected"] == 16
        total += len(expected)
    assert task["bar_count"] == total
    found = market.post("/cache/detect-all-missing", scope)
    assert (found["missing_count"], found["missing_codes"]) == (0, [])
    calls = len(market.calls("upstream"))
    assert market.run("fill-missing", **scope)["batch_count"] == 0
    assert len(market.calls("upstream")) == calls


def test_real_stocks_without_a_file_are_reported(market: Service) -> None:
    """Of 65 stocks of the list 30 have a file of daily bars."""
    scope = {"security_type": "stock", "start_date": "20200101", "end_date": "20200131"}
    task = market.run("fill-missing", **scope)
    assert (task["total_count"], task["success_count"], task["error_count"]) == (65, 30, 35)
    errors = market.result(task["id"])["errors"]
    assert errors["600519.SH"] == "there is no imports/stock/daily/600519.SH.csv"
    found = market.post("/cache/detect-all-missing", scope)
    assert sorted(found["missing_codes"]) == sorted(errors)


def test_the_real_suspensions(market: Service) -> None:
    """300450.SZ was suspended on a few days of 2020, as suspensions.csv says."""
    with (REAL / "suspensions.csv").open(newline="") as lines:
        known = [line for line in csv.DictReader(lines) if line["trade_date"].startswith("2020")]
    code = known[0]["code"]
    days = sorted(line["trade_date"] for line in known if line["code"] == code)
    scope = {"security_type": "stock", "start_date": "20200101", "end_date": "20201231"}
    market.run("fill-missing", **scope, codes=[code])
    found, meta = market.rows("/stock/kline", code, "20200101", "20201231")
    assert found == real_bars(f"stock/daily/{code}.csv", "20200101", "20201231")
    reasons = {each["date"]: each["reason"] for each in meta["absent"][code]}
    assert {day for day, reason in reasons.items() if reason == "suspended"} == set(days)
    assert meta["missing"] == {}


def test_every_suspended_day_of_the_real_stocks_is_explained(market: Service) -> None:
    """All 30 stocks over all their years: nothing is missing, and each suspension is known."""
    with (REAL / "suspensions.csv").open(newline="") as lines:
        rows = [(line["code"], line["trade_date"]) for line in csv.DictReader(lines)]
    scope = {"security_type": "stock", "start_date": "20050104", "end_date": "20210930"}
    suspended = {(code, day) for code, day in rows if "20050104" <= day <= "20210930"}
    codes = sorted(path.stem for path in REAL.glob("stock/daily/*.csv"))
    task = market.run("fill-missing", **scope, codes=codes)
    assert (task["status"], task["error_count"], task["quarantined_count"]) == ("completed", 0, 0)
    detected = market.run("detect-all-missing", **scope, codes=codes)
    found = market.result(detected["id"])
    assert (found["missing_count"], found["missing"], found["error_codes"]) == (0, {}, [])
    told: dict[str, set[tuple[str, str]]] = {}
    for code, runs in found["absent"].items():
        for run in runs:
            days = trading_days(code[-2:], run["from"], run["to"])
            told.setdefault(run["reason"], set()).update((code, day) for day in days)
    assert told["suspended"] == suspended
    assert found["by_reason"]["suspended"] == {
        "codes": len({code for code, _ in suspended}),
        "days": len(suspended),
    }


def test_the_real_futures(market: Service) -> None:
    scope = {"security_type": "future", "start_date": "20240101", "end_date": "20240131"}
    codes = sorted(path.stem for path in REAL.glob("future/daily/IF24*.csv"))
    market.run("fill-missing", **scope, codes=codes)
    found, meta = market.rows("/future/kline", "IF2401.CFE", "20240101", "20240131")
    assert found == real_bars("future/daily/IF2401.CFE.csv", "20240101", "20240131")
    assert (len(found), meta["expected"], meta["missing"]) == (14, 14, {})
    assert meta["outside"] == {
        "IF2401.CFE": [{"from": "20240122", "to": "20240131", "reason": "delisted"}]
    }
    for code in codes:
        found, _ = market.rows("/future/kline", code, "20240101", "20240131")
        assert found == real_bars(f"future/daily/{code}.csv", "20240101", "20240131")


def test_the_real_contracts_of_a_commodity(market: Service) -> None:
    """Some days have no trade, some closes lie outside [low, high]; all are read through."""
    for path in sorted(REAL.glob("future/daily/V22*.csv")):
        found, meta = market.rows("/future/kline", path.stem, "20220101", "20221231")
        assert found == real_bars(f"future/daily/{path.name}", "20220101", "20221231")
        assert (meta["missing"], meta["source"]) == ({}, "upstream")


def test_the_real_minutes(market: Service) -> None:
    task = market.run(
        "fill-missing",
        security_type="stock",
        period_type="min1",
        start_date="20200102",
        end_date="20200115",
        codes=["600009.SH"],
    )
    expected = real_bars("stock/min1/600009.SH.csv", "20200102", "20200115")
    assert (task["status"], task["bar_count"]) == ("completed", len(expected))
    found, meta = market.rows("/stock/kline", "600009.SH", "20200102", "20200115", "min1")
    assert found == expected
    assert len(meta["short"]["600009.SH"]) == 10
    assert meta["missing"] == {}


# ------------------------------------------------------------------ the synthetic market


def test_the_synthetic_market(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM", "synthetic")
    deployment.reset()
    for kind, resource in (
        ("EXTRA_STOCK_A", "/stock/kline"),
        ("EXTRA_INDEX_A", "/stock/kline"),
        ("EXTRA_FUTURE", "/future/kline"),
    ):
        _, envelope = service.call("GET", "/base/codes", query={"security_type": kind})
        codes = envelope["data"][:3]
        scope = {
            "security_type": kind.split("_")[1].lower(),
            "start_date": "20260801",
            "end_date": "20260831",
            "codes": codes,
        }
        task = service.run("fill-missing", **scope)
        assert (task["status"], task["success_count"], task["error_count"]) == (
            "completed",
            task["total_count"],
            0,
        )
        for code in codes:
            found, meta = service.rows(resource, code, "20260801", "20260831")
            assert (meta["complete"], meta["upstream"]) == (True, "synthetic")
            assert len(found) + len(meta["absent"].get(code, [])) == meta["expected"]
        detected = service.post("/cache/detect-all-missing", scope)
        assert (detected["total_count"], detected["missing_count"]) == (task["total_count"], 0)
