"""The answer about the state of the service."""

from typing import Annotated, Literal

from pydantic import Field

from marketdata.api.schema.operation import Count, Day, Moment, Operation, Schema


class SessionView(Schema):
    """A session with the source, and its latest lease."""

    number: Annotated[int, Field(ge=1)]
    held: bool
    """使用中 · Whether nobody else may use the source now."""
    owner: str | None
    """The process of the upstream function; null if none ever had it."""
    fence: Count
    """Grows whenever another process takes the session, which then logs in anew."""
    since: Moment | None
    until: Moment | None
    """When it ends unless it is renewed; null once it was given back."""
    work: str | None
    """用途 · A task, or the operation that somebody waits for."""


class WaitingView(Schema):
    """Who waits for a session."""

    name: str
    """`reads`, or a task."""
    priority: Literal["read", "schedule", "backfill"]
    """优先级 · In this order."""
    since: Moment


class RequestsView(Schema):
    """The requests to a source that limits them."""

    per_day: Annotated[int, Field(ge=1)]
    """每日上限 · How many may be sent in a day of Shanghai's calendar."""
    spent_today: Count
    """今日已用 · How many were."""
    blocked_until: Moment | None
    """Until when the source refuses us, so that nothing is sent; null if it does not."""


class CoversView(Schema):
    """A kind of data that the source has."""

    dataset: str
    """数据集 · Such as stock.daily."""
    since: Day | None
    """起始日 · The first day for which the source has it; null if it does not say."""


class HeldView(Schema):
    """What is held of a dataset, from the first common day on: days, added up over the codes."""

    since: Day
    """起始日 · The first day that at least half of the codes have, or else that any has."""
    until: Day
    """截止日 · The last counted day. Later ones were not final when it was counted."""
    newest_day: Day | None
    """最新数据日 · The newest day of which any row is stored."""
    expected: Count
    """应有 · present + absent + unconfirmed + missing."""
    present: Count
    absent: Count
    """停牌等."""
    unconfirmed: Count
    """待确认 · The source gave nothing, which is not yet believed."""
    missing: Count
    """缺失."""
    percent: Annotated[float, Field(ge=0, le=100)] | None
    """完整率 · present + absent of what is expected, rounded down; null if nothing is."""
    missing_codes: Count
    """缺失代码数 · Codes that lack any of these days."""
    newest_missing: Count
    """最后一日缺失代码数 · Codes without the day `until` that should have it."""
    blocks: Count
    rows: Count
    as_of: Moment
    """统计时间."""
    waiting: Count
    """待统计 · Years, or months of minutes, whose counts no longer hold or are not there yet."""


class DatasetView(Schema):
    """A dataset that the source has, that is held, or that tasks are about."""

    dataset: str
    """数据集 · Such as stock.daily."""
    final_day: Day
    """最近定稿日 · The last trading day, or reporting period, that is final by now."""
    held: HeldView | None
    """已存 · Null if nothing was ever stored of it, or nobody has counted yet."""
    unknown: Literal["never_counted"] | None
    """Why `held` is null."""
    running: Count
    """运行中任务."""
    failed: Count
    """失败任务 · Tasks of the last seven days that failed, or ended with codes in error."""


class TaskCountsView(Schema):
    """The newest tasks."""

    running: Count
    failed: Count
    """失败任务 · In the last seven days."""
    looked_at: Count
    """How many were looked at."""
    since: Moment | None
    """When the oldest of these was made; null if there are none."""


class StoreView(Schema):
    """The size of the store; what is null has its reason in `unknown`."""

    blocks: Count | None
    """数据块数 · One for each code and year, or month of minutes."""
    rows: Count | None
    table_bytes: Count | None
    """表大小 · As DynamoDB has counted it within six hours."""
    objects: Count | None
    """对象数 · All of the bucket."""
    object_bytes: Count | None
    as_of: Moment | None
    """统计时间 · When the last three were counted."""
    unknown: dict[
        Literal["table_bytes", "objects", "object_bytes"],
        Literal["never_counted", "nowhere_counted", "too_many"],
    ]
    """未知原因 · Nobody has counted yet; nobody does on a local cloud; it takes too long."""


class StatusView(Schema):
    """The state of the service."""

    version: str
    """API版本."""
    upstream: Literal["synthetic", "files", "amazingdata", "baostock"]
    """数据源 · Where the data comes from."""
    final_day: Day
    """The last trading day whose daily bars of stocks are final."""
    covers: list[CoversView]
    """数据范围 · What the source has; empty until the first list of its securities has come."""
    next_final: dict[str, Moment | None]
    """下次定稿 · By dataset, when its next trading day is final; null beyond the calendar."""
    requests: RequestsView | None
    """请求额度 · Null if the source has no limit of requests."""
    sessions: list[SessionView]
    """会话."""
    waiting: list[WaitingView]
    """等待者 · Who goes first, first."""
    datasets: list[DatasetView]
    """数据集."""
    tasks: TaskCountsView
    """任务 · Of all datasets, and those about none."""
    store: StoreView
    """存储."""


HELD = {
    "since": "20240102",
    "until": "20261127",
    "newest_day": "20261127",
    "expected": 3_800_000,
    "present": 3_790_000,
    "absent": 9_988,
    "unconfirmed": 2,
    "missing": 10,
    "percent": 99.99,
    "missing_codes": 3,
    "newest_missing": 1,
    "blocks": 16_300,
    "rows": 3_790_000,
    "as_of": "2026-11-27T09:13:02+00:00",
    "waiting": 0,
}

OPERATIONS = {
    ("GET", "/status"): Operation(
        StatusView,
        {
            "version": "1.0.0",
            "upstream": "amazingdata",
            "final_day": "20261127",
            "covers": [{"dataset": "stock.daily", "since": "20130104"}],
            "next_final": {"stock.daily": "2026-11-30T09:00:00+00:00"},
            "requests": None,
            "sessions": [
                {
                    "number": 1,
                    "held": True,
                    "owner": "5f0c9a5e",
                    "fence": 3,
                    "since": "2026-11-27T09:12:44+00:00",
                    "until": "2026-11-27T09:13:20+00:00",
                    "work": "task 12",
                }
            ],
            "waiting": [
                {"name": "reads", "priority": "read", "since": "2026-11-27T09:12:49+00:00"}
            ],
            "datasets": [
                {
                    "dataset": "stock.daily",
                    "final_day": "20261127",
                    "held": HELD,
                    "unknown": None,
                    "running": 1,
                    "failed": 0,
                }
            ],
            "tasks": {
                "running": 1,
                "failed": 0,
                "looked_at": 12,
                "since": "2026-11-16T09:10:03.120+00:00",
            },
            "store": {
                "blocks": 16_300,
                "rows": 3_790_000,
                "table_bytes": 231_000_000,
                "objects": None,
                "object_bytes": None,
                "as_of": "2026-11-27T09:13:02+00:00",
                "unknown": {"objects": "too_many", "object_bytes": "too_many"},
            },
        },
        errors=(502, 503),
    ),
}
