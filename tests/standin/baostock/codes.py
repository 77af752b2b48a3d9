"""Codes, days and kinds in BaoStock's spelling, and from when it has what. Pure."""

from marketdata.blocks.dataset import Kind, Period

TYPES = {Kind.STOCK: "1", Kind.INDEX: "2", Kind.ETF: "5"}
"""The kinds that BaoStock has, and its number for each."""

DAILY_SINCE = {Kind.STOCK: "19901219", Kind.INDEX: "20060101", Kind.ETF: "20260105"}
MINUTES_SINCE = {Kind.STOCK: "20200103", Kind.ETF: "20260105"}
PERIODS = {"5": Period.MIN5, "15": Period.MIN15, "30": Period.MIN30, "60": Period.MIN60}

BARS_READY, FACTORS_READY, MINUTES_READY = "17:30", "18:00", "20:00"


def theirs(code: str) -> str:
    """Return a code of ours, such as 600000.SH, as they write it: sh.600000."""
    digits, _, market = code.partition(".")
    return f"{market.lower()}.{digits}"


def ours(code: str) -> str:
    """Return a code of theirs as we write it."""
    market, _, digits = code.partition(".")
    return f"{digits}.{market.upper()}"


def dashed(day: str) -> str:
    """Return YYYYMMDD as YYYY-MM-DD."""
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def plain(day: str) -> str:
    """Return YYYY-MM-DD as YYYYMMDD."""
    return day.replace("-", "")
