"""Connections to AWS: opened once, kept, replaced where they died, and no more than are needed."""

import json
from collections.abc import Iterator

import pytest

from marketdata.aws import clients
from marketdata.aws.clients import ATTEMPTS, CONNECT_SECONDS, PARALLEL, READ_SECONDS, client
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import KEYS_A_CALL, Table
from marketdata.aws.writes import Write
from tests.support.endpoints import Endpoint, Fate, answering

API_GATEWAY_SECONDS = 29
NO_ITEMS = json.dumps({"Responses": {"market": []}, "UnprocessedKeys": {}}).encode()
KEYS = [("a", str(number)) for number in range(2 * PARALLEL * KEYS_A_CALL)]


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    """An endpoint that knows no item."""
    with answering(monkeypatch, NO_ITEMS) as made:
        yield made
        client("dynamodb").close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent connection is given up after a second."""
    monkeypatch.setattr(clients, "READ_SECONDS", 1)


def test_one_connection_serves_all_requests_of_a_thread(endpoint: Endpoint) -> None:
    for number in range(20):
        assert Table("market").get("a", str(number)) is None
    assert len(endpoint.connections) == 1


def test_parallel_requests_keep_their_connections(endpoint: Endpoint) -> None:
    for _ in range(3):
        assert Table("market").get_many(KEYS) == {}
    assert 1 < len(endpoint.connections) <= PARALLEL


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fate", ["closed", "reset", "silent"])
def test_requests_survive_that_all_kept_connections_died(endpoint: Endpoint, fate: Fate) -> None:
    table = Table("market")
    assert table.get_many(KEYS) == {}
    asked, kept = len(endpoint.requests), endpoint.connections
    assert len(kept) > 1
    endpoint.end_connections(fate)
    assert table.get_many(KEYS) == {}
    assert table.get("a", "1") is None
    table.write(Write("a", "1", put={"number": 1}))
    # A request on a dead connection is lost, and its second attempt opens a new one.
    assert not kept & set(endpoint.requests[asked:])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("fate", ["closed", "reset", "silent"])
def test_objects_survive_it_too(endpoint: Endpoint, fate: Fate) -> None:
    bucket = Bucket("bucket")
    for _ in range(2):
        assert bucket.read("key") == NO_ITEMS
        endpoint.end_connections(fate)
        bucket.write("key", b"{}", "application/json")
        endpoint.end_connections(fate)
    assert len(endpoint.connections) == len(endpoint.requests) >= 4


@pytest.mark.usefixtures("endpoint")
def test_a_client_is_made_once() -> None:
    assert client("dynamodb") is client("dynamodb")


def test_no_request_outlasts_the_one_that_waits_for_it() -> None:
    assert ATTEMPTS * READ_SECONDS + CONNECT_SECONDS < API_GATEWAY_SECONDS
