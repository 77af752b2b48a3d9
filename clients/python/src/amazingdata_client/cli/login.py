"""Commands about the login: login, logout, password, whoami."""

import sys
from dataclasses import asdict
from datetime import datetime

import click

from amazingdata_client._sync.client import Client
from amazingdata_client.cli import options
from amazingdata_client.cli.days import SHANGHAI
from amazingdata_client.cli.exits import exits
from amazingdata_client.cli.output import print_one, say
from amazingdata_client.cli.patience import TOLD
from amazingdata_client.cli.session import (
    LOCAL,
    NEW_PASSWORD,
    Login,
    ask_password,
    new_secret,
    pass_login,
)
from amazingdata_client.cli.store import Profile
from amazingdata_client.errors import AmazingDataError
from amazingdata_client.retry import Retry

BRIEF = Retry(times=2, longest=1.0)
"""Whoever logs out waits for it."""


@click.command()
@click.option("--username", help="Default: AMAZINGDATA_USERNAME, or prompted for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@pass_login
def login(login: Login, *, username: str | None, password_stdin: bool) -> None:
    """Log in and save the token; the password is not saved.

    The token is saved in the user's config folder, readable only by its owner. The password is
    taken from stdin or AMAZINGDATA_PASSWORD, or prompted for; it is never an argument, because
    other users of the machine can read those.
    """
    saved = login.store.find(login.url)
    url = (login.url or (saved.url if saved else LOCAL)).rstrip("/")
    name = username or login.username or click.prompt("User name", err=True)
    stdin = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    password = ask_password(login.password) if stdin is None else stdin
    with exits(), Client(url, name, password, retry=TOLD, transport=login.transport) as client:
        token = client.login()
    login.store.save(Profile(url, name, token))
    say(f"logged in to {url} as {name}")


@click.command()
@pass_login
def logout(login: Login) -> None:
    """End the session, and delete the saved token."""
    saved = login.store.find(login.url)
    if saved is None:
        say("not logged in")
        return
    # First, since the token is to be gone from this machine whatever the service says.
    login.store.forget(saved.url)
    with (
        exits(),
        Client(
            saved.url, token=saved.token, timeout=10, retry=BRIEF, transport=login.transport
        ) as client,
    ):
        try:
            client.logout()
        except AmazingDataError:
            until = datetime.fromtimestamp(saved.token.expires_at, SHANGHAI)
            good = f"the token stays good until {until:%Y-%m-%d %H:%M}, Beijing time"
            say(f"the service has not confirmed the logout: {good}")
            raise
    say(f"logged out of {saved.url}")


@click.command()
@pass_login
def password(login: Login) -> None:
    """Change your own password, which ends all of your sessions but this one.

    The passwords are prompted for, or taken from AMAZINGDATA_PASSWORD and AMAZINGDATA_NEW_PASSWORD.
    """
    saved = login.saved()
    with login.client() as client:
        old = ask_password(login.password, "Present password")
        token = client.change_password(old, new_secret(NEW_PASSWORD, "New password", confirm=True))
    if saved:
        login.store.save(Profile(saved.url, saved.username, token))
    say("the password has been changed")


@click.command()
@options.as_json
@pass_login
def whoami(login: Login, *, as_json: bool) -> None:
    """Show the current user and the service's URL."""
    with login.client() as client:
        print_one({"url": client.base_url, **asdict(client.me())}, as_json=as_json)
