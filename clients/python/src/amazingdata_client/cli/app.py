"""The command `amazingdata`: its subcommands and global options."""

import click
from click.shell_completion import get_completion_class

from amazingdata_client.cli import (
    configs,
    continuous,
    day,
    exits,
    export,
    filling,
    kline,
    login,
    market,
    mcp,
    members,
    mirror,
    releases,
    sql,
    status,
    tasks,
    users,
)
from amazingdata_client.cli.session import Login
from amazingdata_client.version import __version__


@click.group(epilog=exits.HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--url",
    envvar="AMAZINGDATA_URL",
    show_envvar=True,
    help="Base URL of the API; default: that of the last login.",
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
    kline.kline,
    continuous.continuous,
    day.day,
    status.status,
    members.index,
    members.industries,
    releases.releases,
    releases.publish,
    mirror.mirror,
    sql.sql,
    export.export,
    filling.detect,
    filling.fill,
    filling.cache,
    filling.verify,
    tasks.tasks,
    configs.configs,
    users.users,
    mcp.mcp,
    completion,
):
    amazingdata.add_command(command)
