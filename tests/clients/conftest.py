"""Both clients behind one face, so that every test is one of both; and the command line."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import anyio
import httpx
import pytest
from amazingdata_client import AsyncClient, Client, Retry
from amazingdata_client.cli.app import amazingdata
from amazingdata_client.cli.session import Login
from amazingdata_client.cli.store import Store
from click.testing import CliRunner, Result

from tests.clients.scripted import PASSWORD, URL, USERNAME, ScriptedService

AT_ONCE = Retry(times=3, first=0.0)
"""Waits for nothing."""


@dataclass
class Calls:
    """Calls methods of a client or a mirror by name, and waits for those of asynchronous ones."""

    client: Any
    waits: bool

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self.client, name)
        return partial(self._finished, method) if self.waits else method

    def _finished(
        self, method: Callable[..., Awaitable[Any]], /, *args: Any, **options: Any
    ) -> Any:
        async def run() -> Any:
            return await method(*args, **options)

        return anyio.run(run)


Connect = Callable[..., Calls]
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command line speak English, whatever the terminal of the tests does."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def scripted() -> ScriptedService:
    return ScriptedService()


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest, scripted: ScriptedService) -> Connect:
    """Return a function that makes a client for the service, with the client's own arguments."""
    kind: Literal["sync", "async"] = request.param

    def made(
        username: str | None = USERNAME, password: str | None = PASSWORD, **options: Any
    ) -> Calls:
        options = {"retry": AT_ONCE, "transport": httpx.MockTransport(scripted), **options}
        make = Client if kind == "sync" else AsyncClient
        return Calls(make(URL, username, password, **options), waits=kind == "async")

    return made


@pytest.fixture
def client(connect: Connect) -> Calls:
    return connect()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def mirror(connect: Connect, folder: Path) -> Callable[..., Any]:
    """Return a function that makes a mirror; the methods of an asynchronous one are waited for."""

    def made(**options: Any) -> Calls:
        client = connect().client
        return Calls(client.mirror(folder, **options), waits=isinstance(client, AsyncClient))

    return made


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "logins.json")


@pytest.fixture
def run(scripted: ScriptedService, store: Store) -> Run:
    """Return a function that runs the command as a script does, credentials included."""
    script = Login(URL, USERNAME, PASSWORD, store, httpx.MockTransport(scripted))

    def ran(*arguments: str, login: Login = script, stdin: str = "") -> Result:
        return CliRunner().invoke(amazingdata, arguments, obj=login, input=stdin)

    return ran
