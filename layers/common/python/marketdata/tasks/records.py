"""Task records in the control table; every change of a record is one conditional write.

A request pointer, the item `request#{key}`, names the task and the attempt that last claimed a
request. The next claim succeeds only if the pointer has not changed since it was read, so of two
concurrent claims only one succeeds.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from marketdata.aws.tables import Table
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.details import Detail, message_of
from marketdata.errors import NotFoundError
from marketdata.lease.queue import Queue
from marketdata.lease.state import task_claimant
from marketdata.tasks.outcomes import Outcomes
from marketdata.tasks.task import (
    Selection,
    Status,
    Task,
    new_execution_name,
    now,
    record_key,
)

RUNNING = "#status IN (:pending, :running) AND attempt = :current"
STATUS = {"#status": "status"}
CLAIMS = 10
"""Attempts to claim a request while others claim the same one and end at once."""


class TaskRecords:
    """The store of task records.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def outcomes(self) -> Outcomes:
        """The outcomes of the tasks' batches."""
        return Outcomes(self._table)

    @property
    def queue(self) -> Queue:
        """The queue for the source's sessions."""
        return Queue(self._table)

    def load(self, task_id: int) -> Task:
        """Read a task.

        Raises
        ------
        NotFoundError
            No task has this id.
        """
        item = self._table.get("tasks", record_key(task_id))
        if item is None:
            raise NotFoundError(f"there is no task {task_id}", key="unknown_task", task=task_id)
        return Task.from_item(item)

    def page(self, page: int, size: int) -> tuple[list[Task], int]:
        """Return a page of tasks, newest first, and the number of all tasks, in two small reads.

        A number is lost if two claim the same request at the same moment, or a claim dies halfway;
        its page has one task less, and the number of all tasks counts it.
        """
        total = self._last_id()
        last = total - (page - 1) * size
        first = max(1, last - size + 1)
        if last < 1:
            return [], total
        items = self._table.query("tasks", between=(record_key(first), record_key(last)))
        return [Task.from_item(item) for item in items][::-1], total

    def selected(self, wanted: Selection, page: int, size: int) -> tuple[list[Task], int]:
        """Return a page of the selected tasks, newest first, and how many there are.

        Every record is read.
        """
        found = [item for item in self._table.query("tasks") if wanted.holds(item)][::-1]
        shown = found[(page - 1) * size : page * size]
        return [Task.from_item(item) for item in shown], len(found)

    def holder(self, request: str) -> Task | None:
        """Return the task that last claimed a request, ended or not; None if none ever did."""
        pointer = self._table.get(f"request#{request}", "-")
        return self.load(int(pointer["task_id"])) if pointer else None

    def claim(
        self, request: str, make: Callable[[int], Task], taken: Callable[[Task], bool]
    ) -> tuple[Task, bool]:
        """Return the task that holds a request; if none does, create one and let it claim it.

        Parameters
        ----------
        request : str
            The pointer's key, see `tasks.task.request_key`.
        make : callable
            Builds the new task from its id, see `tasks.task.new_task`.
        taken : callable
            Checks whether the task that last claimed the request still holds it.

        Returns
        -------
        Task, bool
            The task, and whether it is new.

        Raises
        ------
        ConditionFailedError
            Others claimed the request first, and their tasks ended, `CLAIMS` times in a row.
        """
        task: Task | None = None
        for _ in range(CLAIMS):
            holder = self.holder(request)
            if holder and taken(holder):
                return holder, False
            # Kept for the next attempt: a number that nobody gets leaves a gap.
            task = task or make(self._table.next_id("tasks"))
            with suppress(ConditionFailedError):
                self._table.transact(
                    Write("tasks", record_key(task.id), put=task.to_item()),
                    self._hold(task, holder),
                )
                return task, True
        raise ConditionFailedError(f"no task could be made for {request}")

    def _last_id(self) -> int:
        counter = self._table.get("counters", "tasks")
        return int(counter["last_id"]) if counter else 0

    @staticmethod
    def _hold(task: Task, holder: Task | None) -> Write:
        condition, values = "attribute_not_exists(pk)", {}
        if holder:
            condition = "task_id = :holder AND attempt = :attempt"
            values = {":holder": holder.id, ":attempt": holder.attempt}
        pointer = {"task_id": task.id, "attempt": task.attempt}
        return Write(
            f"request#{task.request}", "-", put=pointer, condition=condition, values=values
        )

    def started(self, task: Task, execution: str) -> None:
        """Record the execution that works on a task, unless a later attempt has begun."""
        with suppress(ConditionFailedError):
            self._set(task, {"execution": execution}, "attempt = :current")

    def planned(self, task: Task, execution: str, **counts: int) -> None:
        """Record how much work a task is, and that it is running.

        Raises
        ------
        ConditionFailedError
            This attempt has ended in the meantime: it was cancelled.
        """
        changes = {"status": Status.RUNNING, "planned": True, "execution": execution}
        self._set(task, changes | counts, RUNNING)

    def retry(self, task: Task) -> Task:
        """Set an ended task back to pending for another attempt.

        Raises
        ------
        ConditionFailedError
            It is already running again, or another task is running the same request.
        """
        holder = self.holder(task.request)
        if holder and holder.id != task.id and not holder.status.ended:
            raise ConditionFailedError(f"task {holder.id} does that already")
        changes: dict[str, Any] = {
            "status": Status.PENDING,
            "attempt": task.attempt + 1,
            "execution": "",
            "execution_name": new_execution_name(task.id, task.attempt + 1),
            "ended_at": "",
            "error_message": "",
            "error_details": [],
        }
        again = replace(task, **changes)
        self._table.transact(
            self._hold(again, holder), self._update(task, changes, "attempt = :current")
        )
        return again

    def end(
        self, task: Task, status: Status, details: Sequence[Detail] = (), **counts: int
    ) -> bool:
        """End a task, which leaves the queue; return False if this attempt had already ended."""
        changes = {
            "status": status,
            "ended_at": now(),
            "error_message": message_of(details),
            "error_details": [each.told() for each in details],
            **counts,
        }
        try:
            self._set(task, changes, RUNNING)
        except ConditionFailedError:
            return False
        if task.kind.fetches:
            self._leave_queue(task.id)
        return True

    def leave_queue_if_ended(self, task_id: int, attempt: int) -> None:
        """Take a task that waits for the source out of the queue unless it still goes on.

        Whoever puts a task into the queue calls it afterwards: what waits for nothing would keep
        other tasks out.
        """
        if not self.outcomes.goes_on(task_id, attempt):
            self._leave_queue(task_id)

    def _leave_queue(self, task_id: int) -> None:
        self.queue.leave(task_claimant(task_id, scheduled=False))

    def _set(self, task: Task, changes: Mapping[str, Any], condition: str) -> None:
        self._table.write(self._update(task, changes, condition))

    @staticmethod
    def _update(task: Task, changes: Mapping[str, Any], condition: str) -> Write:
        changes = {**changes, "updated_at": now()}
        values = {f":{name}": value for name, value in changes.items()}
        values[":current"] = task.attempt
        names = {f"#{name}": name for name in changes}
        if condition == RUNNING:
            names |= STATUS
            values |= {":pending": Status.PENDING, ":running": Status.RUNNING}
        setters = ", ".join(f"#{name} = :{name}" for name in changes)
        return Write(
            "tasks",
            record_key(task.id),
            update=f"SET {setters}",
            condition=condition,
            names=names,
            values=values,
        )
