"""Secrets, and for how long they are believed."""

import time

import pytest

from marketdata.aws import secrets
from marketdata.aws.clients import client
from tests.support.cloud import Cloud


def test_a_secret_is_kept_for_five_minutes(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = client("secretsmanager")
    first = secrets.read_secret(cloud.signing_secret)
    assert first
    manager.put_secret_value(SecretId=cloud.signing_secret, SecretString="new")
    assert secrets.read_secret(cloud.signing_secret) == first
    # The time of day: the monotonic clock may stand still while Lambda freezes the process.
    later = time.time() + secrets.KEPT_SECONDS + 1
    monkeypatch.setattr("marketdata.aws.secrets.time.time", lambda: later)
    assert secrets.read_secret(cloud.signing_secret) == "new"
    assert secrets.read_secret(cloud.signing_secret, "AWSPREVIOUS") == first


def test_a_secret_without_a_previous_version(cloud: Cloud) -> None:
    assert secrets.read_secret(cloud.admin_secret, "AWSPREVIOUS") is None
