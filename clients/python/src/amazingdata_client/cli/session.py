"""Which service a command talks to, and as which user."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
import httpx

from amazingdata_client._sync.client import Client
from amazingdata_client.cli.exits import exits
from amazingdata_client.cli.patience import TOLD
from amazingdata_client.cli.store import Profile, Store
from amazingdata_client.errors import NotLoggedInError

PATH = "/api/v1"
LOCAL = f"http://localhost:8000{PATH}"
NEW_PASSWORD = "AMAZINGDATA_NEW_PASSWORD"  # noqa: S105  # a variable's name


def base_url(text: str) -> str:
    """Return the base URL of an API, whose path may be left out.

    Raises
    ------
    click.UsageError
        It is no address of the web.
    """
    if not text.startswith(("http://", "https://")):
        raise click.UsageError(f"--url must begin with http:// or https://, not {text!r}")
    url = text.rstrip("/")
    return url if url.endswith(PATH) else f"{url}{PATH}"


@dataclass(frozen=True)
class Login:
    """The service and the user, as far as the command line and the environment name them.

    Attributes
    ----------
    url : str or None
        Base URL of the API; None for that of the last login.
    username, password : str or None
        From the environment, for scripts.
    store : Store
        Where tokens are saved.
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
        """Read user name and password from the environment, and use the user's own store."""
        username, password = map(os.environ.get, ("AMAZINGDATA_USERNAME", "AMAZINGDATA_PASSWORD"))
        return cls(url and base_url(url), username, password, Store.of_user())

    def saved(self) -> Profile | None:
        """Return the saved login of this user, or of any user if the environment names none."""
        profile = self.store.find(self.url)
        return profile if profile and self.username in (None, profile.username) else None

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Yield a client, and turn its errors into exit codes.

        A saved token is used unless the environment names another user. Name and password from
        the environment serve to log in, and to renew the token.
        """
        profile, saved = self.store.find(self.url), self.saved()
        url = self.url or (profile.url if profile else LOCAL)
        token = saved.token if saved else None
        with exits("log in with: amazingdata login"):
            if token is None and not (self.username and self.password):
                raise NotLoggedInError(f"not logged in to {url}")
            password = self.password if self.username else None
            with Client(
                url,
                self.username,
                password,
                token=token,
                retry=TOLD,
                transport=self.transport,
            ) as client:
                yield client


def ask_password(known: str | None, prompt: str = "Password", *, confirm: bool = False) -> str:
    """Return a password that is known already, or prompt for it."""
    password: str = known or click.prompt(
        prompt, hide_input=True, confirmation_prompt=confirm, err=True
    )
    return password


def new_secret(variable: str, prompt: str = "Password", *, confirm: bool = False) -> str:
    """Take a password to be set from an environment variable, or prompt for it."""
    return ask_password(os.environ.get(variable), prompt, confirm=confirm)


pass_login = click.make_pass_decorator(Login)
