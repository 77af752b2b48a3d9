"""The write path of bars: they are checked, split into blocks and merged into what is stored.

Only the upstream function imports this module: it needs pandas.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import bits_of, parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog
from marketdata.catalog.window import Window
from marketdata.ingest.aside import set_aside
from marketdata.ingest.bar_check import chosen
from marketdata.ingest.bar_lives import outside_lives
from marketdata.ingest.bar_sift import sift
from marketdata.ingest.bar_split import BlockRows, split_frame
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.reach import days_between, reach
from marketdata.ingest.report import IngestReport
from marketdata.ingest.short_days import short_days
from marketdata.kline.bars import DAY, BarDataset, merge_bars
from marketdata.sources.source import BarRequest, FetchedBars


@dataclass(frozen=True, slots=True)
class BarChange:
    """A fetch's result for one block: its bars, and as bits the days with none or only bad ones."""

    cut: BlockRows
    rejected: int
    absent: int = 0
    suspended: int = 0
    no_trade: int = 0
    silent: int = 0
    undecided: int = 0


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
    now : int
        When the source was asked, epoch seconds.
    omits_untraded : bool
        Whether the source leaves out minutes in which nobody traded.
    """

    def __init__(
        self,
        store: BlockStore,
        quarantine: Quarantine,
        catalog: Catalog,
        *,
        coverage_start: str,
        final_until: str,
        now: int,
        omits_untraded: bool = False,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._catalog = catalog
        self._coverage_start = coverage_start
        self._final_until = final_until
        self._now = now
        self._omits_untraded = omits_untraded

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
        outside, notes = outside_lives(fetched.frame, request, self._catalog)
        frame = chosen(fetched.frame, ~not_final.to_numpy(dtype=bool) & ~outside)
        sifted = sift(frame, request, fetched.halted)
        good, bad = sifted.good, sifted.bad
        cuts = split_frame(request.dataset, good)
        changes = dict(self._changes(request, replace(fetched, halted=sifted.halted), cuts, bad))
        untraded = sifted.untraded
        return IngestReport(
            bars=len(good),
            blocks=self._store.update_all(
                changes,
                lambda key, stored: self._merged(
                    request.dataset, key, stored, changes[key], untraded.get(key.code, frozenset())
                ),
            ),
            quarantined=set_aside(self._quarantine, request.dataset.name, bad, fetched.locate),
            failed=fetched.complaints,
            notes=[*fetched.notes, *notes, *sifted.notes],
        )

    def _changes(
        self,
        request: BarRequest,
        fetched: FetchedBars,
        cuts: Mapping[tuple[str, str], BlockRows],
        bad: pd.DataFrame,
    ) -> Iterator[tuple[BlockKey, BarChange]]:
        """Yield each block's change; a day is absent only if the source delivered no bar at all."""
        window = Window(request.start, request.end, self._coverage_start, self._final_until)
        unusable = {code: set(days) for code, days in fetched.lost.items()}
        for code, days in bad.groupby("code")["trade_date"]:
            unusable.setdefault(str(code), set()).update(days)
        parts = parts_between(request.dataset.period, request.start, request.end)
        for code in request.codes:
            security = self._catalog.get(code)
            for part in parts:
                cut = cuts.get((code, part)) or BlockRows()
                expected = window.expected(security, part) if security else 0
                rejected = expected & ~cut.present & bits_of(part, unusable.get(code, ()))
                lacking = expected & ~cut.present & ~rejected
                if cut.present or lacking or rejected:
                    key = BlockKey(request.dataset.name, code, part)
                    change = BarChange(cut, rejected)
                    yield key, _concluded(change, request, fetched, key, lacking)

    def _merged(
        self,
        dataset: BarDataset,
        key: BlockKey,
        stored: Block,
        change: BarChange,
        untraded: frozenset[str],
    ) -> Block:
        """Return the block with the change applied, or the stored one itself if nothing is new."""
        known, text = unpack(key, stored)
        old = codec.lines(text)
        lines = merge_bars(old, change.cut.lines)
        # The rows decide which days are present, even if the block claimed otherwise.
        held = bits_of(key.part, {line[DAY].decode() for line in old})
        present = change.cut.present
        if dataset.kind is Kind.INDEX:
            change = _doubted(change, held | present)
        coverage = known.coverage._replace(present=held).mark(
            present=present,
            absent=change.absent,
            suspended=change.suspended,
            no_trade=change.no_trade,
            rejected=change.rejected,
            close_outside=change.cut.close_outside,
            short=short_days(
                dataset, key, lines, present, untraded, omits_untraded=self._omits_untraded
            ),
            silent=change.silent,
            undecided=change.undecided,
            now=self._now,
        )
        if lines == old and coverage == known.coverage and not known.damage:
            return stored
        return stored.holding(lines, coverage)


def _halted(part: str, halted: Mapping[str, str], reason: str) -> int:
    return bits_of(part, [day for day, why in halted.items() if why == reason])


def _concluded(
    change: BarChange, request: BarRequest, fetched: FetchedBars, key: BlockKey, lacking: int
) -> BarChange:
    """Return the change with what follows from the days without a bar.

    Nothing follows beyond the source's horizon, and for an index, which has a bar of every trading
    day from its first one on. Of a code that failed, only what the source says outright counts.
    """
    code, part = key.code, key.part
    within, sure = reach(fetched, key, request.start, request.end)
    if code in fetched.failed:
        within = sure = 0
    if request.dataset.kind is Kind.INDEX:
        since = days_between(part, fetched.since.get(code, request.start), request.end)
        within, sure = within & ~since, sure & ~since
    halted = fetched.halted.get(code, {})
    suspended = lacking & _halted(part, halted, "suspended")
    no_trade = lacking & _halted(part, halted, "no_trade")
    told = suspended | no_trade | (lacking & sure)
    silent = lacking & ~told & within
    return replace(
        change,
        absent=told,
        suspended=suspended,
        no_trade=no_trade,
        silent=silent,
        undecided=lacking & ~told & ~silent,
    )


def _doubted(change: BarChange, held: int) -> BarChange:
    """Return an index's change without conclusions about days after the first one with a bar.

    What a source calls its first bar may only be the first one of the days that were asked for.
    """
    later = -(held & -held) & ~(change.suspended | change.no_trade)
    return replace(
        change,
        absent=change.absent & ~later,
        silent=change.silent & ~later,
        undecided=change.undecided | (change.absent | change.silent) & later,
    )
