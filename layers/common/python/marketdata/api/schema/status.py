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
        },
        errors=(502, 503),
    ),
}
