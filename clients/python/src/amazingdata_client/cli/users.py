"""Commands about users, for administrators."""

import click

from amazingdata_client.cli import options
from amazingdata_client.cli.output import print_many, print_one
from amazingdata_client.cli.session import NEW_PASSWORD, Login, new_secret, pass_login

ROLES = click.Choice(["admin", "user"])
user_id_argument = click.argument("user_id", type=int)


@click.group()
def users() -> None:
    """Manage users (admins only)."""


@users.command("list")
@options.as_json
@pass_login
def list_users(login: Login, *, as_json: bool) -> None:
    """List all users."""
    with login.client() as client:
        print_many(client.users(), as_json=as_json)


@users.command()
@click.argument("username")
@click.option("--role", type=ROLES, default="user", show_default=True)
@click.option("--email", default="")
@options.as_json
@pass_login
def create(login: Login, *, username: str, role: str, email: str, as_json: bool) -> None:
    """Create a user.

    The password is prompted for, or taken from AMAZINGDATA_NEW_PASSWORD.
    """
    password = new_secret(NEW_PASSWORD, confirm=True)
    with login.client() as client:
        made = client.create_user(username, password, role=role, email=email)
    print_one(made, as_json=as_json)


@users.command()
@user_id_argument
@click.option("--role", type=ROLES)
@click.option("--email")
@click.option("--active/--inactive", "is_active", default=None, help="Whether the user may log in.")
@options.as_json
@pass_login
def update(
    login: Login,
    *,
    user_id: int,
    role: str | None,
    email: str | None,
    is_active: bool | None,
    as_json: bool,
) -> None:
    """Change a user's role, email address or status."""
    with login.client() as client:
        changed = client.update_user(user_id, role=role, email=email, is_active=is_active)
    print_one(changed, as_json=as_json)


@users.command("set-password")
@user_id_argument
@options.as_json
@pass_login
def set_password(login: Login, *, user_id: int, as_json: bool) -> None:
    """Set a user's password, which invalidates the user's tokens.

    The password is prompted for, or taken from AMAZINGDATA_NEW_PASSWORD.
    """
    password = new_secret(NEW_PASSWORD, confirm=True)
    with login.client() as client:
        changed = client.update_user(user_id, password=password)
    print_one(changed, as_json=as_json)
