"""Bars of several minutes, computed from one-minute bars. Pure.

A bar carries its start. The one-minute bars of a stretch of trading are counted from its start on,
so a bar never spans a break, be it at noon, at 10:15 or between the night and the morning. What an
auction traded is in the first or the last minute of a stretch. A bar outside the sessions goes to
the bar at the nearest end of a stretch, so that nothing of a day's volume is lost.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from marketdata.blocks.dataset import Period
from marketdata.catalog.known_years import kept_while_known
from marketdata.catalog.sessions import MINUTES, Segment, bar_times
from marketdata.kline.bars import Bar
from marketdata.kline.resample import united


class Stretch(NamedTuple):
    """A stretch of trading on one day.

    Attributes
    ----------
    start, end : datetime
        When it begins, and when it has ended.
    first, last : str
        The starts of its first and its last bar.
    """

    start: datetime
    end: datetime
    first: str
    last: str


class MinuteGrid(NamedTuple):
    """Which bar each minute of a trading day belongs to.

    Attributes
    ----------
    bar_of : mapping
        The start of each minute of the sessions → the start of its bar, "YYYY-MM-DD HH:MM:SS".
    minutes : int
        The number of minutes in a bar.
    stretches : tuple of Stretch
        The sessions, in chronological order.
    """

    bar_of: Mapping[str, str]
    minutes: int
    stretches: tuple[Stretch, ...]

    def bar(self, time: str) -> str:
        """Return the start of the bar to which a one-minute bar belongs."""
        return self.bar_of.get(time) or self._nearest(datetime.fromisoformat(time))

    def _nearest(self, time: datetime) -> str:
        ends = ((abs(time - each.start), each.first) for each in self.stretches)
        starts = ((abs(time - each.end), each.last) for each in self.stretches)
        return min((*starts, *ends))[1]


@kept_while_known(maxsize=256)
def grid(segments: tuple[Segment, ...], market: str, day: str, period: Period) -> MinuteGrid:
    """Return which bar each minute of a trading day belongs to.

    Parameters
    ----------
    segments : tuple of Segment
        The sessions of the day, each a multiple of the period.
    market : str
        One of `catalog.calendar.MARKETS`.
    day : str
        The trading day, YYYYMMDD.
    period : Period
        An intraday one.
    """
    size = MINUTES[period]
    minutes = bar_times(segments, market, day, Period.MIN1)
    starts = bar_times(segments, market, day, period)
    return MinuteGrid(
        {minute: starts[place // size] for place, minute in enumerate(minutes)},
        size,
        tuple(_stretches(segments, minutes, starts, size)),
    )


def _stretches(
    segments: Sequence[Segment], minutes: Sequence[str], starts: Sequence[str], size: int
) -> list[Stretch]:
    found, before = list[Stretch](), 0
    for segment in segments:
        after = before + segment.end - segment.start
        begin = datetime.fromisoformat(minutes[before])
        end = datetime.fromisoformat(minutes[after - 1]) + timedelta(minutes=1)
        found.append(Stretch(begin, end, starts[before // size], starts[after // size - 1]))
        before = after
    return found


def together(rows: Sequence[Bar], day: MinuteGrid, *, whole: bool) -> list[Bar]:
    """Compute the bars of one trading day.

    Parameters
    ----------
    rows : sequence of Bar
        Its one-minute bars, sorted by time.
    day : MinuteGrid
        Which bar each of them belongs to.
    whole : bool
        Whether they are all that there are. If not, only bars of which every minute is there are
        returned.

    Returns
    -------
    list of Bar
        One bar for each start with a one-minute bar. Its values are those that
        `kline.resample.resample` gives a week.
    """
    bars = []
    for start, group in groupby(rows, lambda row: day.bar(row["kline_time"])):
        of_bar = list(group)
        if whole or _minutes(of_bar, day) == day.minutes:
            bar = united(of_bar)
            bar["kline_time"] = start
            bars.append(bar)
    return bars


def _minutes(rows: Sequence[Bar], day: MinuteGrid) -> int:
    return sum(row["kline_time"] in day.bar_of for row in rows)
