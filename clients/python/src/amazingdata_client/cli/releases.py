"""Commands about what is published: releases, exports, changes, publish."""

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.days import AS_ARGUMENTS, DAY
from amazingdata_client.cli.output import print_json, print_many, say
from amazingdata_client.cli.session import Login, pass_login

COLUMNS = ("path", "rows", "bytes", "condition", "missing", "revision", "published_at")


@click.command(context_settings=AS_ARGUMENTS)
@click.argument("start", type=DAY)
@click.argument("end", type=DAY)
@click.option("--dataset", default="stock.daily", show_default=True, help="A dataset of bars.")
@options.as_json
@pass_login
def releases(login: Login, *, start: str, end: str, dataset: str, as_json: bool) -> None:
    """Show what was published of each trading day.

    START and END are the first and last day: YYYYMMDD, today, or so long ago, such as -30d.

    \b
    amazingdata releases 20241101 20241130 --dataset stock.daily
    amazingdata releases -30d today
    """  # noqa: D301
    with login.client() as client:
        print_many(client.releases(dataset, start, end), as_json=as_json)


@click.command()
@click.option("--dataset", help="Only this dataset; default: all.")
@options.as_json
@pass_login
def exports(login: Login, *, dataset: str | None, as_json: bool) -> None:
    """List the published files, which "amazingdata mirror" downloads.

    \b
    amazingdata exports --dataset stock.daily
    """  # noqa: D301
    with login.client() as client:
        found = client.exports(dataset)
    if as_json:
        print_json(found)
    else:
        print_many(found.items, COLUMNS, as_json=False)


@click.command()
@click.option("--since", metavar="CURSOR", help="What an earlier call has said; default: all.")
@options.as_json
@pass_login
def changes(login: Login, *, since: str | None, as_json: bool) -> None:
    """Show what has changed in the published files, and the cursor for the next time.

    \b
    amazingdata changes
    amazingdata changes --since 1234
    """  # noqa: D301
    with login.client() as client:
        found = client.changes(since)
    if as_json:
        print_json(found)
        return
    print_many(found.items, as_json=False)
    more = "; there are more of them" if found.more else ""
    say(f"next time: amazingdata changes --since {found.cursor}{more}")


@click.command()
@click.option("--dataset", help="Only this dataset; default: all.")
@click.option("--year", help="Only this year; default: all.")
@options.as_json
@pass_login
def publish(login: Login, *, dataset: str | None, year: str | None, as_json: bool) -> None:
    """Publish what has changed (admins only)."""
    with login.client() as client:
        execution = client.publish(dataset, year)
    if as_json:
        print_json({"execution": execution})
    else:
        say(f"started {execution}")
