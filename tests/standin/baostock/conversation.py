"""What the server says to one connection, apart from how it is sent."""

import threading
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from marketdata.catalog.calendar import SHANGHAI

from .faults import PAGES, Fault, spoilt
from .market import Market
from .queries import MESSAGES, QUERIES, Found, Query, RefusedError
from .replay import Replay
from .wire import (
    ERROR_TYPE,
    Answer,
    Question,
    with_wrong_checksum,
    with_wrong_length,
    write_answer,
)

LOGIN, LOGOUT = ("00", "login"), ("02", "logout")
PASSWORD = "123456"


class Reply(NamedTuple):
    """An answer as bytes, and what the log says of it."""

    sent: bytes
    code: str = "0"
    rows: int = 0


class Conversation:
    """One connection.

    Parameters
    ----------
    market : Market
        What is asked about.
    replay : Replay or None
        Answers that come before the market's.
    reading : Lock
        Held while the market is read.
    """

    def __init__(self, market: Market, replay: Replay | None, reading: threading.Lock) -> None:
        self._market = market
        self._replay = replay
        self._reading = reading
        self._user = ""

    def reply(self, question: Question, faults: Sequence[Fault]) -> Reply:
        """Answer a question."""
        for each in faults:
            if each.error:
                return self._refused(each)
        try:
            reply = self._replied(question, faults)
        except RefusedError as error:
            return refusal(error.code)
        names = {each.fault for each in faults}
        if "wrong_crc" in names:
            reply = reply._replace(sent=with_wrong_checksum(reply.sent))
        if "wrong_length" in names:
            reply = reply._replace(sent=with_wrong_length(reply.sent))
        return reply

    def _refused(self, fault: Fault) -> Reply:
        if fault.fault == "not_logged_in":
            self._user = ""
        return refusal(fault.error, fault.answer_type)

    def _replied(self, question: Question, faults: Sequence[Fault]) -> Reply:
        known = (question.message_type, question.method)
        if known == LOGIN:
            self._log_in(question)
        elif not self._user:
            raise RefusedError("10001001")
        captured = self._replay.answer(question) if self._replay else None
        if captured is not None:
            return Reply(captured)
        if known in {LOGIN, LOGOUT}:
            now = self._market.now().astimezone(SHANGHAI)
            clock = f"{now:%Y%m%d%H%M%S}{now.microsecond // 1000:03}"
            answer_type = f"{int(question.message_type) + 1:02}"
            fields = ("0", "success", question.method, question.user, clock)
            return Reply(write_answer(Answer(answer_type, fields)))
        query = QUERIES.get(known)
        if query is None:
            raise RefusedError("10004020")
        with self._reading:
            return self._queried(query, question, faults)

    def _log_in(self, question: Question) -> None:
        if len(question.arguments) != 2:
            raise RefusedError("10004006")
        if question.arguments[0] != PASSWORD:
            raise RefusedError("10001002")
        self._user = question.user

    def _queried(self, query: Query, question: Question, faults: Sequence[Fault]) -> Reply:
        given = query.named(question)
        names = {each.fault for each in faults}
        asked = self._elsewhere(given) if "foreign" in names else given
        found = spoilt(query.found(self._market, asked), given, faults)
        head = ["0", "success", question.method, question.user]
        if not query.paged:
            fields = (*head, _json(found, found.rows), found.fields)
            return Reply(write_answer(Answer(query.answer_type, fields)), rows=len(found.rows))
        rows = page_of(found, int(given["page"]), int(given["per_page"]), names & PAGES)
        echo = [found.fields if name == "fields" else given[name] for name in query.arguments]
        if "fields" not in query.arguments:
            echo.append(found.fields)
        paged = (*head, given["page"], given["per_page"], _json(found, rows), *echo)
        return Reply(write_answer(Answer(query.answer_type, paged)), rows=len(rows))

    def _elsewhere(self, given: dict[str, str]) -> dict[str, str]:
        """Return a question for another code, or for another day where there is no code."""
        if given.get("code"):
            return given | {"code": self._market.neighbour(given["code"])}
        days = [row["calendar_date"] for row in self._sessions_before(given.get("date", ""))]
        return given | {"date": days[-1]} if days else given

    def _sessions_before(self, day: str) -> list[dict[str, str]]:
        rows = self._market.calendar("", day.replace("-", "")) if day else []
        return [row for row in rows[:-1] if row["is_trading_day"] == "1"]


def refusal(code: str, answer_type: str = ERROR_TYPE) -> Reply:
    """Return an answer that is an error."""
    return Reply(write_answer(Answer(answer_type, (code, MESSAGES.get(code, "错误")))), code)


def page_of(
    found: Found, page: int, length: int, faults: frozenset[str] | set[str]
) -> list[dict[str, str]]:
    """Return the rows of a page, counted from 1."""
    if page > 1 and "empty_page" in faults:
        return []
    if page > 1 and "repeated_page" in faults:
        page = 1
    rows = found.rows[(page - 1) * length : page * length]
    return rows[: length // 2] if "short_page" in faults else rows


def _json(found: Found, rows: Sequence[dict[str, str]]) -> str:
    """Write rows; none are an empty field."""
    if not rows:
        return ""
    names = found.names
    return orjson.dumps({"record": [[row[name] for name in names] for row in rows]}).decode()
