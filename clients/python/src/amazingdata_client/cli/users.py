"""Commands about users, for administrators."""

from dataclasses import asdict

import click

from amazingdata_client.cli.output import as_json, print_facts, print_json, print_table
from amazingdata_client.cli.session import Login, new_secret, pass_login
from amazingdata_client.models import User

ROLES = click.Choice(["admin", "user"])
NEW_PASSWORD = "AMAZINGDATA_NEW_PASSWORD"  # noqa: S105  # a variable's name


@click.group()
def users() -> None:
    """Users; for administrators."""


@users.command("list")
@as_json
@pass_login
def list_users(login: Login, *, as_json: bool) -> None:
    """List the users."""
    with login.client() as client:
        found = client.users()
    if as_json:
        print_json(found)
    else:
        print_table(asdict(user) for user in found)


@users.command()
@click.argument("username")
@click.option("--role", type=ROLES, default="user", show_default=True)
@click.option("--email", default="")
@as_json
@pass_login
def create(login: Login, *, username: str, role: str, email: str, as_json: bool) -> None:
    """Create a user; the password is asked for, or is AMAZINGDATA_NEW_PASSWORD."""
    password = new_secret(NEW_PASSWORD, confirm=True)
    with login.client() as client:
        made = client.create_user(username, password, role=role, email=email)
    _print(made, as_json=as_json)


@users.command()
@click.argument("user_id", type=int)
@click.option("--role", type=ROLES)
@click.option("--email")
@click.option("--active/--inactive", "is_active", default=None, help="May the user log in?")
@as_json
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
    """Change a user."""
    with login.client() as client:
        changed = client.update_user(user_id, role=role, email=email, is_active=is_active)
    _print(changed, as_json=as_json)


@users.command("set-password")
@click.argument("user_id", type=int)
@as_json
@pass_login
def set_password(login: Login, *, user_id: int, as_json: bool) -> None:
    """Give a user another password, which ends the user's sessions.

    It is asked for, or is AMAZINGDATA_NEW_PASSWORD.
    """
    password = new_secret(NEW_PASSWORD, confirm=True)
    with login.client() as client:
        changed = client.update_user(user_id, password=password)
    _print(changed, as_json=as_json)


def _print(user: User, *, as_json: bool) -> None:
    if as_json:
        print_json(user)
    else:
        print_facts(asdict(user))
