"""Tasks and their results."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from amazingdata_client.reading import (
    Days,
    ErrorDetail,
    Explained,
    Keyed,
    days,
    each_of,
    explained,
    list_of,
    objects,
    read_by,
)

ENDED = frozenset({"completed", "failed", "cancelled"})


class _WithStatus:
    status: str

    @property
    def ended(self) -> bool:
        """Whether the task has completed, failed or been cancelled."""
        return self.status in ENDED


@dataclass(frozen=True, kw_only=True)
class Task(_WithStatus):
    """A background task of the service.

    Attributes
    ----------
    task_type : str
        "detect", "fill", "cache", "catalog" or "verify".
    status : str
        "pending", "running", "completed", "failed" or "cancelled".
    data_type : str
        "bars", "status" or "statements".
    progress : float
        Percentage; 100 only once the task has completed.
    codes : list of str or None
        The codes that the task is limited to; None for every code of the type.
    total_count, missing_count, success_count, error_count : int
        Numbers of codes: all, those with missing bars when the task was planned, done, and with an
        error.
    bar_count, quarantined_count : int
        Numbers of valid bars from the source, and of bars quarantined because they are invalid.
    error_message : str or None
        What went wrong.
    error_details : list of ErrorDetail
        The same piece by piece; docs/api.md has all keys.
    """

    id: int
    task_type: str
    status: str
    progress: float
    security_type: str
    data_type: str
    period_type: str
    contract_type: str
    start_date: str
    end_date: str
    codes: list[str] | None
    total_count: int
    missing_count: int
    success_count: int
    error_count: int
    batch_count: int
    batches_done: int
    bar_count: int
    quarantined_count: int
    upstream_calls: int
    attempt: int
    error_message: str | None
    created_by: str
    created_at: str
    updated_at: str
    ended_at: str | None
    error_details: list[ErrorDetail] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class TaskPage:
    """A page of tasks, newest first; `total` is the number of tasks on all pages."""

    items: list[Task] = field(metadata=read_by(list_of(Task)))
    total: int
    page: int
    page_size: int


@dataclass(frozen=True, kw_only=True)
class DayStats:
    """Numbers of codes on one day; expected = present + absent + unconfirmed + missing."""

    expected: int
    present: int
    absent: int
    missing: int
    unconfirmed: int = 0


@dataclass(frozen=True, kw_only=True)
class ReasonStats:
    """How many days without a bar have one reason, summed over that many codes."""

    codes: int
    days: int


@dataclass(frozen=True, kw_only=True)
class _Detected:
    task_id: int
    total_count: int
    complete_count: int
    missing_count: int
    error_count: int
    daily_stats: Mapping[str, DayStats] = field(metadata=read_by(objects(DayStats)))
    missing_codes: list[str]
    by_reason: Mapping[str, ReasonStats] = field(metadata=read_by(objects(ReasonStats)))


@dataclass(frozen=True, kw_only=True)
class TaskPlan:
    """What a task would do; nothing was started, and nothing written.

    Attributes
    ----------
    task_type : str
        "detect", "fill" or "cache".
    start_date, end_date : str
        The days that the plan is about.
    bounded : bool
        Whether it stops before the last day asked for, because there was no more time to make it.
    codes, days, code_days : int
        Codes to work on, days on which any of them lacks bars (all days, for a detect), and days
        summed over the codes.
    bars : int
        About how many bars would come; 0 for a detect.
    batch_count, upstream_calls : int
        Batches, and calls to the source.
    source_requests : int or None
        Requests that these take; None where the source's requests are not counted.
    estimated_seconds : int or None
        How long it would take; None if nothing is known.
    estimated_from : str or None
        What that rests on: "task" (`estimated_from_task`, an earlier one) or "budget" (the requests
        that the source may be sent).
    estimated_from_task : int or None
        The number of that task.
    message : str or None
        Why there is nothing to do, if the source does not have such data.
    """

    task_type: str
    start_date: str
    end_date: str
    bounded: bool
    codes: int
    days: int
    code_days: int
    bars: int
    batch_count: int
    upstream_calls: int
    source_requests: int | None
    estimated_seconds: int | None
    estimated_from: str | None
    estimated_from_task: int | None
    message: str | None = None


@dataclass(frozen=True, kw_only=True)
class Findings(_Detected, _WithStatus):
    """What a detect task has found so far; the counts are final once it has completed.

    Attributes
    ----------
    total_count, complete_count, missing_count, error_count : int
        Numbers of codes: all, complete, with missing days, and with inconsistent stored bars.
        Codes that only have unconfirmed days are neither complete nor missing.
    daily_stats : mapping
        Day to `DayStats`.
    missing_codes : list of str
        The codes with missing days.
    by_reason : mapping
        Reason to `ReasonStats`, for days that have no bar and are not missing; "unconfirmed" is
        among the reasons.
    """

    status: str
    progress: float
    error_message: str | None = None
    error_details: list[ErrorDetail] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class DetectResult(_Detected):
    """The full result of a detect task: `Findings` and the days, code by code.

    Attributes
    ----------
    missing : mapping
        For each of `missing_codes`, the ranges of missing days.
    unconfirmed : mapping
        For each code, the ranges of days on which the source gave no bar, which is not believed
        yet.
    error_codes : list of str
        Codes whose stored bars are inconsistent.
    absent : mapping
        For each code, the ranges for which the source has no bars.
    outside : mapping
        For each code, the ranges before its listing, after its delisting, or before the source's
        coverage.
    """

    missing: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    error_codes: list[str]
    unconfirmed: Mapping[str, list[Days]] = field(
        metadata=read_by(each_of(days)), default_factory=dict
    )
    absent: Mapping[str, list[Explained]] = field(
        metadata=read_by(each_of(explained)), default_factory=dict
    )
    outside: Mapping[str, list[Explained]] = field(
        metadata=read_by(each_of(explained)), default_factory=dict
    )


class FailedBatch(Keyed):
    """Part of a task's work of which nothing was done; `codes` is None for all codes."""

    batch: int
    start: str | None
    end: str | None
    codes: list[str] | None
    error: str


@dataclass(frozen=True, kw_only=True)
class FillResult:
    """The full result of a fill, cache or catalog task.

    Attributes
    ----------
    errors : mapping
        For each code with an error, the message.
    error_keys : mapping
        The same for programs.
    quarantined : mapping
        For each code, the number of quarantined bars by reason.
    failed_batches : list of FailedBatch
        The work of which nothing was done.
    notes : list of str
        Remarks that are no error of a code, such as rows of the source's files that were set aside.
    """

    task_id: int
    total_count: int
    missing_count: int
    success_count: int
    error_count: int
    bar_count: int
    upstream_calls: int
    quarantined_count: int
    errors: Mapping[str, str]
    quarantined: Mapping[str, Mapping[str, int]]
    error_keys: Mapping[str, Keyed] = field(default_factory=dict)
    failed_batches: list[FailedBatch] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class DamagedBlock(TypedDict):
    """A stored block that was damaged; a block is one code's rows of one dataset and part.

    `damage` is "lost", "broken" (cut or flipped bits), "foreign" (another block's rows) or
    "contradictory" (other rows than it claims).
    """

    code: str
    dataset: str
    part: str
    damage: str


@dataclass(frozen=True, kw_only=True)
class VerifyResult:
    """The full result of a verify task.

    Attributes
    ----------
    total_count, error_count : int
        Numbers of codes: those of which anything is stored, and those with a damaged block.
    block_count, damaged_count : int
        Numbers of blocks: opened, and damaged.
    by_damage : mapping
        Number of damaged blocks by kind of damage.
    damaged : list of DamagedBlock
        The damaged blocks, which were cleared: their days are missing until they are filled.
    """

    task_id: int
    total_count: int
    error_count: int
    block_count: int
    damaged_count: int
    by_damage: Mapping[str, int]
    damaged: list[DamagedBlock]
