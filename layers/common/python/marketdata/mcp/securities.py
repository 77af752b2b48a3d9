"""The tools about what there is: securities, trading days, and what the cache holds of them."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, WithJsonSchema

from marketdata import deployment
from marketdata.api.base import CalendarQuery, SearchQuery, find_securities, list_trading_days
from marketdata.api.coverage import CoverageQuery, read_coverage
from marketdata.api.parameters import Printable, one_of
from marketdata.api.status import data_of_source
from marketdata.blocks.dataset import STORED_PERIODS, Kind, Period
from marketdata.catalog.calendar import (
    FIRST_DAYS,
    MARKETS,
    last_known_day,
    next_trading_day,
    previous_trading_day,
    today,
)
from marketdata.catalog.securities import SECURITY_TYPES
from marketdata.errors import InvalidInputError, NotFoundError
from marketdata.exports.manifest import Manifest
from marketdata.mcp.arguments import MOST_CODES, AskedDay, FewCodes, Question
from marketdata.mcp.fitting import Draft
from marketdata.mcp.links import csv_link
from marketdata.mcp.reading import asked
from marketdata.mcp.texts import source_texts

FOUND = 10
MOST_FOUND = 50
MOST_CHARACTERS = 40
COUNTS = ("expected", "present", "unconfirmed", "missing", "short")
"""The days of a code and part that are counted, beside the absent ones, which have reasons."""


class SearchQuestion(Question):
    """What to search for."""

    query: Annotated[
        str,
        Field(min_length=1, max_length=MOST_CHARACTERS),
        Printable(),
        WithJsonSchema({"type": "string", "maxLength": MOST_CHARACTERS}),
    ]
    security_type: Annotated[str, one_of(SECURITY_TYPES)] | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_FOUND)] = FOUND


class CalendarQuestion(Question):
    """Which trading days."""

    start_date: AskedDay
    end_date: AskedDay
    market: Annotated[str, one_of(MARKETS)] = "SH"


class CoverageQuestion(Question):
    """What of the cache: an overview, or some codes."""

    codes: FewCodes | None = None
    kind: Annotated[str, one_of(Kind)] = Kind.STOCK
    data_type: Literal["bars", "status"] = "bars"
    period: Annotated[str, one_of(STORED_PERIODS)] = Period.DAILY
    start_date: AskedDay | None = None
    end_date: AskedDay | None = None


def find_security(wanted: SearchQuestion) -> Draft:
    """Return the securities that a text may mean, best matches first."""
    given = {"q": wanted.query, "limit": str(wanted.limit)}
    if wanted.security_type:
        given["security_type"] = wanted.security_type
    found = asked(find_securities, SearchQuery.model_validate_strings(given))["data"]
    columns = ("code", "type", "list_date", "delist_date")
    rows = [[item[name] for name in columns] for item in found["items"]]
    said = {"complete": True, "missing": {}, "upstream": deployment.settings().upstream}
    said |= source_texts({item["code"]: item["name"] for item in found["items"]})
    return Draft(said, columns, {"": rows}, wanted.limit, total=found["total"])


def get_calendar(wanted: CalendarQuestion) -> Draft:
    """Return the trading days of a market, and those before and after them."""
    market, start, end = wanted.market, wanted.start_date, wanted.end_date
    query = CalendarQuery(market=market, start_date=start, end_date=end)
    days: list[str] = asked(list_trading_days, query)["data"]
    said: dict[str, Any] = {
        "complete": True,
        "missing": {},
        "market": market,
        "statistics": {"days": len(days), "first": days[0], "last": days[-1]} if days else {},
        "before": _neighbour(previous_trading_day, market, start),
        "after": _neighbour(next_trading_day, market, end),
        "today": today(deployment.now()),
        "last_final_day": deployment.final_day(),
        "known_until": last_known_day(),
        "trading_since": FIRST_DAYS[market],
    }

    def link() -> Mapping[str, Any]:
        return csv_link(((market, {"trade_date": day}) for day in days), ("trade_date",))

    return Draft(said, ("trade_date",), {"": days}, wanted.limit, link)


def get_coverage(wanted: CoverageQuestion) -> Draft:
    """Return what the source has and what is stored and published, or the days of some codes."""
    return _of_codes(wanted) if wanted.codes else _overview(wanted.limit)


def _of_codes(wanted: CoverageQuestion) -> Draft:
    if not (wanted.start_date and wanted.end_date):
        lacking = "end_date" if wanted.start_date else "start_date"
        raise InvalidInputError(lacking, "is required with codes")
    query = CoverageQuery.model_validate(
        {
            "security_type": wanted.kind,
            "period_type": wanted.period,
            "data_type": wanted.data_type,
            "codes": [*(wanted.codes or ())],
            "start_date": wanted.start_date,
            "end_date": wanted.end_date,
            # All of them on one page.
            "page_size": str(MOST_CODES),
        }
    )
    envelope = asked(read_coverage, query)
    items, meta = envelope["data"]["items"], envelope["meta"]
    columns = ("code", "part", *COUNTS, "absent")
    rows = [
        [item["code"], part, *(counts[name] for name in COUNTS), counts["absent"]]
        for item in items
        for part, counts in item["parts"].items()
    ]
    sums = {name: sum(row[2 + at] for row in rows) for at, name in enumerate(COUNTS)}
    days = Counter[str]()
    for item in items:
        days[item["code"]] += sum(counts["missing"] for counts in item["parts"].values())
    said = {
        "complete": not (sums["missing"] or sums["unconfirmed"] or meta["unknown_codes"]),
        "missing": {code: number for code, number in days.items() if number},
        "statistics": {"sum": sums},
        "unknown_codes": meta["unknown_codes"],
        "final_until": meta["final_until"],
        "upstream": meta["upstream"],
        **source_texts({item["code"]: item["name"] for item in items}),
    }

    def link() -> Mapping[str, Any]:
        named = (dict(zip(columns, [*row[:-1], _json(row[-1])], strict=True)) for row in rows)
        return csv_link(((row["code"], row) for row in named), columns[1:])

    return Draft(said, columns, {"": rows}, wanted.limit, link)


def _overview(limit: int | None) -> Draft:
    """Return, for each dataset, since when the source has it, and what is published of it."""
    manifest: Manifest = deployment.manifest()
    published: dict[str, list[Any]] = {}
    for release in manifest.releases():
        for part in release.parts.values():
            entry = published.setdefault(release.dataset, [None, None, 0, 0])
            days = [day for day in (entry[0], part.first_day) if day]
            entry[0] = min(days) if days else None
            entry[1] = max(day or "" for day in (entry[1], part.last_day)) or None
            entry[2] += part.counts.returned
            entry[3] += part.counts.missing + part.counts.unconfirmed
    source = data_of_source()
    since = {each["dataset"]: each["since"] for each in source["covers"]}
    columns = ("dataset", "source_has_since", "from", "to", "rows", "missing")
    names = sorted({*since, *published})
    rows = [[name, since.get(name), *published.get(name, [None, None, 0, 0])] for name in names]
    said = {
        "complete": not any(entry[3] for entry in published.values()),
        "missing": {name: entry[3] for name, entry in published.items() if entry[3]},
        "statistics": {"datasets": len(rows), "rows": sum(row[4] for row in rows)},
        "last_final_day": deployment.final_day(),
        "next_final": source["next_final"].get("stock.daily"),
        "upstream": deployment.settings().upstream,
    }
    return Draft(said, columns, {"": rows}, limit)


def _neighbour(find: Callable[[str, str], str], market: str, day: str) -> str | None:
    try:
        return find(market, day)
    except NotFoundError:
        return None


def _json(value: Mapping[str, int]) -> str:
    return orjson.dumps(value).decode()
