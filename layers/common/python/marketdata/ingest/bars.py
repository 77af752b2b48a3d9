"""The write path of bars: they are checked, split into blocks and merged into what is stored.

Only the upstream function imports this module: it needs pandas.
"""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

import orjson
import pandas as pd

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.days import bits_of, days_of, parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog, market_of
from marketdata.catalog.sessions import bars_per_day
from marketdata.catalog.window import Window
from marketdata.ingest.bar_check import bar_faults, chosen
from marketdata.ingest.bar_split import BlockBars, split_frame
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.report import IngestReport
from marketdata.kline.bars import DAY, BarDataset, merge_bars
from marketdata.sources.source import BarRequest, FetchedBars


@dataclass(frozen=True, slots=True)
class BarChange:
    """A fetch's result for one block: its bars, and as bits the days with none or only bad ones."""

    cut: BlockBars
    absent: int
    suspended: int
    no_trade: int
    rejected: int


class BarIngest:
    """Stores the bars that a source delivered.

    Parameters
    ----------
    store : BlockStore
        Where good bars go.
    quarantine : Quarantine
        Where bad bars go.
    catalog : Catalog
        Knows when each code was listed.
    coverage_start : str
        The first day for which the source has this dataset, YYYYMMDD.
    final_until : str
        The last trading day whose bars are final, YYYYMMDD; later ones are neither stored nor
        marked.
    """

    def __init__(
        self,
        store: BlockStore,
        quarantine: Quarantine,
        catalog: Catalog,
        *,
        coverage_start: str,
        final_until: str,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._catalog = catalog
        self._coverage_start = coverage_start
        self._final_until = final_until

    def run(self, request: BarRequest, fetched: FetchedBars) -> IngestReport:
        """Check, split, merge and store; a bad bar does not affect the others.

        Parameters
        ----------
        request : BarRequest
            What was requested from the source.
        fetched : FetchedBars
            What the source delivered.

        Returns
        -------
        IngestReport
            What happened to the bars.

        Raises
        ------
        VersionConflictError
            Other writers kept changing one of the blocks.
        """
        days = fetched.frame["trade_date"]
        not_final = (days > self._final_until) & (days <= request.end)
        frame = chosen(fetched.frame, ~not_final.to_numpy(dtype=bool))
        why = bar_faults(frame, request)
        fine = why == ""
        good, bad = chosen(frame, fine), frame[~fine].assign(reason=why[~fine])
        cuts = split_frame(request.dataset, good)
        changes = dict(self._changes(request, fetched, cuts, bad))
        return IngestReport(
            bars=len(good),
            blocks=self._store.update_all(
                changes, lambda key, stored: _merged(request.dataset, key, stored, changes[key])
            ),
            quarantined=self._set_aside(request.dataset, bad),
            failed=fetched.complaints,
        )

    def _set_aside(self, dataset: BarDataset, bad: pd.DataFrame) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for code, bars in bad.groupby("code", dropna=False):
            records = sorted(map(_record, bars.to_dict("records")), key=orjson.dumps)
            self._quarantine.set_aside(dataset.name, str(code), records)
            counts[str(code)] = dict(Counter(bars["reason"]))
        return counts

    def _changes(
        self,
        request: BarRequest,
        fetched: FetchedBars,
        cuts: Mapping[tuple[str, str], BlockBars],
        bad: pd.DataFrame,
    ) -> Iterator[tuple[BlockKey, BarChange]]:
        """Yield each block's change; a day is absent only if the source delivered no bar at all."""
        window = Window(request.start, request.end, self._coverage_start, self._final_until)
        unusable = {code: set(days) for code, days in fetched.lost.items()}
        for code, days in bad.groupby("code")["trade_date"]:
            unusable.setdefault(str(code), set()).update(days)
        parts = parts_between(request.dataset.period, request.start, request.end)
        for code in request.codes:
            security = None if code in fetched.failed else self._catalog.get(code)
            halted = fetched.halted.get(code, {})
            for part in parts:
                cut = cuts.get((code, part)) or BlockBars()
                expected = window.expected(security, part) if security else 0
                rejected = expected & ~cut.present & bits_of(part, unusable.get(code, ()))
                absent = expected & ~cut.present & ~rejected
                change = BarChange(
                    cut=cut,
                    absent=absent,
                    suspended=absent & _halted(part, halted, "suspended"),
                    no_trade=absent & _halted(part, halted, "no_trade"),
                    rejected=rejected,
                )
                if cut.present or absent or rejected:
                    yield BlockKey(request.dataset.name, code, part), change


def _record(bar: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a bad bar in a form that JSON can hold: infinity as text; NaN becomes null."""
    return {
        str(name): str(value) if isinstance(value, float) and math.isinf(value) else value
        for name, value in bar.items()
    }


def _halted(part: str, halted: Mapping[str, str], reason: str) -> int:
    return bits_of(part, [day for day, why in halted.items() if why == reason])


def _merged(dataset: BarDataset, key: BlockKey, stored: Block, change: BarChange) -> Block:
    """Return the block with the change applied, or the stored one itself if nothing is new."""
    known, text = unpack(key, stored)
    old = codec.lines(text)
    lines = merge_bars(old, change.cut.lines)
    # The rows decide which days are present, even if the block claimed otherwise.
    held = bits_of(key.part, {line[DAY].decode() for line in old})
    coverage = replace(known.coverage, present=held).mark(
        present=change.cut.present,
        absent=change.absent,
        suspended=change.suspended,
        no_trade=change.no_trade,
        rejected=change.rejected,
        close_outside=change.cut.close_outside,
        short=_short(dataset, key, lines, change.cut.present),
    )
    if lines == old and coverage == known.coverage:
        return stored
    return stored.holding(lines, coverage)


def _short(dataset: BarDataset, key: BlockKey, lines: Sequence[bytes], present: int) -> int:
    """Return the days among `present` with fewer bars than the session has, as bits."""
    if not dataset.period.intraday or not present:
        return 0
    market = market_of(key.code)
    short = set()
    for day in days_of(key.part, present):
        expected = bars_per_day(dataset.kind, market, key.code, dataset.period, day)
        if expected is not None and _bars_of(lines, day.encode()) < expected:
            short.add(day)
    return bits_of(key.part, short)


def _bars_of(lines: Sequence[bytes], day: bytes) -> int:
    """Count the lines of a day; lines are sorted by time."""
    first = bisect_left(lines, day, key=itemgetter(DAY))
    return bisect_right(lines, day, lo=first, key=itemgetter(DAY)) - first
