"""The write path of statements: they are checked, split into blocks and merged into the store.

Only the upstream function imports this module.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.days import bits_of, parts_between, span
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog
from marketdata.catalog.window import Window
from marketdata.finance.periods import QUARTERS, with_prospectus
from marketdata.finance.statement import (
    StatementDataset,
    StatementRow,
    key_of,
    merge_statements,
    statement_line,
)
from marketdata.ingest.quarantine import Quarantine, placed
from marketdata.ingest.report import IngestReport
from marketdata.ingest.statement_check import announced_last, statement_faults
from marketdata.sources.source import FetchedStatements, Locate, StatementRequest


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A fetch's result for one block: its rows, and as bits the periods without one."""

    lines: list[bytes]
    absent: int
    silent: int
    undecided: int


class StatementIngest:
    """Stores the statements that a source delivered.

    Parameters
    ----------
    store : BlockStore
        Where good rows go.
    quarantine : Quarantine
        Where bad rows go.
    catalog : Catalog
        Knows when each company was listed.
    final_until : str
        The newest final period, YYYYMMDD, see `finance.periods.last_final_period`. Statements of
        later periods are stored, since a published one stays; their absence means nothing yet.
    now : int
        When the source was asked, epoch seconds.
    """

    def __init__(
        self,
        store: BlockStore,
        quarantine: Quarantine,
        catalog: Catalog,
        *,
        final_until: str,
        now: int,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._catalog = catalog
        self._final_until = final_until
        self._now = now

    def run(self, request: StatementRequest, fetched: FetchedStatements) -> IngestReport:
        """Check, split, merge and store; a bad row does not affect the others.

        Parameters
        ----------
        request : StatementRequest
            What was requested from the source.
        fetched : FetchedStatements
            What the source delivered.

        Returns
        -------
        IngestReport
            What happened to the rows; its `bars` counts rows.

        Raises
        ------
        VersionConflictError
            Other writers kept changing one of the blocks.
        """
        rows = fetched.rows
        bad = statement_faults(
            rows, request.statement, frozenset(request.codes), request.start, request.end
        )
        good = announced_last([row for row, why in zip(rows, bad, strict=True) if not why])
        wrong = [(row, why) for row, why in zip(rows, bad, strict=True) if why]
        quarantined = self._set_aside(StatementDataset(request.statement), wrong, fetched.locate)
        changes = dict(self._changes(request, fetched, good, wrong))
        return IngestReport(
            bars=len(good),
            blocks=self._store.update_all(
                changes, lambda key, stored: _merged(key, stored, changes[key], self._now)
            ),
            quarantined=quarantined,
            failed=dict(fetched.failed),
            notes=fetched.notes,
        )

    def _set_aside(
        self,
        dataset: StatementDataset,
        wrong: Sequence[tuple[StatementRow, str]],
        locate: Locate | None,
    ) -> dict[str, dict[str, int]]:
        given: defaultdict[str, list[StatementRow]] = defaultdict(list)
        records: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
        for row, why in wrong:
            code = str(row.get("code"))
            given[code].append(row)
            records[code].append(_readable(row) | {"reason": why})
        places = placed(locate, given)
        for code, rows in records.items():
            self._quarantine.set_aside(dataset.name, code, rows, places[code])
        return {
            code: dict(Counter(str(row["reason"]) for row in rows))
            for code, rows in records.items()
        }

    def _changes(
        self,
        request: StatementRequest,
        fetched: FetchedStatements,
        good: Sequence[StatementRow],
        wrong: Sequence[tuple[StatementRow, str]],
    ) -> Iterator[tuple[BlockKey, StatementChange]]:
        dataset = StatementDataset(request.statement)
        window = Window(request.start, request.end, request.start, self._final_until, QUARTERS)
        lines: defaultdict[tuple[str, str], list[bytes]] = defaultdict(list)
        for row in good:
            place = str(row["code"]), str(row["reporting_period"])[:4]
            lines[place].append(statement_line(request.statement, row))
        newest: dict[str, str] = {}
        for row in good if fetched.in_order else ():
            code, period = str(row["code"]), str(row["reporting_period"])
            newest[code] = max(period, newest.get(code, ""))
        doubtful: defaultdict[str, set[str]] = defaultdict(set)
        for row, _ in wrong:
            doubtful[str(row.get("code"))].add(str(row.get("reporting_period")))
        for code in request.codes:
            security = self._catalog.get(code)
            for part in parts_between(dataset, request.start, request.end):
                of_part = lines[code, part]
                present = bits_of(part, [key_of(line).period for line in of_part])
                expected = window.expected(with_prospectus(security), part) if security else 0
                lacking = expected & ~present
                undecided = lacking & bits_of(part, doubtful[code])
                if code in fetched.failed:
                    undecided = lacking
                absent = lacking & ~undecided & span(part, request.start, newest.get(code, ""))
                if of_part or lacking:
                    silent = lacking & ~absent & ~undecided
                    change = StatementChange(of_part, absent, silent, undecided)
                    yield BlockKey(dataset.name, code, part), change


def _merged(key: BlockKey, stored: Block, change: StatementChange, now: int) -> Block:
    """Return the block with the change applied, or the stored one itself if nothing is new."""
    known, text = unpack(key, stored)
    old = codec.lines(text)
    lines = merge_statements(old, change.lines)
    # The rows decide which periods are present, even if the block claimed otherwise.
    held = bits_of(key.part, {key_of(line).period for line in lines})
    coverage = known.coverage._replace(present=held).mark(
        absent=change.absent, silent=change.silent, undecided=change.undecided, now=now
    )
    if lines == old and coverage == known.coverage and not known.damage:
        return stored
    return stored.holding(lines, coverage)


def _readable(row: StatementRow) -> dict[str, object]:
    """Return a row in a form that JSON can hold: NaN and infinity as text."""
    return {
        name: value if not isinstance(value, float) or isfinite(value) else str(value)
        for name, value in row.items()
    }
