"""Codes as people and other services write them: read as ours. Pure.

Every service has its own names for the exchanges, and its own place for them: `600000.XSHG`,
`600000.SS`, `SH.600000` and `sh600000` are our `600000.SH`. What a source writes is its own matter,
see `sources/`; this is about what is asked for.

Only the exchange is read as something else. The digits of a contract stay: where Zhengzhou's are
written with one digit of the year, as `TA409.CZC`, they mean every contract of that code, that of
2014 as well as that of 2024, and `TA2409.CZC` is the code of a source that writes two.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from marketdata.catalog.securities import CODE_PATTERN, Security

STOCK_EXCHANGES = {
    "SH": ("SH", "SS", "SSE", "SHSE", "XSHG"),
    "SZ": ("SZ", "SZSE", "XSHE"),
    "BJ": ("BJ", "BSE", "BJSE"),
}
FUTURE_EXCHANGES = {
    "CFE": ("CFE", "CFX", "CCFX", "CFFEX"),
    "SHF": ("SHF", "SHFE", "XSGE"),
    "DCE": ("DCE", "XDCE"),
    "CZC": ("CZC", "ZCE", "CZCE", "XZCE"),
    "INE": ("INE", "XINE"),
    "GFE": ("GFE", "GFEX", "XGFE"),
}
"""By market, see `catalog.calendar.MARKETS`: what its exchange is called, the ISO's codes (MIC)
included."""

MAIN = "MAIN"
"""The suffix of a variety's main contracts: `IF.MAIN`."""

_MARKETS = {
    name: market for market, names in (STOCK_EXCHANGES | FUTURE_EXCHANGES).items() for name in names
}
_STOCK, _CONTRACT, _VARIETY = "[0-9]{6}", "[A-Z]{1,2}[0-9]{3,4}", "[A-Z]{1,2}"
_BARE_TEXT = "[A-Z]{0,2}[0-9]{3,6}"
_SYMBOLS = dict.fromkeys(STOCK_EXCHANGES, re.compile(_STOCK)) | dict.fromkeys(
    FUTURE_EXCHANGES, re.compile(_CONTRACT)
)
_GLUED_TEXT = f"(?:{'|'.join(STOCK_EXCHANGES)}){_STOCK}"
_MAIN_TEXT = rf"{_VARIETY}\.{MAIN}"
_CODE = re.compile(CODE_PATTERN)
_OURS = re.compile(
    rf"{_STOCK}\.(?:{'|'.join(STOCK_EXCHANGES)})|{_CONTRACT}\.(?:{'|'.join(FUTURE_EXCHANGES)})"
)
_GLUED = re.compile(_GLUED_TEXT)
_BARE = re.compile(_BARE_TEXT)
_MAIN = re.compile(_MAIN_TEXT)


def _any_case(pattern: str) -> str:
    """Return a pattern of capitals as one that takes small letters as well."""
    both = pattern.replace("A-Z", "\0")
    both = re.sub("[A-Z]", lambda each: f"[{each[0]}{each[0].lower()}]", both)
    return both.replace("\0", "A-Za-z")


def _either_way(exchanges: Mapping[str, Sequence[str]], symbol: str) -> str:
    names = "|".join(name for each in exchanges.values() for name in each)
    return rf"{symbol}\.(?:{names})|(?:{names})\.{symbol}"


SPELLING_PATTERN = _any_case(
    "|".join(
        (
            CODE_PATTERN.strip("^$"),
            _either_way(STOCK_EXCHANGES, _STOCK),
            _either_way(FUTURE_EXCHANGES, _CONTRACT),
            _GLUED_TEXT,
            _MAIN_TEXT,
        )
    )
)
"""What `read_spelling` reads, but for blanks around it; for the API's description."""


READ_PATTERN = rf"{CODE_PATTERN}|^{_MAIN_TEXT}$"
"""What `read_spelling` returns."""


def bare_pattern(end: str) -> str:
    """Return a pattern of what `is_bare`, blanks around it included, before what ends it."""
    return f" *(?!{_any_case(_GLUED_TEXT)} *{end}){_any_case(_BARE_TEXT)} *{end}"


def read_spelling(text: str) -> str | None:
    """Return our code for a code in any spelling; None for what is none, such as `AAPL`.

    A code of ours is itself, in upper case. Blanks around it and the case of its letters don't
    matter. What is none may still be `is_bare`.
    """
    if _OURS.fullmatch(text):
        # Nearly every code that is asked for.
        return text
    given = _plain(text)
    symbol, dot, exchange = given.partition(".")
    if not dot:
        return f"{given[2:]}.{given[:2]}" if _GLUED.fullmatch(given) else None
    for one, other in ((symbol, exchange), (exchange, symbol)):
        market = _MARKETS.get(other)
        if market and _SYMBOLS[market].fullmatch(one):
            return f"{one}.{market}"
    return given if _CODE.fullmatch(given) or _MAIN.fullmatch(given) else None


def is_bare(text: str) -> bool:
    """Check whether a text is a code that lacks its exchange, such as `000001` or `IF2401`.

    It may be that of several securities: 000001 is an index in Shanghai and a bank in Shenzhen.
    """
    given = _plain(text)
    return bool(_BARE.fullmatch(given)) and not _GLUED.fullmatch(given)


def series_of(variety: str) -> str:
    """Return the code of a variety's main contracts: "IF.MAIN" for "IF"."""
    return f"{variety}.{MAIN}"


def variety_in(code: str) -> str:
    """Return the variety whose main contracts a code, in any case, means; "" if it means none."""
    variety, dot, suffix = code.upper().rpartition(".")
    return variety if dot and suffix == MAIN else ""


def candidates(securities: Iterable[Security], bare: str) -> list[Security]:
    """Return the securities that a code without its exchange may mean, sorted by code."""
    beginning = f"{_plain(bare)}."
    found = [security for security in securities if security.code.startswith(beginning)]
    return sorted(found, key=lambda security: security.code)


def _plain(text: str) -> str:
    # Letters of other scripts have upper cases too: ı becomes I.
    return text.strip(" ").upper() if text.isascii() else ""
