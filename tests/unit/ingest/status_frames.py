"""Rows of a status, and their storing in a market in memory."""

from typing import Any

import pandas as pd

from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.report import IngestReport
from marketdata.ingest.status import StatusIngest
from marketdata.kline.bars import parse_bars
from marketdata.sources.source import FetchedStatus, StatusRequest, join_status
from marketdata.status.status import STATUS
from tests.unit.ingest.market import CATALOG, NOW, WEEK, Market

GOOD: dict[str, Any] = {
    "code": "600000.SH",
    "trade_date": WEEK[0],
    "pre_close": 10.0,
    "limit_up": 11.0,
    "limit_down": 9.0,
    "is_st": 0.0,
    "suspended": 0.0,
    "ex_right": 0.0,
    "ex_dividend": 0.0,
}


def status_of(day: str, **change: Any) -> dict[str, Any]:
    """Give a good row of a day, with some changes."""
    return GOOD | {"trade_date": day} | change


def take_status(
    market: Market, *rows: dict[str, Any], end: str = "20240107", **rest: Any
) -> IngestReport:
    """Store what a source gave for the first week of 2024, which it is sure of unless told else."""
    codes = tuple(dict.fromkeys(row["code"] for row in rows)) or ("600000.SH",)
    ingest = StatusIngest(
        market.store,
        Quarantine(market.store.bucket),
        CATALOG,
        market.coverage_start,
        market.final_until,
        NOW,
    )
    frame = pd.DataFrame(rows) if rows else join_status([])
    sure = {"sure_until": dict.fromkeys(codes, end)}
    return ingest.run(
        StatusRequest(codes, "20240101", end), FetchedStatus(frame, **{**sure, **rest})
    )


def status_block(market: Market, code: str = "600000.SH") -> tuple[Block, list[Any]]:
    """Give the stored block of 2024, and its rows."""
    key = BlockKey(STATUS.name, code, "2024")
    block, text = unpack(key, market.store.read([key], fresh=True).get(key, Block()))
    return block, [*parse_bars(text)]
