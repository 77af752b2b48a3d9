"""What the package gets wrong: when schedules run, and the size of a table."""

from datetime import datetime, timedelta, timezone
from typing import Any

from ministack.services import dynamodb, eventbridge, scheduler

ZONE, SHANGHAI = "Asia/Shanghai", timezone(timedelta(hours=8))


def adapt() -> None:
    """Change the package's answers.

    - Schedules run in Shanghai's time, as the template says: the package drops the time zone of a
      stack's schedules, and takes every expression for UTC.
    - Nobody knows the size of a table: the package would say 200 bytes for each item.
    """
    _read_expressions_in_zone()
    _tell_zone()
    _tell_no_size()


def _read_expressions_in_zone() -> None:
    next_fire = eventbridge._cron_next_fire  # noqa: SLF001

    def in_zone(fields: Any, after: datetime) -> datetime | None:
        found: datetime | None = next_fire(fields, after.astimezone(SHANGHAI))
        return found

    eventbridge._cron_next_fire = in_zone  # noqa: SLF001


def _tell_zone() -> None:
    get_schedule = scheduler._get_schedule  # noqa: SLF001

    def told(name: str, query: Any) -> Any:
        key = f"{query.get('groupName', 'default')}/{name}"
        if found := scheduler._schedules.get(key):  # noqa: SLF001
            found["ScheduleExpressionTimezone"] = ZONE
        return get_schedule(name, query)

    scheduler._get_schedule = told  # noqa: SLF001


def _tell_no_size() -> None:
    describe = dynamodb._table_description  # noqa: SLF001
    dynamodb._table_description = lambda name: describe(name) | {"TableSizeBytes": 0}  # noqa: SLF001
