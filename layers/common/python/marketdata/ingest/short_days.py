"""Which days have some of their session's intraday bars, and not all."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from operator import itemgetter

from marketdata.blocks.block import BlockKey
from marketdata.blocks.days import bits_of, days_of
from marketdata.catalog.securities import market_of
from marketdata.catalog.sessions import required_times, sessions
from marketdata.kline.bars import CLOCK, DAY, BarDataset


def short_days(
    dataset: BarDataset,
    key: BlockKey,
    lines: Sequence[bytes],
    present: int,
    untraded: frozenset[str] = frozenset(),
    *,
    omits_untraded: bool,
) -> int:
    """Return the days that lack a bar which the session demands, as bits.

    Bars are compared with the session's own times, and not counted: one outside the session stands
    in for none. A day whose session is not known is not short.

    Parameters
    ----------
    dataset, key
        Of which block.
    lines : sequence of bytes
        Its bars, sorted by time.
    present : int
        The days to look at, as bits.
    untraded : set of str
        Times of which the source says that nothing was traded.
    omits_untraded : bool
        Whether the source leaves out minutes in which nobody traded. Then only a stretch of trading
        without any bar is a gap.
    """
    if not dataset.intraday or not present:
        return 0
    market = market_of(key.code)
    short = set()
    for day in days_of(key.part, present):
        segments = sessions(dataset.kind, market, key.code, day)
        if segments is None:
            continue
        held = _times(lines, day.encode()) | untraded
        required = required_times(segments, market, day, dataset.period)
        full = all(
            not stretch.isdisjoint(held) if omits_untraded else stretch <= held
            for stretch in required
            if stretch
        )
        if not full:
            short.add(day)
    return bits_of(key.part, short)


def _times(lines: Sequence[bytes], day: bytes) -> set[str]:
    """Return the times of a day's bars."""
    first = bisect_left(lines, day, key=itemgetter(DAY))
    after = bisect_right(lines, day, lo=first, key=itemgetter(DAY))
    return {line[CLOCK].decode() for line in lines[first:after]}
