"""Requests for many codes: split into several calls, and their results merged."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from amazingdata_client.answers import Envelope
from amazingdata_client.errors import NotFoundError
from amazingdata_client.models import Completeness
from amazingdata_client.questions import distinct, portions, twice_asked
from amazingdata_client.reading import read
from amazingdata_client.results import (
    ContinuousResult,
    KlineResult,
    StatementResult,
    StatusResult,
    merged,
)

R = TypeVar("R", KlineResult, ContinuousResult, StatementResult, StatusResult)


async def in_portions(
    kind: type[R],
    codes: list[str],
    size: int,
    ask: Callable[[list[str]], Awaitable[Envelope]],
) -> R:
    """Make one call for every `size` codes, and merge the results.

    Two spellings of one code are one code to the service, but not if it gets them in two calls. So
    then everything is asked for again, by the codes that it reads them as.

    Raises
    ------
    NotFoundError
        Every code is unknown.
    """
    parts: list[R] = []
    unknown: list[str] = []
    nothing: NotFoundError | None = None
    read_as: dict[str, str] = {}
    for some in portions(codes, size):
        answer = await _known(ask, some)
        if isinstance(answer, NotFoundError):
            nothing = answer
            unknown += some
        else:
            parts.append(kind(answer.data, read(Completeness, answer.meta)))
            read_as |= parts[-1].meta.codes_read_as
    if nothing and not parts:
        raise nothing
    if twice_asked(portions(codes, size), read_as):
        ours = distinct(read_as.get(code, code) for code in codes)
        return (await in_portions(kind, ours, size, ask)).read_from(read_as)
    return merged(parts, unknown)


async def _known(
    ask: Callable[[list[str]], Awaitable[Envelope]], codes: list[str]
) -> Envelope | NotFoundError:
    try:
        return await ask(codes)
    except NotFoundError as error:
        return error
