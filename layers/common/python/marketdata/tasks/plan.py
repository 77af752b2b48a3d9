"""The plan step: from a task to its work list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from marketdata.aws.writes import ConditionFailedError
from marketdata.blocks.block import BlockCoverage
from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FinalDay, beyond_known, today
from marketdata.catalog.securities import Catalog, Security
from marketdata.catalog.window import Window
from marketdata.details import Detail, message_of
from marketdata.errors import CalendarEndedError, ConflictError, NotFoundError
from marketdata.finance.periods import calendar_of
from marketdata.lease.state import task_claimant
from marketdata.tasks.batching import Lacking, Work, WorkItem, work_items
from marketdata.tasks.comparison import compare, outside
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import DataType, Scope, in_scope, parts_of, window_of
from marketdata.tasks.task import (
    SCHEDULE,
    Status,
    Task,
    TaskKind,
    TaskObjects,
    new_task,
    outside_key,
    plan_key,
)
from marketdata.tasks.verify import SERIES_A_GROUP, series_in_turn, series_of

PARTS_A_GROUP = 24
"""Parts that one call of the detect step compares."""

BATCHES_A_TURN = 16
"""Batches that share one invocation of the upstream function, which hands back those that it has no
time for. A retry takes them one by one, so that a bad one cannot spoil the others again.
"""

CODES_A_TURN = 15_000
"""Codes that the batches of a turn have together: a state of Step Functions holds 256 KB. A single
batch may have more, which no market does.
"""

LOOK_BACK = timedelta(days=30)
"""How far back a scheduled fill also fetches what was missed."""


@dataclass(frozen=True, slots=True)
class Planner:
    """The planner of tasks.

    Parameters
    ----------
    records : TaskRecords
        The tasks.
    store : BlockStore
        The blocks that are already stored.
    objects : TaskObjects
        Where work lists go.
    catalog : callable
        Returns the catalog.
    narrow : callable
        Fills in the codes of a scope that is about main contracts, see `tasks.main_contracts`.
    final_day : FinalDay
        Returns the last trading day whose rows of a dataset are final.
    now : int
        Epoch seconds.
    changed : callable
        Returns for a dataset what `comparison.compare` takes.
    """

    records: TaskRecords
    store: BlockStore
    objects: TaskObjects
    catalog: Callable[[], Catalog]
    narrow: Callable[[Scope], Scope]
    final_day: FinalDay
    now: int
    changed: Callable[[Dataset], Callable[[str], int]] = lambda _: lambda _: 0

    def plan(self, task_id: int, attempt: int, execution: str) -> dict[str, Any]:
        """Plan one attempt of a task and return what the state machine needs.

        Parameters
        ----------
        task_id, attempt : int
            The task and its attempt.
        execution : str
            ARN of the execution that works on it.

        Returns
        -------
        dict
            `task_id` and `attempt`; for a detect task `groups`, lists of parts, for a verify task
            of series; otherwise `batch_count`, and `bucket` and `work_list`, where the batches are.

        Notes
        -----
        A task that cannot be done ends here as failed, and its state machine has nothing to do:
        the work list of its first attempt is no longer kept, the task is about main contracts and
        these are not known, or the calendar does not reach far enough.

        Raises
        ------
        CalendarEndedError
            A schedule's task passes the last known day; it has ended as failed.
        """
        task = self.records.load(task_id)
        named = {"task_id": task_id, "attempt": attempt}
        nothing: dict[str, Any] = {"groups": [], "batch_count": 0}
        if task.status.ended or task.attempt != attempt:
            return named | nothing
        plans = {TaskKind.DETECT: self._detect, TaskKind.VERIFY: self._verify}
        plan = plans.get(task.kind, self._fill)
        try:
            self.check_calendar(task.kind, task.scope)
            return named | plan(task, execution)
        except ConflictError as error:
            self.records.end(task, Status.FAILED, [Detail.of(error)])
            if isinstance(error, CalendarEndedError) and task.created_by == SCHEDULE:
                # Nobody reads a schedule's task: its execution has to fail as well.
                raise
        except ConditionFailedError:
            # It was cancelled in the meantime.
            pass
        return named | nothing

    def scheduled(self, schedule: str, execution: str) -> Task:
        """Return the task of a schedule's execution, created at the first try of the plan step.

        Parameters
        ----------
        schedule : str
            "catalog", "verify", "status" for the newest status of stocks, or a kind of security
            whose newest daily bars are to be filled.
        execution : str
            The execution's ARN.
        """
        named = {"catalog": TaskKind.CATALOG, "verify": TaskKind.VERIFY}
        kind = named.get(schedule, TaskKind.FILL)
        status = schedule == DataType.STATUS
        security = Kind.STOCK if status or schedule in named else Kind(schedule)
        scope = Scope(security, Period.DAILY, "", "", status=status)
        end = self.final_day(scope.dataset.name)
        start = (date.fromisoformat(end) - LOOK_BACK).strftime("%Y%m%d")
        scope = replace(scope, start=start, end=end)

        def make(task_id: int) -> Task:
            return new_task(task_id, kind, scope, SCHEDULE, request=execution, execution=execution)

        task, _ = self.records.claim(execution, make, lambda _: True)
        return task

    def check_calendar(self, kind: TaskKind, scope: Scope) -> None:
        """Refuse what passes the last known day: nobody knows there what is missing.

        Raises
        ------
        CalendarEndedError
            The task's range passes it, or today does. The catalog may still be refreshed, and what
            is stored verified.
        """
        if kind in (TaskKind.CATALOG, TaskKind.VERIFY):
            return
        self.catalog()  # the calendar learns from it
        known = calendar_of(scope.dataset).known_until()
        now = today(datetime.fromtimestamp(self.now, UTC))
        if said := beyond_known(now) or (scope.end > known and beyond_known(scope.end)):
            raise CalendarEndedError(message_of(said))

    def _detect(self, task: Task, execution: str) -> dict[str, Any]:
        catalog = self.catalog()
        window = self.window(task.scope)
        scope = task.scope if window.coverage_start is None else self.narrow(task.scope)
        securities = in_scope(catalog, scope)
        found = outside(securities, window)
        runs = {"days": found.days, "runs": found.runs}
        self.objects.write_json(outside_key(task.id), runs)
        parts = parts_of(task.scope, window)
        return self._groups(task, execution, parts, PARTS_A_GROUP, len(securities))

    def _verify(self, task: Task, execution: str) -> dict[str, Any]:
        until = today(datetime.fromtimestamp(self.now, UTC))
        if task.created_by == SCHEDULE:
            made = int(datetime.fromisoformat(task.created_at).timestamp())
            series = series_in_turn(self.catalog(), until, made)
        else:
            series = series_of(self.narrow(task.scope), self.catalog(), until)
        return self._groups(task, execution, series, SERIES_A_GROUP, 0)

    def _groups(
        self, task: Task, execution: str, parts: Sequence[str], size: int, total: int
    ) -> dict[str, Any]:
        groups = [parts[at : at + size] for at in range(0, len(parts), size)]
        self.records.planned(
            task,
            execution,
            total_count=total,
            batch_count=len(groups),
            batches_done=0,
            work=len(parts),
            work_done=0,
        )
        return {"groups": groups}

    def _fill(self, task: Task, execution: str) -> dict[str, Any]:
        if task.planned:
            return self._rest(task, execution)
        work, counts = self._catalog_work() if task.kind is TaskKind.CATALOG else self._bars(task)
        items: list[WorkItem] = [
            {**each, "task_id": task.id, "attempt": task.attempt, "batch": number}
            for number, each in enumerate(work, 1)
        ]
        self.objects.write_json(plan_key(task), items)
        self.records.planned(
            task,
            execution,
            **counts,
            batch_count=len(items),
            work=sum(item["work"] for item in items),
        )
        return self._work(task, items)

    def _rest(self, task: Task, execution: str) -> dict[str, Any]:
        """Plan the batches that earlier attempts did not finish."""
        try:
            work: list[WorkItem] = self.objects.read_json(plan_key(task))
        except NotFoundError:
            raise ConflictError(
                "its work list is not kept any more: make a new task", key="work_list_gone"
            ) from None
        outcomes = self.records.outcomes.read(task.id)
        done = {number: item for number, item in outcomes.items() if item["done"]}
        rest: list[WorkItem] = [
            {**item, "attempt": task.attempt} for item in work if item["batch"] not in done
        ]
        self.records.planned(
            task,
            execution,
            batches_done=len(done),
            work_done=sum(item["work"] for item in done.values()),
            success_count=sum(item["closing"] for item in done.values()),
            error_count=0,
            bar_count=sum(item["bars"] for item in done.values()),
            quarantined_count=0,
            upstream_calls=sum(item["calls"] for item in done.values()),
        )
        return self._work(task, rest)

    def _work(self, task: Task, work: Sequence[WorkItem]) -> dict[str, Any]:
        """Write the list that the state machine maps over: batches grouped into turns."""
        key = f"tasks/{task.id}/turns-{task.attempt}.json"
        count = BATCHES_A_TURN if task.attempt == 1 else 1
        scheduled = task.created_by == SCHEDULE
        turns = [{"batches": batches, "scheduled": scheduled} for batches in _turns(work, count)]
        self.objects.write_json(key, turns)
        if turns:
            # Its first call may be kept out before any code of ours runs.
            self.records.queue.wait(task_claimant(task.id, scheduled=scheduled))
            self.records.leave_queue_if_ended(task.id, task.attempt)
        return {"batch_count": len(work), "bucket": self.objects.name, "work_list": key}

    @staticmethod
    def _catalog_work() -> tuple[list[Work], dict[str, int]]:
        return [{"operation": "refresh_catalog", "work": 1, "closing": 1}], {"total_count": 1}

    def _bars(self, task: Task) -> tuple[list[Work], dict[str, int]]:
        if self.window(task.scope).coverage_start is None:
            return [], {"total_count": 0, "missing_count": 0}
        securities = in_scope(self.catalog(), self.narrow(task.scope), to_ask=True)
        lacking = self._lacking(task, securities)
        missing = len(lacking.positions)
        total = missing if task.kind is TaskKind.FILL else len(securities)
        dataset = task.scope.dataset
        since = self.catalog().whole_days_since(dataset)
        work = list(work_items(dataset, securities, lacking, since))
        return work, {"total_count": total, "missing_count": missing}

    def window(self, scope: Scope) -> Window:
        """Return the days that a task is about."""
        return window_of(scope, self.catalog(), self.final_day(scope.dataset.name), self.now)

    def _lacking(self, task: Task, securities: Sequence[Security]) -> Lacking:
        """Find the days to fetch for each code."""
        lacking = Lacking(task.scope)
        for _ in self.find_lacking(task.kind, task.scope, securities, lacking):
            pass
        return lacking

    def find_lacking(
        self, kind: TaskKind, scope: Scope, securities: Sequence[Security], lacking: Lacking
    ) -> Iterator[str]:
        """Add the days that a task would fetch for each code, and yield each part that is done."""
        window, changed = self.window(scope), self.changed(scope.dataset)
        for part in parts_of(scope, window):
            stored: Mapping[str, BlockCoverage] = {}
            if kind is TaskKind.FILL:
                stored = self.store.coverage(scope.dataset.name, part)
            found = compare(
                scope.dataset,
                part,
                securities,
                stored,
                window,
                recheck_absent=scope.recheck_absent,
                changed=changed,
            )
            # A code may lack some days while others of it are due.
            codes = found.gaps.keys() | found.due.keys()
            lacking.add(
                part, {code: found.gaps.get(code, 0) | found.due.get(code, 0) for code in codes}
            )
            yield part


def _turns(work: Sequence[WorkItem], most: int) -> Iterator[list[WorkItem]]:
    """Group batches, in their order, by so many at most and by `CODES_A_TURN`."""
    turn: list[WorkItem] = []
    codes = 0
    for item in work:
        own = len(item.get("codes", ()))
        if turn and (len(turn) == most or codes + own > CODES_A_TURN):
            yield turn
            turn, codes = [], 0
        turn.append(item)
        codes += own
    if turn:
        yield turn
