"""The survey: how complete each dataset is, counted when tasks end and kept for whoever asks.

A survey is a document of the block store for each dataset, with a row for each part. Its range
begins with the first stored day and has no holes: what lies between is counted as missing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
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
from marketdata.tasks.task import Task

MOST_PARTS = 60
"""Parts that are counted at once, each by a query of the index; older ones wait for a refresh."""

ROUNDS = 3
"""Another part may begin the range, or a part between two be uncounted, after each round."""

SUMS = (*COUNTS, "blocks", "rows")
"""What is added up over the parts."""

type Row = dict[str, Any]
type Changes = Callable[[], Mapping[tuple[str, str], int]]


class Holdings(NamedTuple):
    """What the cache holds of a dataset, from the first stored day on.

    Attributes
    ----------
    since, until : str
        First stored and last counted day, "YYYYMMDD".
    newest_day : str
        The newest day of which any row is stored; empty if none is.
    expected, present, absent, unconfirmed, missing : int
        Days, added up over the codes; expected is the sum of the others.
    missing_codes : int
        Codes that lack any of these days.
    newest_missing : int
        Codes without a row of the day `until` that should have one, unconfirmed ones included.
    blocks, rows : int
        What is stored in the range.
    as_of : str
        When it was last counted or found unchanged, ISO 8601, UTC.
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
            name: summary(DATASETS[name].dataset, head, rows)
            for name, (head, rows) in self._documents().items()
            if rows
        }

    def follow(self, task: Task) -> None:
        """Count the parts that a task was about."""
        scope = task.scope
        catalog = self.catalog()
        if not task.about_dataset or catalog is None:
            return
        final_until = self.final_day(scope.dataset.name)
        parts = parts_of(scope, window_of(scope, catalog, final_until, 0))
        self.count(scope.dataset, parts)

    def refresh(self) -> None:
        """Count what changed without a task: days that became final, rows that reads stored.

        Of each dataset, at most `MOST_PARTS` parts are counted, the newest first.
        """
        changes, documents = self.changes(), self._documents()
        for name, scope in DATASETS.items():
            _, rows = documents.get(name, ({}, []))
            years = {year: count for (dataset, year), count in changes.items() if dataset == name}
            if (rows or years) and (catalog := self.catalog()):
                final_until = self._final_until(scope, catalog)
                self.count(scope.dataset, _outdated(scope.dataset, rows, years, final_until))

    def count(self, dataset: Dataset, parts: Collection[str]) -> None:
        """Count parts of a dataset, and those that the range needs besides them."""
        catalog = self.catalog()
        if catalog is None or catalog.coverage_start(dataset) is None:
            return
        asked = sorted(parts)[-MOST_PARTS:]
        for _ in range(ROUNDS):
            rows = self._keep(dataset, self._counted(dataset, asked, catalog))
            asked = _lacking(dataset, rows)[-MOST_PARTS:]
            if not asked:
                return

    def _final_until(self, scope: Scope, catalog: Catalog) -> str:
        return window_of(scope, catalog, self.final_day(scope.dataset.name), 0).final_until

    def _documents(self) -> dict[str, tuple[Row, list[Row]]]:
        found = self.store.read(map(_key, DATASETS))
        return {key.code: read_document(key, block) for key, block in found.items()}

    def _keep(self, dataset: Dataset, counted: Sequence[Row]) -> list[Row]:
        """Put the counts in the place of older ones; return all rows."""
        key = _key(dataset.name)
        kept: list[Row] = []

        def change(stored: Block) -> Block:
            _, before = read_document(key, stored)
            rows = {row["part"]: row for row in (*before, *counted)}
            first = min((part for part, row in rows.items() if row["blocks"]), default="~")
            kept[:] = [rows[part] for part in sorted(rows) if part >= first]
            return write_document(stored, {"at": self.now}, kept)

        self.store.update(key, None, change)
        return kept

    def _counted(self, dataset: Dataset, parts: Sequence[str], catalog: Catalog) -> list[Row]:
        """Count some parts; the first of all that have rows only from its first stored day on."""
        scope = DATASETS[dataset.name]
        changes = self.changes()
        _, before = read_document(_key(dataset.name), self._stored(dataset))
        stored = self.store.coverage_by_part(dataset.name, parts)
        with_rows = {part for part, rows in stored.items() if rows}
        begun = {row["part"] for row in before if row["blocks"] and row["part"] not in stored}
        first = min(with_rows | begun, default="")
        return [
            self._row(scope, part, stored[part], catalog, whole=part != first)
            | {"seen": changes.get((dataset.name, part[:4]), 0)}
            for part in parts
        ]

    def _stored(self, dataset: Dataset) -> Block:
        key = _key(dataset.name)
        return self.store.read([key], fresh=True).get(key, Block())

    def _row(
        self,
        scope: Scope,
        part: str,
        stored: Mapping[str, BlockCoverage],
        catalog: Catalog,
        *,
        whole: bool,
    ) -> Row:
        window = window_of(scope, catalog, self.final_day(scope.dataset.name), 0)
        asked = [(c.present, c.present | c.absent | c.unconfirmed) for c, _ in stored.values()]
        present, known = (reduce(or_, bits, 0) for bits in zip((0, 0), *asked, strict=True))
        days = days_of(part, known)
        if days and not whole:
            window = replace(window, start=days[0])
        securities = in_scope(catalog, replace(scope, start=ends(part)[0], end=ends(part)[1]))
        found = compare(scope.dataset, part, securities, stored, window)
        until = min(window.final_until, ends(part)[1])
        newest = found.missing.get(until, 0) + found.unconfirmed.get(until, 0)
        return {
            "part": part,
            "whole": whole,
            "since": max(window.start, ends(part)[0]),
            "until": until,
            "newest_day": (days_of(part, present) or [""])[-1],
            **{name: sum(getattr(found, name).values()) for name in COUNTS},
            "newest_missing": newest,
            "blocks": len(stored),
            "rows": sum(row.rows for row in stored.values()),
            "codes": sorted(found.gaps),
        }


def summary(dataset: Dataset, head: Mapping[str, Any], rows: Sequence[Row]) -> Holdings:
    """Add up a survey's parts, back from the newest one to the first before which one lacks."""
    run = _run(dataset, rows)
    total: Counter[str] = Counter()
    codes: set[str] = set()
    for row in run:
        total.update({name: row[name] for name in SUMS})
        codes.update(row["codes"])
    newest = run[-1]
    return Holdings(
        since=run[0]["since"],
        until=newest["until"],
        newest_day=max(row["newest_day"] for row in run),
        missing_codes=len(codes),
        newest_missing=newest["newest_missing"],
        as_of=head["at"],
        **{name: total[name] for name in SUMS},
    )


def _key(dataset: str) -> BlockKey:
    return BlockKey("survey", dataset, DOCUMENT)


def _run(dataset: Dataset, rows: Sequence[Row]) -> list[Row]:
    """Return the newest rows whose parts follow each other, in order."""
    by_part = {row["part"]: row for row in rows}
    parts = _parts(dataset, rows[0]["part"], rows[-1]["part"])
    gap = max((at for at, part in enumerate(parts) if part not in by_part), default=-1)
    return [by_part[part] for part in parts[gap + 1 :]]


def _parts(dataset: Dataset, first: str, last: str) -> list[str]:
    return parts_between(dataset, ends(first)[0], ends(last)[1])


def _lacking(dataset: Dataset, rows: Sequence[Row]) -> list[str]:
    """List the parts that the range needs, in order: those between, and any begun too late."""
    if not rows:
        return []
    whole = {row["part"] for row in rows[1:] if row["whole"]} | {rows[0]["part"]}
    return [
        part for part in _parts(dataset, rows[0]["part"], rows[-1]["part"]) if part not in whole
    ]


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
