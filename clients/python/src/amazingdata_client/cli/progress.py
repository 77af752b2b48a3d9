"""A task on its way: a progress bar, and what came of it."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from amazingdata_client._sync.client import Client
from amazingdata_client.task_models import Task

LOOK_SECONDS = 0.5


def watch(client: Client, task_id: int, timeout: float | None) -> Task:
    """Show a task's progress on stderr until it has ended.

    Raises
    ------
    TaskError
        It did not end well, or not in time.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task(f"task {task_id}", total=100, detail="")

        def show(task: Task) -> None:
            name = f"{task.task_type} {task.id} {task.status}"
            bars.update(bar, completed=task.progress, description=name, detail=_detail(task))

        return client.wait(task_id, on_progress=show, timeout=timeout, every=LOOK_SECONDS)


def _detail(task: Task) -> str:
    batches = f"{task.batches_done}/{task.batch_count} batches"
    return f"{batches} · {task.bar_count:,} bars" if task.batch_count else ""


def summary(task: Task) -> str:
    """Say in a line what a task did."""
    done = f"{task.success_count:,} of {task.total_count:,} codes done"
    bars = f"{task.bar_count:,} bars in {task.upstream_calls:,} calls"
    bad = f", {task.quarantined_count:,} bars set aside" if task.quarantined_count else ""
    return f"task {task.id} {task.status}: {done}, {bars}{bad}"
