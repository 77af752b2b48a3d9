"""One pass over the blocks of a dataset and year: its market days, and its rows as text."""

from collections.abc import Mapping, Sequence
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
from marketdata.tasks.comparison import PartComparison, compare

BETWEEN = JOINT + b"{"
DAY_IN = slice(DAY.start - 1, DAY.stop - 1)
"""The place of the day in a row without its first brace."""


def market_days(
    store: BlockStore,
    dataset: BarDataset,
    securities: Sequence[Security],
    window: Window,
    rows: Path,
) -> dict[str, MarketDay]:
    """Read a year's bars of a whole market.

    Parameters
    ----------
    store : BlockStore
        Holds the bars.
    dataset : BarDataset
        Daily bars.
    securities : sequence of Security
        All of the dataset's kind, sorted by code.
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
    first, last = max(window.start, window.coverage_start), min(window.end, window.final_until)
    # Shanghai and Shenzhen trade on the same days, and the other markets on no other ones.
    days = {day: MarketDay(day) for day in window.calendar.days("SH", first, last)}
    sorter = _Sorter(year, days)
    keys = [BlockKey(dataset.name, security.code, year) for security in securities]
    coverage: dict[str, BlockCoverage] = {}
    with rows.open("wb") as file:
        for code, block, text in stored(store, keys):
            coverage[code] = BlockCoverage(block.coverage, block.rows)
            if text:
                file.write(sorter.take(code.encode(), text, block.coverage.present))
    _explain(days, year, compare(dataset, year, securities, coverage, window))
    return days


class _Sorter:
    """Sorts the rows of blocks into market days.

    Most codes of a market have rows of the same days, so nothing is looked up for each row.
    """

    def __init__(self, year: str, days: Mapping[str, MarketDay]) -> None:
        self._year = year
        self._rows = {day.encode(): each.rows for day, each in days.items()}
        self._known: dict[int, tuple[list[bytes], list[list[bytes]]]] = {}

    def take(self, code: bytes, text: bytes, present: int) -> bytes:
        """Add a block's rows to their days, and return them as lines that begin with the code.

        Rows of other days, such as one that is not final, are left out.
        """
        days, places = self._places(present)
        # Without their first brace, rows can be joined by any other beginning.
        rows = text[1:].split(BETWEEN)
        if [row[DAY_IN] for row in rows] != days or len(places) != len(days):
            rows = [row for row in rows if row[DAY_IN] in self._rows]
            places = [self._rows[row[DAY_IN]] for row in rows]
        before = b'"%b":{' % code
        for place, row in zip(places, rows, strict=True):
            place.append(before + row)
        start = b'{"code":"%b",' % code
        return start + (b"\n" + start).join(rows) + b"\n" if rows else b""

    def _places(self, present: int) -> tuple[list[bytes], list[list[bytes]]]:
        """Return the days of a bit set, and the rows of those that are published."""
        if (known := self._known.get(present)) is None:
            days = [day.encode() for day in days_of(self._year, present)]
            known = days, [self._rows[day] for day in days if day in self._rows]
            self._known[present] = known
        return known


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
