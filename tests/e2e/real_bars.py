"""The real bars, read from their files by the standard library alone."""

import csv
from pathlib import Path
from typing import Any

type Row = dict[str, Any]

WHOLE = {"volume", "open_interest"}
TEXT = {"trade_date", "kline_time"}


def bars(file: Path) -> list[Row]:
    """Read a file's bars as the API should answer them."""
    with file.open(newline="") as lines:
        return [
            {name: _value(name, text) for name, text in row.items()}
            for row in csv.DictReader(lines)
        ]


def _value(name: str, text: str) -> Any:
    if name in TEXT:
        return text
    if not text:
        return None
    return int(text) if name in WHOLE else float(text)


def stocks_with_bars(market: Path) -> list[str]:
    """List the stocks that have a file of daily bars: the list of securities has more."""
    return sorted(file.stem for file in (market / "stock/daily").glob("*.csv"))


def suspended_days(market: Path) -> dict[str, set[str]]:
    """Read the days on which each code was suspended."""
    days: dict[str, set[str]] = {}
    with (market / "suspensions.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            days.setdefault(row["code"], set()).add(row["trade_date"])
    return days


def codes_with_bars_until(market: Path, kind: str, end: str) -> list[str]:
    """List the codes whose file reaches a day, or the last day on which they are listed."""
    with (market / "securities.csv").open(encoding="utf-8", newline="") as lines:
        until = {row["code"]: row["delist_date"] or end for row in csv.DictReader(lines)}
    files = sorted((market / kind / "daily").glob("*.csv"))
    return [
        file.stem for file in files if bars(file)[-1]["trade_date"] >= min(end, until[file.stem])
    ]
