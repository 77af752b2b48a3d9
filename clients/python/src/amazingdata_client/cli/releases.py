"""Commands about what is published: releases, publish."""

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.output import print_json, print_many, say
from amazingdata_client.cli.session import Login, pass_login


@click.command()
@click.argument("start")
@click.argument("end")
@click.option("--dataset", default="stock.daily", show_default=True, help="A dataset of bars.")
@options.as_json
@pass_login
def releases(login: Login, *, start: str, end: str, dataset: str, as_json: bool) -> None:
    """Show what was published of each trading day.

    START and END are the first and last day, as YYYYMMDD.

    \b
    amazingdata releases 20241101 20241130 --dataset stock.daily
    """  # noqa: D301
    with login.client() as client:
        print_many(client.releases(dataset, start, end), as_json=as_json)


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
