"""The split of a frame of good bars, or of other rows with days, into the rows of each block.

Only the upstream function imports this module: it needs pandas.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks.days import bit_of
from marketdata.ingest.bar_check import close_outside
from marketdata.ingest.bar_values import numbers
from marketdata.kline.bars import COUNTS, BarDataset, bar_lines

PART_DAYS = 366
"""The most days that a part can have."""

type Places = npt.NDArray[np.int_]


@dataclass(slots=True)
class BlockRows:
    """The rows that go into one block.

    Attributes
    ----------
    lines : list of bytes
        The rows, in the order of the frame.
    present, close_outside : int
        Their days, and those among them with a close outside [low, high], as bits of the part.
    """

    lines: list[bytes] = field(default_factory=list)
    present: int = 0
    close_outside: int = 0


def split_frame(dataset: BarDataset, frame: pd.DataFrame) -> dict[tuple[str, str], BlockRows]:
    """Split a frame by code and part.

    Parameters
    ----------
    dataset : BarDataset
        The dataset of the bars.
    frame : DataFrame
        Bars as in `sources.source.FetchedBars`, all of which passed `bar_check`.

    Returns
    -------
    dict
        (code, part) → the bars of that block.
    """
    codes, days = _texts(frame, "code"), _texts(frame, "trade_date")
    values = numbers(frame, dataset)
    columns: dict[str, Sequence[Any]] = {"trade_date": days}
    if dataset.period.intraday:
        columns["kline_time"] = _texts(frame, "kline_time")
    columns |= {name: _plain(column, whole=name in COUNTS) for name, column in values.items()}
    cuts = split_lines(dataset.part_of, codes, days, bar_lines(dataset, columns))
    for at in np.flatnonzero(close_outside(values)):
        part = dataset.part_of(days[at])
        cuts[codes[at], part].close_outside |= bit_of(part, days[at])
    return cuts


def split_lines(
    part_of: Callable[[str], str], codes: Sequence[str], days: Sequence[str], lines: Sequence[bytes]
) -> dict[tuple[str, str], BlockRows]:
    """Split lines by code and part.

    Parameters
    ----------
    part_of : callable
        Returns the part of a day.
    codes, days, lines : sequence
        The code and the day of each line, and the lines.

    Returns
    -------
    dict
        (code, part) → the rows of that block.
    """
    code_at, names = pd.factorize(np.array(codes, dtype=object))
    day_at, known = pd.factorize(np.array(days, dtype=object))
    part_of_day = {day: part_of(day) for day in known}
    bits = np.array([bit_of(part_of_day[day], day).bit_length() - 1 for day in known], dtype=int)
    part_at, parts = pd.factorize(np.array(list(part_of_day.values()), dtype=object))
    cuts: defaultdict[tuple[str, str], BlockRows] = defaultdict(BlockRows)
    for first, after in _stretches(code_at, part_at[day_at]):
        cut = cuts[names[code_at[first]], parts[part_at[day_at[first]]]]
        cut.lines += lines[first:after]
        cut.present |= _united(bits[day_at[first:after]])
    return dict(cuts)


def _stretches(code_at: Places, part_at: Places) -> Iterator[tuple[int, int]]:
    """Return the begin and end of each stretch of bars with the same code and part.

    Sources deliver bars code by code, so there are few stretches; any order works.
    """
    changes = (np.diff(code_at) != 0) | (np.diff(part_at) != 0)
    inner = (np.flatnonzero(changes) + 1).tolist()
    return pairwise([0, *inner, len(code_at)] if len(code_at) else [])


def _united(bits: Places) -> int:
    """Build a bit set from the positions of its bits."""
    flags = np.zeros(PART_DAYS, dtype=bool)
    flags[bits] = True
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    texts: list[str] = frame[name].to_numpy(dtype=object).tolist()
    return texts


def _plain(values: npt.NDArray[np.float64], *, whole: bool) -> list[Any]:
    """Return Python's own numbers, None for null; counts as integers."""
    null = np.isnan(values)
    plain: npt.NDArray[Any] = np.where(null, 0, values).astype(np.int64) if whole else values
    if null.any():
        plain = plain.astype(object)
        plain[null] = None
    return list(plain.tolist())
