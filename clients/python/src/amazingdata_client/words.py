"""The words that the API knows, as types: what may be asked for, and how."""

from datetime import date
from typing import Literal, TypeAlias

DayLike: TypeAlias = str | int | date
"""A day: "20240131", "2024-01-31", 20240131, a `date` or a `datetime`."""

Kind = Literal["stock", "index", "etf", "future"]
"""Kinds of securities."""

SecurityType = Literal[
    "stock",
    "index",
    "etf",
    "future",
    "EXTRA_STOCK_A",
    "EXTRA_STOCK_A_ALL",
    "SH_A",
    "SZ_A",
    "BJ_A",
    "EXTRA_INDEX_A",
    "EXTRA_ETF",
    "EXTRA_FUTURE",
]
"""The vendor's types of securities, and our kinds; "stock" is "EXTRA_STOCK_A_ALL"."""

TaskScope = Literal["stock", "index", "etf", "future", "finance"]
"""What a task may be about."""

Period = Literal["daily", "min1", "min5", "min15", "min30", "min60", "weekly", "monthly"]
"""How much time a bar spans."""

StoredPeriod = Literal["daily", "min1", "min5", "min15", "min30", "min60"]
"""Periods whose bars are stored; weekly and monthly ones are computed."""

Adjust = Literal["none", "forward", "backward"]
"""How prices are adjusted."""

Include = Literal["status"]
"""What daily bars can include."""

Rule = Literal["oi", "volume"]
"""What decides which contract is main."""

Method = Literal["ratio", "difference"]
"""How the prices of two contracts are joined."""

DataType = Literal["bars", "status"]
"""What is stored of securities."""

TaskStatus = Literal["pending", "running", "completed", "failed", "cancelled"]
"""How far a task has come."""

TaskType = Literal["detect", "fill", "cache", "catalog", "verify"]
"""What a task does."""
