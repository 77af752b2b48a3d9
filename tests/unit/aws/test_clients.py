"""Clients: one of each service, made with care."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from marketdata.aws import clients
from marketdata.aws.clients import client
from tests.support.cloud import forget_clients


@pytest.fixture(autouse=True)
def no_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the clients of a region made anew."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    forget_clients()
    yield
    forget_clients()


def test_clients_are_made_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3's default session is not made for threads, and a pool's first calls come at once."""
    made: list[object] = []

    def make(*_: Any, **__: Any) -> object:
        assert clients._making.locked()
        made.append(object())
        return made[-1]

    monkeypatch.setattr("boto3.client", make)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: client("s3"), range(8))) == set(made)
    assert len(made) == 1


def test_a_client_waits_no_longer_than_api_gateway() -> None:
    config: Any = client("dynamodb").meta.config
    assert config.connect_timeout + config.read_timeout < 29
    assert config.max_pool_connections == clients.PARALLEL
