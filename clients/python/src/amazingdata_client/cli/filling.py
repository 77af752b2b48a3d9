"""Commands about the cache: detect, fill, cache."""

from typing import Any

import click

from amazingdata_client._sync.client import Client
from amazingdata_client.cli.output import as_json, print_json, print_table, say
from amazingdata_client.cli.progress import summary, watch
from amazingdata_client.cli.scope import RECHECK, options_of, scope_options
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.errors import IncompleteError
from amazingdata_client.task_models import DetectResult, Task

SHOWN = 20
no_wait = click.option("--no-wait", is_flag=True, help="Start it and say its number.")
timeout_option = click.option("--timeout", type=float, help="Wait at most so many seconds.")


@click.command()
@scope_options
@RECHECK
@click.option("--require-complete", is_flag=True, help="Fail (3) where something is missing.")
@as_json
@pass_login
def detect(
    login: Login,
    /,
    *,
    security_type: str,
    start: str,
    end: str,
    require_complete: bool,
    as_json: bool,
    **scope: Any,
) -> None:
    """Compare what is stored of a TYPE with what should be.

    TYPE is stock, index, etf, future or finance.
    """
    with login.client() as client:
        found = client.detect(security_type, start, end, **options_of(**scope))
        if not found.ended or found.status != "completed":
            watch(client, found.task_id, None)
        result = client.task_result(found.task_id)
        if not isinstance(result, DetectResult):
            raise click.ClickException(f"task {found.task_id} detects nothing")
        _findings(result, as_json=as_json)
        if require_complete and result.missing_count:
            raise IncompleteError(missing=result.missing, short={}, unknown_codes=[], unadjusted={})


def _findings(result: DetectResult, *, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    missing = list(result.missing.items())
    rows = [{"code": code, "missing": ", ".join(map(str, days))} for code, days in missing]
    if rows:
        print_table(rows[:SHOWN])
    if len(rows) > SHOWN:
        say(f"… and {len(rows) - SHOWN:,} more codes; --json prints all")
    for reason, stats in result.by_reason.items():
        say(f"{reason}: {stats.days:,} days of {stats.codes:,} codes")
    codes = f"{result.complete_count:,} of {result.total_count:,} codes are complete"
    say(f"{codes}, {result.missing_count:,} lack something, {result.error_count:,} have errors")


@click.command()
@scope_options
@RECHECK
@no_wait
@timeout_option
@as_json
@pass_login
def fill(
    login: Login,
    /,
    *,
    security_type: str,
    start: str,
    end: str,
    no_wait: bool,
    timeout: float | None,
    as_json: bool,
    **scope: Any,
) -> None:
    """Fetch what is missing of a TYPE, and wait for it; Ctrl-C leaves the task running.

    TYPE is stock, index, etf, future or finance.
    """
    with login.client() as client:
        task = client.fill(security_type, start, end, **options_of(**scope))
        _follow(client, task, timeout, no_wait=no_wait, as_json=as_json)


@click.command()
@scope_options
@no_wait
@timeout_option
@as_json
@pass_login
def cache(
    login: Login,
    /,
    *,
    security_type: str,
    start: str,
    end: str,
    no_wait: bool,
    timeout: float | None,
    as_json: bool,
    **scope: Any,
) -> None:
    """Fetch every expected day of a TYPE again; fill is what you want to complete the cache.

    TYPE is stock, index, etf, future or finance.
    """
    with login.client() as client:
        task = client.cache_all(security_type, start, end, **options_of(**scope))
        _follow(client, task, timeout, no_wait=no_wait, as_json=as_json)


def _follow(
    client: Client, task: Task, timeout: float | None, *, no_wait: bool, as_json: bool
) -> None:
    ended = task if no_wait else watch(client, task.id, timeout)
    if as_json:
        print_json(ended)
    elif no_wait:
        click.echo(ended.id)
        say(f"task {ended.id} {ended.status}; see: amazingdata tasks watch {ended.id}")
    else:
        say(summary(ended))
