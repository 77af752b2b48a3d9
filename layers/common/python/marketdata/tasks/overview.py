"""The overview: what the cache holds of each dataset, and how its tasks are doing."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from marketdata.catalog.securities import Catalog
from marketdata.finance.periods import final_of
from marketdata.tasks.holdings import Holdings
from marketdata.tasks.scope import DATASETS
from marketdata.tasks.service import TaskService
from marketdata.tasks.store_size import StoreSize
from marketdata.tasks.survey import Survey
from marketdata.tasks.task import Task

NEWEST_TASKS = 100
"""How many tasks are looked at, whatever the number of all."""

RECENT = timedelta(days=7)
"""For so long a task that went wrong is counted, unless a retry of it ends well."""


class TaskCounts(NamedTuple):
    """How many of the newest tasks are at work, and how many went wrong lately."""

    running: int = 0
    failed: int = 0


class DatasetOverview(NamedTuple):
    """A dataset.

    Attributes
    ----------
    name : str
        Such as "stock.daily".
    final_day : str
        The last day, or reporting period, that is final by now.
    held : Holdings or None
        What is held of it; None if that was never counted.
    tasks : TaskCounts
        The tasks about it.
    """

    name: str
    final_day: str
    held: Holdings | None
    tasks: TaskCounts


class Overview(NamedTuple):
    """Reads what was counted and kept, and the newest tasks."""

    survey: Survey
    size: StoreSize
    service: TaskService
    catalog: Catalog | None
    now: datetime

    def newest_tasks(self) -> list[Task]:
        """Return the newest tasks, newest first."""
        tasks, _ = self.service.page(1, NEWEST_TASKS)
        return tasks

    def counts(self, tasks: Iterable[Task]) -> TaskCounts:
        """Count tasks."""
        since = (self.now - RECENT).isoformat()
        running = failed = 0
        for task in tasks:
            running += not task.status.ended
            failed += task.went_wrong and task.updated_at >= since
        return TaskCounts(running, failed)

    def datasets(self, tasks: Sequence[Task]) -> list[DatasetOverview]:
        """Return the datasets that the source has, that are held, or that tasks are about."""
        held = self.survey.read()
        of_tasks: dict[str, list[Task]] = {}
        for task in tasks:
            if task.about_dataset:
                of_tasks.setdefault(task.scope.dataset.name, []).append(task)
        has = self.catalog.first_days if self.catalog else {}
        return [
            DatasetOverview(
                name,
                final_of(scope.dataset, self.survey.final_day(name)),
                held.get(name),
                self.counts(of_tasks.get(name, ())),
            )
            for name, scope in DATASETS.items()
            if has.get(name) or name in held or name in of_tasks
        ]
