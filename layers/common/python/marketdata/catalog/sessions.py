"""Trading sessions: how many bars a full day has, and when they start.

Hours are the exchanges' own. Where they are not known for certain (early years, a commodity's
night session before it was last changed, a variety not listed here), the answer is None rather
than a guess, and the day must not be called short.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import nth_friday, previous_trading_day
from marketdata.catalog.known_years import kept_while_known
from marketdata.catalog.securities import variety_of
from marketdata.errors import NotFoundError

MINUTES = {period: int(period.removeprefix("min")) for period in Period if period.intraday}
"""The length of a bar in minutes, for each intraday period."""

COMMODITY_MARKETS = frozenset({"SHF", "DCE", "CZC", "INE", "GFE"})
INDEX_FUTURES = frozenset({"IF", "IC", "IH", "IM"})
BOND_FUTURES = frozenset({"T", "TF", "TL", "TS"})

STOCK_HOURS_SINCE = "20000101"
CIRCUIT_BREAKER_DAYS = frozenset({"20160104", "20160107"})
INDEX_FUTURES_LIKE_STOCKS_SINCE = "20160101"
BONDS_FROM_HALF_PAST_NINE_SINCE = "20200720"

COMMODITY_HOURS_SINCE = "20110101"
FIRST_NIGHT = "20130708"
"""The trading day of the very first night session (gold and silver, the evening of 20130705)."""

NO_NIGHTS = ("20200203", "20200506")
"""First and last trading day without night sessions during the epidemic of 2020."""

UNCERTAIN_NIGHTS = frozenset({"20150928"})
"""After a holiday that fell on a weekend: it is uncertain whether Friday had a night session."""

NIGHT_TABLE = """
23:00 20200507 A B C CS EB EG I J JM L M P PG PP RR V Y
23:00 20200507 CF CY FG MA OI RM SA SR TA ZC
23:00 20200507 BU FU HC NR RB RU SP
01:00 20200507 NI SN SS
01:00 20131223 AL CU PB ZN
02:30 20130708 AG AU
02:30 20180327 SC
23:00 20200623 LU
23:00 20201013 PF
01:00 20201120 BC
01:00 20230620 AO
23:00 20230731 BR
23:00 20230918 PX SH
23:00 20240902 PR
23:00 20250709 BZ
23:00 20250723 PL
23:00 20250911 OP
"""
"""End of the night session, first trading day with exactly that end, varieties."""

DAY_TABLE = "AP BB CJ EC FB JD JR LC LG LH LR PK PM PS RI RS SF SI SM UR WH WR"
"""The varieties that have never had a night session."""


def _read_nights() -> dict[str, tuple[str, str]]:
    rows = (line.split() for line in NIGHT_TABLE.strip().splitlines())
    return {variety: (end, since) for end, since, *varieties in rows for variety in varieties}


NIGHTS = _read_nights()
DAY_ONLY = frozenset(DAY_TABLE.split())


class Segment(NamedTuple):
    """A stretch of trading without a break.

    Attributes
    ----------
    start, end : int
        Minutes since midnight of the calendar day on which it starts; `end` may pass 24 × 60.
    night : bool
        Whether it belongs to the next trading day.
    """

    start: int
    end: int
    night: bool = False


def _segment(hours: str, *, night: bool = False) -> Segment:
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in hours.split("-"))
    return Segment(start, end if end > start else end + 24 * 60, night)


def _segments(hours: str) -> tuple[Segment, ...]:
    return tuple(_segment(stretch) for stretch in hours.split())


STOCK_HOURS = _segments("09:30-11:30 13:00-15:00")
COMMODITY_DAY = _segments("09:00-10:15 10:30-11:30 13:30-15:00")
OLD_FINANCIAL_HOURS = _segments("09:15-11:30 13:00-15:15")
BOND_HOURS = _segments("09:30-11:30 13:00-15:15")


def sessions(kind: Kind, market: str, code: str, day: str) -> tuple[Segment, ...] | None:
    """Return the sessions of a trading day in chronological order.

    Parameters
    ----------
    kind : Kind
        What the code stands for.
    market : str
        One of `catalog.calendar.MARKETS`.
    code : str
        The code, or a future's variety alone; only the code tells the last trading day too.
    day : str
        The trading day, YYYYMMDD.

    Returns
    -------
    tuple of Segment or None
        None if they are not known.
    """
    if kind is not Kind.FUTURE:
        known = day >= STOCK_HOURS_SINCE and day not in CIRCUIT_BREAKER_DAYS
        return STOCK_HOURS if known else None
    if market == "CFE":
        return _financial(code, day)
    return _commodity(market, variety_of(code), day) if market in COMMODITY_MARKETS else None


def bars_per_day(kind: Kind, market: str, code: str, period: Period, day: str) -> int | None:
    """Return the number of intraday bars of a full trading day; parameters as in `sessions`.

    Returns
    -------
    int or None
        None if the sessions are not known, or if a stretch of trading is not a multiple of the
        period, because sources differ in how they cut it.
    """
    segments = sessions(kind, market, code, day)
    return None if segments is None else _count(segments, MINUTES[period])


@kept_while_known(maxsize=1024)
def bar_times(
    segments: tuple[Segment, ...], market: str, day: str, period: Period
) -> tuple[str, ...]:
    """Return the start times of the intraday bars of a trading day with these sessions.

    A bar never spans a break: if a stretch is not a multiple of the period, its last bar is cut
    short.

    Parameters
    ----------
    segments : tuple of Segment
        The sessions of the day.
    market : str
        One of `catalog.calendar.MARKETS`.
    day : str
        The trading day, YYYYMMDD.
    period : Period
        An intraday one.

    Returns
    -------
    tuple of str
        "YYYY-MM-DD HH:MM:SS", Asia/Shanghai, in chronological order.
    """
    return tuple(
        time for segment in segments for time in _starts(segment, market, day, MINUTES[period])
    )


@kept_while_known(maxsize=1024)
def required_times(
    segments: tuple[Segment, ...], market: str, day: str, period: Period
) -> tuple[frozenset[str], ...]:
    """Return, stretch by stretch, the starts of the bars that a full trading day must have.

    Where a stretch is not a multiple of the period, sources differ in how they cut its end: only
    its full bars are required. Parameters as in `bar_times`.
    """
    minutes = MINUTES[period]
    return tuple(
        frozenset(
            _starts(
                segment._replace(end=segment.end - (segment.end - segment.start) % minutes),
                market,
                day,
                minutes,
            )
        )
        for segment in segments
    )


@lru_cache(maxsize=256)
def _count(segments: tuple[Segment, ...], minutes: int) -> int | None:
    if any((end - start) % minutes for start, end, _ in segments):
        return None
    return sum((end - start) // minutes for start, end, _ in segments)


def _starts(segment: Segment, market: str, day: str, minutes: int) -> list[str]:
    first = date.fromisoformat(previous_trading_day(market, day) if segment.night else day)
    days = [(first + timedelta(days=later)).isoformat() for later in (0, 1)]
    return [
        f"{days[start // 1440]} {start // 60 % 24:02}:{start % 60:02}:00"
        for start in range(segment.start, segment.end, minutes)
    ]


def _financial(code: str, day: str) -> tuple[Segment, ...] | None:
    variety = variety_of(code)
    if variety in INDEX_FUTURES:
        return _index_future(code, day)
    if variety not in BOND_FUTURES:
        return None
    hours = BOND_HOURS if day >= BONDS_FROM_HALF_PAST_NINE_SINCE else OLD_FINANCIAL_HOURS
    return hours[:1] if day == _last_trading_day(code, 2) else hours


def _index_future(code: str, day: str) -> tuple[Segment, ...] | None:
    if day in CIRCUIT_BREAKER_DAYS:
        return None
    if day >= INDEX_FUTURES_LIKE_STOCKS_SINCE:
        return STOCK_HOURS
    morning, afternoon = OLD_FINANCIAL_HOURS
    return (morning, STOCK_HOURS[1] if day == _last_trading_day(code, 3) else afternoon)


def _last_trading_day(code: str, friday: int) -> str | None:
    """Return a CFFEX contract's last trading day; None for a variety or past the calendar."""
    delivery = code.partition(".")[0][-4:]
    if not delivery.isdigit():
        return None
    try:
        return nth_friday("CFE", f"20{delivery[:2]}-{delivery[2:]}", friday)
    except NotFoundError:
        return None


def _commodity(market: str, variety: str, day: str) -> tuple[Segment, ...] | None:
    if day < COMMODITY_HOURS_SINCE:
        return None
    if day < FIRST_NIGHT or variety in DAY_ONLY or NO_NIGHTS[0] <= day <= NO_NIGHTS[1]:
        return COMMODITY_DAY
    end, since = NIGHTS.get(variety, ("", "99991231"))
    if day < since:
        return None
    return COMMODITY_DAY if _after_holiday(market, day) else _with_night(end, day)


def _with_night(end: str, day: str) -> tuple[Segment, ...] | None:
    if day in UNCERTAIN_NIGHTS:
        return None
    return (_segment(f"21:00-{end}", night=True), *COMMODITY_DAY)


@kept_while_known(maxsize=4096)
def _after_holiday(market: str, day: str) -> bool:
    """Check whether a trading day follows a holiday, on whose eve there was no night session."""
    today = date.fromisoformat(day)
    before = date.fromisoformat(previous_trading_day(market, day))
    between = (before + timedelta(days=later) for later in range(1, (today - before).days))
    return any(closed.weekday() < 5 for closed in between)
