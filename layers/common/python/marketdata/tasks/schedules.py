"""Schedules: when each of them runs next, and when it last ran."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from marketdata.aws.clients import side_by_side
from marketdata.aws.schedules import Schedule
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.errors import NotFoundError
from marketdata.tasks.task import Task, now

RUNS = "schedules"
"""The partition of the control table with the last run of each schedule."""

_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)")
"""Minutes, hours, days of the month, months, days of the week; and years, which must be all."""

_NUMBER = re.compile(r"(?<![#/\d])[1-7](?!\d)")
"""A day of the week: Sunday is 1 to EventBridge, and 0 to cron."""


class Run(NamedTuple):
    """A run of a schedule.

    Attributes
    ----------
    at : str
        When its plan step began, ISO 8601, UTC.
    task_id : int
        The task that it made; 0 if there was nothing to do.
    """

    at: str
    task_id: int


def key_of(event: Mapping[str, Any]) -> str:
    """Return what identifies a schedule by what it starts its execution with."""
    late = "-if-late" if event.get("if_late") else ""
    subject: str = event["schedule"] + late
    return subject


class ScheduleRuns:
    """Keeps the last run of each schedule.

    Parameters
    ----------
    table : Table
        The control table.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, event: Mapping[str, Any], task_id: int = 0) -> None:
        """Note that a schedule runs now, with its task if it has made one."""
        run = Run(now(), task_id)
        self._table.write(Write(RUNS, key_of(event), put=run._asdict()))

    def read(self) -> dict[str, Run]:
        """Return the last runs by the schedules' keys; see `key_of`."""
        items = self._table.query(RUNS)
        return {item["sk"]: Run(item["at"], int(item["task_id"])) for item in items}


class Entry(NamedTuple):
    """A line of the timetable.

    Attributes
    ----------
    name : str
        What the schedule is about, see `key_of`; its own name where its input does not say.
    schedule : Schedule
        As it stands.
    next_run : datetime or None
        When it runs next; None if it is disabled, or if nobody can tell, see `next_run`.
    last_run : Run or None
        None if it never ran, as far as is known.
    task : Task or None
        What the last run made; None if it made none, or none that is still known.
    """

    name: str
    schedule: Schedule
    next_run: datetime | None
    last_run: Run | None
    task: Task | None


@dataclass(frozen=True, slots=True)
class Timetable:
    """All schedules.

    Parameters
    ----------
    names : sequence of str
        Those of the deployment.
    read : callable
        Returns a schedule by its name; None if it was deleted.
    runs : ScheduleRuns
        The last runs.
    task : callable
        Returns a task by its id.
    now : datetime
        The time, with a time zone.
    """

    names: Sequence[str]
    read: Callable[[str], Schedule | None]
    runs: ScheduleRuns
    task: Callable[[int], Task]
    now: datetime

    def entries(self) -> list[Entry]:
        """Return a line for each schedule that exists; those that run next come first."""
        runs = self.runs.read()
        read = zip(self.names, side_by_side(self.read, self.names), strict=True)
        found = [(_subject(name, each), each) for name, each in read if each]
        entries = side_by_side(lambda each: self._entry(*each, runs), found)
        return sorted(entries, key=lambda each: (each.next_run is None, each.next_run, each.name))

    def _entry(self, name: str, schedule: Schedule, runs: Mapping[str, Run]) -> Entry:
        run, task, due = runs.get(name), None, None
        if run and run.task_id:
            with suppress(NotFoundError):
                task = self.task(run.task_id)
        if schedule.enabled:
            due = next_run(schedule.expression, schedule.time_zone, self.now)
        return Entry(name, schedule, due, run, task)


def _subject(name: str, schedule: Schedule) -> str:
    """Return what a schedule is about: its own name where its input does not say so."""
    with suppress(ValueError, KeyError, TypeError, AttributeError):
        return key_of(orjson.loads(schedule.input)) or name
    return name


def next_run(expression: str, time_zone: str, after: datetime) -> datetime | None:
    """Return when a schedule runs next.

    Parameters
    ----------
    expression : str
        As EventBridge Scheduler has it, "cron(50 8 ? * MON-FRI *)".
    time_zone : str
        Where that is meant, such as "Asia/Shanghai".
    after : datetime
        The time after which to look, with a time zone.

    Returns
    -------
    datetime or None
        None for all that is no cron expression of every year: EventBridge alone knows when a rate
        began.
    """
    from cronsim import CronSim, CronSimError  # noqa: PLC0415  for one call only

    if not (found := _CRON.fullmatch(expression)):
        return None
    minutes, hours, days, months, weekdays = (each.replace("?", "*") for each in found.groups())
    weekdays = _NUMBER.sub(lambda number: str(int(number[0]) - 1), weekdays)
    fields = f"{minutes} {hours} {days} {months} {weekdays}"
    try:
        return next(CronSim(fields, after.astimezone(ZoneInfo(time_zone))), None)
    except CronSimError:
        return None
