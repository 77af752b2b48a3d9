"""Tasks, what they found, and what they did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amazingdata_client.reading import (
    Days,
    Explained,
    days,
    each_of,
    explained,
    list_of,
    objects,
    read_by,
)

ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task.

    Attributes
    ----------
    status : str
        "pending", "running", "completed", "failed" or "cancelled".
    progress : float
        0 to 100; 100 only once the task is completed.
    total_count, missing_count, success_count, error_count : int
        Codes: all, those that lacked bars when it was planned, dealt with, with an error.
    error_message : str or None
        What went wrong.
    """

    id: int
    task_type: str
    status: str
    progress: float
    security_type: str
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

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in ENDED


@dataclass(frozen=True, kw_only=True)
class TaskPage:
    """A page of tasks, newest first; `total` counts those of all pages."""

    items: list[Task] = field(metadata=read_by(list_of(Task)))
    total: int
    page: int
    page_size: int


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The days of a code in a part: expected, with a bar, without one by reason, missing."""

    expected: int
    present: int
    absent: Mapping[str, int]
    missing: int


@dataclass(frozen=True, kw_only=True)
class CodeHoldings:
    """What the cache holds of a code, by part: a year of daily bars, or a month of minutes."""

    code: str
    name: str
    parts: Mapping[str, Holding] = field(metadata=read_by(objects(Holding)))


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """A page of codes and what the cache holds of them; `total` counts those of all pages."""

    parts: list[str]
    items: list[CodeHoldings] = field(metadata=read_by(list_of(CodeHoldings)))
    total: int
    page: int
    page_size: int


@dataclass(frozen=True, kw_only=True)
class DayStats:
    """The codes of a day: expected = present + absent + missing."""

    expected: int
    present: int
    absent: int
    missing: int


@dataclass(frozen=True, kw_only=True)
class ReasonStats:
    """How many days without a bar one reason explains, summed over so many codes."""

    codes: int
    days: int


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a detect task has found so far; the counts are whole once it is completed."""

    task_id: int
    status: str
    progress: float
    total_count: int
    complete_count: int
    missing_count: int
    error_count: int
    daily_stats: Mapping[str, DayStats] = field(metadata=read_by(objects(DayStats)))
    missing_codes: list[str]
    by_reason: Mapping[str, ReasonStats] = field(metadata=read_by(objects(ReasonStats)))
    error_message: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.status in ENDED


@dataclass(frozen=True, kw_only=True)
class DetectResult:
    """The whole result of a detect task."""

    task_id: int
    total_count: int
    complete_count: int
    missing_count: int
    error_count: int
    daily_stats: Mapping[str, DayStats] = field(metadata=read_by(objects(DayStats)))
    missing_codes: list[str]
    missing: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    error_codes: list[str]
    by_reason: Mapping[str, ReasonStats] = field(metadata=read_by(objects(ReasonStats)))
    absent: Mapping[str, list[Explained]] = field(
        metadata=read_by(each_of(explained)), default_factory=dict
    )
    outside: Mapping[str, list[Explained]] = field(
        metadata=read_by(each_of(explained)), default_factory=dict
    )


@dataclass(frozen=True, kw_only=True)
class FillResult:
    """The whole result of any other task.

    Attributes
    ----------
    errors : mapping
        For each code with an error what it was.
    quarantined : mapping
        For each code how many bars were set aside, by reason.
    failed_batches : list
        Pieces of work of which nothing was done.
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
    failed_batches: list[Mapping[str, Any]] = field(default_factory=list)
