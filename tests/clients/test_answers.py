"""Answers in every coding, and answers that are none of this API."""

import gzip

import httpx
import pytest
from amazingdata_client import BadAnswerError, ServerError
from backports import zstd

from tests.clients.conftest import Calls
from tests.clients.scripted import ScriptedService, success

BODY = success(["600000.SH"]).content
FRAMES = zstd.compress(BODY[:10]) + zstd.compress(BODY[10:])


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (FRAMES, {"Content-Encoding": "zstd"}),
        (FRAMES, {}),  # as httpx leaves it where `zstandard` is not installed
        (gzip.compress(BODY), {"Content-Encoding": "gzip"}),
    ],
    # Packed bytes hold the time, and every process of a run has to name a test alike.
    ids=["zstd", "zstd unnamed", "gzip"],
)
def test_packed_answers_are_read(
    client: Calls, scripted: ScriptedService, content: bytes, headers: dict[str, str]
) -> None:
    scripted.on("GET /base/codes", httpx.Response(200, content=content, headers=headers))
    assert client.codes("EXTRA_STOCK_A") == ["600000.SH"]
    assert scripted.seen[0].headers["Accept-Encoding"] == "zstd, gzip"


@pytest.mark.parametrize("coding", ["zstd", "gzip", ""])
def test_a_damaged_answer_is_none(client: Calls, scripted: ScriptedService, coding: str) -> None:
    def damaged(_: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(FRAMES[:-5] if coding != "gzip" else b"\x1f\x8bno")
        return httpx.Response(200, stream=stream, headers={"Content-Encoding": coding})

    scripted.on("GET /base/codes", damaged)
    with pytest.raises(BadAnswerError):
        client.codes("EXTRA_STOCK_A")


@pytest.mark.parametrize("text", ["<html>hello</html>", "[1]", '{"detail": 1}'])
def test_another_services_answer_is_none(
    client: Calls, scripted: ScriptedService, text: str
) -> None:
    scripted.on("GET /auth/me", httpx.Response(200, text=text))
    with pytest.raises(BadAnswerError):
        client.me()


def test_an_error_without_the_envelope_is_shown(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /auth/me", httpx.Response(500, text="oops"))
    with pytest.raises(ServerError, match="HTTP 500: oops"):
        client.me()
