"""The commands overview and schedules: what the service holds, and what it does by itself."""

import sys
from typing import Any

import click

from amazingdata_client.cli import exits, options
from amazingdata_client.cli.output import counted, print_json, print_one, print_table, say
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.service_models import DatasetStatus, Schedule, ServiceStatus

DATASETS = (
    "dataset",
    "since",
    "until",
    "final day",
    "complete %",
    "missing codes",
    "running",
    "failed",
    "next final",
)
SCHEDULES = ("name", "enabled", "next run", "last run", "last task", "expression", "time zone")
NOT_COUNTED = {
    "never_counted": "not counted yet",
    "nowhere_counted": "not counted on a local cloud",
    "too_many": "too many to count",
}


@click.command()
@options.require_complete
@options.as_json
@pass_login
def overview(login: Login, *, require_complete: bool, as_json: bool) -> None:
    """Show how complete each dataset is, how its tasks are doing, and the size of the store.

    A dataset is not complete while days are missing or unconfirmed, or its last final day was not
    counted yet. One of which nothing was ever stored does not matter, but where that is all of
    them, nothing is complete.

    \b
    amazingdata overview
    amazingdata overview --require-complete
    """  # noqa: D301
    with login.client() as client:
        found = client.service()
    if as_json:
        print_json(found)
    else:
        _show(found)
    open_ones = [each.dataset for each in found.datasets if _is_open(each)]
    if found.tasks and found.tasks.failed:
        say(f"{counted(found.tasks.failed, 'task')} went wrong in the last seven days")
    lacking = f"not complete: {', '.join(open_ones)}" if open_ones else ""
    if not any(each.held for each in found.datasets):
        lacking = "nothing was counted yet"
    if lacking:
        say(lacking)
        if require_complete:
            sys.exit(exits.INCOMPLETE)


@click.command()
@options.as_json
@pass_login
def schedules(login: Login, *, as_json: bool) -> None:
    """Show the schedules: when each runs next, when it last ran, and what came of it.

    \b
    amazingdata schedules
    """  # noqa: D301
    with login.client() as client:
        found = client.schedules()
    if as_json:
        print_json(found)
    else:
        print_table([_line(each) for each in found], SCHEDULES)


def _is_open(each: DatasetStatus) -> bool:
    """Check whether anything is missing, unconfirmed, or not counted of what is held."""
    held = each.held
    return held is not None and (
        held.missing + held.unconfirmed + held.waiting > 0 or held.until < each.final_day
    )


def _show(found: ServiceStatus) -> None:
    print_table([_row(each, found) for each in found.datasets], DATASETS)
    if found.store is None:
        return
    sizes = vars(found.store)
    shown = {
        name.replace("_", " "): NOT_COUNTED.get(found.store.unknown.get(name, ""), sizes[name])
        for name in sizes
        if name != "unknown"
    }
    print_one({"source": found.upstream} | shown, as_json=False)


def _row(each: DatasetStatus, found: ServiceStatus) -> dict[str, Any]:
    held = each.held
    return {
        "dataset": each.dataset,
        "since": held and held.since,
        "until": held and held.until,
        "final day": each.final_day,
        "complete %": held and held.percent,
        "missing codes": held and held.missing_codes,
        "running": each.running,
        "failed": each.failed,
        "next final": found.next_final.get(each.dataset),
    }


def _line(each: Schedule) -> dict[str, Any]:
    task = each.last_task
    errors = f", {counted(task.error_count, 'error')}" if task and task.error_count else ""
    return {
        "name": each.name,
        "enabled": each.enabled,
        "next run": each.next_run,
        "last run": each.last_run,
        "last task": task and f"{task.id} {task.status}{errors}",
        "expression": each.expression,
        "time zone": each.time_zone,
    }
