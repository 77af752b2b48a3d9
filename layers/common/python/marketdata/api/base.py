"""The calls for securities, industries and trading calendars."""

from typing import Annotated, Any

from pydantic import Field

from marketdata import deployment
from marketdata.api.days import check_announced, check_day
from marketdata.api.groups import WhenQuery, answer, answer_members, reader
from marketdata.api.parameters import (
    DIGITS,
    MAX_PAGE,
    Day,
    DayRange,
    Parameters,
    Printable,
    one_of,
)
from marketdata.api.router import Answer, Call, Router
from marketdata.catalog.calendar import MARKETS, SHANGHAI, trading_days
from marketdata.catalog.search import search
from marketdata.catalog.securities import SECURITY_TYPES, Catalog, Security, dates_of
from marketdata.catalog.spelling import read_spelling
from marketdata.errors import NotFoundError

MAX_FOUND = 500
MAX_TEXT = 40

router = Router()


class SearchQuery(Parameters):
    """What to search for, and in which type; without a type, in all of them.

    Answers have `limit` securities, and the next `page` goes on after them.
    """

    q: Annotated[str, Field(max_length=MAX_TEXT), Printable()] = ""
    security_type: Annotated[str, one_of(SECURITY_TYPES)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_FOUND), DIGITS] = 20
    page: Annotated[int, Field(ge=1, le=MAX_PAGE), DIGITS] = 1


class CodesQuery(Parameters):
    """The type whose codes to list, and the day on which they were listed; by default, today."""

    security_type: Annotated[str, one_of(SECURITY_TYPES)]
    date: Day | None = None


class CalendarQuery(DayRange):
    """A market and a range of days."""

    market: Annotated[str, one_of(MARKETS)]


@router.get("/base/securities", query=SearchQuery, summary="搜索证券")
def find_securities(call: Call[SearchQuery]) -> Answer:
    """Search for securities by part of a code or name, best matches first.

    Of equally good matches those listed today come first, then those delisted since or not yet
    listed. `total` is the number of all matches, whatever the page.
    """
    asked = call.parameters
    catalog = _catalog()
    of_type = SECURITY_TYPES[asked.security_type] if asked.security_type else None
    securities = catalog.of_type(of_type) if of_type else catalog.securities()
    wanted = read_spelling(asked.q) or asked.q
    skip = (asked.page - 1) * asked.limit
    found, total = search(securities, wanted, _today(), asked.limit, skip)
    return Answer.success({"items": [_view(each) for each in found], "total": total})


@router.get("/base/codes", query=CodesQuery, summary="获取代码列表")
def list_codes(call: Call[CodesQuery]) -> Answer:
    """List the codes of a type that are listed today, or were on another day."""
    asked = call.parameters
    if asked.date:
        check_day("date", asked.date)
    listed = _catalog().of_type(SECURITY_TYPES[asked.security_type], asked.date or _today())
    return Answer.success([security.code for security in listed])


@router.get("/base/calendar", query=CalendarQuery, summary="获取交易日历")
def list_trading_days(call: Call[CalendarQuery]) -> Answer:
    """List the trading days of a market."""
    asked = call.parameters
    check_announced("end_date", asked.end_date)
    return Answer.success(trading_days(asked.market, asked.start_date, asked.end_date))


@router.get("/base/industries", summary="获取行业分类")
def list_industries(call: Call[None]) -> Answer:
    """List the industries of the source's classification, by code."""
    told = reader().industries()
    return answer(call, {"items": [each._asdict() for each in told.content]}, told)


@router.get("/base/industries/{industry}/constituents", query=WhenQuery, summary="获取行业成分股")
def read_industry(call: Call[WhenQuery]) -> Answer:
    """Return the members of an industry on a day, or all who were in it on any day of a range.

    Each with its first and last day in the industry, which may lie outside the range.
    """
    return answer_members(call, call.path["industry"], call.parameters)


@router.get("/base/codes/{code}/info", summary="获取证券信息")
def read_info(call: Call[None]) -> Answer:
    """Return what is known about a code."""
    code = call.path["code"]
    security = _catalog().get(code)
    if security is None:
        raise NotFoundError(f"there is no code {code}", key="unknown_codes", codes=[code])
    dates = dates_of(security)
    lives = [{"list_date": first, "delist_date": last} for first, last in dates]
    return Answer.success(_view(security) | {"lives": lives})


def _view(security: Security) -> dict[str, Any]:
    """Return the fields of a security that the API shows."""
    return {
        "code": security.code,
        "name": security.name,
        "market": security.market,
        "type": security.kind,
        "list_date": security.list_date,
        "delist_date": security.delist_date,
    }


def _catalog() -> Catalog:
    return deployment.catalog()


def _today() -> str:
    return deployment.now().astimezone(SHANGHAI).strftime("%Y%m%d")
