"""Commands about the connections to the vendor, for administrators."""

from dataclasses import asdict

import click

from amazingdata_client.cli.exits import ERROR
from amazingdata_client.cli.output import as_json, print_facts, print_json, print_table, say
from amazingdata_client.cli.session import Login, new_secret, pass_login

config_id_argument = click.argument("config_id", type=int)
COLUMNS = ("id", "name", "username", "host", "port", "is_default", "updated_at")


@click.group()
def configs() -> None:
    """Connections to the vendor; for administrators."""


@configs.command("list")
@as_json
@pass_login
def list_configs(login: Login, *, as_json: bool) -> None:
    """List the connections."""
    with login.client() as client:
        found = client.configs()
    if as_json:
        print_json(found)
    else:
        print_table([asdict(config) for config in found], COLUMNS)


@configs.command()
@click.argument("name")
@click.option("--username", required=True, help="The vendor's account.")
@click.option("--host", required=True)
@click.option("--port", type=int, default=8600, show_default=True)
@click.option("--default", "is_default", is_flag=True, help="Use it from now on.")
@as_json
@pass_login
def create(
    login: Login,
    *,
    name: str,
    username: str,
    host: str,
    port: int,
    is_default: bool,
    as_json: bool,
) -> None:
    """Add a connection called NAME.

    The vendor's password is asked for, or is AMAZINGDATA_SDK_PASSWORD.
    """
    password = new_secret("AMAZINGDATA_SDK_PASSWORD")
    with login.client() as client:
        made = client.create_config(
            name, username=username, password=password, host=host, port=port, is_default=is_default
        )
    if as_json:
        print_json(made)
    else:
        print_facts(asdict(made))


@configs.command("default")
@config_id_argument
@pass_login
def make_default(login: Login, *, config_id: int) -> None:
    """Use this connection from now on."""
    with login.client() as client:
        client.make_default_config(config_id)
    say(f"config {config_id} is the default")


@configs.command()
@config_id_argument
@pass_login
def delete(login: Login, *, config_id: int) -> None:
    """Delete a connection."""
    with login.client() as client:
        client.delete_config(config_id)
    say(f"config {config_id} is deleted")


@configs.command()
@config_id_argument
@as_json
@pass_login
@click.pass_context
def test(context: click.Context, login: Login, *, config_id: int, as_json: bool) -> None:
    """Try a connection; exit code 1 if it does not work."""
    with login.client() as client:
        tried = client.test_config(config_id)
    if as_json:
        print_json(tried)
    else:
        say(f"{tried.message} ({tried.response_time:.2f} s)")
    context.exit(0 if tried.success else ERROR)
