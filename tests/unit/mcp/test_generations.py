"""Which generation a message is of, and what the stateless one demands: as its official package."""

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mcp.shared.inbound import (
    InboundLadderRejection,
    classify_inbound_request,
    encode_header_value,
)
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from marketdata.api.call import Headers
from marketdata.mcp.generations import (
    CAPABILITIES_KEY,
    HANDSHAKE,
    METHOD_HEADER,
    MODERN,
    NAME_HEADER,
    VERSION_HEADER,
    VERSION_KEY,
    agreed_version,
    check_envelope,
    decoded,
    is_modern,
)
from marketdata.mcp.messages import INVALID_PARAMS, UNSUPPORTED_VERSION, Incoming, RpcError

NOW = MODERN[0]
NAMES = st.text(min_size=1, max_size=20)


def params(**fields: Any) -> dict[str, Any]:
    return {"_meta": {VERSION_KEY: NOW, CAPABILITIES_KEY: {}}, **fields}


def headers(method: str, name: str = "", version: str = NOW) -> Headers:
    said = {VERSION_HEADER: version, METHOD_HEADER: method}
    return Headers(said | ({NAME_HEADER: encode_header_value(name)} if name else {}))


def refusal(message: Incoming, given_headers: Headers) -> RpcError | None:
    try:
        check_envelope(message, given_headers)
    except RpcError as error:
        return error
    return None


def test_the_versions_are_those_of_the_official_package() -> None:
    assert MODERN == MODERN_PROTOCOL_VERSIONS
    assert HANDSHAKE == HANDSHAKE_PROTOCOL_VERSIONS


@given(NAMES)
def test_headers_are_read_as_the_official_client_writes_them(name: str) -> None:
    assert decoded(encode_header_value(name)) == name
    message = Incoming(1, "tools/call", params(name=name))
    assert refusal(message, headers("tools/call", name)) is None


@given(st.text())
def test_no_header_breaks_the_reading(value: str) -> None:
    decoded(value)
    decoded(f"=?base64?{value}?=")


def packed(value: str) -> str:
    return f"=?base64?{b64encode(value.encode()).decode()}?="


def twisted(header: str) -> str:
    """Give a header in base64 with other bits where no reader looks: those of its last letter."""
    at = header.rstrip("=?").rindex(header.rstrip("=?")[-1])
    return f"{header[:at]}{chr(ord(header[at]) + 1)}{header[at + 1 :]}"


def encodings(value: str) -> st.SearchStrategy[str]:
    return st.sampled_from([value, packed(value), twisted(packed(value))])


WHOLE_META = {VERSION_KEY: NOW, CAPABILITIES_KEY: {}}
CALLING = {VERSION_HEADER: NOW, METHOD_HEADER: "tools/call"}
VERSIONS = st.sampled_from([NOW, "2025-11-25", "2030-01-01", "xy"])
VALUES = VERSIONS | st.sampled_from([None, "", 7])
METHODS = st.sampled_from(["tools/call", "tools/list", "server/discover", "resources/read"])


@given(
    METHODS,
    st.fixed_dictionaries({}, optional={VERSION_KEY: VALUES, CAPABILITIES_KEY: st.just({})}),
    st.fixed_dictionaries(
        {},
        optional={
            VERSION_HEADER: VERSIONS.flatmap(encodings),
            METHOD_HEADER: METHODS.flatmap(encodings),
            NAME_HEADER: st.sampled_from(["get_bars", "x", "xy"]).flatmap(encodings),
        },
    ),
    st.sampled_from(
        [{}, {"name": "get_bars"}, {"name": "x"}, {"name": ""}, {"uri": "x"}, {"uri": "xy"}]
    ),
)
@example("tools/list", WHOLE_META, {VERSION_HEADER: NOW, METHOD_HEADER: packed("tools/list")}, {})
@example("tools/call", WHOLE_META, CALLING | {NAME_HEADER: packed("x")}, {"name": "x"})
@example("tools/list", WHOLE_META | {VERSION_KEY: ""}, {METHOD_HEADER: "tools/list"}, {})
@example("tools/call", WHOLE_META, CALLING, {"name": ""})
@example("tools/call", WHOLE_META, CALLING | {NAME_HEADER: twisted(packed("x"))}, {"name": "x"})
@example("tools/call", WHOLE_META, CALLING | {NAME_HEADER: twisted(packed("xy"))}, {"name": "xy"})
def test_requests_are_refused_as_by_the_official_server(
    method: str, meta: dict[str, Any], given_headers: dict[str, str], named: dict[str, str]
) -> None:
    body = {"method": method, "params": {"_meta": meta, **named}}
    lower = {name.lower(): value for name, value in given_headers.items()}
    theirs = classify_inbound_request(body, headers=lower)
    message = Incoming(1, method, {"_meta": meta, **named})
    ours = refusal(message, Headers(given_headers))
    code = theirs.code if isinstance(theirs, InboundLadderRejection) else None
    assert (ours and ours.code) == code


@pytest.mark.parametrize(
    ("version", "meta", "modern"),
    [
        (None, {}, False),
        ("", {}, False),
        ("2025-11-25", {}, False),
        ("2024-11-05", {}, False),
        (NOW, {}, True),
        ("2030-01-01", {}, True),
        (None, {VERSION_KEY: NOW}, True),
        ("2025-11-25", {VERSION_KEY: NOW}, True),
    ],
)
def test_the_generation(version: str | None, meta: dict[str, str], *, modern: bool) -> None:
    said = Headers({} if version is None else {VERSION_HEADER: version})
    assert is_modern(Incoming(1, "tools/list", {"_meta": meta}), said) is modern
    if not meta:
        assert is_modern(Incoming(1, "tools/list", {"_meta": "x"}), said) is modern


def test_a_version_that_is_not_served_is_told_what_is() -> None:
    message = Incoming(None, "notifications/cancelled", {})
    error = refusal(message, Headers({VERSION_HEADER: "2030-01-01"}))
    assert error is not None
    assert error.code == UNSUPPORTED_VERSION
    assert error.data == {"supported": [NOW, *reversed(HANDSHAKE)], "requested": "2030-01-01"}


def test_a_notification_needs_no_envelope() -> None:
    message = Incoming(None, "notifications/cancelled", {})
    assert refusal(message, Headers({VERSION_HEADER: NOW})) is None


@pytest.mark.parametrize("version", HANDSHAKE)
def test_initialize_agrees_on_what_both_know(version: str) -> None:
    assert agreed_version({"protocolVersion": version}) == version


@pytest.mark.parametrize("version", [NOW, "2030-01-01", ""])
def test_initialize_offers_its_newest_instead_of_others(version: str) -> None:
    assert agreed_version({"protocolVersion": version}) == "2025-11-25"


def test_initialize_without_a_version() -> None:
    with pytest.raises(RpcError) as caught:
        agreed_version({})
    assert caught.value.code == INVALID_PARAMS
