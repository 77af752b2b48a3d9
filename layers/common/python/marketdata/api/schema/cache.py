"""The answers about tasks."""

from typing import Annotated, Any

from pydantic import Field

from marketdata.api.schema.operation import (
    Code,
    Count,
    Day,
    Id,
    Link,
    Moment,
    OfCodes,
    Operation,
    Schema,
)
from marketdata.api.schema.tasks import (
    DetectResult,
    FillResult,
    Findings,
    OneTask,
    StartedTask,
    TaskPage,
    TaskPlan,
    VerifyResult,
)
from marketdata.settings import SOURCES
from marketdata.tasks.task import Status

type Part = Annotated[str, Field(pattern=r"^\d{4}(-\d\d)?$")]


class Reasons(Schema):
    """Days on which the source had no bar, by why."""

    suspended: Count = 0
    no_trade: Count = 0
    no_bar: Count = 0


class PartHoldings(Schema):
    """Trading days of a code in a year, or a month of minutes."""

    expected: Count
    """应有 · present + absent + unconfirmed + missing."""
    present: Count
    absent: Reasons
    """停牌等."""
    unconfirmed: Count
    """待确认 · The source gave no bar, which is not yet believed."""
    missing: Count
    """缺失 · Those with some of their minute bars included."""
    short: Count
    """不完整 · Missing days that have some of their minute bars."""


class CodeHoldings(Schema):
    """What the cache holds of a code."""

    code: Code
    name: str
    parts: dict[Part, PartHoldings]
    """Those in which anything is expected."""


class Coverage(Schema):
    """A page of codes, and what the cache holds of each."""

    parts: list[Part]
    """分区 · Years of daily bars, or months of minutes, in the order of time."""
    items: list[CodeHoldings]
    total: Count
    page: Annotated[int, Field(ge=1)]
    page_size: Annotated[int, Field(ge=1)]


class SetAside(Schema):
    """A row that was set aside instead of being stored."""

    code: str
    """As the source wrote it."""
    at: str
    """时间 · The day, the reporting period or the time of the row; empty if it has none."""
    reason: str
    """原因 · Why it must not be stored: a key."""
    row: dict[str, Any]
    """原始数据 · What the source gave."""
    set_aside_at: Moment
    file: str | None
    """文件 · The source's file in which it stands, below their folder; null without files."""
    line: Annotated[int, Field(ge=1)] | None
    """行号 · On which line."""


class Quarantine(Schema):
    """A page of rows that were set aside, the latest first; each once."""

    items: list[SetAside]
    total: Count
    page: Annotated[int, Field(ge=1)]
    page_size: Annotated[int, Field(ge=1)]


class QuarantineMeta(OfCodes):
    """How far the page reaches."""

    truncated: bool
    """Whether there are older rows that were not looked at."""


class LastTask(Schema):
    """What the last run of a schedule made."""

    id: Id
    status: Status
    error_count: Count
    error_message: str | None


class ScheduleView(Schema):
    """A schedule."""

    name: str
    """名称 · What it starts, such as stock, or stock-if-late for its repetition; the schedule's own
    name where somebody has changed its input, and that does not say so."""
    description: str
    """说明."""
    expression: str
    """表达式 · In EventBridge's own terms."""
    time_zone: str
    """时区 · Where the expression is meant."""
    enabled: bool
    """是否启用."""
    next_run: Moment | None
    """下次运行 · Null while it is disabled, and for an expression that is a rate."""
    last_run: Moment | None
    """上次运行 · Null if it never ran since this was noted."""
    last_task: LastTask | None
    """上次任务 · Null if there was nothing to do."""


class Schedules(Schema):
    """All schedules, those that run next first."""

    items: list[ScheduleView]


class CoverageTotals(Schema):
    """The days of all codes, whatever the page."""

    expected: Count
    present: Count
    unconfirmed: Count
    missing: Count
    short: Count
    codes: Count
    """Codes that are not complete."""


class CoverageMeta(OfCodes):
    """How far the counts reach."""

    upstream: Annotated[str, Field(json_schema_extra={"enum": [*SOURCES]})]
    final_until: Day
    """Later days are not final yet, and not counted."""
    unknown_codes: list[str]
    """Not known as that type of security, or without any life in the range."""
    totals: Annotated[CoverageTotals, Field(default=None)]
    """合计 · Only where codes are sorted by what is missing."""


REQUEST = {
    "security_type": "stock",
    "period_type": "daily",
    "start_date": "20240101",
    "end_date": "20240131",
    "contract_type": "all",
}
TASK = {
    "id": 7,
    "task_type": "fill",
    "status": "completed",
    "progress": 100.0,
    "security_type": "stock",
    "data_type": "bars",
    "period_type": "daily",
    "contract_type": "all",
    "start_date": "20240101",
    "end_date": "20240131",
    "codes": None,
    "total_count": 300,
    "missing_count": 300,
    "success_count": 300,
    "error_count": 0,
    "batch_count": 1,
    "batches_done": 1,
    "bar_count": 6573,
    "quarantined_count": 0,
    "upstream_calls": 1,
    "attempt": 1,
    "error_message": None,
    "error_details": [],
    "created_by": "admin",
    "created_at": "2024-02-01T01:00:00.000+00:00",
    "updated_at": "2024-02-01T01:00:09.000+00:00",
    "ended_at": "2024-02-01T01:00:09.000+00:00",
}
RUNNING = TASK | {
    "status": "running",
    "progress": 0.0,
    "success_count": 0,
    "batches_done": 0,
    "bar_count": 0,
    "upstream_calls": 0,
    "ended_at": None,
}
STARTED = {"task_id": 7, **RUNNING}
FOUND = {
    "task_id": 6,
    "total_count": 300,
    "complete_count": 299,
    "missing_count": 1,
    "error_count": 0,
    "daily_stats": {
        "20240102": {
            "expected": 300,
            "present": 297,
            "absent": 2,
            "unconfirmed": 0,
            "missing": 1,
        }
    },
    "missing_codes": ["600000.SH"],
    "by_reason": {"suspended": {"codes": 2, "days": 2}},
}
PATH = "/cache/tasks/{task_id}"
BY_TASK = {"task_id": "$response.body#/data/task_id"}
LINKS = (
    Link("GET", PATH, BY_TASK),
    Link("GET", f"{PATH}/result", BY_TASK),
    Link("POST", f"{PATH}/cancel", BY_TASK),
    Link("POST", f"{PATH}/retry", BY_TASK),
)
ERRORS = (404, 409, 502, 503)
HELD = {
    "expected": 22,
    "present": 20,
    "absent": {"suspended": 1},
    "unconfirmed": 0,
    "missing": 1,
    "short": 0,
}

OPERATIONS = {
    ("POST", "/cache/detect-all-missing"): Operation(
        Findings | TaskPlan,
        {"status": "completed", "progress": 100.0, **FOUND},
        REQUEST,
        errors=ERRORS,
        large=True,
        links=LINKS,
    ),
    ("POST", "/cache/cache-all-missing"): Operation(
        StartedTask | TaskPlan,
        STARTED | {"task_type": "cache"},
        REQUEST,
        errors=ERRORS,
        links=LINKS,
    ),
    ("POST", "/cache/fill-missing"): Operation(
        StartedTask | TaskPlan, STARTED, REQUEST, errors=ERRORS, links=LINKS
    ),
    ("POST", "/cache/verify"): Operation(
        StartedTask,
        STARTED | {"task_type": "verify", "total_count": 0, "missing_count": 0},
        REQUEST,
        errors=ERRORS,
        links=LINKS,
    ),
    ("GET", "/cache/coverage"): Operation(
        Coverage,
        {
            "parts": ["2024"],
            "items": [{"code": "600000.SH", "name": "浦发银行", "parts": {"2024": HELD}}],
            "total": 1,
            "page": 1,
            "page_size": 20,
        },
        {"security_type": "stock", "start_date": "20240101", "end_date": "20240131"},
        meta=CoverageMeta,
        meta_example={"upstream": "synthetic", "final_until": "20240131", "unknown_codes": []},
        errors=(502, 503),
    ),
    ("GET", "/cache/quarantine"): Operation(
        Quarantine,
        {
            "items": [
                {
                    "code": "600000.SH",
                    "at": "20240103",
                    "reason": "prices_out_of_order",
                    "row": {"trade_date": "20240103", "open": 6.5, "high": 6.4, "low": 6.6},
                    "set_aside_at": "2024-01-03T10:02:11+00:00",
                    "file": "stock/daily/600000.SH.csv",
                    "line": 5817,
                }
            ],
            "total": 1,
            "page": 1,
            "page_size": 20,
        },
        {"dataset": "stock.daily", "code": "600000.SH", "start_date": "20240101"},
        meta=QuarantineMeta,
        meta_example={"truncated": False},
    ),
    ("GET", "/cache/schedules"): Operation(
        Schedules,
        {
            "items": [
                {
                    "name": "stock",
                    "description": "Daily bars of stocks, once the day is final.",
                    "expression": "cron(10 17 ? * MON-FRI *)",
                    "time_zone": "Asia/Shanghai",
                    "enabled": True,
                    "next_run": "2026-11-30T09:10:00+00:00",
                    "last_run": "2026-11-27T09:10:03.120+00:00",
                    "last_task": {
                        "id": 7,
                        "status": "completed",
                        "error_count": 0,
                        "error_message": None,
                    },
                }
            ]
        },
        errors=(502, 503),
    ),
    ("GET", "/cache/tasks"): Operation(
        TaskPage,
        {"items": [TASK], "total": 1, "page": 1, "page_size": 10},
        {"page": 1, "page_size": 10},
    ),
    ("GET", PATH): Operation(OneTask, {"task": TASK}, {"task_id": 7}, errors=(404,)),
    ("GET", f"{PATH}/result"): Operation(
        DetectResult | FillResult | VerifyResult,
        FOUND
        | {
            "missing": {"600000.SH": [["20240102", "20240102"]]},
            "unconfirmed": {},
            "error_codes": [],
            "absent": {
                code: [{"from": "20240102", "to": "20240102", "reason": "suspended"}]
                for code in ("000002.SZ", "300450.SZ")
            },
            "outside": {},
        },
        {"task_id": 6},
        errors=(404,),
        large=True,
    ),
    ("POST", f"{PATH}/cancel"): Operation(
        OneTask, {"task": TASK | {"status": "cancelled"}}, {"task_id": 7}, errors=(404, 409)
    ),
    ("POST", f"{PATH}/retry"): Operation(
        OneTask,
        {"task": RUNNING | {"status": "pending", "attempt": 2}},
        {"task_id": 7},
        errors=(404, 409),
    ),
}
