"""Starting tasks and waiting for them to end. Pure."""

from collections.abc import Iterable
from typing import Any, TypedDict

from amazingdata_client.errors import TaskCancelledError, TaskFailedError, TaskTimeoutError
from amazingdata_client.questions import day, distinct
from amazingdata_client.task_models import Task
from amazingdata_client.words import DayLike

POLL_SECONDS = 2.0


class TaskOptions(TypedDict, total=False):
    """Options that narrow a task down.

    Attributes
    ----------
    data_type : str
        "bars" (default), "status" (of stocks, daily) or "statements" (the default and the only one
        for the type "finance").
    period_type : str
        "daily" (default), "min1", "min5", "min15", "min30" or "min60"; for the type "finance",
        "balance_sheet", "income" or "cash_flow".
    contract_type : str
        "all" (default) or, for futures, "main".
    codes : str or iterable of str
        Only these codes, at most 500; default: every code of the type.
    recheck_absent : bool
        Whether to treat days for which the source had no data as missing; default: False.
    """

    data_type: str
    period_type: str
    contract_type: str
    codes: str | Iterable[str]
    recheck_absent: bool


class VerifyOptions(TaskOptions, total=False):
    """Options of `verify`.

    Attributes
    ----------
    clear_lost : bool
        Whether to clear blocks whose payloads are lost even if so many are that the bucket seems
        to be the wrong one, or not yet restored; default: False.
    """

    clear_lost: bool


def scope(
    security_type: str, start_date: DayLike, end_date: DayLike, options: TaskOptions
) -> dict[str, Any]:
    """Return the request body of a call that starts a task."""
    asked: dict[str, Any] = {**options}
    if "codes" in options:
        asked["codes"] = distinct(options["codes"])
    days = {"start_date": day(start_date), "end_date": day(end_date)}
    return {"security_type": security_type, **days, **asked}


def judged(task: Task) -> Task:
    """Return a task that has ended, if it succeeded.

    Raises
    ------
    TaskFailedError
        It failed, or has codes with errors.
    TaskCancelledError
        It was cancelled.
    """
    if task.status == "cancelled":
        raise TaskCancelledError(f"task {task.id} was cancelled", task)
    if task.status == "failed" or task.error_count:
        why = task.error_message or f"{task.error_count} of {task.total_count} codes have errors"
        raise TaskFailedError(f"task {task.id} {task.status}: {why}", task)
    return task


def overdue(task: Task, seconds: float) -> TaskTimeoutError:
    """Return the error for a task that did not end in time."""
    message = f"task {task.id} is still {task.status} after {seconds:g} s, at {task.progress:g}%"
    return TaskTimeoutError(message, task)
