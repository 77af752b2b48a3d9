"""The models of tasks and of what they leave."""

from typing import Annotated, Literal

from pydantic import Field

from marketdata.api.schema.operation import (
    Code,
    Count,
    Day,
    ErrorDetail,
    Id,
    Keyed,
    Moment,
    Range,
    Schema,
)
from marketdata.blocks.block import Damage
from marketdata.blocks.dataset import Kind, Period
from marketdata.finance.statement import Statement
from marketdata.tasks.scope import ContractType, DataType
from marketdata.tasks.task import Status, TaskKind

type Progress = Annotated[float, Field(ge=0, le=100)]


class TaskView(Schema):
    """A task."""

    id: Id
    """任务ID."""
    task_type: TaskKind
    status: Status
    """状态."""
    progress: Progress
    """进度 · 0 to 100; 100 only once the task is completed."""
    security_type: Kind | Literal["finance"]
    data_type: DataType
    """数据类型 · bars, status or statements."""
    period_type: Period | Statement
    contract_type: ContractType
    start_date: Day | Annotated[str, Field(max_length=0)]
    end_date: Day | Annotated[str, Field(max_length=0)]
    codes: list[Code] | None
    """Only these; null for every code of the type."""
    total_count: Count
    """总数 · Codes that the task is about."""
    missing_count: Count
    """缺失代码数量 · Codes that lacked bars when the task was planned."""
    success_count: Count
    """成功数 · Codes dealt with."""
    error_count: Count
    """错误数 · Codes with an error."""
    batch_count: Count
    batches_done: Count
    bar_count: Count
    """Good bars that the source gave."""
    quarantined_count: Count
    """Bad bars that were set aside."""
    upstream_calls: Count
    attempt: Annotated[int, Field(ge=1)]
    error_message: str | None
    """错误信息 · What went wrong; null where nothing did."""
    error_details: list[ErrorDetail]
    """The same piece by piece."""
    created_by: str
    created_at: Moment
    updated_at: Moment
    ended_at: Moment | None


class StartedTask(TaskView):
    """A task that was just started, or that does the same already."""

    task_id: Id
    """任务ID · The same as `id`."""


class TaskPlan(Schema):
    """What a task would do, with `dry_run`: nothing was started, and nothing written."""

    dry_run: Literal[True]
    task_type: TaskKind
    start_date: Day
    end_date: Day
    """The last day that the plan is about; before the one asked for if it is `bounded`."""
    bounded: bool
    """The plan stopped before the end, because there was no more time to make it."""
    codes: Count
    """代码数 · Codes that the task would work on; for a fill, those that lack days."""
    days: Count
    """天数 · Days on which any of them does."""
    code_days: Count
    """Days, summed over the codes."""
    bars: Count
    """About how many bars would come; 0 for a detect."""
    batch_count: Count
    upstream_calls: Count
    """Calls to the source."""
    source_requests: Count | None
    """Requests that these take; null where the source's requests are not counted."""
    estimated_seconds: Count | None
    """预计用时 · Null where nothing is known."""
    estimated_from: Literal["task", "budget"] | None
    """预计依据 · The largest of the latest tasks of this dataset, or the requests that the source
    may be sent in a minute and a day."""
    estimated_from_task: Id | None
    """That task."""
    message: str | None
    """Why there is nothing to do, if the source does not have such data."""


class OneTask(Schema):
    """One task."""

    task: TaskView


class TaskPage(Schema):
    """A page of tasks, newest first."""

    items: list[TaskView]
    total: Count
    page: Annotated[int, Field(ge=1)]
    page_size: Annotated[int, Field(ge=1)]


class DayStats(Schema):
    """The codes of a day."""

    expected: Count
    """应有 · Codes expected to have a bar: present + absent + unconfirmed + missing."""
    present: Count
    absent: Count
    unconfirmed: Count
    missing: Count


type Why = Literal[
    "suspended",
    "no_trade",
    "no_bar",
    "unconfirmed",
    "not_listed",
    "delisted",
    "before_coverage",
    "not_covered",
]


class ReasonStats(Schema):
    """The days without a bar that one reason explains."""

    codes: Count
    days: Count
    """Summed over the codes."""


class Explained(Schema):
    """Neighbouring trading days of a code without a bar, and why."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day
    reason: Why


class Findings(Schema):
    """What a detect task has found; the counts are whole once it is completed."""

    task_id: Id
    status: Status
    progress: Progress
    total_count: Count
    """检测总数 · Codes."""
    complete_count: Count
    """完整数量."""
    missing_count: Count
    """缺失数量."""
    error_count: Count
    """错误数量 · Codes whose stored bars contradict themselves."""
    daily_stats: dict[Day, DayStats]
    """每日统计."""
    missing_codes: list[Code]
    """缺失代码列表."""
    by_reason: dict[Why, ReasonStats]
    """按原因统计 · Trading days that lack a bar and are not missing, with the reason."""
    error_message: str | None = None
    error_details: Annotated[list[ErrorDetail], Field(default=None)]


class DetectResult(Schema):
    """The whole result of a detect task."""

    task_id: Id
    total_count: Count
    complete_count: Count
    missing_count: Count
    error_count: Count
    daily_stats: dict[Day, DayStats]
    missing_codes: list[Code]
    missing: dict[Code, list[Range]]
    """For each of them the days that are missing."""
    unconfirmed: dict[Code, list[Range]]
    """Days on which the source gave no bar, which is not yet believed."""
    error_codes: list[Code]
    by_reason: dict[Why, ReasonStats]
    """Trading days that lack a bar and are not missing, with the reason."""
    absent: dict[Code, list[Explained]]
    """Of these the days for which the source was asked and had none."""
    outside: dict[Code, list[Explained]]
    """And those outside the code's life, or before the source's coverage."""


class FailedBatch(Keyed):
    """A piece of work of which nothing was done."""

    batch: Annotated[int, Field(ge=1)]
    start: Day | None
    end: Day | None
    codes: list[Code] | None
    error: str


class FillResult(Schema):
    """The whole result of a fill, a cache or a catalog task."""

    task_id: Id
    total_count: Count
    missing_count: Count
    success_count: Count
    error_count: Count
    bar_count: Count
    upstream_calls: Count
    quarantined_count: Count
    errors: dict[str, str]
    """For each code with an error what it was."""
    error_keys: dict[str, Keyed]
    """The same for machines."""
    quarantined: dict[str, dict[str, Count]]
    """For each code how many bars were set aside, by reason."""
    failed_batches: list[FailedBatch]
    notes: list[str]
    """备注 · What else there is to say, such as rows of the source's files that were set aside."""


class DamagedBlock(Schema):
    """A stored block that was damaged."""

    code: str
    dataset: str
    """Such as stock.daily, finance.income or factor.stock."""
    part: str
    """分区 · A year, a month of minute bars, or all."""
    damage: Damage


class VerifyResult(Schema):
    """The whole result of a verify task."""

    task_id: Id
    total_count: Count
    """Codes of which anything is stored."""
    error_count: Count
    """Codes with a damaged block."""
    block_count: Count
    """Blocks that were opened."""
    damaged_count: Count
    by_damage: dict[Damage, Count]
    """Damaged blocks by what was wrong with them."""
    damaged: list[DamagedBlock]
    """已清除 · Their days count as missing now; after a failed task, lost ones are not cleared."""
