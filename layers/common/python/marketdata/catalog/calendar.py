"""Trading days of the exchanges of mainland China.

All of them follow the State Council's holidays as the CSRC announces them, so one calendar
(exchange_calendars' XSHG) serves all markets; each begins with its own first day. It is a generated
module rather than stored data, so that a read needs no request for it; years after its last one
come with the catalog, see `catalog.known_years`.

First days: for SH the exchange's opening; for SZ the same day, because the library knows no earlier
one (Shenzhen held trial trading from 1990-12-01); for BJ, INE, GFE and CFE the opening or the first
contract (SC, SI, IF); for SHF, DCE and CZC the first standard contracts of the exchange or, for
SHF, of its predecessor, the Shanghai Metal Exchange. The library does not know the commodity
exchanges' own closures before 2000.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from marketdata.blocks.dataset import Period
from marketdata.blocks.days import bit_of, days_of, first_day, last_day, parts_between, span
from marketdata.catalog.known_years import kept_while_known, known_years
from marketdata.details import Detail
from marketdata.errors import InvalidInputError, NotFoundError

FIRST_DAYS = {
    "SH": "19901219",
    "SZ": "19901219",
    "BJ": "20211115",
    "CFE": "20100416",
    "SHF": "19920528",
    "DCE": "19931118",
    "CZC": "19930528",
    "INE": "20180326",
    "GFE": "20221222",
}


MARKETS = tuple(FIRST_DAYS)

ONE_DAY = timedelta(days=1)

FINAL_TIME = "17:00"
"""When a trading day is final if nobody says otherwise, Asia/Shanghai."""

type FinalDay = Callable[[str], str]
"""Returns the last trading day, "YYYYMMDD", whose rows of a dataset, by its name, are final."""


SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has had no daylight saving time since 1991: a fixed offset needs no time zone database."""


def first_known_day(market: str) -> str:
    """Return a market's first trading day, YYYYMMDD.

    Raises
    ------
    InvalidInputError
        There is no such market.
    """
    try:
        return FIRST_DAYS[market]
    except KeyError:
        reason = f"must be one of {', '.join(MARKETS)}"
        raise InvalidInputError("market", reason, key="not_one_of", allowed=[*MARKETS]) from None


def last_known_day() -> str:
    """Return the last day for which it is known whether it is a trading day, YYYYMMDD."""
    return f"{max(known_years())}1231"


def beyond_known(end: str) -> list[Detail]:
    """Return what to say of a range that ends on a day, YYYYMMDD, if it passes the last known day.

    Empty if it does not.
    """
    last = last_known_day()
    if end <= last:
        return []
    said = f"the calendar is known until {date.fromisoformat(last)} only"
    return [Detail("calendar_known_until", said, {"last": last})]


def unannounced(start: str, end: str) -> list[list[str]]:
    """Return the weekdays of a range, YYYYMMDD, that are after the last known day, as one range.

    Any of them may be a trading day; empty if there are none.
    """
    first = max(date.fromisoformat(start), date.fromisoformat(last_known_day()) + ONE_DAY)
    last = date.fromisoformat(end)
    last -= max(0, last.weekday() - 4) * ONE_DAY
    if first.weekday() > 4 and first <= last:
        first += (7 - first.weekday()) * ONE_DAY
    return [[f"{first:%Y%m%d}", f"{last:%Y%m%d}"]] if first <= last else []


@kept_while_known()
def trading_bits(market: str, part: str) -> int:
    """Return the trading days of a part as a bit set; see `blocks.coverage`.

    Parameters
    ----------
    market : str
        One of `MARKETS`.
    part : str
        A year or a month, "2024" or "2024-01".

    Returns
    -------
    int
        0 if the calendar has no trading day in the part.

    Raises
    ------
    InvalidInputError
        There is no such market.
    """
    opening = first_known_day(market)
    skipped = first_day(part).timetuple().tm_yday - 1
    length = (last_day(part) - first_day(part)).days + 1
    bits = (known_years().get(int(part[:4]), 0) >> skipped) & ((1 << length) - 1)
    return bits & span(part, opening, last_known_day())


def trading_days(market: str, start: str, end: str) -> list[str]:
    """List the trading days of a range, first and last day included.

    Parameters
    ----------
    market : str
        One of `MARKETS`.
    start, end : str
        First and last day, YYYYMMDD.

    Returns
    -------
    list of str
        YYYYMMDD, sorted; nothing after `last_known_day()`.

    Raises
    ------
    InvalidInputError
        There is no such market.
    ValueError
        A day does not exist.
    """
    first, last = max(start, first_known_day(market)), min(end, last_known_day())
    days: list[str] = []
    for part in parts_between(Period.DAILY, first, last):
        if first[:4] < part < last[:4]:
            days += _days_of_year(market, part)
        else:
            days += days_of(part, trading_bits(market, part) & span(part, start, end))
    return days


@kept_while_known()
def _days_of_year(market: str, year: str) -> list[str]:
    return days_of(year, trading_bits(market, year))


def is_trading_day(market: str, day: str) -> bool:
    """Check whether a market trades on a day; errors as in `trading_days`."""
    part = Period.DAILY.part_of(day)
    return bool(trading_bits(market, part) & bit_of(part, day))


def next_trading_day(market: str, day: str) -> str:
    """Return the first trading day after a day.

    Raises
    ------
    InvalidInputError
        There is no such market.
    NotFoundError
        The calendar does not reach that far.
    """
    for part in parts_between(Period.DAILY, day, last_known_day()):
        later = trading_bits(market, part) & span(part, day, last_known_day())
        if part == day[:4]:
            later &= ~bit_of(part, day)
        if later:
            return days_of(part, later & -later)[0]
    raise NotFoundError(
        f"no trading day of {market} is known after {day}",
        key="no_trading_day",
        market=market,
        day=day,
    )


def previous_trading_day(market: str, day: str) -> str:
    """Return the last trading day before a day.

    Raises
    ------
    InvalidInputError
        There is no such market.
    NotFoundError
        The market had not opened before the day.
    """
    opening = first_known_day(market)
    for part in reversed(parts_between(Period.DAILY, opening, day)):
        earlier = trading_bits(market, part) & span(part, opening, day)
        if part == day[:4]:
            earlier &= ~bit_of(part, day)
        if earlier:
            return days_of(part, 1 << (earlier.bit_length() - 1))[0]
    raise NotFoundError(
        f"{market} had not opened before {day}", key="no_trading_day", market=market, day=day
    )


@kept_while_known()
def nth_friday(market: str, month: str, n: int) -> str:
    """Return a month's n-th Friday, or the next trading day if that Friday is a holiday.

    Parameters
    ----------
    market : str
        One of `MARKETS`.
    month : str
        "2024-01".
    n : int
        Counted from 1.

    Raises
    ------
    NotFoundError
        The calendar does not reach that far.
    """
    friday = 1 + (4 - first_day(month).weekday()) % 7 + 7 * (n - 1)
    day = f"{month.replace('-', '')}{friday:02}"
    return day if is_trading_day(market, day) else next_trading_day(market, day)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days for which something must be stored.

    Attributes
    ----------
    first : str
        The first such day of any market, "YYYYMMDD".
    bits : callable
        Returns a market's days within a part as a bit set.
    days : callable
        Lists a market's days from one day to another.
    """

    first: str
    bits: Callable[[str, str], int]
    days: Callable[[str, str, str], list[str]]
    known_until: Callable[[], str] = lambda: "99991231"


TRADING = Calendar(min(FIRST_DAYS.values()), trading_bits, trading_days, last_known_day)
"""The days for which there are bars."""


def today(now: datetime) -> str:
    """Return the day that it is in China, "YYYYMMDD"; `now` has a time zone."""
    return now.astimezone(SHANGHAI).strftime("%Y%m%d")


def last_final_day(now: datetime, final_time: str) -> str:
    """Return the last trading day, "YYYYMMDD", whose bars no longer change.

    Parameters
    ----------
    now : datetime
        The current time, with a time zone.
    final_time : str
        "HH:MM", Asia/Shanghai: the time from which on a trading day is final.
    """
    local = now.astimezone(SHANGHAI)
    today = local.strftime("%Y%m%d")
    if is_trading_day("SH", today) and local.strftime("%H:%M") >= final_time:
        return today
    return previous_trading_day("SH", today)


def next_final(now: datetime, final_time: str) -> datetime | None:
    """Return when the next trading day becomes final, in Shanghai's time; None if it is unknown.

    Parameters
    ----------
    now, final_time
        As in `last_final_day`.
    """
    last = last_final_day(now, final_time)
    try:
        day = next_trading_day("SH", last)
    except NotFoundError:
        return None
    return datetime.strptime(f"{day} {final_time}", "%Y%m%d %H:%M").replace(tzinfo=SHANGHAI)
