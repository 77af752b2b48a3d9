"""One pass over the blocks of a dataset and year: its market days, and its rows as text."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from pathlib import Path

from marketdata.blocks.block import Block, BlockCoverage, BlockKey, unpack
from marketdata.blocks.codec import JOINT
from marketdata.blocks.days import days_of
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window
from marketdata.exports.market_day import MarketDay
from marketdata.kline.bars import DAY, BarDataset
from marketdata.tasks.comparison import PartComparison, compare

BLOCKS_AT_ONCE = 800


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
    """
    year = window.start[:4]
    first, last = max(window.start, window.coverage_start), min(window.end, window.final_until)
    # Shanghai and Shenzhen trade on the same days, and the other markets on no other ones.
    days = {day: MarketDay(day) for day in window.calendar.days("SH", first, last)}
    rows_of = {day.encode(): each.rows for day, each in days.items()}
    stored: dict[str, BlockCoverage] = {}
    with rows.open("wb") as file:
        for code, block, text in _blocks(store, dataset, year, securities):
            stored[code] = BlockCoverage(block.coverage, block.rows)
            if text:
                file.write(_sort_in(rows_of, code.encode(), text))
    _explain(days, year, compare(dataset, year, securities, stored, window))
    return days


def _blocks(
    store: BlockStore, dataset: BarDataset, year: str, securities: Sequence[Security]
) -> Iterator[tuple[str, Block, bytes]]:
    for some in batched(securities, BLOCKS_AT_ONCE, strict=False):
        keys = [BlockKey(dataset.name, security.code, year) for security in some]
        found = store.read(keys)
        for key in keys:
            if key in found:
                yield key.code, *unpack(key, found[key])


def _sort_in(rows_of: Mapping[bytes, list[bytes]], code: bytes, text: bytes) -> bytes:
    """Add a block's rows to their days, and return them as lines that begin with the code.

    Rows of other days, such as one that is not final, are left out.
    """
    before, start = b'"%b":' % code, b'{"code":"%b",' % code
    taken = []
    for line in text.split(JOINT):
        if (rows := rows_of.get(line[DAY])) is not None:
            rows.append(before + line)
            taken.append(line[1:])
    return start + (b"\n" + start).join(taken) + b"\n" if taken else b""


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
