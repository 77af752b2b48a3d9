"""Writes of objects: the short way where it works, and boto3 in every other case."""

import base64
import hashlib
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError  # noqa: TID251  what boto3 raises

from marketdata.aws import clients
from marketdata.aws.direct import connections
from marketdata.aws.objects import Bucket
from marketdata.aws.puts import DIRECT_BYTES
from tests.support.endpoints import Answer, Endpoint, answering

BODY = b"\0\1" * 100
CHECKSUM = base64.b64encode(zlib.crc32(BODY).to_bytes(4)).decode()
TYPE = "application/zstd"


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with answering(monkeypatch) as made:
        yield made


@pytest.fixture
def boto3_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The services for which boto3 is asked, with a client that gives up soon."""
    monkeypatch.setattr(clients, "READ_SECONDS", 1)
    monkeypatch.setattr(connections, "READ_SECONDS", 0.3)
    calls: list[str] = []
    make = clients.client

    def client(name: Any) -> Any:
        calls.append(name)
        return make(name)

    monkeypatch.setattr("marketdata.aws.puts.client", client)
    return calls


def write(body: bytes = BODY) -> None:
    Bucket("bucket").write("a b/中.zst", body, TYPE)


def test_an_object_without_boto3(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    for _ in range(3):
        write()
    assert boto3_calls == []
    assert len(endpoint.connections) == 1
    assert (endpoint.path, endpoint.payload) == ("/bucket/a%20b/%E4%B8%AD.zst", BODY)
    headers = endpoint.headers
    assert headers["content-type"] == TYPE
    assert headers["x-amz-checksum-crc32"] == CHECKSUM
    assert headers["x-amz-content-sha256"] == hashlib.sha256(BODY).hexdigest()
    assert "content-type;host;x-amz-checksum-crc32" in headers["authorization"]
    assert "content-encoding" not in headers


@pytest.mark.parametrize("size", [len(BODY), DIRECT_BYTES + 1])
def test_an_object_with_a_coding(endpoint: Endpoint, boto3_calls: list[str], size: int) -> None:
    Bucket("bucket").write("a", bytes(size), TYPE, "zstd")
    headers = {name.lower(): text for name, text in endpoint.headers.items()}
    assert headers["content-encoding"] == "zstd"
    assert (boto3_calls == ["s3"]) == (size > DIRECT_BYTES)
    if not boto3_calls:
        assert "content-encoding" in headers["authorization"]


def test_the_answer_has_the_checksum_of_the_object(
    endpoint: Endpoint, boto3_calls: list[str]
) -> None:
    """And not that of the answer, which is empty."""
    endpoint.answers.append((200, {"x-amz-checksum-crc32": CHECKSUM}, b""))
    write()
    assert boto3_calls == []


def test_an_empty_object(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    write(b"")
    assert (endpoint.payload, endpoint.headers["Content-Length"]) == (b"", "0")
    assert boto3_calls == []


def test_a_long_one_is_left_to_boto3(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    write(bytes(DIRECT_BYTES))
    assert boto3_calls == []
    write(bytes(DIRECT_BYTES + 1))
    assert boto3_calls == ["s3"]


@pytest.mark.parametrize(
    "answer",
    [
        (503, {}, b"<Error><Code>SlowDown</Code></Error>"),
        (403, {}, b"<Error><Code>RequestTimeTooSkewed</Code></Error>"),
        (301, {"Location": "/"}, b""),
        (200, {"Content-Length": "5", "Connection": "close"}, b""),
    ],
    ids=["slow down", "refused", "moved", "cut off"],
)
def test_boto3_writes_again(endpoint: Endpoint, boto3_calls: list[str], answer: Answer) -> None:
    endpoint.answers.append(answer)
    write()
    assert boto3_calls == ["s3"]
    assert len(endpoint.requests) == 2
    write()
    assert boto3_calls == ["s3"], "the short way is tried again"


def test_a_connection_that_is_silent(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    write()
    endpoint.end_connections("silent")
    write()
    assert boto3_calls == ["s3"]


def test_the_log_tells_of_it(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    endpoint.answers.append((503, {}, b""))
    write()
    noted = [each.getMessage() for each in caplog.records if each.name == "marketdata.aws.reads"]
    assert noted == ["boto3 writes instead: s3 answered 503"]


def test_errors_are_those_of_boto3(endpoint: Endpoint) -> None:
    endpoint.always = (403, {}, b"<Error><Code>AccessDenied</Code></Error>")
    with pytest.raises(ClientError, match="AccessDenied"):
        write()
