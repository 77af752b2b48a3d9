"""Whose requests they are, also after a restore from a snapshot."""

from collections.abc import Iterator

import orjson
import pytest

from marketdata.aws.direct.access_key import EARLY_SECONDS, access_key, forget_access_keys
from marketdata.aws.direct.signature import AccessKey
from tests.support.endpoints import Endpoint, answering

VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)


def issued(number: int, expires: str) -> bytes:
    return orjson.dumps(
        {
            "AccessKeyId": f"key{number}",
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": expires,
        }
    )


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """A process whose access key has to be asked for."""
    with answering(monkeypatch, issued(1, "2026-11-30T12:00:00Z")) as endpoint:
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        url = f"http://127.0.0.1:{endpoint.server_port}/2018-06-01/credentials"
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "permission")
        forget_access_keys()
        yield endpoint


def at(time: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: time)


def test_they_are_read_anew_for_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"key{number}")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_SESSION_TOKEN", f"token{number}")
        assert access_key() == AccessKey(f"key{number}", "secret", f"token{number}")


def test_there_may_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert access_key() is None
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    assert access_key() is None


def test_after_a_restore_they_are_asked_for_until_they_expire(
    restored: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = 1_796_040_000.0
    at(noon - 3600, monkeypatch)
    for _ in range(3):
        assert access_key() == AccessKey("key1", "secret", "token")
    assert len(restored.requests) == 1
    restored.body = issued(2, "2026-11-30T18:00:00Z")
    at(noon - EARLY_SECONDS + 1, monkeypatch)
    for _ in range(3):
        assert access_key() == AccessKey("key2", "secret", "token")
    assert len(restored.requests) == 2


def test_another_restore_has_others(restored: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    at(1_796_000_000.0, monkeypatch)
    access_key()
    restored.body = issued(2, "2026-11-30T12:00:00Z")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "another permission")
    found = access_key()
    assert found
    assert found.id == "key2"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"AccessKeyId": "a"}'])
def test_an_answer_that_is_none_is_an_error(restored: Endpoint, body: bytes) -> None:
    restored.body = body
    with pytest.raises((ValueError, KeyError)):
        access_key()
