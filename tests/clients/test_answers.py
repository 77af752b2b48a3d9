"""Answers in every coding, and answers that are none of this API."""

import gzip

import httpx
import pytest
from amazingdata_client import (
    AmazingDataError,
    BadAnswerError,
    ForbiddenError,
    InvalidInputError,
    ServerError,
    TooLargeError,
    UnavailableError,
)
from amazingdata_client.answers import error_of
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
    assert scripted.seen[0].headers["Accept-Encoding"] == "gzip, zstd"


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


PAGE = """<html><head><title>403 Forbidden</title><style>p {}</style></head>
<body>Request blocked.</body></html>"""


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (500, "oops", ServerError, "HTTP 500: oops"),
        (500, "", ServerError, "HTTP 500: Internal Server Error"),
        (500, '["no"]', ServerError, 'HTTP 500: ["no"]'),
        (403, PAGE, ForbiddenError, "HTTP 403: 403 Forbidden Request blocked."),
        (403, '{"Message": "not authorized"}', ForbiddenError, "not authorized"),
        (413, '{"message": "Request Too Long"}', TooLargeError, "Request Too Long"),
        (413, "length exceeded 10485760", TooLargeError, "HTTP 413: length exceeded 10485760"),
        (415, '{"message": "Unsupported Media Type"}', InvalidInputError, "Unsupported Media Type"),
        (400, '{"message": "no", "errors": ["x", {"field": "y"}]}', InvalidInputError, "no"),
        (400, '{"message": "no", "errors": null}', InvalidInputError, "no"),
    ],
)
def test_an_error_of_whatever_stands_before_the_service_is_shown(
    status: int, body: str, kind: type[AmazingDataError], message: str
) -> None:
    error = error_of(httpx.Response(status, text=body))
    assert (type(error), str(error)) == (kind, message)


def test_a_gateway_without_the_function_is_unavailable(
    client: Calls, scripted: ScriptedService
) -> None:
    crashed = httpx.Response(502, json={"message": "Internal server error"})
    scripted.on("GET /auth/me", crashed)
    with pytest.raises(UnavailableError, match="Internal server error"):
        client.me()
    assert len(scripted.seen) == 4
    scripted.on("POST /auth/users", crashed)
    with pytest.raises(UnavailableError):
        client.create_user("li", "long-enough")
    assert len(scripted.bodies("POST")) == 1
