"""Commands that detect and fetch missing data, or verify it: detect, fill, cache, verify."""

from typing import cast

import click

from amazingdata_client._sync.client import Client
from amazingdata_client.cli import options
from amazingdata_client.cli.output import (
    counted,
    print_json,
    print_lines,
    print_table,
    say,
)
from amazingdata_client.cli.progress import (
    print_ended,
    print_found,
    print_plan,
    starting,
    watch,
)
from amazingdata_client.cli.scope import Scope, dry, recheck, scoped
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.errors import IncompleteError
from amazingdata_client.reading import NO_BAR, Days
from amazingdata_client.task_models import DetectResult, Task
from amazingdata_client.waiting import VerifyOptions

SHOWN = 20
"""More codes than this are only counted."""


@click.command()
@scoped
@recheck
@dry
@options.require_complete
@options.strict
@options.as_json
@pass_login
def detect(
    login: Login,
    *,
    scope: Scope,
    dry_run: bool,
    require_complete: bool,
    strict: bool,
    as_json: bool,
) -> None:
    """Show which days are missing from the cache, and which are not confirmed yet.

    TYPE is stock, index, etf, future or finance.

    \b
    amazingdata detect stock --start 20240101 --end 20240131
    amazingdata detect finance --start 20240101 --end 20241231 --period income
    """  # noqa: D301
    with login.client() as client:
        if dry_run:
            print_plan(client.detect(*scope.days, dry_run=True, **scope.options), as_json=as_json)
            return
        with starting():
            found = client.detect(*scope.days, **scope.options)
        if found.status != "completed":
            watch(client, found.task_id, None)
        result = client.task_result(found.task_id)
        if not isinstance(result, DetectResult):
            raise click.ClickException(f"task {found.task_id} is not a detect task")
        _print(result, as_json=as_json)
        no_bar = _unexplained(result) if strict else {}
        lacking = result.missing or result.unconfirmed or no_bar
        if (require_complete or strict) and lacking:
            raise IncompleteError(
                missing=result.missing, unconfirmed=result.unconfirmed, no_bar=no_bar
            )


def _print(result: DetectResult, *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    rows = [
        {
            "code": code,
            "missing": ", ".join(map(str, result.missing.get(code, ()))),
            "unconfirmed": ", ".join(map(str, result.unconfirmed.get(code, ()))),
        }
        for code in dict.fromkeys([*result.missing, *result.unconfirmed])
    ]
    if rows:
        print_table(rows[:SHOWN])
    if len(rows) > SHOWN:
        say(f"… and {counted(len(rows) - SHOWN, 'more code')}; --json prints them all")
    print_found(result)


def _unexplained(result: DetectResult) -> dict[str, list[Days]]:
    found = {
        code: [Days(each.start, each.end) for each in runs if each.reason == NO_BAR]
        for code, runs in result.absent.items()
    }
    return {code: days for code, days in found.items() if days}


@click.command()
@scoped
@recheck
@dry
@options.no_wait
@options.timeout
@options.as_json
@pass_login
def fill(
    login: Login,
    *,
    scope: Scope,
    dry_run: bool,
    no_wait: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Fetch missing data, and wait until done.

    Ctrl-C stops waiting; the task keeps running on the service.

    TYPE is stock, index, etf, future or finance.

    \b
    amazingdata fill stock --start 20240101 --end 20240131
    amazingdata fill stock --start -1m --end today --codes 600000.SH,000001.SZ
    amazingdata fill future --start -1w --end today --period min1 --main --no-wait
    """  # noqa: D301
    with login.client() as client:
        if dry_run:
            print_plan(client.fill(*scope.days, dry_run=True, **scope.options), as_json=as_json)
            return
        with starting():
            task = client.fill(*scope.days, **scope.options)
        _follow(client, task, timeout, no_wait=no_wait, as_json=as_json)


@click.command()
@scoped
@dry
@options.no_wait
@options.timeout
@options.as_json
@pass_login
def cache(
    login: Login,
    *,
    scope: Scope,
    dry_run: bool,
    no_wait: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Fetch all data again, cached or not.

    To fetch only what is missing, use "amazingdata fill".

    TYPE is stock, index, etf, future or finance.

    \b
    amazingdata cache stock --start -5d --end today --codes-file mine.txt
    """  # noqa: D301
    with login.client() as client:
        if dry_run:
            print_plan(
                client.cache_all(*scope.days, dry_run=True, **scope.options), as_json=as_json
            )
            return
        with starting():
            task = client.cache_all(*scope.days, **scope.options)
        _follow(client, task, timeout, no_wait=no_wait, as_json=as_json)


@click.command()
@scoped
@click.option(
    "--clear-lost",
    is_flag=True,
    help="Clear lost blocks even if the bucket seems to be the wrong one.",
)
@options.no_wait
@options.timeout
@options.as_json
@pass_login
def verify(
    login: Login,
    *,
    scope: Scope,
    clear_lost: bool,
    no_wait: bool,
    timeout: float | None,
    as_json: bool,
) -> None:
    """Check stored data, and clear what is damaged.

    Exits with code 5 if anything was damaged. "amazingdata tasks result" names it; to fetch it
    again, use "amazingdata fill".

    TYPE is stock, index, etf, future or finance.

    \b
    amazingdata verify stock --start 20240101 --end 20241231
    """  # noqa: D301
    with login.client() as client:
        asked = cast("VerifyOptions", {**scope.options})
        if clear_lost:
            asked["clear_lost"] = True
        with starting():
            task = client.verify(*scope.days, **asked)
        _follow(client, task, timeout, no_wait=no_wait, as_json=as_json)


def _follow(
    client: Client, task: Task, timeout: float | None, *, no_wait: bool, as_json: bool
) -> None:
    if not no_wait:
        print_ended(client, watch(client, task.id, timeout), as_json=as_json)
    elif as_json:
        print_json(task)
    else:
        print_lines([str(task.id)], as_json=False)
        say(f"task {task.id} {task.status}; to follow it: amazingdata tasks watch {task.id}")
