"""What a client may keep, and what it is told that it has already (RFC 9110 and 9111)."""

from typing import Any

import pytest

from marketdata.api.answer import Answer
from marketdata.api.call import Call, Headers
from marketdata.api.row_answer import KEPT_SECONDS, answer_rows
from marketdata.details import Detail
from marketdata.kline.rows import RowSet
from tests.support.answers import content_of

SETTLED: dict[str, Any] = {
    "complete": True,
    "source": "cache",
    "pending": [],
    "unknown_codes": [],
    "warnings": [],
}
ROWS = RowSet.of({"600000.SH": b'{"trade_date":"20240102"}'}, SETTLED)
CONTENT = content_of(ROWS)
ETAG = CONTENT.etag
OPAQUE = ETAG.removeprefix("W/")


def ask(if_none_match: str, rows: RowSet = ROWS) -> Answer:
    headers = Headers({"If-None-Match": if_none_match})
    return answer_rows(Call(None, None, {}, headers, "request-1", ""), rows)


@pytest.mark.parametrize(
    "header",
    [
        ETAG,
        OPAQUE,
        "*",
        " * ",
        f'"other", {ETAG}',
        f'W/"a,b",{OPAQUE}, "c"',
        f'"",{ETAG}',
    ],
)
def test_a_client_that_has_the_answer_gets_nothing(header: str) -> None:
    answer = ask(header)
    assert (answer.status, answer.content.body(), answer.content.zstd()) == (304, b"", b"")
    assert answer.headers["ETag"] == ETAG
    assert "Cache-Control" in answer.headers


@pytest.mark.parametrize(
    "header", ["", '"other"', '"*"', OPAQUE.strip('"'), OPAQUE[:-1], f'"{OPAQUE[1:9]}"', 'W/""']
)
def test_another_tag_is_no_match(header: str) -> None:
    answer = ask(header)
    assert (answer.status, answer.content) == (200, CONTENT)
    assert answer.headers["ETag"] == ETAG


def test_a_settled_answer_may_be_kept() -> None:
    for header in ("", "*"):
        headers = ask(header).headers
        assert headers["Cache-Control"] == f"private, max-age={KEPT_SECONDS}"


@pytest.mark.parametrize(
    "changing",
    [
        {"complete": False},
        {"source": "mixed"},
        {"source": "upstream"},
        {"pending": [["20241231", "20241231"]]},
        {"unknown_codes": ["600999.SH"]},
        {"warnings": [Detail("gaps_not_fetched", "some gaps were not fetched")]},
    ],
)
def test_what_may_soon_be_otherwise_is_asked_for_again(changing: dict[str, Any]) -> None:
    rows = RowSet.of(ROWS.rows, SETTLED | changing)
    assert ask("", rows).headers["Cache-Control"] == "private, no-cache"
