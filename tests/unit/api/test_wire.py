"""The forms of an answer: plain, gzip, elsewhere; and the weight of each."""

import gzip
import json
import random
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from marketdata.api import wire
from marketdata.api.answer import Answer
from marketdata.api.call import Headers

LINK = "https://bucket.example/answers/1.json?signature"


@pytest.fixture
def parked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str]]:
    bodies: list[tuple[bytes, str]] = []

    def park(body: bytes, content_type: str, coding: str) -> str:
        assert content_type == wire.HEADERS["Content-Type"]
        bodies.append((body, coding))
        return LINK

    monkeypatch.setattr(wire, "park", park)
    return bodies


def runtime_json(response: dict[str, Any]) -> list[int]:
    """Give the bytes of a response as the old and the new Lambda runtime write it."""
    return [len(json.dumps(response, ensure_ascii=flag).encode()) for flag in (True, False)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize("accepted", ["", "gzip", "zstd"])
@pytest.mark.parametrize("value", ["", "x" * 1000, "渔" * 1000, "渔" * 3_000_000])
@pytest.mark.usefixtures("parked")
def test_the_size_of_a_body_is_that_of_what_is_sent(value: str, accepted: str) -> None:
    answer = Answer(200, Bound(orjson.dumps(value)))
    response = wire.proxy_response(answer, accepted)
    body = response["body"]
    sent = b64decode(body) if response["isBase64Encoded"] else body.encode()
    assert wire.body_size(response, answer) == len(sent)


@given(json_values, st.booleans())
def test_a_body_never_weighs_more_than_counted(value: Any, exactly: bool) -> None:
    body = orjson.dumps(value, option=orjson.OPT_INDENT_2)
    with pytest.MonkeyPatch.context() as patch:
        if exactly:
            patch.setattr(wire, "ROOM", -1)
        counted = wire.weight(body)
    quotes = 2
    assert counted >= max(runtime_json(body.decode())) - quotes  # type: ignore[arg-type]


def test_an_ascii_body_is_weighed_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "ROOM", -1)
    body = b'{"a":"b\\"c",\n"d":[1,2]}'
    assert wire.weight(body) == len(json.dumps(body.decode())) - 2


def test_a_small_answer_is_plain() -> None:
    response = wire.proxy_response(Answer.success({"name": "浦发银行"}), "gzip")
    assert response["isBase64Encoded"] is False
    assert json.loads(response["body"])["data"] == {"name": "浦发银行"}
    assert response["headers"] == {
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept, Accept-Encoding, Authorization, Origin",
    }


def test_a_plain_answer_that_just_fits_stays_plain(parked: list[tuple[bytes, str]]) -> None:
    body = b'["' + b"a" * (wire.ROOM - 6) + b'"]'
    assert wire.weight(body) == wire.ROOM
    response = wire.proxy_response(Answer.encoded(body), "gzip")
    assert response["isBase64Encoded"] is False
    assert max(runtime_json(response)) <= wire.LAMBDA_LIMIT
    one_more = wire.proxy_response(Answer.encoded(body[:-1] + b" ]"), "gzip")
    assert one_more["headers"]["Content-Encoding"] == "gzip"
    assert not parked


@pytest.mark.parametrize("text", ['"' * 3_200_000, "银" * 1_100_000])
def test_what_json_would_swell_beyond_the_limit_is_not_plain(text: str) -> None:
    body = orjson.dumps([text])
    assert len(body) < wire.LAMBDA_LIMIT * 1.1
    response = wire.proxy_response(Answer.encoded(body), "gzip")
    assert response["isBase64Encoded"] is True
    assert gzip.decompress(b64decode(response["body"])) == body


def test_a_large_answer_is_gzip_for_a_client_that_reads_it(parked: list[tuple[bytes, str]]) -> None:
    body = orjson.dumps([{"close": index / 100} for index in range(500_000)])
    answer = Answer.encoded(body, headers={"ETag": '"1"'})
    response = wire.proxy_response(answer, "gzip, deflate")
    assert response["headers"]["Content-Encoding"] == "gzip"
    assert response["headers"]["ETag"] == '"1"'
    assert gzip.decompress(b64decode(response["body"])) == body
    assert max(runtime_json(response)) <= wire.LAMBDA_LIMIT
    assert not parked


def test_a_large_answer_lies_elsewhere_for_a_client_without_gzip(
    parked: list[tuple[bytes, str]],
) -> None:
    body = orjson.dumps(list(range(1_000_000)))
    response = wire.proxy_response(Answer.encoded(body), "identity")
    assert response["statusCode"] == 303
    assert response["headers"]["Location"] == LINK
    envelope = json.loads(response["body"])
    assert envelope["code"] == 303
    assert envelope["data"]["location"] == LINK
    assert parked == [(body, "")]


def test_an_answer_too_large_even_for_gzip_lies_elsewhere(parked: list[tuple[bytes, str]]) -> None:
    body = orjson.dumps([random.Random(1).randbytes(4_000_000).hex()])
    response = wire.proxy_response(Answer.encoded(body), "gzip")
    packed = gzip.compress(body, wire.GZIP_LEVEL)
    assert (response["statusCode"] == 303) == (len(packed) * 4 / 3 > wire.ROOM)
    incompressible = orjson.dumps([random.Random(1).randbytes(7_000_000).hex()])
    assert wire.proxy_response(Answer.encoded(incompressible), "gzip")["statusCode"] == 303
    assert parked[-1] == (incompressible, "")


@dataclass(frozen=True)
class Bound:
    """What has a form for those who read zstd; the other one may be wanted or not."""

    text: bytes
    plain: bool = True

    def body(self) -> bytes:
        assert self.plain
        return self.text

    def zstd(self) -> bytes:
        return zstd.compress(self.text)


def test_who_reads_zstd_gets_it_and_nothing_else_is_made() -> None:
    body = orjson.dumps([{"close": index / 100} for index in range(500_000)])
    answer = Answer(200, Bound(body, plain=False), {"ETag": 'W/"1"'})
    response = wire.proxy_response(answer, "gzip, deflate, br, zstd")
    assert response["headers"]["Content-Encoding"] == "zstd"
    assert response["headers"]["ETag"] == 'W/"1"'
    assert zstd.decompress(b64decode(response["body"])) == body
    assert max(runtime_json(response)) <= wire.LAMBDA_LIMIT


def test_zstd_that_does_not_fit_lies_elsewhere_as_zstd(parked: list[tuple[bytes, str]]) -> None:
    body = orjson.dumps([random.Random(1).randbytes(5_200_000).hex()])
    response = wire.proxy_response(Answer(200, Bound(body, plain=False)), "gzip, zstd")
    assert response["statusCode"] == 303
    assert "Content-Encoding" not in response["headers"]
    assert "Accept-Encoding" in response["headers"]["Vary"]
    ((packed, coding),) = parked
    assert (zstd.decompress(packed), coding) == (body, "zstd")


def test_without_a_form_in_zstd_the_answer_is_plain() -> None:
    response = wire.proxy_response(Answer.success([1]), "zstd")
    assert response["isBase64Encoded"] is False
    assert "Content-Encoding" not in response["headers"]


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        # What our client sends: the order says nothing here, only to API Gateway.
        ("gzip, zstd", "zstd"),
        ("zstd, gzip", "zstd"),
        ("gzip;q=0.5, zstd;q=0.5", "zstd"),
        ("gzip, zstd;q=0.9", ""),
        ("ZSTD;q=0.8, gzip;q=0.8", "zstd"),
        ("zstd;q=1.000", "zstd"),
        ("zstd;q=0.9, *;q=0.1", "zstd"),
        ("zstd, identity;q=0", "zstd"),
        ("zstd;q=x", "zstd"),
        ("zstd;q=0.5, gzip;q=0.9", ""),
        ("zstd;q=0.5, identity", ""),
        ("zstd;q=0", ""),
        ("zstd;q=0.000, *", ""),
        ("*", ""),
        ("gzip", ""),
        ("identity", ""),
        ("", ""),
        ("x-zstd", ""),
    ],
)
def test_which_clients_get_zstd(header: str, coding: str) -> None:
    response = wire.proxy_response(Answer(200, Bound(b"[]")), header)
    assert response["headers"].get("Content-Encoding", "") == coding


@pytest.mark.parametrize("header", ["", "gzip", "gzip, zstd", "zstd", "*"])
@pytest.mark.parametrize("accept", [{}, {"Accept": ""}])
def test_without_an_accept_header_no_body_is_base64(
    parked: list[tuple[bytes, str]], header: str, accept: dict[str, str]
) -> None:
    headers = Headers({"Accept-Encoding": header, **accept})
    for body in (orjson.dumps([1]), orjson.dumps(list(range(1_000_000)))):
        response = wire.proxy_response(Answer(200, Bound(body)), wire.codings(headers))
        assert response["isBase64Encoded"] is False
        assert "Content-Encoding" not in response["headers"]
        assert body in {response["body"].encode(), *(each for each, _ in parked)}


def test_with_an_accept_header_all_codings_count() -> None:
    headers = Headers({"accept": "application/json", "accept-encoding": "gzip, zstd"})
    assert wire.codings(headers) == "gzip, zstd"


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("br, *", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
        ("x-gzip-like", False),
    ],
)
def test_accept_encoding(header: str, accepted: bool) -> None:
    assert wire.accepts(header, "gzip") is accepted
