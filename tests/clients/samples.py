"""Sample responses of the service."""

from typing import Any

COUNTS = {"total_count": 4, "missing_count": 1, "error_count": 0}
FOUND = {
    "task_id": 7,
    **COUNTS,
    "complete_count": 2,
    "daily_stats": {
        "20240102": {"expected": 4, "present": 1, "absent": 1, "unconfirmed": 1, "missing": 1}
    },
    "missing_codes": ["600000.SH"],
    "by_reason": {
        "suspended": {"codes": 1, "days": 1},
        "unconfirmed": {"codes": 1, "days": 1},
    },
}
CONFIG = {
    "id": 1,
    "name": "main",
    "username": "u",
    "host": "h",
    "port": 8600,
    "local_path": None,
    "is_default": True,
    "created_at": "2024-01-01T00:00:00",
    "updated_at": "2024-01-01T00:00:00",
    "has_password": True,
}
USER = {"id": 3, "username": "wang", "email": "", "role": "user", "is_active": True}
SECURITY = {
    "code": "600000.SH",
    "name": "浦发银行",
    "market": "SH",
    "type": "stock",
    "list_date": "19991110",
    "delist_date": None,
}

SECURITY_INFO = SECURITY | {"lives": [{"list_date": "19991110", "delist_date": None}]}

DAYS = ("--start", "20240101", "--end", "20240131")
"""Options of a command."""


def meta(**changes: Any) -> dict[str, Any]:
    """Return the `meta` of a complete response, with changes."""
    return {
        "complete": True,
        "expected": 1,
        "returned": 1,
        "missing": {},
        "unconfirmed": {},
        "absent": {},
        "outside": {},
        "pending": [],
        "unfinished": [],
        "short": {},
        "unknown_sessions": {},
        "close_outside": {},
        "rejected": {},
        "unknown_codes": [],
        "source": "cache",
        "upstream": "synthetic",
        "warnings": [],
        "warning_details": [],
        **changes,
    }


def sample_bar(trade_date: str = "20240102", **changes: Any) -> dict[str, Any]:
    """Return a bar, with changes."""
    prices = {"open": 9.11, "high": 9.19, "low": 9.1, "close": 9.15}
    return {"trade_date": trade_date, **prices, "volume": 100, "amount": 915.0, **changes}


def sample_task(**changes: Any) -> dict[str, Any]:
    """Return a running task, with changes."""
    return {
        "id": 7,
        "task_type": "fill",
        "status": "running",
        "progress": 0.0,
        "security_type": "stock",
        "data_type": "bars",
        "period_type": "daily",
        "contract_type": "all",
        "start_date": "20240101",
        "end_date": "20240131",
        "codes": None,
        "total_count": 300,
        "missing_count": 2,
        "success_count": 0,
        "error_count": 0,
        "batch_count": 2,
        "batches_done": 0,
        "bar_count": 0,
        "quarantined_count": 0,
        "upstream_calls": 0,
        "attempt": 1,
        "error_message": None,
        "created_by": "admin",
        "created_at": "2024-02-01T08:00:00+00:00",
        "updated_at": "2024-02-01T08:00:00+00:00",
        "ended_at": None,
        **changes,
    }


def sample_day_meta(**changes: Any) -> dict[str, Any]:
    """Return the `meta` of a complete market day, with changes."""
    return {
        "trade_date": "20241120",
        "complete": True,
        "expected": 0,
        "returned": 0,
        "missing": [],
        "unconfirmed": [],
        "absent": {},
        "release": {"revision": 3, "published_at": "2024-11-20T09:00:00Z", "condition": "final"},
        "stale": False,
        **changes,
    }


def sample_part(**changes: Any) -> dict[str, Any]:
    """Return a published file, with changes."""
    return {
        "dataset": "stock.daily",
        "part": "2024",
        "path": "stock.daily/year=2024/part.parquet",
        "rows": 1,
        "bytes": 9,
        "sha256": "0" * 64,
        "revision": 1,
        "published_at": "2024-12-31T09:00:00Z",
        "condition": "final",
        "expected": 1,
        "returned": 1,
        "missing": 0,
        "absent": 0,
        "first_day": "20240102",
        "last_day": "20241231",
        "upstream": "synthetic",
        **changes,
    }


def sample_status(trade_date: str = "20240102", **changes: Any) -> dict[str, Any]:
    """Return the status of a stock on a day, with changes."""
    flags = dict.fromkeys(("is_st", "suspended", "ex_right", "ex_dividend"), False)
    prices = {"pre_close": 9.0, "limit_up": 9.9, "limit_down": 8.1}
    return {"trade_date": trade_date, **prices, **flags, **changes}


def status_columns(**changes: Any) -> dict[str, Any]:
    """Return what a status adds to a bar, with changes."""
    row = sample_status(**changes)
    del row["trade_date"]
    return row


def status_meta(**changes: Any) -> dict[str, Any]:
    """Return what is said of the status that came with bars, with changes."""
    names = ("missing", "unconfirmed", "rejected", "disagreeing")
    nothing: dict[str, Any] = {name: {} for name in names}
    return {"complete": True, **nothing, "not_covered": [], **changes}


def day_status_meta(**changes: Any) -> dict[str, Any]:
    """Return what is said of the status that came with a market day, with changes."""
    return {"complete": True, "missing": [], "unconfirmed": [], "not_covered": [], **changes}


def members_meta(**changes: Any) -> dict[str, Any]:
    """Return the `meta` of members or industries, with changes."""
    return {
        "as_of": "20240131",
        "asked_at": "2024-02-01T08:00:00+00:00",
        "upstream": "synthetic",
        "warnings": [],
        "warning_details": [],
        **changes,
    }


PLAN = {
    "dry_run": True,
    "task_type": "fill",
    "start_date": "20240101",
    "end_date": "20240131",
    "bounded": False,
    "codes": 300,
    "days": 22,
    "code_days": 6573,
    "bars": 6573,
    "batch_count": 1,
    "upstream_calls": 1,
    "source_requests": None,
    "estimated_seconds": 95,
    "estimated_from": "task",
    "estimated_from_task": 7,
    "message": None,
}
"""What a task would do."""
