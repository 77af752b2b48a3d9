"""One pass over the blocks of a dataset and year: its market days, and its rows as text."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched, repeat
from pathlib import Path

from marketdata.blocks.block import BlockCoverage, BlockKey
from marketdata.blocks.codec import JOINT
from marketdata.blocks.days import days_of
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window
from marketdata.exports.market_day import MarketDay
from marketdata.exports.stored import stored
from marketdata.kline.bars import DAY, BarDataset
from marketdata.status.status import StatusDataset
from marketdata.tasks.comparison import PartComparison, compare

BETWEEN = JOINT + b"{"
DAY_IN = slice(DAY.start - 1, DAY.stop - 1)
"""The place of the day in a row without its first brace."""

CODES_AT_ONCE = 50
"""Their rows of a year take some 1.5 MB."""


def market_days(
    store: BlockStore,
    dataset: BarDataset | StatusDataset,
    securities: Sequence[Security],
    window: Window,
    rows: Path,
) -> dict[str, MarketDay]:
    """Read a year's bars of a whole market, or the status of its stocks.

    Parameters
    ----------
    store : BlockStore
        Holds the bars.
    dataset : BarDataset or StatusDataset
        Daily bars, or the status.
    securities : sequence of Security
        All that have rows of it, sorted by code.
    window : Window
        A whole year.
    rows : Path
        Gets every row as a line of JSON that begins with its code, sorted by code and day.

    Returns
    -------
    dict
        Every final trading day that the source has, in order.

    Raises
    ------
    StorageError
        A block is damaged: once it is cleared and filled, there is something to publish.
    """
    year = window.start[:4]
    first, last = max(window.start, window.covered_from), min(window.end, window.final_until)
    # Shanghai and Shenzhen trade on the same days, and the other markets on no other ones.
    days = {day: MarketDay(day) for day in window.calendar.days("SH", first, last)}
    sorter = Sorter(days.values())
    keys = [BlockKey(dataset.name, security.code, year) for security in securities]
    coverage: dict[str, BlockCoverage] = {}
    with rows.open("wb") as file:
        for some in batched(stored(store, keys), CODES_AT_ONCE, strict=False):
            for code, block, text in some:
                coverage[code] = BlockCoverage(block.coverage, block.rows)
                if text:
                    file.write(sorter.take(code.encode(), text))
            sorter.hand_out()
    _explain(days, year, compare(dataset, year, securities, coverage, window))
    return days


class Sorter:
    """Sorts the rows of blocks into market days.

    A few codes at a time: their rows are still in the processor's cache when each day gets its
    own. Those of a whole market would have to come from memory, one by one.
    """

    def __init__(self, days: Iterable[MarketDay]) -> None:
        self._days = list(days)
        self._wanted = [each.day.encode() for each in self._days]
        self._columns: list[Iterable[bytes]] = []

    def take(self, code: bytes, text: bytes) -> bytes:
        """Take a block's rows, and return them as lines that begin with the code.

        Rows of other days, such as one that is not final, are left out.
        """
        # Without their first brace, rows can be joined by any other beginning.
        rows = text[1:].split(BETWEEN)
        days = [row[DAY_IN] for row in rows]
        before = JOINT + b'"%b":{' % code
        if days == self._wanted:
            # As of most codes.
            self._columns += repeat(before), rows
        else:
            row_of = dict(zip(days, rows, strict=True))
            found = [row_of.get(day, b"") for day in self._wanted]
            self._columns += [row and before for row in found], found
            rows = [row for row in found if row]
        start = b'{"code":"%b",' % code
        return start + (b"\n" + start).join(rows) + b"\n" if rows else b""

    def hand_out(self) -> None:
        """Add the rows taken so far to their days."""
        # The codes repeat without end; nothing was taken if there are no columns at all.
        for day, pieces in zip(self._days, zip(*self._columns, strict=False), strict=False):
            day.add(b"".join(pieces)[len(JOINT) :])
        self._columns.clear()


def _explain(days: Mapping[str, MarketDay], year: str, found: PartComparison) -> None:
    """Tell each day which codes have no bar, and why."""
    for code, bits in found.gaps.items():
        for day in days_of(year, bits):
            days[day].missing.append(code)
    for code, bits in found.unconfirmed_codes.items():
        for day in days_of(year, bits):
            days[day].unconfirmed.append(code)
    for reason, codes in found.reasons.items():
        for code, bits in codes.items():
            for day in days_of(year, bits):
                days[day].absent[code] = reason
