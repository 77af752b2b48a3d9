"""The benchmark's endpoint: it counts requests itself, whatever has sent them."""

import json
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from threading import Thread
from urllib.request import Request, urlopen

import pytest

from bench.counting import counted
from bench.endpoint import Handler, Store

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    store = Store({("a", "b"): {"rows": 3}}, {"folder/object": b"content"}, {})
    monkeypatch.setattr(Handler, "store", store, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        yield address
        server.shutdown()
        serving.join()


def call(endpoint: str, target: str, **request: object) -> object:
    headers = {"X-Amz-Target": target}
    with urlopen(Request(endpoint, json.dumps(request).encode(), headers)) as answer:
        return json.load(answer)


def test_the_requests_of_a_call_are_counted_by_operation(endpoint: str) -> None:
    def twice() -> object:
        with urlopen(f"{endpoint}/bucket/folder/object?x-id=GetObject") as answer:
            assert answer.read() == b"content"
        call(endpoint, "DynamoDB_20120810.GetItem", Key=KEY)
        return call(endpoint, "DynamoDB_20120810.GetItem", Key=KEY)

    item = {"pk": {"S": "a"}, "sk": {"S": "b"}, "rows": {"N": "3"}}
    assert counted(twice) == ({"Item": item}, {"GetObject": 1, "GetItem": 2})


def test_what_was_before_a_call_is_not_counted(endpoint: str) -> None:
    call(endpoint, "DynamoDB_20120810.GetItem", Key=KEY)
    secret = "secretsmanager.GetSecretValue"
    answer, requests = counted(lambda: call(endpoint, secret, SecretId="key"))
    assert answer == {"SecretString": 64 * "x"}
    assert requests == {"GetSecretValue": 1}
