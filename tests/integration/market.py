"""A small market in CSV files, and what must come of it."""

from collections.abc import Sequence
from typing import Any

import pytest

from marketdata.tasks import batching, plan
from tests.support.service import Service

DAYS = ("20200102", "20200103", "20200106", "20200107", "20200108", "20200109", "20200110")
"""The trading days from the first to the tenth of January 2020."""
WEEKS = {"security_type": "stock", "start_date": "20200101", "end_date": "20200110"}
"""What a task over them asks for."""
CODES = ("000001.SZ", "000002.SZ", "600000.SH", "600004.SH", "600006.SH", "600007.SH")

type Row = dict[str, Any]


def row(code: str, day: str) -> Row:
    """Give the bar that a code has on a day."""
    price = 10 + CODES.index(code) + DAYS.index(day) / 100
    return {
        "trade_date": day,
        "open": price,
        "high": price + 1,
        "low": price - 1,
        "close": price + 0.25,
        "volume": 1000 + DAYS.index(day),
        "amount": price * 1000,
    }


def rows(code: str, days: Sequence[str] = DAYS) -> list[Row]:
    """Give the bars of a code."""
    return [row(code, day) for day in days]


def put_bars(
    service: Service, code: str, bars: Sequence[Row], dataset: str = "stock/daily"
) -> None:
    """Put a code's bars where the source finds them."""
    lines = [",".join(bars[0])]
    lines += [",".join("" if each is None else str(each) for each in bar.values()) for bar in bars]
    service.put_file(f"{dataset}/{code}.csv", "\n".join(lines) + "\n")


def put_securities(service: Service, *securities: str) -> None:
    """Put the list of securities, given as "code,name,type,list_date,delist_date"."""
    lines = ["code,name,type,list_date,delist_date", *securities]
    service.put_file("securities.csv", "\n".join(lines) + "\n")


def open_market(service: Service, codes: Sequence[str] = CODES) -> None:
    """Put the whole market where the source finds it."""
    put_securities(service, *(f"{code},{code},stock,19991110," for code in codes))
    for code in codes:
        put_bars(service, code, rows(code))


def open_in_three_batches(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the market, have its catalog fetched, and have a fill cut it into three batches.

    Each has an invocation of its own, so that it can meet a fault of its own.
    """
    monkeypatch.setattr(batching, "CODES_A_BATCH", 2)
    monkeypatch.setattr(plan, "BATCHES_A_TURN", 1)
    open_market(service)
    service.call("GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"})
    service.invocations.clear()


def check_filled(service: Service, codes: Sequence[str] = CODES) -> None:
    """See that every bar is there as it should be, and that the service knows it."""
    for code in codes:
        found, meta = service.rows("/stock/kline", code, "20200101", "20200110")
        assert found == rows(code)
        assert meta["source"] == "cache"
        assert meta["complete"]
        assert meta["expected"] == meta["returned"] == len(DAYS)
    found = service.post("/cache/detect-all-missing", WEEKS)
    assert found["status"] == "completed"
    assert (found["total_count"], found["complete_count"]) == (len(codes), len(codes))
    assert (found["missing_count"], found["error_count"], found["missing_codes"]) == (0, 0, [])
    calls = len(service.calls("upstream"))
    again = service.run("fill-missing", **WEEKS)
    assert (again["status"], again["batch_count"], again["upstream_calls"]) == ("completed", 0, 0)
    assert len(service.calls("upstream")) == calls


def check_counters(task: Any, *, batches: int, codes: int = len(CODES)) -> None:
    """See that a filled task counts each of its codes, bars and batches exactly once."""
    assert task["status"] == "completed"
    assert task["progress"] == 100
    assert task["error_message"] is None
    assert (task["total_count"], task["missing_count"]) == (codes, codes)
    assert (task["success_count"], task["error_count"]) == (codes, 0)
    assert (task["batch_count"], task["batches_done"]) == (batches, batches)
    assert task["bar_count"] == codes * len(DAYS)
    assert task["upstream_calls"] == batches
