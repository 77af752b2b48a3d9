"""A frame of good bars, cut into what each block gets of it.

Only the upstream function imports this: it needs pandas.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.kline import check
from marketdata.kline.bar import COUNTS, Dataset, row_lines
from marketdata.kline.coverage import bit_of, bits_of


@dataclass(slots=True)
class Cut:
    """The bars that one block gets.

    Attributes
    ----------
    lines : list of bytes
        Their rows, see `kline.bar`, in the order of the frame.
    present, close_outside : int
        Their days, and those among them with a close outside [low, high], as bits of the part.
    """

    lines: list[bytes] = field(default_factory=list)
    present: int = 0
    close_outside: int = 0


def cut_frame(dataset: Dataset, frame: pd.DataFrame) -> dict[tuple[str, str], Cut]:
    """Cut a frame into the parts of its codes.

    Parameters
    ----------
    dataset : Dataset
        What the bars are.
    frame : DataFrame
        Bars as `upstream.source.FetchedBars` describes them, none of which `check` objects to.

    Returns
    -------
    dict
        By code and part.
    """
    codes, days = _texts(frame, "code"), _texts(frame, "trade_date")
    values = check.numbers(frame, dataset)
    columns: dict[str, Sequence[Any]] = {"trade_date": days}
    if dataset.period.intraday:
        columns["kline_time"] = _texts(frame, "kline_time")
    columns |= {name: _plain(column, whole=name in COUNTS) for name, column in values.items()}
    lines = row_lines(dataset, columns)
    part_of = {day: dataset.part_of(day) for day in set(days)}
    cuts: defaultdict[tuple[str, str], Cut] = defaultdict(Cut)
    known: dict[tuple[str, ...], int] = {}
    first = 0
    # Sources give bars code by code, so there are few stretches, whatever the order may be.
    for key, stretch in groupby(zip(codes, (part_of[day] for day in days), strict=True)):
        after = first + sum(1 for _ in stretch)
        dates = tuple(days[first:after])
        # Most codes have bars of the same days.
        if dates not in known:
            known[dates] = bits_of(key[1], dates)
        cuts[key].lines += lines[first:after]
        cuts[key].present |= known[dates]
        first = after
    for at in np.flatnonzero(check.close_outside(values)):
        part = part_of[days[at]]
        cuts[codes[at], part].close_outside |= bit_of(part, days[at])
    return dict(cuts)


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    texts: list[str] = frame[name].to_numpy(dtype=object).tolist()
    return texts


def _plain(values: npt.NDArray[np.float64], *, whole: bool) -> list[Any]:
    """Give Python's own numbers, None for null; counts as integers."""
    null = np.isnan(values)
    plain: npt.NDArray[Any] = np.where(null, 0, values).astype(np.int64) if whole else values
    if null.any():
        plain = plain.astype(object)
        plain[null] = None
    return list(plain.tolist())
