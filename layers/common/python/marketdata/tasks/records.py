"""Task records in the control table; every change of a record is one conditional write."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from marketdata.aws.tables import ConditionFailedError, Item, Write
from marketdata.errors import NotFoundError
from marketdata.tasks.outcomes import Outcomes
from marketdata.tasks.task import Scope, Status, Task, TaskKind, now, record_key, request_key

RUNNING = {":pending": Status.PENDING, ":running": Status.RUNNING}
IS_RUNNING = "#status IN (:pending, :running)"
STATUS = {"#status": "status"}


class ControlTable(Protocol):
    """What records need of a table."""

    def get(self, pk: str, sk: str) -> Item | None: ...
    def query(self, pk: str, *, between: tuple[str, str] | None = ...) -> Iterator[Item]: ...
    def write(self, write: Write) -> Item: ...
    def transact(self, *writes: Write) -> None: ...
    def next_id(self, counter: str) -> int: ...


class TaskRecords:
    """Creates, reads and changes task records.

    Parameters
    ----------
    table : ControlTable
        The control table.
    """

    def __init__(self, table: ControlTable) -> None:
        self._table = table

    @property
    def outcomes(self) -> Outcomes:
        """The records of pieces of work."""
        return Outcomes(self._table)

    def load(self, task_id: int) -> Task:
        """Read a task.

        Raises
        ------
        NotFoundError
            There is none with this id.
        """
        item = self._table.get("tasks", record_key(task_id))
        if item is None:
            raise NotFoundError(f"there is no task {task_id}")
        return Task.from_item(item)

    def page(self, page: int, size: int) -> tuple[list[Task], int]:
        """Give a page of tasks, newest first, and the number of all tasks: two small reads."""
        counter = self._table.get("counters", "tasks")
        total = int(counter["last_id"]) if counter else 0
        last = total - (page - 1) * size
        first = max(1, last - size + 1)
        if last < 1:
            return [], total
        items = self._table.query("tasks", between=(record_key(first), record_key(last)))
        return [Task.from_item(item) for item in items][::-1], total

    def running(self, request: str) -> Task | None:
        """Give the task that holds a request, ended or not; None where none ever did."""
        pointer = self._table.get(f"request#{request}", "-")
        return self.load(int(pointer["task_id"])) if pointer else None

    def create(self, kind: TaskKind, scope: Scope, user: str, request: str = "") -> Task:
        """Write a new task, unless another one got hold of the request first.

        Parameters
        ----------
        kind, scope
            What to do.
        user : str
            Who wants it.
        request : str, optional
            What must not run twice at once; by default what `kind` and `scope` say.

        Raises
        ------
        ConditionFailedError
            The request is held by another task that has not ended.
        """
        request = request or request_key(kind, scope)
        holder = self.running(request)
        if holder and not holder.status.ended:
            raise ConditionFailedError(f"task {holder.id} does that already")
        at = now()
        task_id = self._table.next_id("tasks")
        task = Task(task_id, kind, Status.PENDING, scope, user, at, at, request=request)
        self._table.transact(
            Write("tasks", record_key(task_id), put=task.to_item()),
            self._hold(task, holder.id if holder else 0),
        )
        return task

    @staticmethod
    def _hold(task: Task, previous: int) -> Write:
        return Write(
            f"request#{task.request}",
            "-",
            put={"task_id": task.id},
            condition="attribute_not_exists(pk) OR task_id IN (:previous, :own)",
            values={":previous": previous, ":own": task.id},
        )

    def started(self, task: Task, execution: str) -> None:
        """Note the execution that works on a task."""
        self._set(task.id, {"execution": execution})

    def planned(self, task: Task, **counts: int) -> None:
        """Note how much work a task is, and that it runs now.

        Raises
        ------
        ConditionFailedError
            The task has ended meanwhile: it was cancelled.
        """
        changes = {"status": Status.RUNNING, "planned": True} | counts
        self._set(task.id, changes, IS_RUNNING, RUNNING)

    def retry(self, task: Task) -> Task:
        """Put an ended task back to pending, for one more attempt.

        Raises
        ------
        ConditionFailedError
            It runs again already, or the same request runs as another task.
        """
        holder = self.running(task.request)
        if holder and holder.id != task.id and not holder.status.ended:
            raise ConditionFailedError(f"task {holder.id} does that already")
        changes = {
            "status": Status.PENDING,
            "attempt": task.attempt + 1,
            "execution": "",
            "ended_at": "",
            "error_message": "",
        }
        again = self._update(task.id, changes, "attempt = :before", {":before": task.attempt})
        self._table.transact(self._hold(task, holder.id if holder else 0), again)
        return self.load(task.id)

    def end(self, task: Task, status: Status, message: str = "", **counts: int) -> bool:
        """End a task; gives False where it has ended before."""
        changes = {
            "status": status,
            "ended_at": now(),
            "error_message": message,
            **counts,
        }
        try:
            self._set(task.id, changes, IS_RUNNING, RUNNING)
        except ConditionFailedError:
            return False
        return True

    def _set(
        self,
        task_id: int,
        changes: Mapping[str, Any],
        condition: str = "attribute_exists(pk)",
        values: Mapping[str, Any] | None = None,
    ) -> Item:
        return self._table.write(self._update(task_id, changes, condition, values or {}))

    @staticmethod
    def _update(
        task_id: int, changes: Mapping[str, Any], condition: str, values: Mapping[str, Any]
    ) -> Write:
        changes = {**changes, "updated_at": now()}
        names = {f"#{name}": name for name in changes}
        setters = ", ".join(f"#{name} = :{name}" for name in changes)
        return Write(
            "tasks",
            record_key(task_id),
            update=f"SET {setters}",
            condition=condition,
            names=names | (STATUS if "#status" in condition else {}),
            values={f":{name}": value for name, value in changes.items()} | dict(values),
        )
