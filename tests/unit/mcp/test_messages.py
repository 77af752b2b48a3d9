"""JSON-RPC: what is a message, what is none, and how either is answered."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.mcp.messages import (
    DEEPEST,
    INVALID_REQUEST,
    MOST_ID,
    PARSE_ERROR,
    Incoming,
    RpcError,
    error_of,
    id_in,
    read_message,
    result_of,
)

IDS = st.integers(-MOST_ID, MOST_ID) | st.text()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST_ID, MOST_ID) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def message(**fields: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping", **fields}).encode()


def refused(body: bytes) -> RpcError:
    with pytest.raises(RpcError) as caught:
        read_message(body)
    return caught.value


@given(IDS, st.text(min_size=1), st.dictionaries(st.text(), JSON))
def test_a_request_is_read_as_it_was_sent(
    request_id: int | str, method: str, params: dict[str, Any]
) -> None:
    body = message(id=request_id, method=method, params=params)
    assert read_message(body) == Incoming(request_id, method, params)
    assert id_in(body) == request_id


def test_a_message_without_an_id_is_a_notification() -> None:
    body = b'{"jsonrpc":"2.0","method":"notifications/initialized"}'
    assert read_message(body) == Incoming(None, "notifications/initialized", {})


def test_params_may_be_null() -> None:
    assert read_message(message(params=None)).params == {}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"jsonrpc":"2.0","id":NaN}', b"\x00"])
def test_what_is_no_json(body: bytes) -> None:
    assert refused(body).code == PARSE_ERROR
    assert id_in(body) is None


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b'"ping"',
        b"[%b]" % message(),
        message(id=None),
        message(id=1.5),
        message(id=True),
        message(id=MOST_ID + 1),
        message(id=10**30),
        message(jsonrpc="1.0"),
        message(method=""),
        message(method=1),
        message(params=[]),
        message(params="x"),
        message(session="1"),
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
        b'{"id":1,"method":"ping"}',
    ],
)
def test_json_that_is_no_request(body: bytes) -> None:
    assert refused(body).code == INVALID_REQUEST


def nested(depth: int) -> bytes:
    """Give a message that is so many levels deep, itself and its params included."""
    inner: Any = {}
    for _ in range(depth - 2):
        inner = [inner] if isinstance(inner, dict) else {"a": inner}
    return message(params=inner if isinstance(inner, dict) else {"a": inner})


def test_a_message_may_be_deep() -> None:
    assert read_message(nested(DEEPEST - 1)).method == "ping"


@pytest.mark.parametrize("depth", [DEEPEST + 2, 300])
def test_a_message_may_not_be_deeper(depth: int) -> None:
    assert refused(nested(depth)).code == INVALID_REQUEST


@given(JSON)
def test_nothing_that_is_json_breaks_the_reading(value: Any) -> None:
    with suppress(RpcError):
        assert read_message(json.dumps(value).encode()).method


def test_answers() -> None:
    assert json.loads(result_of("a", {"tools": []})) == {
        "jsonrpc": "2.0",
        "id": "a",
        "result": {"tools": []},
    }
    said = json.loads(error_of(None, RpcError(PARSE_ERROR, "no", {"a": 1})))
    assert said == {
        "jsonrpc": "2.0",
        "id": None,
        "error": {"code": PARSE_ERROR, "message": "no", "data": {"a": 1}},
    }
    assert "data" not in json.loads(error_of(1, RpcError(PARSE_ERROR, "no")))["error"]
