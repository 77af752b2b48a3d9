"""The command mirror: a folder that is kept equal to what is published."""

import click

from amazingdata_client._sync.mirror import EVERY, Mirror
from amazingdata_client.cli.exits import INCOMPLETE
from amazingdata_client.cli.output import counted, print_table, say
from amazingdata_client.cli.session import Login, pass_login
from amazingdata_client.cli.transfer import Lines, amount, shown
from amazingdata_client.errors import AmazingDataError
from amazingdata_client.mirror.progress import SyncReport

NAMED = 5
"""So many files that lack rows are named."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option(
    "--dataset", "datasets", multiple=True, help="Only this dataset; may be given several times."
)
@click.option("--since", type=click.IntRange(1990), help="Only this year and later ones.")
@click.option("--check", is_flag=True, help="Verify every file, and change nothing.")
@click.option("--watch", is_flag=True, help="Go on, and follow what is published.")
@click.option(
    "--interval",
    type=click.FloatRange(1),
    default=EVERY,
    show_default=True,
    help="Seconds between two questions of --watch.",
)
@pass_login
@click.pass_context
def mirror(
    context: click.Context,
    login: Login,
    *,
    folder: str,
    datasets: tuple[str, ...],
    since: int | None,
    check: bool,
    watch: bool,
    interval: float,
) -> None:
    """Make the folder DIR equal to what is published.

    Only what has changed is downloaded, and what was cut is resumed. --dataset and --since are
    remembered in DIR until they are given again.

    With --check, exits with code 3 and names the files that differ from the folder's own record
    or from what is published.

    \b
    amazingdata mirror market --dataset stock.daily --since 2013
    amazingdata mirror market --check
    amazingdata mirror market --watch --interval 300
    """  # noqa: D301
    if check and watch:
        raise click.UsageError("--check and --watch exclude each other")
    with login.client() as client:
        made = client.mirror(folder, datasets or None, since)
        if check:
            context.exit(_check(made))
        elif watch:
            _watch(made, interval)
        else:
            with shown() as on_progress:
                report = made.sync(on_progress)
            _tell(report)


def _check(mirror: Mirror) -> int:
    """Print what differs, and return the exit code."""
    found = mirror.check()
    if found:
        print_table([{"path": each.path, "problem": each.problem} for each in found])
        say(f"{counted(len(found), 'difference')}")
        return INCOMPLETE
    say("no differences")
    return 0


def _watch(mirror: Mirror, interval: float) -> None:
    """Follow what is published until Ctrl-C; progress in lines, since it has no end."""
    for report in mirror.watch(interval, Lines(), _complain):
        _tell(report)


def _complain(error: AmazingDataError) -> None:
    say(f"trying again: {error}")


def _tell(report: SyncReport) -> None:
    came = f"{counted(len(report.downloaded), 'file')} downloaded ({amount(report.bytes)})"
    say(f"{came}, {len(report.removed):,} removed, {report.held:,} in the mirror")
    if report.partial:
        more = ", …" if len(report.partial) > NAMED else ""
        named = ", ".join(report.partial[:NAMED])
        say(f"{counted(len(report.partial), 'file')} of these lack rows: {named}{more}")
