"""Commands about tasks: list, show, result, watch, cancel, retry."""

from dataclasses import asdict

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.output import print_json, print_one, print_table, say
from amazingdata_client.cli.progress import print_ended, starting, watch
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.words import TaskStatus, TaskType

COLUMNS = (
    "id",
    "task_type",
    "status",
    "progress",
    "security_type",
    "data_type",
    "period_type",
    "start_date",
    "end_date",
    "total_count",
    "error_count",
    "created_at",
)
STATES = ("pending", "running", "completed", "failed", "cancelled")
TYPES = ("detect", "fill", "cache", "catalog", "verify")
task_id_argument = click.argument("task_id", type=click.IntRange(min=1))


@click.group()
def tasks() -> None:
    """Manage tasks that detect and fetch data."""


@tasks.command("list")
@options.page
@options.page_size
@click.option("--status", type=click.Choice(STATES), help="Only tasks that have come so far.")
@click.option("--type", "task_type", type=click.Choice(TYPES), help="Only tasks of this type.")
@click.option("--errors", is_flag=True, help="Only tasks that failed or ended with errors.")
@options.as_json
@pass_login
def list_tasks(
    login: Login,
    *,
    page: int,
    page_size: int,
    status: TaskStatus | None,
    task_type: TaskType | None,
    errors: bool,
    as_json: bool,
) -> None:
    """List tasks, newest first."""
    with login.client() as client:
        found = client.tasks(
            page, page_size, status=status, task_type=task_type, with_errors=errors
        )
    if as_json:
        print_json(found)
        return
    print_table(map(asdict, found.items), COLUMNS)
    say(f"{len(found.items)} of {found.total:,} tasks")


@tasks.command()
@task_id_argument
@options.as_json
@pass_login
def show(login: Login, *, task_id: int, as_json: bool) -> None:
    """Show a task."""
    with login.client() as client:
        print_one(client.task(task_id), as_json=as_json)


@tasks.command()
@task_id_argument
@pass_login
def result(login: Login, *, task_id: int) -> None:
    """Print the full result of a task, code by code, as JSON."""
    with login.client() as client:
        print_json(client.task_result(task_id))


@tasks.command("watch")
@task_id_argument
@options.timeout
@options.as_json
@pass_login
def watch_task(login: Login, *, task_id: int, timeout: float | None, as_json: bool) -> None:
    """Wait for a task to end; exit with code 5 unless it succeeds."""
    with login.client() as client:
        print_ended(client, watch(client, task_id, timeout), as_json=as_json)


@tasks.command()
@task_id_argument
@options.as_json
@pass_login
def cancel(login: Login, *, task_id: int, as_json: bool) -> None:
    """Cancel a task."""
    with login.client() as client:
        print_one(client.cancel_task(task_id), as_json=as_json)


@tasks.command()
@task_id_argument
@options.no_wait
@options.timeout
@options.as_json
@pass_login
def retry(
    login: Login, *, task_id: int, no_wait: bool, timeout: float | None, as_json: bool
) -> None:
    """Run the failed part of a task again."""
    with login.client() as client:
        with starting():
            task = client.retry_task(task_id)
        print_one(task if no_wait else watch(client, task.id, timeout), as_json=as_json)
