"""The survey: how complete each dataset is, counted when tasks end and kept for whoever asks.

A survey is a document of the block store for each dataset, with a row for each part. Its range
begins with the first day that most codes have and ends with the last final day: what lies between
and nobody asked for is missing. Its head names the parts that wait to be counted.
"""

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

import orjson

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
from marketdata.catalog.securities import Catalog, lives
from marketdata.tasks.comparison import COUNTS, compare
from marketdata.tasks.holdings import Holdings, Row, first_part, lacking, summary
from marketdata.tasks.scope import DATASETS, Scope, in_scope, parts_of, window_of
from marketdata.tasks.task import Task, TaskKind

MOST_PARTS = 60
"""Parts that are counted in a round, each by a query of the index, the newest first."""

ROUNDS = 8
"""Another part may begin the range, or a part between two be uncounted, after each round."""

SECONDS = 45.0
"""After so long no round begins; what is left waits for a refresh. The steps have 300 s in all."""

COMMON = 0.5
"""The part of the codes that have the first day of the range; reads store single codes earlier."""

type Changes = Callable[[], Mapping[tuple[str, str], int]]


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
    clock : callable
        A monotonic clock, in seconds.
    """

    store: BlockStore
    catalog: Callable[[], Catalog | None]
    final_day: FinalDay
    changes: Changes
    now: str
    clock: Callable[[], float] = time.monotonic

    def read(self) -> dict[str, Holdings]:
        """Return what the cache holds, by dataset; those that were never counted are left out."""
        return {
            name: summary(DATASETS[name].dataset, rows, waiting)
            for name, (waiting, rows) in self._documents().items()
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

    def doubt(self, blocks: Iterable[BlockKey]) -> None:
        """Note that the counts of some blocks' parts no longer hold; a refresh counts them."""
        doubted = {(block.dataset, block.part) for block in blocks}
        for name in DATASETS.keys() & {name for name, _ in doubted}:
            dataset, parts = DATASETS[name].dataset, [part for of, part in doubted if of == name]
            self._keep(dataset, [], parts, (), hold=False)

    def refresh(self) -> None:
        """Count what changed without a task: days that became final, rows that reads stored.

        Parts that were left over are counted, too, and those of which other codes are known now.
        """
        changes, documents = self.changes(), self._documents()
        deadline = self.clock() + SECONDS
        for name, scope in DATASETS.items():
            waiting, rows = documents.get(name, (set[str](), list[Row]()))
            years = {year: count for (dataset, year), count in changes.items() if dataset == name}
            if (rows or years) and (catalog := self.catalog()):
                until = self._until(scope, catalog)
                outdated = waiting | _outdated(scope, rows, years, until, catalog)
                self._count(scope.dataset, outdated, deadline, checked=not scope.dataset.intraday)

    def count(self, dataset: Dataset, parts: Collection[str]) -> None:
        """Count parts of a dataset, and those that the range needs besides them."""
        self._count(dataset, parts, self.clock() + SECONDS)

    def _count(
        self, dataset: Dataset, parts: Collection[str], deadline: float, *, checked: bool = False
    ) -> None:
        """Count as `count` does; if it is `checked`, the counts of all other parts still hold.

        Nothing is noted of changes of minutes, of which that is never known.
        """
        catalog = self.catalog()
        if catalog is None or catalog.coverage_start(dataset) is None:
            return
        until = self._until(DATASETS[dataset.name], catalog)
        asked = sorted(parts)
        for _ in range(ROUNDS):
            late = self.clock() > deadline
            some = [] if late else asked[-MOST_PARTS:]
            waited, known = _opened(_key(dataset.name), self._stored(dataset))
            counted = self._counted(dataset, some, catalog, known) if some else []
            waiting, rows = self._keep(dataset, counted, asked, waited, hold=checked)
            asked = sorted({*waiting, *lacking(dataset, rows, until)})
            if late or not asked:
                return

    def _until(self, scope: Scope, catalog: Catalog) -> str:
        """Return the last final day, or reporting period."""
        return window_of(scope, catalog, self.final_day(scope.dataset.name), 0).final_until

    def _documents(self) -> dict[str, tuple[set[str], list[Row]]]:
        """Return the waiting parts and the rows of each survey."""
        found = self.store.read(map(_key, DATASETS))
        return {key.code: _opened(key, block) for key, block in found.items()}

    def _keep(
        self,
        dataset: Dataset,
        counted: Sequence[Row],
        asked: Collection[str],
        waited: Collection[str],
        *,
        hold: bool,
    ) -> tuple[set[str], list[Row]]:
        """Put counts in the place of older ones, of which the others may hold.

        Of the parts that were asked for, those without a new count wait from now on; so do those
        that had not `waited` when counting began, and do now: what was cleared since was not seen.
        A count that began later saw more, and stays.
        """
        key = _key(dataset.name)
        kept: tuple[set[str], list[Row]] = set(), []

        def change(stored: Block) -> Block:
            nonlocal kept
            before = waiting, rows = _opened(key, stored)
            newest = {row["part"]: row for row in rows}
            doubted = waiting.difference(waited)
            waiting = (waiting | {*asked}) - {row["part"] for row in counted} | doubted
            for part, row in newest.items():
                if hold and part not in waiting:
                    newest[part] = row | {"at": max(row["at"], self.now)}
            for row in counted:
                if newest.get(row["part"], row)["at"] <= row["at"]:
                    newest[row["part"]] = row
            first = min((part for part, row in newest.items() if row["blocks"]), default="~")
            kept = waiting, [newest[part] for part in sorted(newest) if part >= first]
            if kept == before:
                return stored
            return write_document(stored, {"waiting": sorted(waiting)}, kept[1])

        self.store.update(key, None, change)
        return kept

    def _counted(
        self, dataset: Dataset, parts: Sequence[str], catalog: Catalog, before: Sequence[Row]
    ) -> list[Row]:
        """Count some parts; the one that begins the range only from its first day on."""
        scope = DATASETS[dataset.name]
        changes = self.changes()
        stored = self.store.coverage_by_part(dataset.name, parts)
        rows = {row["part"]: row for row in before}
        rows |= {part: self._row(scope, part, stored[part], catalog) for part in parts}
        if (first := first_part(rows.values())) in stored:
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
            "lives": _lives(scope, part, catalog),
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


def _key(dataset: str) -> BlockKey:
    return BlockKey("survey", dataset, DOCUMENT)


def _outdated(
    scope: Scope,
    rows: Sequence[Row],
    years: Mapping[str, int],
    final_until: str,
    catalog: Catalog,
) -> set[str]:
    """Find the parts whose counts, if there are any, no longer hold.

    Parameters
    ----------
    scope, rows
        All of the dataset, and its survey.
    years : mapping
        How many changes were noted of each year; none ever are of minutes.
    final_until : str
        The last final day.
    catalog : Catalog
        All securities.
    """
    dataset = scope.dataset
    seen = {row["part"]: row["seen"] for row in rows}
    found = {part for part, count in seen.items() if count != years.get(part[:4], 0)}
    found |= set() if dataset.intraday else years.keys() - seen.keys()
    if rows and rows[-1]["until"] < final_until:
        found |= set(parts_between(dataset, rows[-1]["until"], final_until))
    others = (row["part"] for row in rows if row["part"] not in found)
    lived = {row["part"]: row.get("lives") for row in rows}
    return found | {part for part in others if lived[part] != _lives(scope, part, catalog)}


def _lives(scope: Scope, part: str, catalog: Catalog) -> str:
    """Return what identifies the codes of a part and the days that are expected of them."""
    first, last = ends(part)
    securities = in_scope(catalog, replace(scope, start=first, end=last))
    lived = [
        (security.code, *((max(born, first), min(gone, last)) for born, gone in lives(security)))
        for security in securities
    ]
    since = max(catalog.coverage_start(scope.dataset) or last, first)
    return hashlib.blake2b(orjson.dumps([since, sorted(lived)]), digest_size=8).hexdigest()


def _opened(key: BlockKey, block: Block) -> tuple[set[str], list[Row]]:
    head, rows = read_document(key, block)
    return set(head.get("waiting", ())), rows
