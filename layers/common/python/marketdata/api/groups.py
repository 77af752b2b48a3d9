"""The parameters and the answers about members, weights and industries, shared by their calls."""

from hashlib import sha256
from typing import Any, Self

from pydantic import model_validator

from marketdata import deployment
from marketdata.api.answer import Answer, Text
from marketdata.api.call import Call
from marketdata.api.days import check_day
from marketdata.api.parameters import Day, Parameters, after_end, wrong
from marketdata.api.row_answer import names_tag
from marketdata.catalog.group_reader import GroupReader, Told


class WhenQuery(Parameters):
    """A day or a range of days; without either, the last final day."""

    date: Day | None = None
    start_date: Day | None = None
    end_date: Day | None = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        first, last = self.start_date, self.end_date
        if (first is None) != (last is None):
            lacking, other = ("start_date", "end_date")[:: 1 if first is None else -1]
            reason = "is required with the other end of the range"
            raise wrong("needed_with", reason, lacking, other=other)
        if first and last:
            if self.date:
                reason = "must not be given together with a range"
                raise wrong("not_with", reason, "date", other="start_date, end_date")
            if first > last:
                raise after_end()
        return self


def reader() -> GroupReader:
    """Return the reader of groups."""
    return deployment.group_reader()


def answer_members(call: Call[Any], group: str, asked: WhenQuery) -> Answer:
    """Return who belonged to a group on a day or on any day of a range.

    Raises
    ------
    InvalidInputError
        The day is outside the calendar.
    NotFoundError
        There is no such group.
    """
    if asked.date:
        check_day("date", asked.date)
    day = asked.date or deployment.final_day()
    told = reader().rows_between(group, asked.start_date or day, asked.end_date or day)
    return answer(call, {"code": group, "items": told.content}, told)


def answer(call: Call[Any], data: Any, told: Told[Any], **said: Any) -> Answer:
    """Return what is known of a group, or 304 without a body if the client already has it.

    Parameters
    ----------
    call : Call
        The call; its If-None-Match names what the client has.
    data : Any
        The answer's data.
    told : Told
        Where it comes from.
    **said : Any
        What `meta` says beside that.
    """
    asking = told.asking
    meta = call.told(
        {
            "as_of": asking.as_of or None,
            "asked_at": asking.asked_at or None,
            "upstream": asking.source or deployment.settings().upstream,
            "warnings": told.warnings,
            **said,
        }
    )
    found = Answer.success(data, meta=meta)
    tag = f'W/"{sha256(found.content.body()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if names_tag(call.headers.get("If-None-Match"), tag):
        return Answer(304, Text(b""), headers, meta)
    return Answer(found.status, found.content, headers, meta)
