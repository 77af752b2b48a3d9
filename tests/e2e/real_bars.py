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


def suspended_days(market: Path) -> dict[str, set[str]]:
    """Read the days on which each code was suspended."""
    days: dict[str, set[str]] = {}
    with (market / "suspensions.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            days.setdefault(row["code"], set()).add(row["trade_date"])
    return days
