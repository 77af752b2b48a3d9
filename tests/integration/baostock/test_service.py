"""The whole service over the real package: without faults, and refused by the blacklist."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.kline.bars import BarDataset
from tests.standin.baostock.faults import Fault
from tests.support.baostock import EVENING, market_at, needs_package
from tests.support.baostock_service import (
    END,
    SESSIONS,
    START,
    BaoStockService,
    fetched,
    over_baostock,
    rows_by_code,
    securities,
    true_bars,
    true_halts,
)
from tests.support.service import Service

pytestmark = needs_package

STOCK_DAY, ETF_DAY = "query_daily_history_k_AStock", "query_daily_history_k_ETF"
FIRST = Counter({"login": 1, "query_stock_basic": 1, "query_trade_dates": 1})
"""What is asked before any bars: the catalog and the calendar."""

AGAIN = "2026-02-11 03:00"
"""When a server that refuses us at 21:00 for the first time this year may be asked again."""


@pytest.fixture
def bao(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BaoStockService]:
    with over_baostock(service, tmp_path, monkeypatch) as made:
        yield made


def get(bao: BaoStockService, resource: str, **query: str) -> Any:
    status, envelope = bao.service.call(
        "GET", resource, query={"start_date": START, "end_date": END} | query
    )
    assert status == 200, envelope
    return envelope


def test_the_market_day_by_day(bao: BaoStockService) -> None:
    task = bao.fill()
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    assert task["bar_count"] == sum(map(len, true_bars().values()))
    bao.check_complete()
    asked = FIRST + Counter({STOCK_DAY: len(SESSIONS)})
    assert bao.calls() == asked

    # Of the same days: the status costs nothing, and the bars know the suspensions.
    task = bao.fill(data_type="status")
    assert (task["error_count"], task["bar_count"]) == (
        0,
        len(SESSIONS) * len(securities(Kind.STOCK)),
    )
    code, days = next((code, days) for code, days in true_halts().items() if 0 < len(days) < 4)
    found = get(bao, "/stock/kline", codes=code, include="status")
    assert found["data"][code] != []
    assert {row["trade_date"] for row in found["data"][code]} == set(SESSIONS) - days
    assert found["meta"]["absent"][code] == [
        {"date": day, "reason": "suspended"} for day in sorted(days)
    ]
    assert (found["meta"]["complete"], found["meta"]["status"]["disagreeing"]) == (True, {})
    status = get(bao, "/stock/status", codes=code)["data"][code]
    assert {row["trade_date"] for row in status if row["suspended"]} == days
    assert [row["trade_date"] for row in status] == list(SESSIONS)
    assert {row["limit_up"] for row in status} == {None}
    assert bao.calls() == asked

    # Indices have no call for a day, ETFs have one.
    for kind, more in (("index", {"query_history_k_data_plus": 8}), ("etf", {ETF_DAY: 4})):
        task = bao.fill(security_type=kind)
        codes = tuple(securities(Kind(kind)))
        dataset = BarDataset.parse(f"{kind}.daily")
        bars = rows_by_code(fetched(dataset, codes, START, END))
        stored = bao.stored(codes, dataset)
        assert {code: each.rows for code, each in stored.items() if each.rows} == bars
        assert (task["error_count"], task["bar_count"]) == (0, sum(map(len, bars.values())))
        asked += Counter(more)
        assert bao.calls() == asked

    # What is complete is asked no more.
    assert bao.fill()["upstream_calls"] == 0
    assert bao.calls() == asked


def test_what_it_does_not_have(bao: BaoStockService) -> None:
    for scope, name in (
        ({"period_type": "min1"}, "stock.min1"),
        ({"security_type": "future"}, "future.daily"),
        ({"security_type": "index", "period_type": "min5"}, "index.min5"),
        ({"security_type": "finance", "period_type": "income"}, "finance.income"),
    ):
        task = bao.fill(**scope)
        assert (task["status"], task["error_count"], task["upstream_calls"]) == ("completed", 0, 0)
        assert task["error_message"] == f"the source baostock has no {name}: there is nothing to do"
    found = get(bao, "/stock/kline", codes="600000.SH", period="min1")
    assert found["data"] == {"600000.SH": []}
    outside = [{"from": START, "to": END, "reason": "not_covered"}]
    assert found["meta"]["outside"] == {"600000.SH": outside}
    assert (found["meta"]["complete"], found["meta"]["missing"]) == (True, {})
    found = get(bao, "/finance/income", codes="600000.SH", start_date="20240101")
    assert found["data"] == {"600000.SH": []}
    assert [each["reason"] for each in found["meta"]["outside"]["600000.SH"]] == ["not_covered"]
    assert (found["meta"]["expected"], found["meta"]["missing"]) == (0, {})
    # An ETF has bars since 2026 only.
    found = get(bao, "/stock/kline", codes="510300.SH", start_date="20251230", end_date="20260106")
    assert [row["trade_date"] for row in found["data"]["510300.SH"]] == ["20260105", "20260106"]
    assert [each["reason"] for each in found["meta"]["outside"]["510300.SH"]] == ["before_coverage"]
    assert found["meta"]["complete"]
    assert bao.calls() - FIRST == Counter({"query_history_k_data_plus": 1})


def test_adjusted_prices_and_minutes(bao: BaoStockService) -> None:
    code, days = "600000.SH", ("20250701", "20250731")
    market = market_at(EVENING)
    for adjust, flag in (("backward", "1"), ("forward", "2")):
        found = get(
            bao, "/stock/kline", codes=code, start_date=days[0], end_date=days[1], adjust=adjust
        )
        theirs = market.klines("sh.600000", *days, "d", flag)
        ours = found["data"][code]
        assert found["meta"]["complete"]
        assert [row["trade_date"] for row in ours] == [
            row["date"].replace("-", "") for row in theirs
        ]
        for name in ("open", "high", "low", "close"):
            expected = [float(row[name]) for row in theirs]
            assert [row[name] for row in ours] == pytest.approx(expected, rel=1e-4)
    # It had an ex-date in between.
    assert len(market.factors(["sh.600000"], *days)) == 1
    for minutes in (5, 60):
        dataset = BarDataset.parse(f"stock.min{minutes}")
        known = fetched(dataset, (code,), END, END).frame.drop(columns="code")
        ours = get(bao, "/stock/kline", codes=code, start_date=END, period=f"min{minutes}")
        assert len(known) == 240 // minutes
        assert [
            [row[name] for name in known] for row in ours["data"][code]
        ] == known.to_numpy().tolist()
        assert ours["meta"]["complete"]
    assert bao.calls() - FIRST == Counter(
        {"query_history_k_data_plus": 3, "query_adjust_factor": 1}
    )


def test_a_blacklisted_address_waits(bao: BaoStockService) -> None:
    sent = FIRST.total() + 2 + 1
    bao.server.faults.set(Fault("blacklisted", since=sent))
    task = bao.fill()
    told = bao.service.result(task["id"])["errors"]
    assert (task["status"], told.keys()) == ("completed", securities(Kind.STOCK).keys())
    assert all(AGAIN in why for why in told.values())
    assert task["bar_count"] == sum(
        day in SESSIONS[:2] for days in true_bars().values() for day in days
    )
    bao.check_nothing_wrong()
    assert len(bao.questions()) == sent

    # Nothing is sent until then, whoever asks; not even by a process that knows nothing of it.
    bao.server.faults.set()
    task = bao.fill()
    assert AGAIN in task["error_message"]
    found = get(bao, "/stock/kline", codes="600000.SH")
    assert [row["trade_date"] for row in found["data"]["600000.SH"]] == SESSIONS[:2]
    assert found["meta"]["missing"] == {"600000.SH": [SESSIONS[2:]]}
    bao.forget()
    bao.clock.set("2026-02-11T02:59")
    task = bao.fill()
    assert (task["status"], task["bar_count"]) == ("failed", 0)
    assert AGAIN in task["error_message"]
    assert len(bao.questions()) == sent

    bao.clock.set("2026-02-11T03:00")
    task = bao.fill()
    assert (task["status"], task["error_count"]) == ("completed", 0), task
    bao.check_complete()
    assert len(bao.questions()) <= sent + 1 + len(SESSIONS)


def test_a_login_is_refused_once(bao: BaoStockService) -> None:
    """At the login too, and the next time in the same year lasts longer."""
    bao.server.faults.set(Fault("blacklisted"))
    for again, sent in ((AGAIN, 1), ("2026-02-11 15:00", 2)):
        task = bao.fill()
        assert task["status"] == "failed"
        assert again in task["error_message"]
        bao.fill()
        assert bao.calls() == {"login": sent}
        bao.clock.set("2026-02-11T03:00")
