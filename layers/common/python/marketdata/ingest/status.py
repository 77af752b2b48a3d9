"""The write path of the status of stocks: checked, split into blocks, merged into what is stored.

Only the upstream function imports this module: it needs pandas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.days import bits_of, parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog
from marketdata.catalog.window import Window
from marketdata.ingest.aside import set_aside
from marketdata.ingest.bar_lives import outside_lives
from marketdata.ingest.bar_split import BlockRows, split_lines
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.reach import reach
from marketdata.ingest.report import IngestReport
from marketdata.ingest.status_check import status_faults, without_equal_rows
from marketdata.kline.bars import DAY, merge_bars
from marketdata.sources.source import FetchedStatus, StatusRequest
from marketdata.status.status import FLAGS, PRICES, STATUS, covers, status_lines


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A fetch's result for one block: its rows, and as bits the days without one."""

    rows: BlockRows
    rejected: int
    told: int
    silent: int
    undecided: int


@dataclass(frozen=True, slots=True)
class StatusIngest:
    """Stores the status that a source delivered.

    Parameters
    ----------
    store, quarantine, catalog, coverage_start, final_until, now
        As for `ingest.bars.BarIngest`.
    """

    store: BlockStore
    quarantine: Quarantine
    catalog: Catalog
    coverage_start: str
    final_until: str
    now: int

    def run(self, request: StatusRequest, fetched: FetchedStatus) -> IngestReport:
        """Check, split, merge and store; a bad row does not affect the others.

        Returns
        -------
        IngestReport
            What happened to the rows; its `bars` counts rows.

        Raises
        ------
        VersionConflictError
            Other writers kept changing one of the blocks.
        """
        days = fetched.frame["trade_date"]
        not_final = ((days > self.final_until) & (days <= request.end)).to_numpy(dtype=bool)
        outside, _ = outside_lives(fetched.frame, request, self.catalog)
        rows = without_equal_rows(fetched.frame[~not_final & ~outside])
        faults = status_faults(rows, request)
        good, bad = rows[faults == ""], rows[faults != ""].assign(reason=faults[faults != ""])
        changes = dict(self._changes(request, fetched, _split(good), bad))
        dropped = int((outside & ~not_final).sum())
        return IngestReport(
            bars=len(good),
            blocks=self.store.update_all(
                changes, lambda key, stored: _merged(key, stored, changes[key], self.now)
            ),
            quarantined=set_aside(self.quarantine, STATUS.name, bad, fetched.locate),
            failed=dict(fetched.failed),
            notes=[
                *fetched.notes,
                *([f"rows of status outside their code's life: {dropped}"] if dropped else []),
            ],
        )

    def _changes(
        self,
        request: StatusRequest,
        fetched: FetchedStatus,
        split: Mapping[tuple[str, str], BlockRows],
        bad: pd.DataFrame,
    ) -> Iterator[tuple[BlockKey, StatusChange]]:
        window = Window(request.start, request.end, self.coverage_start, self.final_until)
        unusable = {str(code): set(days) for code, days in bad.groupby("code")["trade_date"]}
        parts = parts_between(STATUS, request.start, request.end)
        for code in request.codes:
            security = self.catalog.get(code)
            for part in parts:
                rows = split.get((code, part)) or BlockRows()
                covered = security is not None and covers(security)
                expected = window.expected(security, part) if security and covered else 0
                rejected = expected & ~rows.present & bits_of(part, unusable.get(code, ()))
                lacking = expected & ~rows.present & ~rejected
                if rows.present or lacking or rejected:
                    key = BlockKey(STATUS.name, code, part)
                    within, sure = reach(fetched, key, request.start, request.end)
                    if code in fetched.failed:
                        within = sure = 0
                    told, silent = lacking & sure, lacking & within & ~sure
                    yield (
                        key,
                        StatusChange(rows, rejected, told, silent, lacking & ~told & ~silent),
                    )


def _split(good: pd.DataFrame) -> dict[tuple[str, str], BlockRows]:
    codes, days = good["code"].tolist(), good["trade_date"].tolist()
    columns: dict[str, Sequence[Any]] = {"trade_date": days}
    columns |= {name: _plain(good[name].to_numpy(dtype=np.float64)) for name in PRICES}
    columns |= {name: _plain(good[name].to_numpy(dtype=np.float64), flags=True) for name in FLAGS}
    return split_lines(STATUS.part_of, codes, days, status_lines(columns))


def _plain(values: npt.NDArray[np.float64], *, flags: bool = False) -> list[Any]:
    """Return Python's own numbers or booleans, None for null."""
    null = np.isnan(values)
    plain: npt.NDArray[Any] = (values == 1 if flags else values).astype(object)
    plain[null] = None
    return list(plain.tolist())


def _merged(key: BlockKey, stored: Block, change: StatusChange, now: int) -> Block:
    """Return the block with the change applied, or the stored one itself if nothing is new."""
    known, text = unpack(key, stored)
    old = codec.lines(text)
    lines = merge_bars(old, change.rows.lines)
    held = bits_of(key.part, {line[DAY].decode() for line in old})
    coverage = known.coverage._replace(present=held).mark(
        present=change.rows.present,
        absent=change.told,
        rejected=change.rejected,
        silent=change.silent,
        undecided=change.undecided,
        now=now,
    )
    if lines == old and coverage == known.coverage and not known.damage:
        return stored
    return stored.holding(lines, coverage)
