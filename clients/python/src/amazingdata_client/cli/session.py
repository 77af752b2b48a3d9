"""Which service a command talks to, and as whom."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
import httpx

from amazingdata_client._sync.client import Client
from amazingdata_client.cli.exits import exits
from amazingdata_client.cli.store import Store
from amazingdata_client.errors import NotLoggedInError

LOCAL = "http://localhost:8000/api/v1"


@dataclass(frozen=True)
class Login:
    """What the command line and the environment say about the service and the user.

    Attributes
    ----------
    url : str or None
        Of the API; None for that of the last login.
    username, password : str or None
        From the environment, for scripts.
    store : Store
        Where logins are kept.
    transport : httpx transport, optional
        For tests.
    """

    url: str | None
    username: str | None
    password: str | None
    store: Store
    transport: httpx.BaseTransport | None = None

    @classmethod
    def of_environment(cls, url: str | None) -> "Login":
        """Complete what the command line says; a password as an argument is for all to see."""
        username, password = map(os.environ.get, ("AMAZINGDATA_USERNAME", "AMAZINGDATA_PASSWORD"))
        return cls(url and url.rstrip("/"), username, password, Store.of_user())

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Give a client, and turn its errors into exit codes.

        A token that was kept is used if it is the named user's; name and password of the
        environment are there to get one, or another.
        """
        profile = self.store.find(self.url)
        mine = profile if profile and self.username in (None, profile.username) else None
        url = self.url or (profile.url if profile else LOCAL)
        token = mine.token if mine else None
        with exits("log in with: amazingdata login"):
            if token is None and not (self.username and self.password):
                raise NotLoggedInError(f"not logged in at {url}")
            password = self.password if self.username else None
            with Client(
                url, self.username, password, token=token, transport=self.transport
            ) as client:
                yield client


def new_secret(variable: str, *, confirm: bool = False) -> str:
    """Take a password for somebody from the environment, or ask for it."""
    given = os.environ.get(variable)
    asked: str = given or click.prompt(
        "Password", hide_input=True, confirmation_prompt=confirm, err=True
    )
    return asked


pass_login = click.make_pass_decorator(Login)
