"""The tool about the whole market on one day, as published."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field

from marketdata import deployment
from marketdata.api.market_day import DayQuery, answer_day
from marketdata.api.parameters import one_of
from marketdata.blocks.dataset import Kind, Period
from marketdata.errors import InvalidInputError
from marketdata.kline.bars import OHLC, BarDataset
from marketdata.mcp.arguments import AskedDay, Question
from marketdata.mcp.figures import figures_of, plain, values_of
from marketdata.mcp.fitting import MOST_ROWS, Draft
from marketdata.mcp.links import published_link
from marketdata.mcp.reading import asked, names_of

TOP = 20
"""How many codes are shown by default."""
MOST_NAMED = 10
"""How many of the codes that are missing are named."""

CHANGE = "change_pct"
COMMON = ("code", *OHLC, "volume", "amount")
OF_STOCKS, OF_FUTURES = ("pre_close", CHANGE), ("settle", "open_interest")
OF_KIND = {Kind.STOCK: (*COMMON, *OF_STOCKS), Kind.FUTURE: (*COMMON, *OF_FUTURES)}
"""The columns of a kind, if it has more than others."""
SORTED_BY = (*COMMON, *OF_STOCKS, *OF_FUTURES)


class MarketDayQuestion(Question):
    """Which market on which day, and which of its codes first."""

    trade_date: AskedDay
    kind: Annotated[str, one_of(Kind)] = Kind.STOCK
    sort_by: Annotated[str, one_of(SORTED_BY)] = "amount"
    order: Literal["desc", "asc"] = "desc"
    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = TOP


def get_market_day(wanted: MarketDayQuestion) -> Draft:
    """Return some of a day's bars, and figures about all; errors as in `api.market_day`."""
    kind, day = Kind(wanted.kind), wanted.trade_date
    dataset, columns = f"{kind}.daily", OF_KIND.get(kind, COMMON)
    if wanted.sort_by not in columns:
        reason = f"must be one of {', '.join(columns)} with kind {kind}"
        raise InvalidInputError("sort_by", reason)
    read = partial(
        answer_day,
        dataset=dataset,
        day=day,
        columns=BarDataset(kind, Period.DAILY).columns,
        status=kind is Kind.STOCK,
    )
    envelope = asked(read, DayQuery(trade_date=day))
    rows = [
        values_of({"code": code, CHANGE: change_of(row), **row}, columns)
        for code, row in envelope["data"].items()
    ]
    if wanted.sort_by in OF_STOCKS and rows and not any(row[-1] is not None for row in rows):
        reason = "must be another column: the status of this day, with its pre_close, is missing"
        raise InvalidInputError("sort_by", reason)
    said = _told(envelope["meta"]) | {"kind": kind, "trade_date": day}
    found = sorted_by(rows, columns, wanted.sort_by, descending=wanted.order == "desc")
    shown = [_shown(row, columns) for row in found]
    said["statistics"] = _figures(columns, shown) | directions(columns, rows)
    named = names_of([row[0] for row in shown[: wanted.limit]])

    def link() -> Mapping[str, Any] | None:
        told = published_link(dataset, day)
        return told and {**told, "rows": f"of {dataset}, this day's and perhaps others of its year"}

    return Draft(said, columns, {"": shown}, wanted.limit, link, names=named)


def change_of(row: Mapping[str, Any]) -> float | None:
    """Return by how many percent a close is above the exchange's previous close, not rounded."""
    before, close = row.get("pre_close"), row.get("close")
    return 100 * (close / before - 1) if before and close is not None else None


def sorted_by(
    rows: Sequence[Sequence[Any]], columns: Sequence[str], name: str, *, descending: bool
) -> list[Sequence[Any]]:
    """Return rows in the order of a column, equal ones by code; those without a value last."""
    at = columns.index(name)
    known = sorted((row for row in rows if row[at] is not None), key=lambda row: row[0])
    known.sort(key=lambda row: row[at], reverse=descending)
    return [*known, *(row for row in rows if row[at] is None)]


def _shown(row: Sequence[Any], columns: Sequence[str]) -> Sequence[Any]:
    """Return a row with its change rounded, which nothing is counted or sorted by any more."""
    return [
        plain(round(value, 3)) if name == CHANGE and value is not None else value
        for name, value in zip(columns, row, strict=True)
    ]


def _figures(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return the figures of a day, on which no code is first."""
    return {
        name: {"min": values[2], "max": values[3], "mean": values[4]}
        if isinstance(values, list)
        else values
        for name, values in figures_of(columns, rows).items()
    }


def directions(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Return how many codes rose and fell, by changes that are not rounded."""
    if CHANGE not in columns:
        return {}
    changes = [row[columns.index(CHANGE)] for row in rows]
    known = [each for each in changes if each is not None]
    return {
        "rose": sum(each > 0 for each in known),
        "fell": sum(each < 0 for each in known),
        "unchanged": known.count(0),
        "change_unknown": len(changes) - len(known),
    }


def _told(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a day that lacks some codes."""
    lacking = {name: meta[name] for name in ("missing", "unconfirmed") if meta[name]}
    return {
        "complete": meta["complete"],
        "missing": {},
        **{
            name: {"codes": len(codes), "some": codes[:MOST_NAMED]}
            for name, codes in lacking.items()
        },
        "absent": len(meta["absent"]),
        "condition": meta["release"]["condition"],
        "published_at": meta["release"]["published_at"],
        "stale": meta["stale"],
        "upstream": deployment.settings().upstream,
    }
