"""The state of the service in the API's responses: its source, what it holds, its schedules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amazingdata_client.reading import (
    list_of,
    object_of,
    read,
    read_by,
)


@dataclass(frozen=True, kw_only=True)
class SourceSession:
    """A session with the source, and its latest lease.

    Attributes
    ----------
    number : int
        From 1.
    held : bool
        Whether it is in use.
    owner : str or None
        The process of the service that had it last.
    fence : int
        Grows whenever another process takes it.
    since, until : str or None
        When it was taken and when it ends; `until` is None once it was given back.
    work : str or None
        What it was taken for.
    """

    number: int
    held: bool
    owner: str | None
    fence: int
    since: str | None
    until: str | None
    work: str | None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Who waits for a session: "reads" or a task, its `priority`, and since when."""

    name: str
    priority: str
    since: str


@dataclass(frozen=True, kw_only=True)
class SourceRequests:
    """The requests to a source that limits them.

    Attributes
    ----------
    per_day : int
        How many the service may send it in a day of Shanghai's calendar.
    spent_today : int
        How many it has sent.
    blocked_until : str or None
        Until when the source refuses the service; None if it does not.
    """

    per_day: int
    spent_today: int
    blocked_until: str | None


def _requests(value: Mapping[str, Any] | None) -> SourceRequests | None:
    return None if value is None else read(SourceRequests, value)


@dataclass(frozen=True, kw_only=True)
class Covers:
    """A kind of data that the source has, such as "stock.daily", and its first day if known."""

    dataset: str
    since: str | None


@dataclass(frozen=True, kw_only=True)
class HeldDataset:
    """What is held of a dataset: days, added up over the codes.

    Attributes
    ----------
    since, until : str
        First and last counted day, "YYYYMMDD": the first one that at least half of the codes have,
        or else that any has, and the last one that was final.
    newest_day : str or None
        The newest day of which any row is stored.
    expected, present, absent, unconfirmed, missing : int
        Days; expected is the sum of the others.
    percent : float or None
        Present and absent days in percent of the expected ones, rounded down; None if none are.
    missing_codes, newest_missing : int
        Codes that lack any of these days; and those without the day `until`.
    blocks, rows : int
        What is stored.
    as_of : str
        When it was counted.
    waiting : int
        Years, or months of minutes, whose counts no longer hold or are not there yet.
    """

    since: str
    until: str
    newest_day: str | None
    expected: int
    present: int
    absent: int
    unconfirmed: int
    missing: int
    percent: float | None
    missing_codes: int
    newest_missing: int
    blocks: int
    rows: int
    as_of: str
    waiting: int = 0


@dataclass(frozen=True, kw_only=True)
class DatasetStatus:
    """A dataset that the source has, that is held, or that tasks are about.

    Attributes
    ----------
    dataset : str
        Such as "stock.daily".
    final_day : str
        The last trading day, or reporting period, that is final by now.
    held : HeldDataset or None
        None if nothing was ever stored of it, or if nobody has counted it yet, see `unknown`.
    running, failed : int
        Tasks at work, and those of the last seven days that failed or ended with errors.
    unknown : str or None
        Why `held` is None: "never_counted".
    """

    dataset: str
    final_day: str
    held: HeldDataset | None = field(
        metadata=read_by(lambda each: each and read(HeldDataset, each))
    )
    running: int
    failed: int
    unknown: str | None


@dataclass(frozen=True, kw_only=True)
class TaskCounts:
    """The newest tasks: how many are at work, went wrong in a week, and were looked at.

    `since` says when the oldest of these was made.
    """

    running: int
    failed: int
    looked_at: int
    since: str | None


@dataclass(frozen=True, kw_only=True)
class StoreStatus:
    """The size of the store; `unknown` says why a number is None.

    Attributes
    ----------
    blocks, rows : int or None
        What is stored of all datasets.
    table_bytes, objects, object_bytes : int or None
        The size of the table, and of all objects in the bucket.
    as_of : str or None
        When the last three were counted.
    unknown : mapping
        Name to reason: "never_counted", "nowhere_counted" or "too_many".
    """

    blocks: int | None
    rows: int | None
    table_bytes: int | None
    objects: int | None
    object_bytes: int | None
    as_of: str | None
    unknown: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class LastTask:
    """The task that the last run of a schedule made."""

    id: int
    status: str
    error_count: int
    error_message: str | None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A schedule of the service.

    Attributes
    ----------
    name : str
        What it starts, such as "stock", or "stock-if-late" for its repetition.
    description : str
        What it does, in words.
    expression, time_zone : str
        When it runs, as EventBridge writes it.
    enabled : bool
        Whether it runs at all.
    next_run, last_run : str or None
        ISO 8601, UTC; None if it never runs or ran, or nobody knows.
    last_task : LastTask or None
        What the last run made; None if there was nothing to do.
    """

    name: str
    description: str
    expression: str
    time_zone: str
    enabled: bool
    next_run: str | None
    last_run: str | None
    last_task: LastTask | None = field(metadata=read_by(lambda each: each and read(LastTask, each)))


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """The state of the service.

    Attributes
    ----------
    version : str
        Of the API.
    upstream : str
        Where the data comes from: "synthetic", "files", "amazingdata" or "baostock".
    final_day : str
        The last trading day whose daily bars of stocks are final.
    covers : list of Covers
        What the source has; empty until the service knows.
    next_final : mapping
        For each of these datasets, when the next trading day of it is final; None beyond the
        service's calendar.
    sessions : list of SourceSession
        The sessions with the source.
    waiting : list of Waiting
        Who waits for one.
    requests : SourceRequests or None
        The requests to the source; None if it does not limit them.
    datasets : list of DatasetStatus
        How complete what is held of each dataset is, and how its tasks are doing.
    tasks : TaskCounts or None
        All tasks; None with a service that does not tell.
    store : StoreStatus or None
        The size of the store; None with a service that does not tell.
    """

    version: str
    upstream: str
    final_day: str
    sessions: list[SourceSession] = field(metadata=read_by(list_of(SourceSession)))
    waiting: list[Waiting] = field(metadata=read_by(list_of(Waiting)))
    requests: SourceRequests | None = field(default=None, metadata=read_by(_requests))
    covers: list[Covers] = field(default_factory=list, metadata=read_by(list_of(Covers)))
    next_final: dict[str, str | None] = field(default_factory=dict)
    datasets: list[DatasetStatus] = field(
        default_factory=list, metadata=read_by(list_of(DatasetStatus))
    )
    tasks: TaskCounts | None = field(default=None, metadata=read_by(object_of(TaskCounts)))
    store: StoreStatus | None = field(default=None, metadata=read_by(object_of(StoreStatus)))
