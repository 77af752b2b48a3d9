"""The survey: how complete each dataset is, counted when tasks end and kept for whoever asks.

A survey is a document of the block store for each dataset, with a row for each part. Its range
begins with the first day that most codes have and ends with the last final day: what lies between
and nobody asked for is missing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from marketdata.blocks.block import (
    DOCUMENT,
    Block,
    BlockCoverage,
    BlockKey,
    read_document,
    write_document,
)
from marketdata.blocks.dataset import Dataset
from marketdata.blocks.days import days_of, ends, parts_between
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FinalDay
from marketdata.catalog.securities import Catalog
from marketdata.tasks.comparison import COUNTS, compare
from marketdata.tasks.scope import DATASETS, Scope, in_scope, parts_of, window_of
from marketdata.tasks.task import Task, TaskKind

MOST_PARTS = 60
"""Parts that are counted at once, each by a query of the index; older ones wait for a refresh."""

ROUNDS = 3
"""Another part may begin the range, or a part between two be uncounted, after each round."""

COMMON = 0.5
"""The part of the codes that have the first day of the range; reads store single codes earlier."""

type Row = dict[str, Any]
type Changes = Callable[[], Mapping[tuple[str, str], int]]


class Holdings(NamedTuple):
    """What the cache holds of a dataset, and how complete it is.

    Attributes
    ----------
    since, until : str
        First and last counted day, "YYYYMMDD": the first one that at least half of the codes have,
        or else that any has, and the last one that was final.
    newest_day : str
        The newest day of which any row is stored; empty if none is.
    expected, present, absent, unconfirmed, missing : int
        Days, added up over the codes; expected is the sum of the others.
    missing_codes : int
        Codes that lack any of these days.
    newest_missing : int
        Codes without a row of the day `until` that should have one, unconfirmed ones included.
    blocks, rows : int
        All that is stored.
    as_of : str
        When its oldest count was made, or last found to hold; ISO 8601, UTC.
    """

    since: str
    until: str
    newest_day: str
    expected: int
    present: int
    absent: int
    unconfirmed: int
    missing: int
    missing_codes: int
    newest_missing: int
    blocks: int
    rows: int
    as_of: str

    @property
    def percent(self) -> float | None:
        """The share of the expected days that nothing is open about, rounded down; None of 0."""
        if not self.expected:
            return None
        return 10_000 * (self.present + self.absent) // self.expected / 100


@dataclass(frozen=True, slots=True)
class Survey:
    """Counts what is stored, and keeps the counts.

    Parameters
    ----------
    store : BlockStore
        The stored blocks, and the surveys.
    catalog : callable
        Returns the catalog, without asking the source; None if none is stored.
    final_day : FinalDay
        Returns the last trading day whose rows of a dataset are final.
    changes : callable
        Returns by dataset and year how many changes of stored rows were noted.
    now : str
        ISO 8601, UTC.
    """

    store: BlockStore
    catalog: Callable[[], Catalog | None]
    final_day: FinalDay
    changes: Changes
    now: str

    def read(self) -> dict[str, Holdings]:
        """Return what the cache holds, by dataset; those that were never counted are left out."""
        return {
            name: summary(DATASETS[name].dataset, rows)
            for name, rows in self._documents().items()
            if rows
        }

    def follow(self, task: Task, cleared: Iterable[Mapping[str, Any]] = ()) -> None:
        """Count the parts that a task was about.

        Parameters
        ----------
        task : Task
            The task.
        cleared : iterable of mapping
            The blocks that a verify task has cleared: `dataset` and `part`.
        """
        scope, catalog = task.scope, self.catalog()
        if catalog is None:
            return
        if task.kind is TaskKind.VERIFY:
            blocks = {(each["dataset"], each["part"]) for each in cleared}
            for name in DATASETS.keys() & {name for name, _ in blocks}:
                self.count(DATASETS[name].dataset, [part for of, part in blocks if of == name])
        elif task.about_dataset:
            final_until = self.final_day(scope.dataset.name)
            parts = parts_of(scope, window_of(scope, catalog, final_until, 0))
            self.count(scope.dataset, parts)

    def refresh(self) -> None:
        """Count what changed without a task: days that became final, rows that reads stored.

        Of each dataset, at most `MOST_PARTS` parts are counted, the newest first.
        """
        changes, documents = self.changes(), self._documents()
        for name, scope in DATASETS.items():
            rows = documents.get(name, [])
            years = {year: count for (dataset, year), count in changes.items() if dataset == name}
            if (rows or years) and (catalog := self.catalog()):
                until = self._until(scope, catalog)
                outdated = _outdated(scope.dataset, rows, years, until)
                # Changes of minutes are noted by nobody.
                self.count(scope.dataset, outdated, checked=not scope.dataset.intraday)

    def count(self, dataset: Dataset, parts: Collection[str], *, checked: bool = False) -> None:
        """Count parts of a dataset, and those that the range needs besides them.

        Parameters
        ----------
        dataset, parts
            What to count.
        checked : bool
            Whether it is known of all other parts that their counts still hold.
        """
        catalog = self.catalog()
        if catalog is None or catalog.coverage_start(dataset) is None:
            return
        until = self._until(DATASETS[dataset.name], catalog)
        asked = sorted(parts)
        hold = checked and len(asked) <= MOST_PARTS
        for _ in range(ROUNDS):
            counted = self._counted(dataset, asked[-MOST_PARTS:], catalog)
            rows = self._keep(dataset, counted, hold=hold)
            asked = _lacking(dataset, rows, until)
            if not asked:
                return

    def _until(self, scope: Scope, catalog: Catalog) -> str:
        """Return the last final day, or reporting period."""
        return window_of(scope, catalog, self.final_day(scope.dataset.name), 0).final_until

    def _documents(self) -> dict[str, list[Row]]:
        found = self.store.read(map(_key, DATASETS))
        return {key.code: read_document(key, block)[1] for key, block in found.items()}

    def _keep(self, dataset: Dataset, counted: Sequence[Row], *, hold: bool) -> list[Row]:
        """Put the counts in the place of older ones, of which the others may hold; return all."""
        key = _key(dataset.name)
        kept: list[Row] = []

        def change(stored: Block) -> Block:
            _, before = read_document(key, stored)
            known = [row | {"at": self.now} if hold else row for row in before]
            rows = {row["part"]: row for row in (*known, *counted)}
            first = min((part for part, row in rows.items() if row["blocks"]), default="~")
            kept[:] = [rows[part] for part in sorted(rows) if part >= first]
            return write_document(stored, {}, kept)

        self.store.update(key, None, change)
        return kept

    def _counted(self, dataset: Dataset, parts: Sequence[str], catalog: Catalog) -> list[Row]:
        """Count some parts; the one that begins the range only from its first day on."""
        scope = DATASETS[dataset.name]
        changes = self.changes()
        _, before = read_document(_key(dataset.name), self._stored(dataset))
        stored = self.store.coverage_by_part(dataset.name, parts)
        rows = {row["part"]: row for row in before}
        rows |= {part: self._row(scope, part, stored[part], catalog) for part in parts}
        if (first := _first(rows.values())) in stored:
            start = rows[first]["begins"]
            rows[first] = self._row(scope, first, stored[first], catalog, start)
        seen = {part: changes.get((dataset.name, part[:4]), 0) for part in parts}
        return [rows[part] | {"seen": seen[part]} for part in parts]

    def _stored(self, dataset: Dataset) -> Block:
        key = _key(dataset.name)
        return self.store.read([key], fresh=True).get(key, Block())

    def _row(
        self,
        scope: Scope,
        part: str,
        stored: Mapping[str, BlockCoverage],
        catalog: Catalog,
        start: str = "",
    ) -> Row:
        """Count a part, from a day on or as a whole."""
        first, last = ends(part)
        window = window_of(scope, catalog, self.final_day(scope.dataset.name), 0)
        window = replace(window, start=start or window.start)
        securities = in_scope(catalog, replace(scope, start=first, end=last))
        found = compare(scope.dataset, part, securities, stored, window)
        present = reduce(or_, (row.coverage.present for row in stored.values()), 0)
        held_by_most = [
            day
            for day, expected in found.expected.items()
            if expected - found.missing.get(day, 0) >= COMMON * expected
        ]
        until = min(window.final_until, last)
        return {
            "part": part,
            "at": self.now,
            "whole": not start,
            "common": bool(held_by_most),
            "begins": (held_by_most or days_of(part, present) or [first])[0],
            "since": max(window.start, first),
            "until": until,
            "newest_day": (days_of(part, present) or [""])[-1],
            **{name: sum(getattr(found, name).values()) for name in COUNTS},
            "newest_missing": found.missing.get(until, 0) + found.unconfirmed.get(until, 0),
            "blocks": len(stored),
            "rows": sum(row.rows for row in stored.values()),
            "codes": sorted(found.gaps),
        }


def summary(dataset: Dataset, rows: Sequence[Row]) -> Holdings:
    """Add up a survey's parts, back from the newest one to the beginning of the range."""
    run = _run(dataset, rows)
    total: Counter[str] = Counter()
    codes: set[str] = set()
    for row in run:
        total.update({name: row[name] for name in COUNTS})
        codes.update(row["codes"])
    newest = run[-1]
    return Holdings(
        since=run[0]["since"],
        until=newest["until"],
        newest_day=max(row["newest_day"] for row in rows),
        missing_codes=len(codes),
        newest_missing=newest["newest_missing"],
        blocks=sum(row["blocks"] for row in rows),
        rows=sum(row["rows"] for row in rows),
        as_of=min(row["at"] for row in rows),
        **{name: total[name] for name in COUNTS},
    )


def _first(rows: Iterable[Row]) -> str:
    """Return the part that begins the range: the first with a day that most codes have.

    If there is none, the first in which anything is stored.
    """
    known = list(rows)
    most = [row["part"] for row in known if row["common"]]
    return min(most or [row["part"] for row in known if row["blocks"]], default="")


def _key(dataset: str) -> BlockKey:
    return BlockKey("survey", dataset, DOCUMENT)


def _run(dataset: Dataset, rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the range, as far back from the newest one as none is lacking."""
    by_part = {row["part"]: row for row in rows}
    parts = parts_between(dataset, ends(_first(rows))[0], ends(rows[-1]["part"])[1])
    gap = max((at for at, part in enumerate(parts) if part not in by_part), default=-1)
    return [by_part[part] for part in parts[gap + 1 :]]


def _lacking(dataset: Dataset, rows: Sequence[Row], until: str) -> list[str]:
    """List the parts of the range, in order, that are not counted, or from another day on."""
    if not rows:
        return []
    first = _first(rows)
    right = {row["part"] for row in rows if row["whole"] is (row["part"] != first)}
    return [part for part in parts_between(dataset, ends(first)[0], until) if part not in right]


def _outdated(
    dataset: Dataset, rows: Sequence[Row], years: Mapping[str, int], final_until: str
) -> list[str]:
    """List the parts whose counts, if there are any, no longer hold.

    Parameters
    ----------
    dataset, rows
        The survey.
    years : mapping
        How many changes were noted of each year; none ever are of minutes.
    final_until : str
        The last final day.
    """
    seen = {row["part"]: row["seen"] for row in rows}
    found = {part for part, count in seen.items() if count != years.get(part[:4], 0)}
    found |= set() if dataset.intraday else years.keys() - seen.keys()
    if rows and rows[-1]["until"] < final_until:
        found |= set(parts_between(dataset, rows[-1]["until"], final_until))
    return sorted(found)
