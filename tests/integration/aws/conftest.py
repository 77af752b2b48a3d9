"""Ways to disturb a table."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from marketdata.aws.clients import client
from marketdata.aws.tables import Table
from tests.support.cloud import Cloud
from tests.support.exchange import hearing
from tests.support.refusals import ClientError

type Method = Callable[..., Any]


@pytest.fixture
def table(cloud: Cloud) -> Table:
    return cloud.control


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Do not sleep, but note for how long."""
    noted: list[float] = []
    # Not `time.sleep` itself: threads of other tests sleep too.
    monkeypatch.setattr("marketdata.aws.writes.time", SimpleNamespace(sleep=noted.append))
    return noted


@pytest.fixture
def asked(cloud: Cloud) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """What was read the short way: the operations, and what was asked."""
    calls: list[tuple[str, dict[str, Any]]] = []
    with hearing(lambda *call: calls.append(call)):
        yield calls


@pytest.fixture
def spy(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Give a function that has a method of the client fail a few times, then do its work."""

    def watch(name: str, *failures: ClientError) -> list[Any]:
        method: Method = getattr(client("dynamodb"), name)
        calls: list[Any] = []

        def call(**request: Any) -> Any:
            calls.append(request)
            if len(calls) <= len(failures):
                raise failures[len(calls) - 1]
            return method(**request)

        monkeypatch.setattr(client("dynamodb"), name, call)
        return calls

    return watch
