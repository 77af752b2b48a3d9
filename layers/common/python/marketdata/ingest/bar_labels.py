"""Intraday bars that carry their end where they should carry their start.

Only the upstream function imports this: it needs pandas.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.dataset import Period
from marketdata.catalog.securities import market_of
from marketdata.catalog.sessions import MINUTES, Segment, bar_times, sessions
from marketdata.sources.source import BarRequest

type Mask = npt.NDArray[np.bool_]


def end_labels(frame: pd.DataFrame, request: BarRequest) -> Mask:
    """Mark the bars of days whose times are the ends of the session's bars.

    One bar labelled 15:00 may be an oddity of its source. A day is told by its pattern: it has a
    bar at the end of each stretch of trading that it has bars of, and none at the beginning of one
    of them. (The first may have one all the same: that of the opening auction.)
    """
    marked = np.zeros(len(frame), dtype=bool)
    if not request.dataset.intraday or frame.empty:
        return marked
    code_at, codes = pd.factorize(frame["code"].to_numpy(object))
    day_at, days = pd.factorize(frame["trade_date"].to_numpy(object))
    time_at, times = pd.factorize(frame["kline_time"].to_numpy(object), sort=True)
    group = code_at * len(days) + day_at
    order = np.argsort(group, kind="stable")
    first_of = np.flatnonzero(np.diff(group[order], prepend=-1))
    latest = np.maximum.reduceat(time_at[order], first_of)
    bounds = [*first_of.tolist(), len(frame)]
    for at, last in enumerate(latest.tolist()):
        places = order[bounds[at] : bounds[at + 1]]
        code, day = str(codes[code_at[places[0]]]), str(days[day_at[places[0]]])
        stretches = _stretches(request, code, day)
        # The last bar of nearly every day begins before the end, which settles it.
        if len(places) > 1 and any(times[last] == end for *_, end in stretches):
            marked[places] = _by_ends(stretches, set(times[time_at[places]]))
    return marked


class _Stretch(NamedTuple):
    """An unbroken stretch of trading: the times of its bars, the first of these, and its end."""

    times: frozenset[str]
    start: str
    end: str


def _by_ends(stretches: tuple[_Stretch, ...], held: set[str]) -> bool:
    seen = [each for each in stretches if each.end in held or not each.times.isdisjoint(held)]
    return all(each.end in held for each in seen) and any(each.start not in held for each in seen)


def _stretches(request: BarRequest, code: str, day: str) -> tuple[_Stretch, ...]:
    dataset, market = request.dataset, market_of(code)
    segments = sessions(dataset.kind, market, code, day)
    return _of_session(segments, market, day, dataset.period) if segments else ()


@lru_cache(maxsize=1024)
def _of_session(
    segments: tuple[Segment, ...], market: str, day: str, period: Period
) -> tuple[_Stretch, ...]:
    found = []
    for segment in segments:
        times = bar_times((segment,), market, day, period)
        before_last = (len(times) - 1) * MINUTES[period]
        left = timedelta(minutes=segment.end - segment.start - before_last)
        end = f"{datetime.fromisoformat(times[-1]) + left:%Y-%m-%d %H:%M:%S}"
        found.append(_Stretch(frozenset(times), times[0], end))
    return tuple(found)
