"""Commands about being logged in: login, logout, whoami."""

import sys
from dataclasses import asdict

import click

from amazingdata_client._sync.client import Client
from amazingdata_client.cli.exits import exits
from amazingdata_client.cli.output import as_json, print_facts, print_json, say
from amazingdata_client.cli.session import LOCAL, Login, pass_login
from amazingdata_client.cli.store import Profile


@click.command()
@click.option("--username", help="Default: AMAZINGDATA_USERNAME, or asked for.")
@click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
@pass_login
def login(login: Login, *, username: str | None, password_stdin: bool) -> None:
    """Log in and keep the token, not the password.

    The token is kept in the user's config folder, readable by its owner alone, by URL. The
    password comes from AMAZINGDATA_PASSWORD, from stdin, or is asked for; never from an argument,
    which other users of the machine can read.
    """
    known = login.store.find(login.url)
    url = (login.url or (known.url if known else LOCAL)).rstrip("/")
    name = username or login.username or click.prompt("User name", err=True)
    password = _password(login.password, stdin=password_stdin)
    with exits(), Client(url, name, password, transport=login.transport) as client:
        token = client.login()
    login.store.save(Profile(url, name, token))
    say(f"logged in at {url} as {name}")


def _password(given: str | None, *, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = given or click.prompt("Password", hide_input=True, err=True)
    return asked


@click.command()
@pass_login
def logout(login: Login) -> None:
    """Forget the token."""
    known = login.store.find(login.url)
    if known and login.store.forget(known.url):
        say(f"logged out at {known.url}")
    else:
        say("was not logged in")


@click.command()
@as_json
@pass_login
def whoami(login: Login, *, as_json: bool) -> None:
    """Show who is logged in, and where."""
    with login.client() as client:
        facts = {"url": client.base_url, **asdict(client.me())}
    if as_json:
        print_json(facts)
    else:
        print_facts(facts)
