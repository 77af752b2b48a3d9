"""The plan step: from a task to its work list."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from marketdata.aws.tables import ConditionFailedError
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Catalog, Security, life
from marketdata.errors import NotFoundError
from marketdata.kline.bar import Dataset, Kind, Period
from marketdata.kline.completeness import Window
from marketdata.kline.coverage import days_of, parts_between
from marketdata.kline.store import BlockCoverage
from marketdata.tasks import plan
from marketdata.tasks.detect import compare
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.task import Scope, Task, TaskKind

PARTS_A_GROUP = 24
"""Parts that one call of the detect step looks at."""

LOOK_BACK = timedelta(days=30)
"""A scheduled fill heals what was missed within so many days."""

LONGEST_SESSION = 600
"""Minutes of a trading day's longest session, the night included."""

type WorkItem = dict[str, Any]


class CoverageStore(Protocol):
    """Gives what is stored of a part; `kline.store.BlockStore` is one."""

    def coverage(self, dataset: str, part: str) -> Iterator[BlockCoverage]: ...


class WorkLists(Protocol):
    """Keeps work lists; `aws.objects.Bucket` is one."""

    name: str

    def read_json(self, key: str) -> Any: ...
    def write_json(self, key: str, value: Any) -> None: ...


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans tasks.

    Parameters
    ----------
    records : TaskRecords
        The tasks.
    store : CoverageStore
        What is there already.
    work_lists : WorkLists
        Where the work goes.
    catalog : callable
        Gives the catalog.
    final_until : str
        The last trading day whose bars are final.
    """

    records: TaskRecords
    store: CoverageStore
    work_lists: WorkLists
    catalog: Callable[[], Catalog]
    final_until: str

    def plan(self, task_id: int) -> dict[str, Any]:
        """Plan a task's next attempt and give what the state machine needs of it.

        Returns
        -------
        dict
            `task_id`; for a detect task `groups`, lists of parts; else `batch_count`, and
            `bucket` and `work_list`, where the batches are.
        """
        task = self.records.load(task_id)
        if task.status.ended:
            return self._nothing(task)
        try:
            return self._detect(task) if task.kind is TaskKind.DETECT else self._fill(task)
        except ConditionFailedError:
            return self._nothing(task)

    def scheduled(self, schedule: str, execution: str) -> int:
        """Make the task of a schedule's execution, once, and give its id.

        Parameters
        ----------
        schedule : str
            "catalog", or a kind of security whose newest daily bars are to be filled.
        execution : str
            The execution's ARN.
        """
        task = self.records.running(execution) or self._create(schedule, execution)
        self.records.started(task, execution)
        return task.id

    def _create(self, schedule: str, execution: str) -> Task:
        start = (date.fromisoformat(self.final_until) - LOOK_BACK).strftime("%Y%m%d")
        catalog = schedule == "catalog"
        kind = TaskKind.CATALOG if catalog else TaskKind.FILL
        security = Kind.STOCK if catalog else Kind(schedule)
        scope = Scope(security, Period.DAILY, start, self.final_until)
        return self.records.create(kind, scope, "schedule", execution)

    def _nothing(self, task: Task) -> dict[str, Any]:
        """What a machine needs to come to its end when its task has been cancelled."""
        return {"task_id": task.id, "groups": [], "batch_count": 0}

    def _detect(self, task: Task) -> dict[str, Any]:
        scope = task.scope
        parts = parts_between(scope.dataset, scope.start, scope.end)
        groups = [parts[at : at + PARTS_A_GROUP] for at in range(0, len(parts), PARTS_A_GROUP)]
        total = len(in_scope(self.catalog(), scope))
        self.records.planned(task, total_count=total, batch_count=len(groups), work=len(parts))
        return {"task_id": task.id, "groups": groups}

    def _fill(self, task: Task) -> dict[str, Any]:
        if task.planned:
            return self._rest(task)
        if task.kind is TaskKind.CATALOG:
            work: list[WorkItem] = [{"operation": "refresh_catalog", "work": 1, "closing": 1}]
            total, missing = 1, 0
        else:
            lacking = self._lacking(task)
            total, missing = len(in_scope(self.catalog(), task.scope)), len(lacking)
            work = [
                {"operation": "fetch_bars", "dataset": task.scope.dataset.name} | item
                for item in _work_items(task.scope, self.catalog(), lacking)
            ]
        for number, item in enumerate(work, 1):
            item |= {"task_id": task.id, "attempt": task.attempt, "batch": number}
        key = f"tasks/{task.id}/plan.json"
        self.work_lists.write_json(key, work)
        self.records.planned(
            task,
            total_count=missing if task.kind is TaskKind.FILL else total,
            missing_count=missing,
            batch_count=len(work),
            work=sum(item["work"] for item in work),
        )
        return self._work(task, key, len(work))

    def _rest(self, task: Task) -> dict[str, Any]:
        """Give the batches that earlier attempts did not get done."""
        try:
            work: list[WorkItem] = self.work_lists.read_json(f"tasks/{task.id}/plan.json")
        except NotFoundError:
            work = []
        outcomes = self.records.outcomes.read(task.id)
        done = {number for number, item in outcomes.items() if item["done"]}
        rest = [item | {"attempt": task.attempt} for item in work if item["batch"] not in done]
        key = f"tasks/{task.id}/plan-{task.attempt}.json"
        self.work_lists.write_json(key, rest)
        finished = [item for item in work if item["batch"] in done]
        self.records.planned(
            task,
            batches_done=len(finished),
            work_done=sum(item["work"] for item in finished),
            success_count=sum(item["closing"] for item in finished),
            error_count=0,
        )
        return self._work(task, key, len(rest))

    def _work(self, task: Task, key: str, count: int) -> dict[str, Any]:
        return {
            "task_id": task.id,
            "batch_count": count,
            "bucket": self.work_lists.name,
            "work_list": key,
        }

    def _lacking(self, task: Task) -> dict[str, list[str]]:
        """Give the days to fetch for each code that lacks any."""
        scope = task.scope
        catalog = self.catalog()
        securities = in_scope(catalog, scope)
        window = window_of(scope, catalog, self.final_until)
        lacking: dict[str, list[str]] = {}
        for part in parts_between(scope.dataset, scope.start, scope.end):
            stored: Mapping[str, BlockCoverage] = {}
            if task.kind is TaskKind.FILL:
                stored = {row.code: row for row in self.store.coverage(scope.dataset.name, part)}
            found = compare(
                scope.dataset,
                part,
                securities,
                stored,
                window,
                recheck_absent=scope.recheck_absent,
            )
            for code, bits in found.gaps.items():
                lacking.setdefault(code, []).extend(days_of(part, bits))
        return lacking


def in_scope(catalog: Catalog, scope: Scope) -> list[Security]:
    """List the securities of a task's kind that live in its range; if it names codes, those."""
    named = set(scope.codes)
    return [
        security
        for security in catalog.of_kind(scope.kind)
        if security.alive(scope.start, scope.end) and (not named or security.code in named)
    ]


def window_of(scope: Scope, catalog: Catalog, final_until: str) -> Window:
    """Give the days that a task is about."""
    return Window(scope.start, scope.end, catalog.coverage_start(scope.dataset), final_until)


def _work_items(
    scope: Scope, catalog: Catalog, lacking: Mapping[str, Sequence[str]]
) -> Iterator[WorkItem]:
    """Cut what is lacking into batches; see `tasks.plan`."""
    days = trading_days("SH", scope.start, scope.end)
    position = {day: at for at, day in enumerate(days)}
    bars = _bars_a_day(scope.dataset)
    lives = {security.code: life(security) for security in in_scope(catalog, scope)}
    pieces: list[plan.Piece] = []
    for code, missing in lacking.items():
        born, gone = lives[code]
        pieces += plan.pieces(
            code,
            [position[day] for day in missing],
            bisect_left(days, born),
            bisect_right(days, gone) - 1,
            plan.longest_piece(bars),
        )
    batches = plan.batches(pieces, bars)
    last_batch = {piece.code: batch for batch in batches for piece in batch.pieces}
    for batch in batches:
        yield {
            "codes": [piece.code for piece in batch.pieces],
            "start": days[batch.first],
            "end": days[batch.last],
            "work": batch.days_missing * bars,
            "closing": sum(last_batch[piece.code] is batch for piece in batch.pieces),
        }


def _bars_a_day(dataset: Dataset) -> int:
    if not dataset.period.intraday:
        return 1
    minutes = LONGEST_SESSION if dataset.kind is Kind.FUTURE else 240
    return max(1, minutes // int(dataset.period.removeprefix("min")))
