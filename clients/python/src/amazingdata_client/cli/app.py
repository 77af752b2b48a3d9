"""The command `amazingdata`: its subcommands and global options."""

from collections.abc import Iterator, Sequence
from typing import Any

import click
from click.shell_completion import get_completion_class

from amazingdata_client.cli import (
    configs,
    continuous,
    coverage,
    day,
    exits,
    export,
    factors,
    filling,
    futures,
    kline,
    login,
    market,
    mcp,
    members,
    mirror,
    overview,
    quarantine,
    releases,
    sql,
    statements,
    status,
    tasks,
    users,
)
from amazingdata_client.cli.output import say
from amazingdata_client.cli.session import Login
from amazingdata_client.version import __version__


class _Commands(click.Group):
    """The commands: `--url` may stand anywhere, and a file that cannot be written is no crash."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return their names in the order of the help, by what they are about."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move `--url` to the front, where it belongs."""
        own, others = list[str](), list(args)
        while (at := next(_places_of_url(others), None)) is not None:
            length = 1 if "=" in others[at] else 2
            own += others[at : at + length]
            del others[at : at + length]
        return super().parse_args(ctx, own + others)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            # While rows are written, when there is no client any more.
            say("interrupted")
            ctx.exit(exits.INTERRUPTED)


def _places_of_url(args: Sequence[str]) -> Iterator[int]:
    end = args.index("--") if "--" in args else len(args)
    return (at for at, each in enumerate(args[:end]) if each == "--url" or each[:6] == "--url=")


@click.group(
    cls=_Commands, epilog=exits.HELP, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--url",
    envvar="AMAZINGDATA_URL",
    show_envvar=True,
    help="URL of the API, with or without /api/v1; default: that of the last login.",
)
@click.version_option(__version__, package_name="amazingdata-client")
@click.pass_context
def amazingdata(context: click.Context, *, url: str | None) -> None:
    """Read and manage market data from China's exchanges.

    Log in once with "amazingdata login"; in scripts, set AMAZINGDATA_URL, AMAZINGDATA_USERNAME and
    AMAZINGDATA_PASSWORD.
    """
    context.obj = context.obj or Login.of_environment(url)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script for a SHELL.

    \b
    bash  eval "$(amazingdata completion bash)"
    zsh   eval "$(amazingdata completion zsh)"
    fish  amazingdata completion fish | source
    """  # noqa: D301
    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(f"no completion for {shell}")
    click.echo(kind(amazingdata, {}, "amazingdata", "_AMAZINGDATA_COMPLETE").source())


for command in (
    login.login,
    login.logout,
    login.password,
    login.whoami,
    market.codes,
    market.search,
    market.calendar,
    market.info,
    market.service,
    overview.overview,
    overview.schedules,
    kline.kline,
    continuous.continuous,
    futures.varieties,
    futures.main_contracts,
    day.day,
    status.status,
    factors.factors,
    statements.statements,
    members.index,
    members.industries,
    releases.releases,
    releases.exports,
    releases.changes,
    releases.publish,
    mirror.mirror,
    sql.sql,
    export.export,
    coverage.coverage,
    filling.detect,
    filling.fill,
    filling.cache,
    filling.verify,
    tasks.tasks,
    quarantine.quarantine,
    configs.configs,
    users.users,
    mcp.mcp,
    completion,
):
    amazingdata.add_command(command)
