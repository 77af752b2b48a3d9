"""What a source gave, sifted: good bars, bad ones, and days without a trade.

Only the upstream function imports this: it needs pandas.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from marketdata.ingest.bar_check import Verdict, chosen, judge_bars, without_equal_rows
from marketdata.ingest.bar_idle import Halted, Idle, idle_rows
from marketdata.ingest.bar_units import TOLERANCE
from marketdata.ingest.bar_values import without_dust, without_false_zeros
from marketdata.sources.source import BarRequest, Halt

SHOWN = 5
"""So many codes are named in a note; the others are counted."""


@dataclass(slots=True)
class Sifted:
    """What is to become of fetched bars.

    Attributes
    ----------
    good : DataFrame
        Bars to be stored.
    bad : DataFrame
        Bars to be set aside, with a column `reason`.
    halted : dict
        Code → day → why it has no bar: what the source said, and what its rows say.
    notes : list of str
        What was found and costs nothing.
    untraded : dict
        Code → times of intraday rows that say that nothing was traded in them.
    """

    good: pd.DataFrame
    bad: pd.DataFrame
    halted: dict[str, dict[str, Halt]]
    notes: list[str]
    untraded: dict[str, frozenset[str]]


def sift(frame: pd.DataFrame, request: BarRequest, halted: Halted) -> Sifted:
    """Tell good bars from bad ones, and both from rows that are no bars.

    Parameters
    ----------
    frame : DataFrame
        Bars as `sources.source.FetchedBars` describes them.
    request : BarRequest
        What was asked for.
    halted : mapping
        Code → day → why the source says there is no bar.
    """
    rows, rivals = without_equal_rows(without_dust(frame, request.dataset), request.dataset)
    idle = idle_rows(rows, request, halted)
    bars = chosen(rows, ~idle.rows)
    verdict = judge_bars(bars, request, rivals=rivals)
    return Sifted(
        good=without_false_zeros(chosen(bars, verdict.good), request.dataset),
        bad=bars[~verdict.good].assign(reason=verdict.reasons[~verdict.good]),
        halted=_united(halted, idle),
        notes=list(_notes(len(frame) - len(rows), idle, bars, verdict)),
        untraded=_untraded(rows[idle.rows]) if request.dataset.intraday else {},
    )


def _untraded(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    return {str(code): frozenset(times) for code, times in rows.groupby("code")["kline_time"]}


def _united(halted: Halted, idle: Idle) -> dict[str, dict[str, Halt]]:
    """Add the days without a trade; what the source said of a day stays."""
    found: dict[str, dict[str, Halt]] = {code: dict(days) for code, days in halted.items()}
    for code, days in idle.no_trade.items():
        of_code = found.setdefault(code, {})
        for day in sorted(days):
            of_code.setdefault(day, "no_trade")
    return found


def _notes(equal: int, idle: Idle, bars: pd.DataFrame, verdict: Verdict) -> Iterator[str]:
    if equal:
        yield f"{_count(equal, 'row')} came again, equal in everything: each is stored once"
    if idle.moved:
        yield (
            f"{_count(idle.moved, 'row')} without a volume, with prices that differ, "
            "taken for days without a trade"
        )
    if verdict.outliers.any():
        codes = bars["code"].to_numpy(object)[verdict.outliers]
        yield (
            f"{_count(len(codes), 'bar')} of {_some(sorted(set(codes)))} kept although amount ÷ "
            f"volume is outside of low and high by more than {TOLERANCE - 1:.0%}"
        )
    for one, other in verdict.twins:
        yield f"{one} and {other} have the same history"


def _count(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _some(codes: Sequence[str]) -> str:
    """Name some codes."""
    more = len(codes) - SHOWN
    return ", ".join(codes[:SHOWN]) + (f" and {more} more" if more > 0 else "")
