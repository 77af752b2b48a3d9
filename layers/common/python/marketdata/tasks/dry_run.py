"""What a task would do: its plan, made without running it and without writing anything."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from marketdata.blocks.days import ends
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window
from marketdata.details import message_of
from marketdata.lease.spending import Allowance
from marketdata.tasks.batching import Lacking, bars_a_day, chosen
from marketdata.tasks.plan import PARTS_A_GROUP, Planner
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope, in_scope, not_covered, parts_of
from marketdata.tasks.task import Status, TaskKind

SECONDS = 15.0
"""How long a plan may look at what is stored: the call must be answered within 29 s."""

MOST_CODE_DAYS = 20_000_000
"""So many missing days of codes fit into the function's memory: 14 years of the whole market."""

LATEST_TASKS = 50
"""Among so many of the newest tasks is looked for one that tells how long a task takes."""


class Duration(NamedTuple):
    """How long a task will take, as far as is known.

    Attributes
    ----------
    seconds : int or None
        None if nothing is known.
    basis : str or None
        What it rests on: "task", the largest of the latest tasks of the same kind and dataset; or
        "budget", the requests that the source may be sent in a minute and a day.
    task_id : int or None
        That task.
    """

    seconds: int | None = None
    basis: str | None = None
    task_id: int | None = None


@dataclass(frozen=True, slots=True)
class DryRun:
    """Plans tasks that nobody starts.

    Parameters
    ----------
    planner : Planner
        What plans those that are started.
    records : TaskRecords
        The tasks of before.
    allowance : Allowance or None
        How many requests the source may be sent; None if nobody counts them.
    clock : callable
        A monotonic clock, in seconds.
    """

    planner: Planner
    records: TaskRecords
    allowance: Allowance | None
    clock: Callable[[], float] = time.monotonic

    def plan(self, kind: TaskKind, scope: Scope) -> dict[str, Any]:
        """Return what a task would do; `api.schema.tasks.TaskPlan` describes it.

        Raises
        ------
        ConflictError
            The task would fail: the calendar does not reach far enough, or it is about main
            contracts and these are not known.
        """
        planner = self.planner
        planner.check_calendar(kind, scope)
        catalog, window = planner.catalog(), planner.window(scope)
        if window.coverage_start is None:
            return self._told(kind, scope, [], message=message_of(not_covered(scope, catalog)))
        narrowed = planner.narrow(scope)
        securities = in_scope(catalog, narrowed, to_ask=kind.fetches)
        parts = parts_of(scope, window)
        if not kind.fetches:
            return self._detect(kind, scope, securities, parts, window)
        return self._fetch(kind, scope, securities, parts)

    def _detect(
        self,
        kind: TaskKind,
        scope: Scope,
        securities: Sequence[Security],
        parts: Sequence[str],
        window: Window,
    ) -> dict[str, Any]:
        days = code_days = 0
        for part in parts:
            expected = list(map(window.expecting(part), securities))
            days += reduce(or_, expected, 0).bit_count()
            code_days += sum(each.bit_count() for each in expected)
        return self._told(
            kind,
            scope,
            parts,
            codes=len(securities),
            days=days,
            code_days=code_days,
            batch_count=-(-len(parts) // PARTS_A_GROUP),
            work=len(parts),
        )

    def _fetch(
        self, kind: TaskKind, scope: Scope, securities: Sequence[Security], parts: Sequence[str]
    ) -> dict[str, Any]:
        lacking = Lacking(scope)
        until, seen = self.clock() + SECONDS, list[str]()
        for part in self.planner.find_lacking(kind, scope, securities, lacking):
            seen.append(part)
            if self.clock() > until or lacking.count > MOST_CODE_DAYS:
                break
        dataset = scope.dataset
        bars = bars_a_day(dataset)
        since = self.planner.catalog().whole_days_since(dataset)
        batches = chosen(securities, lacking, bars, since)
        return self._told(
            kind,
            scope,
            seen,
            bounded=len(seen) < len(parts),
            codes=len(lacking.positions),
            days=len(set().union(*lacking.positions.values())),
            code_days=lacking.count,
            batch_count=len(batches),
            upstream_calls=len(batches),
            requests=sum(batch.requests for batch in batches) if self.allowance else None,
            work=sum(batch.days_missing for batch in batches) * bars,
        )

    def _told(
        self,
        kind: TaskKind,
        scope: Scope,
        parts: Sequence[str],
        *,
        bounded: bool = False,
        codes: int = 0,
        days: int = 0,
        code_days: int = 0,
        batch_count: int = 0,
        upstream_calls: int = 0,
        requests: int | None = None,
        work: int = 0,
        message: str = "",
    ) -> dict[str, Any]:
        last = f"{ends(parts[-1])[1]}" if bounded else scope.end
        duration = self._duration(kind, scope, work, requests)
        return {
            "dry_run": True,
            "task_type": kind,
            "start_date": scope.start,
            "end_date": min(last, scope.end),
            "bounded": bounded,
            "codes": codes,
            "days": days,
            "code_days": code_days,
            "bars": work if kind.fetches else 0,
            "batch_count": batch_count,
            "upstream_calls": upstream_calls,
            "source_requests": requests,
            "estimated_seconds": duration.seconds,
            "estimated_from": duration.basis,
            "estimated_from_task": duration.task_id,
            "message": message or None,
        }

    def _duration(self, kind: TaskKind, scope: Scope, work: int, requests: int | None) -> Duration:
        if not work:
            return Duration(0)
        found = self._by_task(kind, scope, work)
        if requests and self.allowance:
            seconds = _paced(requests, self.allowance)
            if seconds >= (found.seconds or 0):
                return Duration(seconds, "budget")
        return found

    def _by_task(self, kind: TaskKind, scope: Scope, work: int) -> Duration:
        """Go by the largest of the latest tasks: small ones take most of their time to start."""
        tasks, _ = self.records.page(1, LATEST_TASKS)
        alike = [
            task
            for task in tasks
            if task.status is Status.COMPLETED
            and (task.kind is kind or (task.kind.fetches and kind.fetches))
            and task.kind is not TaskKind.CATALOG
            and task.scope.dataset == scope.dataset
            and task.attempt == 1
            and task.work
        ]
        if not alike:
            return Duration()
        known = max(alike, key=lambda task: task.work)
        took = datetime.fromisoformat(known.ended_at) - datetime.fromisoformat(known.created_at)
        # A task that is no larger than that one takes as long to start.
        seconds = took.total_seconds() * work / known.work
        return Duration(max(1, round(seconds)), "task", known.id)


def _paced(requests: int, allowance: Allowance) -> int:
    """Return in how many seconds so many requests may be sent, none having been sent before."""
    whole_days, rest = divmod(requests - 1, allowance.per_day)
    return whole_days * 24 * 3600 + (rest + 1) * 60 // allowance.per_minute
