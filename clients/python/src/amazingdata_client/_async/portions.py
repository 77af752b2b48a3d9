"""Requests for many codes: split into several calls, and their results merged."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from amazingdata_client._async.runtime import at_once
from amazingdata_client.answers import Envelope
from amazingdata_client.errors import AmazingDataError, NotFoundError
from amazingdata_client.models import Completeness
from amazingdata_client.progress_bar import Progress, teller
from amazingdata_client.questions import distinct, portions, twice_asked
from amazingdata_client.reading import read
from amazingdata_client.results import (
    ContinuousResult,
    KlineResult,
    StatementResult,
    StatusResult,
    merged,
    nothing_beside,
)

R = TypeVar("R", KlineResult, ContinuousResult, StatementResult, StatusResult)

Ask = Callable[[list[str]], Awaitable[Envelope]]
AT_ONCE = 2
"""Calls at a time: the service prepares one while the client reads another."""


async def in_portions(
    make: Callable[[Any, Completeness], R],
    codes: list[str],
    size: int,
    ask: Ask,
    progress: Progress,
) -> R:
    """Make one call for every `size` codes, some at a time, and merge the results.

    Two spellings of one code are one code to the service, but not if it gets them in two calls. So
    then everything is asked for again, by the codes that it reads them as.

    Raises
    ------
    NotFoundError
        Every code is unknown.
    """
    asked = list(portions(codes, size))
    found: dict[int, R | NotFoundError] = {}
    tell = teller(progress, len(codes))

    async def do(at: int) -> None:
        found[at] = await _known(make, ask, asked[at])

    jobs = [partial(do, at) for at in range(len(asked))]
    await at_once(AT_ONCE, jobs, on_done=lambda: tell(sum(len(asked[at]) for at in [*found])))
    in_order = [found[at] for at in range(len(asked))]
    parts = [each for each in in_order if not isinstance(each, NotFoundError)]
    if not parts:
        raise next(each for each in in_order if isinstance(each, NotFoundError))
    read_as = {text: code for part in parts for text, code in part.meta.codes_read_as.items()}
    if twice_asked(asked, read_as):
        ours = distinct(read_as.get(code, code) for code in codes)
        return (await in_portions(make, ours, size, ask, progress)).read_from(read_as)
    refused = [at for at, each in enumerate(in_order) if isinstance(each, NotFoundError)]
    return merged(parts, [code for at in refused for code in asked[at]])


async def one_by_one(
    make: Callable[[Any, Completeness], R],
    codes: list[str],
    size: int,
    ask: Ask,
    progress: Progress,
) -> AsyncGenerator[R, None]:
    """Make one call for every `size` codes, each when the result of the one before was taken.

    A code that was delivered is not delivered again by another spelling. No request is under way
    while a result is out, so whoever stops early leaves nothing open.

    Raises
    ------
    NotFoundError
        Every code is unknown.
    AmazingDataError
        A call failed; `delivered` are the codes whose results were taken.
    """
    tell = teller(progress, len(codes))
    ours: set[str] = set()
    delivered: list[str] = []
    unknown: list[str] = []
    refusal: NotFoundError | None = None
    last: Completeness | None = None
    for some in portions(codes, size):
        try:
            part = await _new(make, ask, some, ours)
        except AmazingDataError as error:
            error.delivered = tuple(delivered)
            raise
        if isinstance(part, NotFoundError):
            refusal = part
            unknown += some
            continue
        delivered += some
        if part is None:
            continue
        last = part.meta
        ours |= {last.codes_read_as.get(code, code) for code in some}
        delivered += unknown
        tell(len(delivered))
        yield merged([part], unknown)
        unknown = []
        # Or its rows would be kept while the next ones come.
        del part
    if refusal and not last:
        raise refusal
    tell(len(codes))
    if unknown and last:
        yield merged([make({}, nothing_beside(last))], unknown)


async def _new(
    make: Callable[[Any, Completeness], R], ask: Ask, codes: list[str], ours: set[str]
) -> R | NotFoundError | None:
    """Ask for codes; if some turn out to be ours already, for the others, if there are any."""
    found = await _known(make, ask, codes)
    if isinstance(found, NotFoundError):
        return found
    read_as = found.meta.codes_read_as
    new = [code for code in codes if read_as.get(code, code) not in ours]
    if len(new) == len(codes):
        return found
    others = await _known(make, ask, new) if new else None
    if isinstance(others, NotFoundError):
        # Those that are ours are known, so that this is no refusal of all codes.
        return make({}, replace(nothing_beside(found.meta), unknown_codes=new))
    return others


async def _known(
    make: Callable[[Any, Completeness], R], ask: Ask, codes: list[str]
) -> R | NotFoundError:
    try:
        answer = await ask(codes)
    except NotFoundError as error:
        return error
    return make(answer.data, read(Completeness, answer.meta))
