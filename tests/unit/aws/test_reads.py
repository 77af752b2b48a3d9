"""Reads: the short way where it works, and boto3's answer or error in every other case."""

import base64
import json
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError  # noqa: TID251  what boto3 raises

from marketdata.aws import clients
from marketdata.aws.direct import connections
from marketdata.aws.objects import Bucket
from marketdata.aws.reads import read_object
from marketdata.aws.tables import Table
from marketdata.errors import NotFoundError
from tests.support.cloud import forget_clients
from tests.support.endpoints import Endpoint, Fate, answering

ITEM = {"pk": {"S": "a"}, "sk": {"S": "1"}, "data": {"B": base64.b64encode(b"\0\1").decode()}}
FOUND = json.dumps({"Item": ITEM}).encode()


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with answering(monkeypatch, FOUND) as made:
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

    monkeypatch.setattr("marketdata.aws.reads.client", client)
    return calls


def item() -> Any:
    return Table("market").get("a", "1")


def test_an_item_without_boto3(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    for _ in range(5):
        assert item() == {"pk": "a", "sk": "1", "data": b"\0\1"}
    assert boto3_calls == []
    assert len(endpoint.connections) == 1
    headers = endpoint.headers
    assert headers["x-amz-target"] == "DynamoDB_20120810.GetItem"
    assert "/us-east-1/dynamodb/aws4_request" in headers["authorization"]


def test_an_object_without_boto3(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    assert Bucket("bucket").read("a b/中.zst") == FOUND
    assert endpoint.path == "/bucket/a%20b/%E4%B8%AD.zst"
    assert boto3_calls == []


@pytest.mark.parametrize("fate", ["closed", "reset", "silent"])
def test_a_connection_that_died_costs_no_answer(
    endpoint: Endpoint, boto3_calls: list[str], fate: Fate
) -> None:
    assert item()
    endpoint.end_connections(fate)
    assert item()
    # One that was closed is known to be before it is used.
    assert boto3_calls == ([] if fate == "closed" else ["dynamodb"])


def test_after_a_freeze_no_connection_is_used_again(
    endpoint: Endpoint, boto3_calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert item()
    endpoint.end_connections("silent")
    frozen = time.time() + connections.KEPT_SECONDS + 1
    monkeypatch.setattr("time.time", lambda: frozen)
    assert item()
    assert boto3_calls == []


def refuse(status: int, name: str) -> Callable[[Endpoint], None]:
    body = json.dumps({"__type": f"com.amazonaws#{name}", "message": "no"}).encode()
    return lambda endpoint: endpoint.answers.append((status, {}, body))


def lie(**headers: str) -> Callable[[Endpoint], None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda endpoint: endpoint.answers.append((200, named, FOUND))


def give(body: bytes, **headers: str) -> Callable[[Endpoint], None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda endpoint: endpoint.answers.append((200, named, body))


MISBEHAVIOURS: dict[str, Callable[[Endpoint], None]] = {
    "throttled": refuse(400, "ProvisionedThroughputExceededException"),
    "an expired token": refuse(400, "ExpiredTokenException"),
    "a wrong time": refuse(400, "InvalidSignatureException"),
    "a fault": refuse(500, "InternalServerError"),
    "unavailable": refuse(503, "ServiceUnavailable"),
    "moved": lambda endpoint: endpoint.answers.append((301, {"Location": "/"}, b"")),
    "no content": lambda endpoint: endpoint.answers.append((204, {}, b"")),
    "a flipped bit": lie(x_amz_crc32=str(zlib.crc32(FOUND) ^ 1)),
    "half of it": give(FOUND[: len(FOUND) // 2], x_amz_crc32=str(zlib.crc32(FOUND))),
    "cut off": lie(Content_Length=str(len(FOUND) + 5), Connection="close"),
    "no JSON": give(b"<html>"),
    "nothing": give(b""),
}


@pytest.mark.parametrize("name", MISBEHAVIOURS)
def test_boto3_asks_again(name: str, endpoint: Endpoint, boto3_calls: list[str]) -> None:
    MISBEHAVIOURS[name](endpoint)
    assert item() == {"pk": "a", "sk": "1", "data": b"\0\1"}
    assert boto3_calls == ["dynamodb"]
    boto3_calls.clear()
    assert item()
    assert boto3_calls == [], "the short way is tried again"


def test_the_log_tells_of_it_without_the_answer(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "hunter2")
    body = b'{"__type": "x#InvalidSignatureException", "message": "x-amz-security-token:hunter2"}'
    endpoint.answers.append((400, {}, body))
    assert item()
    noted = [each.getMessage() for each in caplog.records if each.name == "marketdata.aws.reads"]
    assert noted == ["boto3 reads instead: dynamodb answered 400"]


def test_it_tells_nothing_where_there_is_no_short_way(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    forget_clients()
    assert item()
    assert len(endpoint.requests) == 1
    assert not caplog.records


@pytest.mark.parametrize(("right", "asked"), [(True, []), (False, ["s3"])])
def test_an_object_has_a_checksum(
    right: bool, asked: list[str], endpoint: Endpoint, boto3_calls: list[str]
) -> None:
    checksum = base64.b64encode((zlib.crc32(FOUND) ^ (not right)).to_bytes(4)).decode()
    lie(x_amz_checksum_crc32=checksum)(endpoint)
    assert read_object("bucket", "key") == FOUND
    assert boto3_calls == asked


def test_of_an_object_in_parts_it_is_not_that_of_the_bytes(
    endpoint: Endpoint, boto3_calls: list[str]
) -> None:
    lie(x_amz_checksum_crc32="AAAAAA==-2")(endpoint)
    assert read_object("bucket", "key") == FOUND
    assert boto3_calls == []


def test_errors_are_those_of_boto3(endpoint: Endpoint) -> None:
    endpoint.always = (400, {}, json.dumps({"__type": "x#AccessDeniedException"}).encode())
    with pytest.raises(ClientError, match="AccessDenied"):
        item()
    absent = b"<Error><Code>NoSuchKey</Code></Error>"
    endpoint.always = (404, {}, absent)
    with pytest.raises(NotFoundError):
        Bucket("bucket").read("key")


def test_without_credentials_boto3_looks_for_them(
    endpoint: Endpoint, boto3_calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clients.client("dynamodb")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert item()
    assert boto3_calls == ["dynamodb"]
    assert "boto3/" in endpoint.headers["User-Agent"]


def test_other_credentials_sign_the_next_request(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restore from a snapshot."""
    assert item()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "other")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "temporary")
    assert item()
    assert "Credential=other/" in endpoint.headers["authorization"]
    assert endpoint.headers["x-amz-security-token"] == "temporary"


def test_pages_of_a_query(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    last = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    more: dict[str, Any] = {"LastEvaluatedKey": last}
    for page in ({"Items": [ITEM]} | more, {"Items": []} | more, {"Items": [ITEM]}):
        endpoint.answers.append((200, {}, json.dumps(page).encode()))
    assert [each["sk"] for each in Table("market").query("a")] == ["1", "1"]
    assert json.loads(endpoint.payload)["ExclusiveStartKey"] == last
    assert boto3_calls == []


def test_a_page_that_boto3_reads_is_one_of_them(endpoint: Endpoint, boto3_calls: list[str]) -> None:
    last = {"pk": {"S": "a"}, "sk": {"S": "1"}}
    first = json.dumps({"Items": [ITEM], "LastEvaluatedKey": last}).encode()
    endpoint.answers.append((200, {}, first))
    refuse(503, "ServiceUnavailable")(endpoint)
    endpoint.body = json.dumps({"Items": [ITEM]}).encode()
    found = list(Table("market").query("a"))
    assert found == 2 * [{"pk": "a", "sk": "1", "data": b"\0\1"}]
    assert boto3_calls == ["dynamodb"]


def test_keys_that_were_not_processed_are_asked_for_again(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marketdata.aws.tables.pause", lambda _: None)
    left = [{"pk": {"S": "a"}, "sk": {"S": "1"}}]
    some = {"Responses": {"market": []}, "UnprocessedKeys": {"market": {"Keys": left}}}
    endpoint.answers.append((200, {}, json.dumps(some).encode()))
    rest = {"Responses": {"market": [ITEM]}, "UnprocessedKeys": {}}
    endpoint.answers.append((200, {}, json.dumps(rest).encode()))
    found = Table("market").get_many([("a", "1"), ("a", "2")])
    assert list(found) == [("a", "1")]
    assert json.loads(endpoint.payload)["RequestItems"]["market"]["Keys"] == left
