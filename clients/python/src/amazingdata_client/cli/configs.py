"""Commands about connections to the data vendor, for administrators."""

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.exits import ERROR
from amazingdata_client.cli.language import worded_key
from amazingdata_client.cli.output import print_json, print_many, print_one, say
from amazingdata_client.cli.session import Login, new_secret, pass_login

SDK_PASSWORD = "AMAZINGDATA_SDK_PASSWORD"  # noqa: S105  # a variable's name
COLUMNS = ("id", "name", "username", "host", "port", "is_default", "updated_at")
config_id_argument = click.argument("config_id", type=int)


@click.group()
def configs() -> None:
    """Manage connections to the vendor (admins only)."""


@configs.command("list")
@options.as_json
@pass_login
def list_configs(login: Login, *, as_json: bool) -> None:
    """List all connections."""
    with login.client() as client:
        print_many(client.configs(), COLUMNS, as_json=as_json)


@configs.command()
@click.argument("name")
@click.option("--username", required=True, help="User name of the vendor account.")
@click.option("--host", required=True, help="Host name or address of the vendor's server.")
@click.option("--port", type=int, default=8600, show_default=True)
@click.option("--default", "is_default", is_flag=True, help="Make it the default connection.")
@options.as_json
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
    """Create a connection called NAME.

    The password of the vendor account is prompted for, or taken from AMAZINGDATA_SDK_PASSWORD.
    """
    password = new_secret(SDK_PASSWORD)
    with login.client() as client:
        made = client.create_config(
            name, username=username, password=password, host=host, port=port, is_default=is_default
        )
    print_one(made, as_json=as_json)


@configs.command()
@config_id_argument
@click.option("--name")
@click.option("--username", help="User name of the vendor account.")
@click.option("--host", help="Host name or address of the vendor's server.")
@click.option("--port", type=int)
@click.option("--new-password", is_flag=True, help="Change the password, too.")
@options.as_json
@pass_login
def update(
    login: Login,
    *,
    config_id: int,
    name: str | None,
    username: str | None,
    host: str | None,
    port: int | None,
    new_password: bool,
    as_json: bool,
) -> None:
    """Change a connection.

    Another user name, host or port needs the password of the vendor account again, which is
    prompted for, or taken from AMAZINGDATA_SDK_PASSWORD.
    """
    needed = new_password or username or host or port is not None
    password = new_secret(SDK_PASSWORD) if needed else None
    with login.client() as client:
        changed = client.update_config(
            config_id, name=name, username=username, password=password, host=host, port=port
        )
    print_one(changed, as_json=as_json)


@configs.command("default")
@config_id_argument
@pass_login
def make_default(login: Login, *, config_id: int) -> None:
    """Make a connection the default."""
    with login.client() as client:
        client.make_default_config(config_id)
    say(f"connection {config_id} is now the default")


@configs.command()
@config_id_argument
@pass_login
def delete(login: Login, *, config_id: int) -> None:
    """Delete a connection."""
    with login.client() as client:
        client.delete_config(config_id)
    say(f"connection {config_id} deleted")


@configs.command()
@config_id_argument
@options.as_json
@pass_login
@click.pass_context
def test(context: click.Context, login: Login, *, config_id: int, as_json: bool) -> None:
    """Test a connection; exit with code 1 if it fails."""
    with login.client() as client:
        tried = client.test_config(config_id)
    if as_json:
        print_json(tried)
    else:
        say(f"{worded_key(tried.key, tried.message)} ({tried.response_time:.2f} s)")
    context.exit(0 if tried.success else ERROR)
