"""Commands about tasks: list, show, result, watch, cancel, retry."""

from dataclasses import asdict

import click

from amazingdata_client.cli.filling import no_wait, timeout_option
from amazingdata_client.cli.output import as_json, print_facts, print_json, print_table, say
from amazingdata_client.cli.progress import summary, watch
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.task_models import Task

COLUMNS = (
    "id",
    "task_type",
    "status",
    "progress",
    "security_type",
    "period_type",
    "start_date",
    "end_date",
    "total_count",
    "error_count",
    "created_at",
)
task_id_argument = click.argument("task_id", type=click.IntRange(min=1))


@click.group()
def tasks() -> None:
    """Tasks that detect and fill."""


@tasks.command("list")
@click.option("--page", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--page-size", type=click.IntRange(1, 100), default=20, show_default=True)
@as_json
@pass_login
def list_tasks(login: Login, *, page: int, page_size: int, as_json: bool) -> None:
    """List tasks, the newest first."""
    with login.client() as client:
        found = client.tasks(page, page_size)
    if as_json:
        print_json(found)
        return
    print_table([asdict(task) for task in found.items], COLUMNS)
    say(f"{len(found.items)} of {found.total:,} tasks")


@tasks.command()
@task_id_argument
@as_json
@pass_login
def show(login: Login, *, task_id: int, as_json: bool) -> None:
    """Show a task."""
    with login.client() as client:
        _print(client.task(task_id), as_json=as_json)


@tasks.command()
@task_id_argument
@pass_login
def result(login: Login, *, task_id: int) -> None:
    """Print what a task found or did, code by code, as JSON."""
    with login.client() as client:
        print_json(client.task_result(task_id))


@tasks.command("watch")
@task_id_argument
@timeout_option
@as_json
@pass_login
def watch_task(login: Login, *, task_id: int, timeout: float | None, as_json: bool) -> None:
    """Wait for a task; exit code 5 if it does not end well."""
    with login.client() as client:
        ended = watch(client, task_id, timeout)
    if as_json:
        print_json(ended)
    else:
        say(summary(ended))


@tasks.command()
@task_id_argument
@as_json
@pass_login
def cancel(login: Login, *, task_id: int, as_json: bool) -> None:
    """Stop a task."""
    with login.client() as client:
        _print(client.cancel_task(task_id), as_json=as_json)


@tasks.command()
@task_id_argument
@no_wait
@timeout_option
@as_json
@pass_login
def retry(
    login: Login, *, task_id: int, no_wait: bool, timeout: float | None, as_json: bool
) -> None:
    """Run what failed of a task once more."""
    with login.client() as client:
        task = client.retry_task(task_id)
        ended = task if no_wait else watch(client, task.id, timeout)
        _print(ended, as_json=as_json)


def _print(task: Task, *, as_json: bool) -> None:
    if as_json:
        print_json(task)
    else:
        print_facts(asdict(task))
