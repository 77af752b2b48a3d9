"""The list of securities, and the calendar."""

import unicodedata
from collections.abc import Iterator

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import MARKETS
from marketdata.catalog.securities import Catalog, Security, market_of
from marketdata.errors import UpstreamFaultError
from marketdata.sources.baostock.asker import Asker
from marketdata.sources.baostock.codes import KINDS, code_of, day_of, their_day
from marketdata.sources.source import FetchedSecurities

FIELDS = ("code", "code_name", "ipoDate", "outDate", "type", "status")

ROWS = 10_000
"""It lists some 8,000 codes, delisted ones included."""

PLAUSIBLE = 0.5
"""A list with less than this fraction of the last one's codes is not good."""

DELISTED = "0"


def list_all(asker: Asker, stored: Catalog | None) -> FetchedSecurities:
    """List stocks, indices and ETFs, delisted ones included.

    Of what the source calls `outDate` three meanings were seen: the last day with a row, the day of
    delisting some sessions after the last trade, and the first day of a new code. So it is the last
    day on which there may be a bar, and no more than that. A changed code is listed twice, as the
    new one, which has all bars, and as the old one, which has none.

    Raises
    ------
    UpstreamError
        It cannot be listed, or the list is too short to be true.
    """
    rows = asker.ask_twice("securities", FIELDS, rows=ROWS, code="", code_name="")
    notes: list[str] = []
    found = [*_securities(list(zip(*(rows[name] for name in FIELDS), strict=True)), notes)]
    known = sum(each.kind is not Kind.FUTURE for each in stored.securities()) if stored else 0
    if not found or len(found) < PLAUSIBLE * known:
        raise UpstreamFaultError(
            f"BaoStock: it lists {len(found)} securities, and {known} were known before"
        )
    return FetchedSecurities(found, notes=notes)


def _securities(rows: list[tuple[str, ...]], notes: list[str]) -> Iterator[Security]:
    dropped: list[str] = []
    undated: list[str] = []
    for theirs, name, first, last, kind, status in rows:
        if kind not in KINDS:
            continue
        code = code_of(theirs)
        if code is None or market_of(code) not in MARKETS:
            dropped.append(theirs)
            continue
        gone = day_of(last) if status == DELISTED else None
        if status == DELISTED and gone is None:
            undated.append(code)
        yield Security(
            code, plain_name(name) or code, KINDS[kind], market_of(code), day_of(first), gone
        )
    for codes, what in ((dropped, "dropped"), (undated, "delisted on an unknown day")):
        if codes:
            more = ", …" if len(codes) > 10 else ""
            notes.append(f"BaoStock: {len(codes)} codes {what}: {', '.join(codes[:10])}{more}")


def plain_name(name: str) -> str:
    """Return a name in its usual letters: "万科A" is written with a wide Ａ here and there.

    The package has dropped all blanks in it, and they cannot be won back.
    """
    return unicodedata.normalize("NFKC", name).strip()


def days_of_calendar(asker: Asker, start: str, end: str) -> list[str] | None:
    """Return the trading days of a range; None if it knows of none.

    Every natural day is a row, up to the end of this year.
    """
    years = int(end[:4]) - int(start[:4]) + 1
    found = asker.ask(
        "calendar",
        ("calendar_date", "is_trading_day"),
        rows=366 * years,
        start_date=their_day(start),
        end_date=their_day(end),
    )
    pairs = zip(found["calendar_date"], found["is_trading_day"], strict=True)
    days = [day for text, trading in pairs if trading == "1" and (day := day_of(text))]
    return sorted(days) or None
