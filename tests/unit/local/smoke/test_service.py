"""What the smoke test sees of an answer, and when that differs."""

import gzip
import zlib
from base64 import b64encode

import httpx
import pytest
from backports import zstd

from local.smoke.service import DifferenceError, Seen

BODY = b'{"code": 200, "message": "success", "data": []}'
JSON = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}


def seen(status: int, raw: bytes, **headers: str) -> Seen:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Seen(status, httpx.Headers(JSON | named), raw, 0.1)


@pytest.mark.parametrize(
    ("coding", "raw"),
    [
        ("", BODY),
        ("gzip", gzip.compress(BODY)),
        ("deflate", zlib.compress(BODY)),
        ("zstd", zstd.compress(BODY[:9]) + zstd.compress(BODY[9:])),
    ],
    ids=["plain", "gzip", "deflate", "zstd"],
)
def test_every_coding_is_read(coding: str, raw: bytes) -> None:
    headers = {"Content_Encoding": coding} if coding else {}
    assert seen(200, raw, **headers).envelope(200)["data"] == []


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd", "br"])
def test_base64_that_nobody_decoded_differs(coding: str) -> None:
    answer = seen(200, b64encode(gzip.compress(BODY)), Content_Encoding=coding)
    with pytest.raises(DifferenceError, match="coding"):
        answer.envelope(200)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (seen(500, BODY), "500 plain .* instead of 200"),
        (seen(200, b'{"message": "Forbidden"}'), "no envelope"),
        (seen(200, b'{"code": 201, "message": "", "data": []}'), "no envelope"),
        (seen(200, b'{"code": 200, "message": ""}'), "no envelope"),
        (seen(200, b"[200]"), "no envelope"),
        (seen(200, b"<html>"), "no JSON"),
        (seen(200, BODY, Content_Type="text/html"), "Content-Type text/html"),
        (seen(200, BODY, X_Content_Type_Options="sniff"), "X-Content-Type-Options: sniff"),
    ],
    ids=["status", "foreign", "code", "data", "list", "page", "type", "sniffing"],
)
def test_anything_but_the_envelope_differs(answer: Seen, text: str) -> None:
    with pytest.raises(DifferenceError, match=text):
        answer.envelope(200)


def test_headers_are_compared() -> None:
    answer = seen(200, BODY, Cache_Control="private, max-age=3600")
    answer.has(Cache_Control="private", Content_Type="application/json")
    for wrong in ({"Cache_Control": "public"}, {"ETag": ""}):
        with pytest.raises(DifferenceError, match="200 plain"):
            answer.has(**wrong)
