"""The calls for securities and trading calendars."""

from typing import Annotated, Any

from pydantic import Field

from marketdata import deployment
from marketdata.api.parameters import (
    DIGITS,
    DayRange,
    Parameters,
    Printable,
    one_of,
    read_code,
)
from marketdata.api.router import Answer, Call, Router
from marketdata.catalog.calendar import MARKETS, SHANGHAI, last_known_day, trading_days
from marketdata.catalog.search import search
from marketdata.catalog.securities import SECURITY_TYPES, Catalog, Security, dates_of
from marketdata.errors import InvalidInputError, NotFoundError

MAX_FOUND = 500
MAX_TEXT = 40

router = Router()


class SearchQuery(Parameters):
    """What to search for, and in which type; without a type, in all of them."""

    q: Annotated[str, Field(max_length=MAX_TEXT), Printable()] = ""
    security_type: Annotated[str, one_of(SECURITY_TYPES)] | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_FOUND), DIGITS] = 20


class CodesQuery(Parameters):
    """The type whose codes to list."""

    security_type: Annotated[str, one_of(SECURITY_TYPES)]


class CalendarQuery(DayRange):
    """A market and a range of days."""

    market: Annotated[str, one_of(MARKETS)]


@router.get("/base/securities", query=SearchQuery, summary="搜索证券")
def find_securities(call: Call[SearchQuery]) -> Answer:
    """Search for securities by part of a code or name, best matches first.

    Of equally good matches those listed today come first. `total` is the number of all matches.
    """
    asked = call.parameters
    catalog = _catalog()
    wanted = [asked.security_type] if asked.security_type else [*SECURITY_TYPES]
    securities = (each for name in wanted for each in catalog.of_kind(SECURITY_TYPES[name]))
    found, total = search(securities, asked.q, _today(), asked.limit)
    return Answer.success({"items": [_view(each) for each in found], "total": total})


@router.get("/base/codes", query=CodesQuery, summary="获取代码列表")
def list_codes(call: Call[CodesQuery]) -> Answer:
    """List the codes of a type that are listed today."""
    listed = _catalog().of_kind(SECURITY_TYPES[call.parameters.security_type], _today())
    return Answer.success([security.code for security in listed])


@router.get("/base/calendar", query=CalendarQuery, summary="获取交易日历")
def list_trading_days(call: Call[CalendarQuery]) -> Answer:
    """List the trading days of a market."""
    asked = call.parameters
    if asked.end_date > last_known_day():
        # It may bring the year that this function does not know.
        _catalog()
    if asked.end_date > last_known_day():
        reason = f"must not be after {last_known_day()}, the last day of the announced calendar"
        raise InvalidInputError("end_date", reason)
    return Answer.success(trading_days(asked.market, asked.start_date, asked.end_date))


@router.get("/base/codes/{code}/info", summary="获取证券信息")
def read_info(call: Call[None]) -> Answer:
    """Return what is known about a code."""
    code = read_code(call.path["code"], "code")
    security = _catalog().get(code)
    if security is None:
        raise NotFoundError(f"there is no code {code}")
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
