"""The tools about what there is: securities, trading days, and what the cache holds of them."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from marketdata import deployment
from marketdata.api.base import CalendarQuery, SearchQuery, find_securities, list_trading_days
from marketdata.api.parameters import Printable, one_of
from marketdata.catalog.calendar import (
    FIRST_DAYS,
    MARKETS,
    last_known_day,
    next_trading_day,
    previous_trading_day,
    today,
)
from marketdata.catalog.securities import SECURITY_TYPES
from marketdata.errors import NotFoundError
from marketdata.mcp.arguments import AskedDay, Question
from marketdata.mcp.fitting import Draft
from marketdata.mcp.links import csv_link
from marketdata.mcp.reading import asked
from marketdata.mcp.texts import cleaned_names

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


def find_security(wanted: SearchQuestion) -> Draft:
    """Return the securities that a text may mean, best matches first."""
    given = {"q": wanted.query, "limit": str(wanted.limit)}
    if wanted.security_type:
        given["security_type"] = wanted.security_type
    found = asked(find_securities, SearchQuery.model_validate_strings(given))["data"]
    columns = ("code", "type", "list_date", "delist_date")
    rows = [[item[name] for name in columns] for item in found["items"]]
    said = {"complete": True, "missing": {}, "upstream": deployment.settings().upstream}
    names = cleaned_names({item["code"]: item["name"] for item in found["items"]})
    return Draft(said, columns, {"": rows}, wanted.limit, total=found["total"], names=names)


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
        "upstream": deployment.settings().upstream,
    }

    def link() -> Mapping[str, Any]:
        return csv_link(((market, {"trade_date": day}) for day in days), ("trade_date",))

    return Draft(said, ("trade_date",), {"": days}, wanted.limit, link)


def _neighbour(find: Callable[[str, str], str], market: str, day: str) -> str | None:
    try:
        return find(market, day)
    except NotFoundError:
        return None
