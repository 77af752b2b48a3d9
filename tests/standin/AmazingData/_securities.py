"""The market behind the stand-in."""

from datetime import datetime
from functools import cache

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import SHANGHAI
from marketdata.catalog.securities import Security, life
from marketdata.sources.synthetic.source import SyntheticSource

from ._faults import settings

TYPES = {
    "EXTRA_STOCK_A": (Kind.STOCK, {"SH", "SZ", "BJ"}),
    "EXTRA_STOCK_A_SH_SZ": (Kind.STOCK, {"SH", "SZ"}),
    "EXTRA_INDEX_A": (Kind.INDEX, {"SH", "SZ", "BJ"}),
    "EXTRA_ETF": (Kind.ETF, {"SH", "SZ"}),
    "EXTRA_FUTURE": (Kind.FUTURE, {"CFE", "SHF", "DCE", "CZC", "INE"}),
    "ZJ_FUTURE": (Kind.FUTURE, {"CFE"}),
}

LOWER = {"SHF", "DCE", "INE"}
"""The exchanges that write their contracts in small letters."""


def now() -> datetime:
    """Give the present, or the evening of the day that `standin.json` names."""
    today = settings().get("today")
    if today is None:
        return datetime.now(SHANGHAI)
    return datetime.fromisoformat(f"{today}T20:00").replace(tzinfo=SHANGHAI)


def today() -> str:
    """Give the date, YYYYMMDD."""
    return f"{now():%Y%m%d}"


@cache
def market() -> SyntheticSource:
    """Give the market; its bars of a day come at 17:00."""
    return SyntheticSource(now, "17:00")


@cache
def securities() -> dict[str, Security]:
    """Give everything that is or was listed, by the code as this SDK writes it."""
    return {written(each.code): each for each in market().list_securities().securities}


def written(code: str) -> str:
    """Give a code as this SDK writes it; as the exchanges do, if `standin.json` says so."""
    number, _, suffix = code.partition(".")
    lower = settings().get("spelling") == "exchange" and suffix in LOWER
    return f"{number.lower()}.{suffix}" if lower else code


def alive(security_type: str, start: str, end: str) -> list[str]:
    """List the codes of a type that live on any day of a range."""
    kind, markets = TYPES[security_type]
    return [
        code
        for code, each in securities().items()
        if each.kind is kind
        and each.market in markets
        and life(each)[0] <= end
        and start <= life(each)[1]
    ]
