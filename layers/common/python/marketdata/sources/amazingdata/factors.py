"""A fetch of adjustment factors, and the parsing of the SDK's answer.

`factors_in` runs in the child, since an answer has one number per day and code, a million in all,
and the steps in it are only a few thousand.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pandas as pd

from marketdata.catalog.calendar import trading_days
from marketdata.kline.adjust.steps import NOISE, Steps, steps_of
from marketdata.sources.amazingdata.asking_twice import GAVE_NOTHING, CallSdk, ask_twice
from marketdata.sources.amazingdata.shapes import day_of, numbers_of, ours
from marketdata.sources.source import FetchedFactors


def factors_in(answer: object, codes: Sequence[str]) -> dict[str, Any]:
    """Parse a wide frame: the index holds trading days, each column belongs to a code.

    The columns may name the codes in any case.

    Returns
    -------
    dict
        `steps`: code → [days, factors, last known day], see `kline.adjust.steps.Steps`; `failed`:
        code → why its factors cannot be used. Both are empty if the answer is not a frame.
    """
    steps: dict[str, Any] = {}
    failed: dict[str, str] = {}
    if isinstance(answer, pd.DataFrame) and len(answer):
        frame, holes = _dated(answer.rename(columns=lambda name: ours(str(name))))
        for code in map(ours, codes):
            try:
                found = _steps(frame, holes, code)
                steps[code] = [found.days, found.factors, found.until]
            except ValueError as error:
                failed[code] = str(error)
    return {"steps": steps, "failed": failed}


def _dated(frame: pd.DataFrame) -> tuple[pd.DataFrame | None, list[int]]:
    """Sort a frame by day, and return with it the rows before which trading days are missing.

    The frame is None if its index contains something other than days.
    """
    days = [day_of(value) for value in frame.index]
    if None in days:
        return None, []
    sorted_frame = frame.set_axis([str(day) for day in days]).sort_index(kind="stable")
    names = [str(day) for day in sorted_frame.index]
    known = trading_days("SH", names[0], names[-1])
    between = (
        bisect_left(known, after) - bisect_right(known, before) for before, after in pairwise(names)
    )
    return sorted_frame, [row for row, lacking in enumerate(between, 1) if lacking > 0]


def _steps(frame: pd.DataFrame | None, holes: Sequence[int], code: str) -> Steps:
    if frame is None:
        raise ValueError("AmazingData: its factors have no valid days")
    if list(frame.columns).count(code) != 1:
        raise ValueError("AmazingData: its answer lacks the code, or names it twice")
    factors = numbers_of(frame, code).tolist()
    try:
        steps = steps_of(list(frame.index), factors)
    except ValueError as error:
        raise ValueError(f"AmazingData: {error}") from error
    # It is unknown on which of the missing days the factor changed.
    for row in holes:
        if abs(factors[row] / factors[row - 1] - 1) > NOISE:
            raise ValueError(f"AmazingData: its answer lacks days before {frame.index[row]}")
    return steps


@dataclass(slots=True)
class FactorFetch:
    """Fetches the adjustment factors of some codes.

    Attributes
    ----------
    call : CallSdk
        Calls the SDK.
    found : FetchedFactors
        The factors received so far.
    """

    call: CallSdk
    found: FetchedFactors = field(default_factory=FetchedFactors)

    def run(self, codes: Sequence[str]) -> None:
        """Fetch one batch.

        Raises
        ------
        UpstreamError
            The whole batch failed.
        """
        answer = ask_twice(self.call, "factors", _is_nothing, codes=list(codes))
        for code, (days, factors, until) in answer["steps"].items():
            self.found.steps[code] = Steps(tuple(days), tuple(factors), until)
        self.found.failed |= dict.fromkeys(codes, GAVE_NOTHING) if _is_nothing(answer) else {}
        self.found.failed |= answer["failed"]


def _is_nothing(answer: Mapping[str, Any]) -> bool:
    return not (answer["steps"] or answer["failed"])
