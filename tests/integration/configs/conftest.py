"""A key, and an upstream function within reach."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from functions.upstream import app as upstream
from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.aws.encryption import EncryptionKey
from marketdata.aws.tables import Table
from marketdata.upstream import client as upstream_client
from tests.integration.conftest import Cloud


@pytest.fixture(autouse=True)
def key(
    cloud: Cloud, template: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[EncryptionKey]:
    """The key of the template, on the local cloud."""
    assert template["Resources"]["SdkConfigKey"]["Type"] == "AWS::KMS::Key"
    made = client("kms").create_key()["KeyMetadata"]["Arn"]
    monkeypatch.setenv("KMS_KEY", made)
    monkeypatch.setenv("LOCAL_CLOUD", "true")
    monkeypatch.setenv("UPSTREAM_FUNCTION", "upstream")
    deployment.reset()
    yield EncryptionKey(made)
    deployment.reset()


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the upstream function run here, JSON in and JSON out."""

    def invoke(function: str, event: dict[str, Any], seconds: float) -> Any:
        assert function == "upstream"
        assert seconds < 29
        return json.loads(json.dumps(upstream.handler(json.loads(json.dumps(event)), None)))

    monkeypatch.setattr(upstream_client, "invoke", invoke)


@pytest.fixture
def atomic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write as DynamoDB does: moto looks at a condition and writes in two steps."""
    lock = threading.Lock()

    def locked[**P, T](write: Callable[P, T]) -> Callable[P, T]:
        def wait_and_write(*args: P.args, **options: P.kwargs) -> T:
            with lock:
                return write(*args, **options)

        return wait_and_write

    monkeypatch.setattr(Table, "write", locked(Table.write))
    monkeypatch.setattr(Table, "transact", locked(Table.transact))


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server on this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]
