"""Tasks as the API sees them: start, wait, show, cancel, retry."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from marketdata.aws.writes import ConditionFailedError
from marketdata.errors import ConflictError, NotFoundError
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import (
    Status,
    Task,
    TaskKind,
    TaskObjects,
    new_task,
    request_key,
    result_key,
)

WAIT_SECONDS = 20.0
"""API Gateway gives up after 29 s."""

STALE = timedelta(seconds=60)
"""A running task that was silent for so long is held against its execution."""

FINDINGS = (
    "total_count",
    "complete_count",
    "missing_count",
    "error_count",
    "daily_stats",
    "missing_codes",
    "by_reason",
)
"""What the answer to a detect request holds of its result."""


class Machines(Protocol):
    """Starts, looks at and stops executions; the module `aws.workflows` is one."""

    def start_execution(self, machine: str, name: str, event: dict[str, object]) -> str: ...
    def execution_status(self, execution: str) -> str: ...
    def stop_execution(self, execution: str, cause: str) -> None: ...


class TaskService:
    """What the API can do with tasks.

    Parameters
    ----------
    records : TaskRecords
        Where they are kept.
    machines : Machines
        What runs them.
    objects : TaskObjects
        What they leave.
    detect_machine, fill_machine : str
        ARNs.
    """

    def __init__(
        self,
        records: TaskRecords,
        machines: Machines,
        objects: TaskObjects,
        *,
        detect_machine: str,
        fill_machine: str,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._records = records
        self._machines = machines
        self._objects = objects
        self._detect_machine = detect_machine
        self._fill_machine = fill_machine
        self._pause = pause
        self._clock = clock

    def start(self, kind: TaskKind, scope: Scope, user: str) -> Task:
        """Start a task; the same request gives the task that runs already.

        Raises
        ------
        ConflictError
            So many tasks are made just now that this one could not be.
        """
        request = request_key(kind, scope)
        try:
            task, new = self._records.claim(
                request,
                lambda task_id: new_task(task_id, kind, scope, user, request=request),
                lambda holder: not self._reconciled(holder).status.ended,
            )
        except ConditionFailedError as error:
            raise ConflictError("too many tasks are being made at once: try again") from error
        return self._run(task) if new else task

    def wait(
        self, task: Task, enough: Callable[[Task], bool], seconds: float = WAIT_SECONDS
    ) -> Task:
        """Look at a task until `enough` holds, it has ended, or the time is up."""
        until = self._clock() + seconds
        pause = 0.05
        while not (task.status.ended or enough(task)) and self._clock() < until:
            self._pause(pause)
            pause = min(pause * 1.5, 0.5)
            task = self._records.load(task.id)
        return task

    def show(self, task_id: int) -> Task:
        """Read a task; one whose execution has died is put down as failed first.

        Raises
        ------
        NotFoundError
            There is no such task.
        """
        return self._reconciled(self._records.load(task_id))

    def page(self, page: int, size: int) -> tuple[list[Task], int]:
        """Give a page of tasks, newest first, and the number of all."""
        tasks, total = self._records.page(page, size)
        return [self._reconciled(task) for task in tasks], total

    def result(self, task: Task) -> bytes:
        """Give what an ended task left, as JSON.

        Raises
        ------
        NotFoundError
            It has not ended, or ended without a result.
        """
        try:
            if task.status.ended:
                return self._objects.read(result_key(task))
        except NotFoundError:
            pass
        raise NotFoundError(f"task {task.id} is {task.status} and has no result")

    def findings(self, task: Task) -> dict[str, Any]:
        """Give what a detect task found so far: the whole once it is completed."""
        shown = {"task_id": task.id, "status": task.status, "progress": task.progress}
        if task.status is Status.COMPLETED:
            found = self._objects.read_json(result_key(task))
            return shown | {name: found[name] for name in FINDINGS}
        counts = {"total_count": task.total_count, "complete_count": 0, "missing_count": 0}
        nothing = {"error_count": 0, "daily_stats": {}, "missing_codes": [], "by_reason": {}}
        return shown | counts | nothing | {"error_message": task.error_message or None}

    def cancel(self, task_id: int) -> Task:
        """Stop a task; what it has stored stays.

        Raises
        ------
        ConflictError
            It has ended already.
        """
        task = self.show(task_id)
        cancelled = not task.status.ended and self._records.end(task, Status.CANCELLED)
        # Read once more: the plan step may have noted its execution in between.
        task = self._records.load(task_id)
        if not cancelled:
            raise ConflictError(f"task {task_id} has ended already: {task.status}")
        if task.execution:
            self._machines.stop_execution(task.execution, "cancelled")
        return task

    def retry(self, task_id: int) -> Task:
        """Run what failed or was not reached once more.

        Raises
        ------
        ConflictError
            It still runs, nothing of it failed, or the same request runs as another task.
        """
        task = self.show(task_id)
        if not task.status.ended:
            raise ConflictError(f"task {task_id} is still {task.status}")
        if task.status is Status.COMPLETED and not task.error_count:
            raise ConflictError(f"nothing of task {task_id} failed")
        try:
            return self._run(self._records.retry(task))
        except ConditionFailedError:
            raise ConflictError(f"what task {task_id} does is being done already") from None

    def _run(self, task: Task) -> Task:
        """Start the task's execution; a task that cannot be started ends as failed."""
        detect = task.kind is TaskKind.DETECT
        machine = self._detect_machine if detect else self._fill_machine
        name = f"task-{task.id}" if task.attempt == 1 else f"task-{task.id}-{task.attempt}"
        try:
            event: dict[str, object] = {"task_id": task.id, "attempt": task.attempt}
            execution = self._machines.start_execution(machine, name, event)
        except Exception:
            self._records.end(task, Status.FAILED, "it could not be started")
            raise
        self._records.started(task, execution)
        return task

    def _reconciled(self, task: Task) -> Task:
        """Put a task down as failed whose execution died without a word."""
        silent = datetime.now(UTC) - datetime.fromisoformat(task.updated_at)
        if task.status.ended or silent < STALE:
            return task
        if task.execution and self._machines.execution_status(task.execution) == "RUNNING":
            return task
        self._records.end(task, Status.FAILED, "its execution ended without a word")
        return self._records.load(task.id)
