"""Weekly and monthly bars, computed from daily ones."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby

from marketdata.blocks.dataset import Period
from marketdata.blocks.days import last_day
from marketdata.kline.bars import Bar


def resample(rows: Iterable[Bar], period: Period) -> list[Bar]:
    """Compute weekly or monthly bars.

    Parameters
    ----------
    rows : iterable of Bar
        Daily bars of one code, sorted by day. A week or month of which only some days are given
        becomes the bar of these days.
    period : Period
        `WEEKLY` (ISO weeks) or `MONTHLY`.

    Returns
    -------
    list of Bar
        One bar for every week or month with a daily bar; its `trade_date` is that of the last one.
        It has the first open, the highest high and the lowest low of the days with a trade (a
        futures day without one has prices of 0 or null); the last close, settle and open interest;
        `volume` and `amount` are sums, or null if any day has none.

    Raises
    ------
    ValueError
        The period is neither.
    """
    if period not in (Period.WEEKLY, Period.MONTHLY):
        raise ValueError(f"{period} bars are not computed from daily ones")
    label = _week if period is Period.WEEKLY else _month
    return [united(list(days)) for _, days in groupby(rows, label)]


def first_day_of(day: str, period: Period) -> str:
    """Return the first day of a day's week or month; for other periods, the day itself."""
    if period is Period.MONTHLY:
        return f"{day[:6]}01"
    if period is Period.WEEKLY:
        at = date.fromisoformat(day)
        return (at - timedelta(days=at.weekday())).isoformat().replace("-", "")
    return day


def last_day_of(day: str, period: Period) -> str:
    """Return the last calendar day of the day's week or month; for other periods, the day."""
    if period is Period.MONTHLY:
        return f"{last_day(f'{day[:4]}-{day[4:6]}'):%Y%m%d}"
    if period is Period.WEEKLY:
        at = date.fromisoformat(day)
        return f"{at + timedelta(days=6 - at.weekday()):%Y%m%d}"
    return day


def _week(row: Bar) -> int:
    # Day 1 of the calendar, 1 January of year 1, was a Monday.
    return (date.fromisoformat(row["trade_date"]).toordinal() - 1) // 7


def _month(row: Bar) -> int:
    return int(row["trade_date"][:6])


def united(bars: Sequence[Bar]) -> Bar:
    """Compute one bar of some that follow each other; see `resample` for its values.

    If none of them has a trade, its prices are those of the last one.
    """
    bar = bars[-1].copy()
    traded = [each for each in bars if _traded(each)]
    if traded:
        bar["open"] = traded[0]["open"]
        bar["high"] = max(each["high"] for each in traded if each["high"] is not None)
        bar["low"] = min(each["low"] for each in traded if each["low"] is not None)
    bar["close"] = next((each["close"] for each in reversed(bars) if each["close"]), bar["close"])
    bar["volume"] = _total([each["volume"] for each in bars])
    bar["amount"] = _total([each["amount"] for each in bars])
    return bar


def _traded(bar: Bar) -> bool:
    prices = (bar["open"], bar["high"], bar["low"])
    return None not in prices and any(prices)


def _total[Number: (int, float)](values: Sequence[Number | None]) -> Number | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) if len(numbers) == len(values) else None
