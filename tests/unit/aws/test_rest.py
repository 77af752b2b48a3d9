"""Clients, secrets and executions."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from marketdata.aws import clients, secrets, workflows
from marketdata.aws.clients import _made, client
from tests.integration.conftest import Cloud


@pytest.fixture
def no_clients(credentials: None) -> Iterator[None]:
    _made.cache_clear()
    yield
    _made.cache_clear()


def test_clients_are_made_one_after_another(
    no_clients: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3's default session is not made for threads, and a pool's first calls come at once."""
    making = threading.Semaphore(1)

    def make(*_: Any, **__: Any) -> object:
        assert making.acquire(blocking=False), "two clients are being made at once"
        time.sleep(0.01)
        making.release()
        return object()

    monkeypatch.setattr("marketdata.aws.clients.boto3.client", make)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client("s3"), range(8)))


def test_a_client_waits_no_longer_than_api_gateway(credentials: None) -> None:
    config: Any = client("dynamodb").meta.config
    assert config.connect_timeout + config.read_timeout < 29
    assert config.max_pool_connections == clients.PARALLEL


def test_a_secret_is_kept_for_five_minutes(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = client("secretsmanager")
    first = secrets.read_secret(cloud.signing_secret)
    assert first
    manager.put_secret_value(SecretId=cloud.signing_secret, SecretString="new")
    assert secrets.read_secret(cloud.signing_secret) == first
    later = time.monotonic() + secrets.KEPT_SECONDS + 1
    monkeypatch.setattr("marketdata.aws.secrets.time.monotonic", lambda: later)
    assert secrets.read_secret(cloud.signing_secret) == "new"
    assert secrets.read_secret(cloud.signing_secret, "AWSPREVIOUS") == first


def test_a_secret_without_a_previous_version(cloud: Cloud) -> None:
    assert secrets.read_secret(cloud.admin_secret, "AWSPREVIOUS") is None


@pytest.fixture
def machine(cloud: Cloud) -> str:
    definition = '{"StartAt": "Wait", "States": {"Wait": {"Type": "Succeed"}}}'
    role = "arn:aws:iam::123456789012:role/machine"
    made = client("stepfunctions").create_state_machine(
        name="machine", definition=definition, roleArn=role
    )
    return made["stateMachineArn"]


def test_executions(machine: str) -> None:
    execution = workflows.start_execution(machine, "task-1", {"task_id": 1})
    assert workflows.start_execution(machine, "task-1", {"task_id": 1}) == execution
    assert workflows.execution_status(execution) == "RUNNING"
    workflows.stop_execution(execution, "cancelled")
    assert workflows.execution_status(execution) == "ABORTED"


def test_an_execution_that_nobody_knows(machine: str) -> None:
    unknown = machine.replace("stateMachine", "execution") + ":task-7"
    assert workflows.execution_status(unknown) == "ABORTED"
    workflows.stop_execution(unknown, "cancelled")
