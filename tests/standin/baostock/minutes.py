"""Intraday bars of a source, and those put together from its one-minute bars."""

from dataclasses import replace
from typing import Any

from marketdata.blocks.dataset import Period
from marketdata.catalog.sessions import MINUTES
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest, Source

AFTERNOON = 13 * 60
MORNING = 9 * 60 + 30


def intraday_bars(source: Source, request: BarRequest) -> list[tuple[str, dict[str, Any]]]:
    """Return the bars of one code in the order of time, each with its end, YYYYMMDDHHMM."""
    length = MINUTES[request.dataset.period]
    bars = _fetched(source, request)
    if not bars:
        single = replace(request, dataset=BarDataset(request.dataset.kind, Period.MIN1))
        bars = _together(_fetched(source, single), length)
    return [(_moved(time, length), bar) for time, bar in bars]


def _fetched(source: Source, request: BarRequest) -> list[tuple[str, dict[str, Any]]]:
    frame = source.fetch_bars(request).frame
    rows = frame.sort_values("kline_time").to_dict("records")
    return [(_digits(row["kline_time"]), {str(key): row[key] for key in row}) for row in rows]


def _digits(time: str) -> str:
    return "".join(each for each in time if each.isdigit())[:12]


def _together(
    minutes: list[tuple[str, dict[str, Any]]], length: int
) -> list[tuple[str, dict[str, Any]]]:
    found: dict[str, dict[str, Any]] = {}
    for time, bar in minutes:
        label = _label(time, length)
        if label not in found:
            found[label] = dict(bar)
            continue
        whole = found[label]
        whole["high"] = max(whole["high"], bar["high"])
        whole["low"] = min(whole["low"], bar["low"])
        whole["close"] = bar["close"]
        whole["volume"] += bar["volume"]
        whole["amount"] += bar["amount"]
    return list(found.items())


def _label(time: str, length: int) -> str:
    """Return the start of the longer bar that a minute belongs to."""
    at = _minute(time)
    since = AFTERNOON if at >= AFTERNOON else MORNING
    return _at(time[:8], since + (at - since) // length * length)


def _moved(time: str, length: int) -> str:
    return _at(time[:8], _minute(time) + length)


def _minute(time: str) -> int:
    return int(time[8:10]) * 60 + int(time[10:12])


def _at(day: str, minute: int) -> str:
    return f"{day}{minute // 60:02}{minute % 60:02}"
