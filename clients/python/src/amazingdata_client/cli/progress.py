"""The progress of a task, and a summary once it has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from amazingdata_client._sync.client import Client
from amazingdata_client.cli.output import counted, print_json, say, visible
from amazingdata_client.errors import NOT_CONFIRMED, NotFoundError
from amazingdata_client.task_models import DetectResult, FillResult, Task, TaskPlan, VerifyResult

POLL_SECONDS = 0.5
"""Shorter than the library's default, so that the progress bar moves smoothly."""
REASONS = {
    "unconfirmed": f"unconfirmed ({NOT_CONFIRMED})",
    "no_bar": "no_bar (confirmed that the source has no bar, but nobody says why)",
}
"""Reasons for days without a bar that need an explanation."""


def watch(client: Client, task_id: int, timeout: float | None) -> Task:
    """Show a task's progress on stderr until it has ended, and return the task.

    Raises
    ------
    TaskError
        It failed, was cancelled, or did not end in time.
    KeyboardInterrupt
        The user does not wait any longer; the task goes on.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[detail]}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(f"task {task_id}", total=100, detail="")

        def show(task: Task) -> None:
            name = visible(f"{task.task_type} {task.id} {state_of(task)}")
            bars.update(bar, completed=task.progress, description=name, detail=_detail(task))

        try:
            return client.wait(task_id, on_progress=show, timeout=timeout, every=POLL_SECONDS)
        except KeyboardInterrupt:
            bars.stop()
            say(f"task {task_id} goes on: amazingdata tasks watch {task_id} follows it,")
            say(f"amazingdata tasks cancel {task_id} stops it")
            raise


@contextmanager
def starting() -> Iterator[None]:
    """Say, if the user interrupts the call that starts a task, that it may have begun."""
    try:
        yield
    except KeyboardInterrupt:
        say("the task may have begun all the same: amazingdata tasks list shows it")
        raise


def state_of(task: Task) -> str:
    """Return how far a task has come, and whether all went well."""
    return f"{task.status}, {task.error_count:,} with errors" if task.error_count else task.status


def _detail(task: Task) -> str:
    batches = visible(f"{task.batches_done}/{task.batch_count} batches")
    return f"{batches} · {counted(task.bar_count, 'bar')}" if task.batch_count else ""


def print_ended(client: Client, task: Task, *, as_json: bool) -> None:
    """Print a task that has ended: as JSON, or as a line on stderr, with its remarks below it."""
    if as_json:
        print_json(task)
        return
    if task.task_type == "verify":
        say(
            f"task {task.id} {state_of(task)}: {counted(task.success_count, 'code')} without damage"
        )
        return
    result = _result(client, task)
    if isinstance(result, DetectResult):
        say(f"task {task.id} {state_of(task)}")
        print_found(result)
        return
    done = f"{task.success_count:,} of {task.total_count:,} codes done"
    bars = f"{counted(task.bar_count, 'bar')} in {counted(task.upstream_calls, 'call')}"
    bad = (
        f", {counted(task.quarantined_count, 'bar')} quarantined" if task.quarantined_count else ""
    )
    say(f"task {task.id} {state_of(task)}: {done}, {bars}{bad}")
    for note in result.notes if result else ():
        say(f"  {note}")


def print_found(result: DetectResult) -> None:
    """Print what a detect task counted, to stderr."""
    for reason, stats in result.by_reason.items():
        name = REASONS.get(reason, reason)
        say(f"{name}: {counted(stats.days, 'day')} of {counted(stats.codes, 'code')}")
    unconfirmed = f", {len(result.unconfirmed):,} unconfirmed" if result.unconfirmed else ""
    codes = f"{result.complete_count:,} of {result.total_count:,} codes complete"
    incomplete = f"{result.missing_count:,} incomplete{unconfirmed}"
    say(f"{codes}, {incomplete}, {result.error_count:,} with errors")


def print_plan(plan: TaskPlan, *, as_json: bool) -> None:
    """Print what a task would do: what it rests on to stderr, all of it if asked for JSON."""
    if as_json:
        print_json(plan)
        return
    days = f"{plan.codes:,} codes × {counted(plan.days, 'day')}, {plan.code_days:,} days in all"
    say(f"{plan.task_type} {plan.start_date}–{plan.end_date}, not started: {days}")
    if plan.task_type != "detect":
        requests = "" if plan.source_requests is None else f", {plan.source_requests:,} requests"
        say(f"{counted(plan.upstream_calls, 'call')} to the source{requests}, {plan.bars:,} bars")
    if plan.estimated_seconds is None:
        say("how long it would take is not known: no task like it has ended lately")
    elif plan.estimated_from:
        basis = {
            "task": f"as task {plan.estimated_from_task} did",
            "budget": "by the requests that the source may be sent",
        }
        took = timedelta(seconds=plan.estimated_seconds)
        say(f"about {took}, {basis.get(plan.estimated_from, plan.estimated_from)}")
    if plan.bounded:
        say("the plan stops there, before the last day asked for: it took too long")
    if plan.message:
        say(plan.message)


def _result(client: Client, task: Task) -> DetectResult | FillResult | None:
    """Give a task's result; that of a fill without a message has no remarks to print."""
    if not (task.error_message or task.task_type == "detect"):
        return None
    try:
        result = client.task_result(task.id)
    except NotFoundError:
        return None
    return None if isinstance(result, VerifyResult) else result
