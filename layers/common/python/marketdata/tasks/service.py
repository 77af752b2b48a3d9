"""The task service behind the API: start, wait, show, cancel, retry."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from marketdata.aws.writes import ConditionFailedError
from marketdata.details import Detail
from marketdata.errors import ConflictError, NotFoundError
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import (
    ALL_TASKS,
    Selection,
    Status,
    Task,
    TaskKind,
    TaskObjects,
    new_task,
    request_key,
    result_key,
)

WAIT_SECONDS = 20.0
"""Must stay below the 29 s after which API Gateway gives up."""

PLAN_SECONDS = 0.5
"""A call that starts a task is answered within a second, whether or not the task is planned."""

STALE = timedelta(seconds=60)
"""A task that has not ended and was silent for this long is checked against its execution."""

FINDINGS = (
    "total_count",
    "complete_count",
    "missing_count",
    "error_count",
    "daily_stats",
    "missing_codes",
    "by_reason",
)
"""The fields of a detect task's result that the answer to the request contains."""


class Machines(Protocol):
    """What starts, checks and stops executions; the module `aws.workflows` is one."""

    def start_execution(self, machine: str, name: str, event: dict[str, object]) -> str: ...
    def execution_status(self, execution: str) -> str: ...
    def stop_execution(self, execution: str, cause: str) -> None: ...


class TaskService:
    """The operations of the API on tasks.

    Parameters
    ----------
    records : TaskRecords
        The tasks' records.
    machines : Machines
        Runs their executions.
    objects : TaskObjects
        Holds their results.
    detect_machine, fill_machine : str
        ARNs of the state machines.
    pause : callable
        Sleeps for some seconds.
    clock : callable
        A monotonic clock, in seconds.
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
        """Start a task, or return the one that already runs the same request.

        Raises
        ------
        ConflictError
            Too many tasks are being created at once.
        """
        request = request_key(kind, scope)
        try:
            task, new = self._records.claim(
                request,
                lambda task_id: new_task(task_id, kind, scope, user, request=request),
                lambda holder: not self._reconciled(holder).status.ended,
            )
        except ConditionFailedError as error:
            raise ConflictError(
                "too many tasks are being made at once: try again", key="try_again"
            ) from error
        return self._run(task) if new else task

    def wait(
        self, task: Task, enough: Callable[[Task], bool], seconds: float = WAIT_SECONDS
    ) -> Task:
        """Poll a task until `enough` holds, it has ended, or `seconds` have passed; return it."""
        until = self._clock() + seconds
        pause = 0.05
        while not (task.status.ended or enough(task)) and self._clock() < until:
            self._pause(pause)
            pause = min(pause * 1.5, 0.5)
            task = self._records.load(task.id)
        return task

    def wait_for_plan(self, task: Task) -> Task:
        """Return a task with its plan if that takes a moment only, and otherwise as it is.

        Tasks that are started in numbers do not wait: the plan of the one before has to be made
        first, and each wait keeps a process from starting the next one.
        """
        with suppress(NotFoundError):
            before = self._records.load(task.id - 1)
            if before.status is Status.PENDING:
                return task
        return self.wait(task, lambda each: each.planned, PLAN_SECONDS)

    def show(self, task_id: int) -> Task:
        """Return a task; one whose execution has died is marked as failed first.

        Raises
        ------
        NotFoundError
            There is no such task.
        """
        return self._reconciled(self._records.load(task_id))

    def page(self, page: int, size: int, wanted: Selection = ALL_TASKS) -> tuple[list[Task], int]:
        """Return a page of tasks, newest first, and the number of all that are wanted."""
        if wanted == ALL_TASKS:
            tasks, total = self._records.page(page, size)
        else:
            tasks, total = self._records.selected(wanted, page, size)
        return [self._reconciled(task) for task in tasks], total

    def result(self, task: Task) -> bytes:
        """Return the result of an ended task, as JSON.

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
        raise NotFoundError(
            f"task {task.id} is {task.status} and has no result", key="no_result", task=task.id
        )

    def findings(self, task: Task) -> dict[str, Any]:
        """Return what a detect task found; until it is completed, empty findings and its error."""
        shown = {"task_id": task.id, "status": task.status, "progress": task.progress}
        if task.status is Status.COMPLETED:
            found = self._objects.read_json(result_key(task))
            return shown | {name: found[name] for name in FINDINGS}
        counts = {"total_count": task.total_count, "complete_count": 0, "missing_count": 0}
        nothing = {"error_count": 0, "daily_stats": {}, "missing_codes": [], "by_reason": {}}
        return shown | counts | nothing | task.trouble

    def cancel(self, task_id: int) -> Task:
        """Stop a task; what it has stored stays stored.

        Raises
        ------
        ConflictError
            It has already ended.
        """
        task = self.show(task_id)
        cancelled = not task.status.ended and self._records.end(task, Status.CANCELLED)
        # Read once more: the plan step may have recorded its execution in between.
        task = self._records.load(task_id)
        if not cancelled:
            raise ConflictError(
                f"task {task_id} has ended already: {task.status}", key="task_ended", task=task_id
            )
        if task.execution:
            self._machines.stop_execution(task.execution, "cancelled")
        return task

    def retry(self, task_id: int) -> Task:
        """Run the batches that failed or were not reached once more.

        Raises
        ------
        ConflictError
            It is still running, nothing in it failed, or the same work is already being done.
        """
        task = self.show(task_id)
        if not task.status.ended:
            raise ConflictError(
                f"task {task_id} is still {task.status}", key="task_running", task=task_id
            )
        if task.status is Status.COMPLETED and not task.error_count:
            raise ConflictError(
                f"nothing in task {task_id} failed", key="nothing_failed", task=task_id
            )
        try:
            return self._run(self._records.retry(task))
        except ConditionFailedError:
            raise ConflictError(
                f"the work of task {task_id} is already being done",
                key="task_running",
                task=task_id,
            ) from None

    def _run(self, task: Task) -> Task:
        """Start a task's execution; a task that cannot be started ends as failed."""
        machine = self._fill_machine if task.kind.fetches else self._detect_machine
        try:
            event: dict[str, object] = {"task_id": task.id, "attempt": task.attempt}
            execution = self._machines.start_execution(machine, task.execution_name, event)
        except Exception:
            failure = Detail("internal_error", "it could not be started")
            self._records.end(task, Status.FAILED, [failure])
            raise
        self._records.started(task, execution)
        return task

    def _reconciled(self, task: Task) -> Task:
        """Mark a task as failed if its execution died without reporting."""
        silent = datetime.now(UTC) - datetime.fromisoformat(task.updated_at)
        if task.status.ended or silent < STALE:
            return task
        if task.execution and self._machines.execution_status(task.execution) == "RUNNING":
            return task
        failure = Detail("internal_error", "its execution ended without reporting")
        self._records.end(task, Status.FAILED, [failure])
        return self._records.load(task.id)
