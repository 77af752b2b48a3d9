"""Schedules of EventBridge Scheduler, as they stand."""

from typing import NamedTuple

from marketdata.aws.clients import client


class Schedule(NamedTuple):
    """A schedule.

    Attributes
    ----------
    expression, time_zone : str
        When it runs, such as "cron(50 8 ? * MON-FRI *)" in "Asia/Shanghai".
    enabled : bool
        Whether it runs at all.
    description : str
        What it does, in words.
    input : str
        What it starts its target with, JSON.
    """

    expression: str
    time_zone: str
    enabled: bool
    description: str
    input: str


def read_schedule(name: str) -> Schedule | None:
    """Return a schedule of the default group by its name; None if it was deleted."""
    scheduler = client("scheduler")
    try:
        found = scheduler.get_schedule(Name=name)
    except scheduler.exceptions.ResourceNotFoundException:
        return None
    return Schedule(
        found["ScheduleExpression"],
        found.get("ScheduleExpressionTimezone", "UTC"),
        found["State"] == "ENABLED",
        found.get("Description", ""),
        found["Target"].get("Input", ""),
    )
