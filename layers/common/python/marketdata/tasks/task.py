"""A task's record: what was requested, how far it has come and how it ended."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, Self

import orjson

from marketdata.blocks.dataset import Kind, Period
from marketdata.finance.statement import FINANCE, Statement
from marketdata.tasks.scope import ContractType, Scope

SCHEDULE = "schedule"
"""Who creates the tasks of schedules."""


class TaskKind(StrEnum):
    """What a task does."""

    DETECT = "detect"
    FILL = "fill"
    CACHE = "cache"
    CATALOG = "catalog"
    VERIFY = "verify"

    @property
    def fetches(self) -> bool:
        """Whether the machine `fill` does it, and not the machine `detect`."""
        return self not in (TaskKind.DETECT, TaskKind.VERIFY)


class Status(StrEnum):
    """How far a task has come."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether the task is over, unless it is retried."""
        return self not in (Status.PENDING, Status.RUNNING)


class Selection(NamedTuple):
    """Which tasks to list.

    Attributes
    ----------
    status : Status or None
        Only those that have come so far.
    kind : TaskKind or None
        Only those that do this.
    with_errors : bool
        Only those that failed, or ended with codes in error.
    """

    status: Status | None = None
    kind: TaskKind | None = None
    with_errors: bool = False

    def holds(self, item: Mapping[str, Any]) -> bool:
        """Check a stored record."""
        return (
            (self.status is None or item["status"] == self.status)
            and (self.kind is None or item["kind"] == self.kind)
            and (not self.with_errors or _went_wrong(item["status"], item.get("error_count", 0)))
        )


ALL_TASKS = Selection()


def _went_wrong(status: str, error_count: int) -> bool:
    return status == Status.FAILED or (Status(status).ended and error_count > 0)


@dataclass(frozen=True, slots=True)
class Task:
    """A task's record.

    Attributes
    ----------
    id : int
        The task's number, from 1.
    kind : TaskKind
        What it does.
    status : Status
        How far it has come.
    scope : Scope
        What it is about; meaningless for a catalog task and for a schedule's verify task.
    created_by : str
        A user's name, or "schedule".
    created_at, updated_at, ended_at : str
        ISO 8601, UTC; empty until it happens.
    request : str
        Key of the pointer that keeps the same request from running twice at once.
    execution : str
        ARN of the latest execution; empty until it is known.
    execution_name : str
        Name under which this attempt is started; empty if a schedule started it.
    attempt : int
        1, plus 1 for each retry.
    planned : bool
        Whether the counts below are known.
    total_count, missing_count : int
        Codes that the task works on, for a fill only those that lack rows; and codes found to lack
        rows, where a cache task counts every code with an expected day, and a verify task none.
    success_count, error_count : int
        Codes finished so far without an error, and codes with one.
    batch_count, batches_done : int
        Batches planned and finished; for detect and verify tasks groups of parts.
    work, work_done : int
        The same measured in bars (in parts for these two), for the progress.
    bar_count, quarantined_count, upstream_calls : int
        Good bars received, bad bars set aside, calls that the source answered.
    error_message : str
        What went wrong, in words; empty if nothing did.
    error_details : sequence of mapping
        The same piece by piece, each with `key`, `params` and `message`, see `details.Detail`.
    """

    id: int
    kind: TaskKind
    status: Status
    scope: Scope
    created_by: str
    created_at: str
    updated_at: str
    ended_at: str = ""
    request: str = ""
    execution: str = ""
    execution_name: str = ""
    attempt: int = 1
    planned: bool = False
    total_count: int = 0
    missing_count: int = 0
    success_count: int = 0
    error_count: int = 0
    batch_count: int = 0
    batches_done: int = 0
    work: int = 0
    work_done: int = 0
    bar_count: int = 0
    quarantined_count: int = 0
    upstream_calls: int = 0
    error_message: str = ""
    error_details: Sequence[Mapping[str, Any]] = field(default_factory=list)

    @property
    def progress(self) -> float:
        """The share of the work that is done, 0 to 100; 100 only once the task is completed."""
        if self.status is Status.COMPLETED:
            return 100.0
        if not self.work:
            return 0.0
        return min(round(100 * self.work_done / self.work, 1), 99.9)

    @property
    def went_wrong(self) -> bool:
        """Whether it failed, or ended with codes in error."""
        return _went_wrong(self.status, self.error_count)

    @property
    def about_dataset(self) -> bool:
        """Whether the scope means anything, see there."""
        by_schedule = self.created_by == SCHEDULE
        return self.kind is not TaskKind.CATALOG and not (
            self.kind is TaskKind.VERIFY and by_schedule
        )

    @property
    def trouble(self) -> dict[str, Any]:
        """The fields that say what went wrong."""
        return {
            "error_message": self.error_message or None,
            "error_details": [*self.error_details],
        }

    def to_item(self) -> dict[str, Any]:
        """Return the record as it is stored."""
        return asdict(self) | {"scope": asdict(self.scope) | {"codes": list(self.scope.codes)}}

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> Self:
        """Parse a stored record."""
        raw = item["scope"]
        scope = Scope(
            **raw
            | {
                "kind": Kind(raw["kind"]),
                "period": (Statement if raw["period"] in Statement else Period)(raw["period"]),
                "codes": tuple(raw["codes"]),
                "contract_type": ContractType(raw.get("contract_type", ContractType.ALL)),
            }
        )
        known = {name: item[name] for name in _NAMES if name in item}
        typed = {"scope": scope, "kind": TaskKind(item["kind"]), "status": Status(item["status"])}
        return cls(**known | typed)

    def view(self) -> dict[str, Any]:
        """Return the fields that the API shows."""
        scope = self.scope
        return {
            "id": self.id,
            "task_type": self.kind,
            "status": self.status,
            "progress": self.progress,
            "security_type": FINANCE if isinstance(scope.period, Statement) else scope.kind,
            "data_type": scope.data_type,
            "period_type": scope.period,
            "start_date": scope.start,
            "end_date": scope.end,
            "contract_type": scope.contract_type,
            "codes": list(scope.codes) or None,
            "total_count": self.total_count,
            "missing_count": self.missing_count,
            "success_count": self.success_count,
            "error_count": self.error_count,
            "batch_count": self.batch_count,
            "batches_done": self.batches_done,
            "bar_count": self.bar_count,
            "quarantined_count": self.quarantined_count,
            "upstream_calls": self.upstream_calls,
            "attempt": self.attempt,
            **self.trouble,
            "created_by": self.created_by,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "ended_at": self.ended_at or None,
        }


_NAMES = [each.name for each in fields(Task)]


class TaskObjects(Protocol):
    """A store of work lists and results; `aws.objects.Bucket` is one."""

    name: str

    def read(self, key: str) -> bytes: ...
    def read_json(self, key: str) -> Any: ...
    def write_json(self, key: str, value: Any) -> None: ...


def new_task(
    task_id: int, kind: TaskKind, scope: Scope, user: str, *, request: str, execution: str = ""
) -> Task:
    """Build the record of a task on which no work has been done yet; see `Task`."""
    at = now()
    return Task(
        task_id,
        kind,
        Status.PENDING,
        scope,
        user,
        at,
        at,
        request=request,
        execution=execution,
        execution_name="" if execution else new_execution_name(task_id, 1),
    )


def new_execution_name(task_id: int, attempt: int) -> str:
    """Return a name for an attempt's execution that no execution has had.

    Its random part tells it from an execution of the same id from before the table was restored:
    Step Functions knows a name for 90 days.
    """
    return f"task-{task_id}-{attempt}-{secrets.token_hex(4)}"


def request_key(kind: TaskKind, scope: Scope) -> str:
    """Return a key that two requests share if and only if they ask for the same thing."""
    text = orjson.dumps([kind, asdict(scope) | {"codes": sorted(scope.codes)}])
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def plan_key(task: Task) -> str:
    """Return the object key of a task's complete work list."""
    return f"tasks/{task.id}/plan.json"


def result_key(task: Task) -> str:
    """Return the object key of a task's result: what it found or did, code by code."""
    return f"tasks/{task.id}/result.json"


def record_key(task_id: int) -> str:
    """Return a task's sort key in the control table, which sorts as the ids do."""
    return f"{task_id:010d}"


def now() -> str:
    """Return the current time as records have it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def outside_key(task_id: int) -> str:
    """Return the object key of the days on which no bar is expected, by reason."""
    return f"tasks/{task_id}/outside.json"


def detect_key(task_id: int, group: int) -> str:
    """Return the object key of the findings in one group of a detect or verify task's parts."""
    return f"tasks/{task_id}/detect-{group}.json"
