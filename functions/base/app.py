"""Securities and trading calendars."""

from datetime import datetime
from typing import Annotated

from marketdata.api import base as securities
from marketdata.api.parameters import DayRange, Parameters, one_of, read_code
from marketdata.api.router import Answer, Call, Router
from marketdata.catalog.calendar import MARKETS, SHANGHAI, last_known_day, trading_days
from marketdata.catalog.catalog_store import load_catalog
from marketdata.catalog.securities import SECURITY_TYPES
from marketdata.errors import InvalidInputError, NotFoundError

router = Router()
handler = router.handler
securities.add_routes(router)


class CodesQuery(Parameters):
    """Which codes."""

    security_type: Annotated[str, one_of(SECURITY_TYPES)]


class CalendarQuery(DayRange):
    """Which days of which market."""

    market: Annotated[str, one_of(MARKETS)]


@router.get("/base/codes", query=CodesQuery, summary="获取代码列表")
def list_codes(call: Call[CodesQuery]) -> Answer:
    """Give the codes of a type that are listed today."""
    today = datetime.now(SHANGHAI).strftime("%Y%m%d")
    listed = load_catalog().of_kind(SECURITY_TYPES[call.parameters.security_type], today)
    return Answer.success([security.code for security in listed])


@router.get("/base/calendar", query=CalendarQuery, summary="获取交易日历")
def list_trading_days(call: Call[CalendarQuery]) -> Answer:
    """Give the trading days of a market."""
    asked = call.parameters
    if asked.end_date > last_known_day():
        reason = f"must not be after {last_known_day()}: the exchanges announce no further"
        raise InvalidInputError("end_date", reason)
    return Answer.success(trading_days(asked.market, asked.start_date, asked.end_date))


@router.get("/base/codes/{code}/info", summary="获取证券信息")
def read_info(call: Call[None]) -> Answer:
    """Give what is known of a code."""
    code = read_code(call.path["code"], "code")
    security = load_catalog().get(code)
    if security is None:
        raise NotFoundError(f"there is no code {code}")
    return Answer.success(securities.view(security))
