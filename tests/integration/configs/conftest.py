"""A key, and an upstream function within reach."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from functions.upstream import app as upstream
from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.aws.encryption import EncryptionKey
from marketdata.identity.roles import Role
from marketdata.identity.users import Users
from tests.support.cloud import Cloud
from tests.support.emulation import write_atomically


@pytest.fixture(autouse=True)
def key(
    cloud: Cloud, template: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[EncryptionKey]:
    """The key of the template, on the local cloud, and the admin who makes the calls."""
    Users(cloud.control).create("admin", "", Role.ADMIN)
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

    monkeypatch.setattr("marketdata.upstream.client.invoke", invoke)


@pytest.fixture
def atomic(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write as DynamoDB does, a write after the other."""
    write_atomically(monkeypatch)


@pytest.fixture
def server() -> Iterator[int]:
    """The port of a server on this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]
