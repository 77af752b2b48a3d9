"""The wire of the stand-in: written and read as in the captured exchanges."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standin.baostock.server import BaoStockServer
from tests.standin.baostock.wire import (
    COMPRESSED,
    Answer,
    Question,
    WireError,
    parse_answer,
    parse_question,
    with_wrong_checksum,
    with_wrong_length,
    write_answer,
    write_question,
)
from tests.support.baostock import (
    CAPTURES,
    EVENING,
    Caller,
    asked,
    capture_names,
    captured,
    market_at,
    needs_captures,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\1\n"), max_size=9)
QUESTIONS = st.builds(
    Question, st.just("00.9.40"), st.just("45"), TEXTS, TEXTS, st.lists(TEXTS).map(tuple)
)
FIELDS = st.lists(TEXTS, min_size=1).map(tuple)


@given(QUESTIONS)
def test_a_question_is_read_as_it_was_written(question: Question) -> None:
    assert parse_question(write_question(question)) == question


@given(QUESTIONS, st.data())
def test_a_question_with_another_byte_is_refused(question: Question, data: st.DataObject) -> None:
    line = bytearray(write_question(question))
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WireError):
        parse_question(bytes(line))


@given(st.sampled_from(["36", "96"]), FIELDS)
def test_an_answer_is_read_as_it_was_written(kind: str, fields: tuple[str, ...]) -> None:
    assert parse_answer(write_answer(Answer(kind, fields))) == Answer(kind, fields)


@given(st.sampled_from(["36", "96"]), FIELDS)
def test_an_answer_says_another_length(kind: str, fields: tuple[str, ...]) -> None:
    sent = write_answer(Answer(kind, (*fields, "more")))
    with pytest.raises((WireError, zlib.error)):
        parse_answer(with_wrong_length(sent))


@given(FIELDS)
def test_an_answer_has_another_checksum(fields: tuple[str, ...]) -> None:
    with pytest.raises(WireError, match="checksum"):
        parse_answer(with_wrong_checksum(write_answer(Answer("36", fields))))


@pytest.mark.parametrize(
    "line",
    [b"\n", b"hello\n", b"00.9.40\x0145\x01000000000x", "00.9.40\x0145\x010000000001浦".encode()],
)
def test_what_is_no_question_is_refused(line: bytes) -> None:
    with pytest.raises(WireError):
        parse_question(line)


@needs_captures
@pytest.mark.parametrize("name", capture_names())
def test_a_captured_exchange_is_written_as_it_was(name: str) -> None:
    request, response = captured(name)
    assert write_question(parse_question(request)) == request
    answer = parse_answer(response)
    if answer.message_type in COMPRESSED:
        # What the checksum covers is unknown; the stream before it is the same.
        end = response.rindex(b"\1")
        assert write_answer(answer)[:end] == response[:end]
    else:
        assert write_answer(answer) == response


@needs_captures
def test_captured_answers_are_given_byte_for_byte() -> None:
    names = capture_names()
    folder_of_login = captured("login")[1]
    with BaoStockServer(market_at(EVENING), replay=CAPTURES) as server, Caller(server) as caller:
        assert caller.raw("login", "123456", "0") == folder_of_login
        for name in names:
            if name not in {"login", "logout"}:
                caller.connection.sendall(captured(name)[0])
                assert caller.receive() == captured(name)[1], name
        caller.connection.sendall(captured("logout")[0])
        assert caller.receive() == captured("logout")[1]
        assert len(server.log.questions()) == len(names)
        assert not server.log.events("malformed")


@needs_captures
def test_a_capture_answers_a_question_for_pages_of_another_length() -> None:
    question = asked("query_trade_dates")
    with BaoStockServer(market_at(EVENING), replay=CAPTURES) as server, Caller(server) as caller:
        caller.log_in()
        sent = caller.raw("query_trade_dates", "1", "2000", *question.arguments[2:])
        assert sent == captured("query_trade_dates")[1]


def test_a_question_that_is_not_written_well_is_noted_and_refused() -> None:
    with BaoStockServer(market_at(EVENING)) as server, Caller(server) as caller:
        good = write_question(Question("00.9.40", "00", "login", "anonymous", ("123456", "0")))
        caller.connection.sendall(good.replace(b"login", b"Login"))
        assert parse_answer(caller.receive()).fields[0] == "10004019"
        assert "checksum" in server.log.events("malformed")[0]["why"]
        caller.log_in()
