"""All bars of a day in one answer: the day's object, unopened, and what the manifest says of it."""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, NamedTuple, Self

import orjson
from pydantic import model_validator

from marketdata import deployment
from marketdata.api.answer import Answer, Text
from marketdata.api.call import Call
from marketdata.api.days import check_announced
from marketdata.api.klines import INCLUDED
from marketdata.api.parameters import Day, one_of, wrong
from marketdata.api.row_answer import names_tag
from marketdata.api.row_form import Form, FormQuery, Written, form_of
from marketdata.blocks import codec
from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import is_trading_day
from marketdata.catalog.securities import SECURITY_TYPES
from marketdata.errors import InvalidInputError, NotFoundError, StorageError
from marketdata.exports.entries import Condition, DayEntry
from marketdata.exports.listing import told
from marketdata.exports.manifest import PublishedDay
from marketdata.exports.market_day import (
    NO_STATUS,
    ending,
    object_key,
    of_markets,
    pack,
    with_status,
)
from marketdata.kline.forms import TIMES, RowFormat, csv_table, turned
from marketdata.status.status import COLUMNS, STATUS

STOCK_TYPES = tuple(name for name in SECURITY_TYPES if name != "EXTRA_FUTURE")
WHOLE_MARKET = "EXTRA_STOCK_A_ALL"
"""The default: all stocks are what the day's object holds, so that it goes out unopened."""
SOURCE = "release"
"""What the access line names as the source of the rows."""


class DayQuery(FormQuery):
    """A trading day, and the form of the answer."""

    trade_date: Day


class StockDayQuery(DayQuery):
    """A trading day, the type of the securities, and what else to say of each."""

    security_type: Annotated[str, one_of(STOCK_TYPES)] = WHOLE_MARKET
    include: Annotated[str, one_of(INCLUDED)] | None = None

    @model_validator(mode="after")
    def _of_stocks(self) -> Self:
        if self.include and SECURITY_TYPES[self.security_type].kind is not Kind.STOCK:
            reason = "is only possible with a security_type of stocks"
            raise wrong("only_with", reason, "include", needed="security_type of stocks")
        return self


class DayContent(NamedTuple):
    """A packed day, and the end of the answer."""

    frame: bytes
    end: bytes

    def body(self) -> bytes:
        """Return the answer's JSON."""
        return codec.decode(self.frame) + self.end

    def zstd(self) -> bytes:
        """Return the same as a zstd stream, with the stored frame as it is."""
        return self.frame + pack(self.end)


def answer_day(
    call: Call[Any],
    dataset: str,
    day: str,
    columns: Sequence[str],
    markets: Collection[str] = (),
    *,
    status: bool = False,
) -> Answer:
    """Return all bars of a day, or 304 without a body if the client already has them.

    Parameters
    ----------
    call : Call
        The call.
    dataset, day : str
        What was published: a dataset, and a trading day of it.
    columns : sequence of str
        The columns of its rows after `trade_date`; the call may choose among them, and of those of
        the status where that is joined.
    markets : collection of str
        The only markets whose rows to return, for which the object has to be opened; by default
        all, and it stays packed. `release` and `stale` are those of the whole day.
    status : bool
        Whether each bar gets the columns of the published status of that day.

    Raises
    ------
    InvalidInputError
        It is not a trading day, or a field is no column.
    StorageError
        The day's object is lost; publishing its year by name writes it again.
    """
    _check(day)
    form = form_of(call, TIMES[:1], (*columns, *(COLUMNS if status else ())))
    published = deployment.manifest().day(dataset, day)
    if published.day is None:
        return _nothing(call, dataset, day, form, status=status)
    beside = deployment.manifest().day(STATUS.name, day) if status else None
    marks = [*_marks(published), *sorted(markets), *(_marks(beside) if beside else ())]
    tag = _tag([*marks, *_form_marks(form)])
    meta = {"source": SOURCE, "returned": published.day.counts.returned}
    if names_tag(call.headers.get("If-None-Match"), tag):
        return Answer(304, Text(b""), _headers(tag), meta | {"returned": 0})
    try:
        frame = _object(dataset, day, published.day)
        status_frame = _object(STATUS.name, day, beside.day) if beside and beside.day else b""
    except _ReplacedError:
        # Another release has come since, and its predecessor's objects are gone.
        return answer_day(call, dataset, day, columns, markets, status=status)
    release = told(published.day.revision) | {"condition": published.day.condition}
    end = ending(release, stale=published.stale)
    if not (markets or status) and form.stored:
        return Answer(200, DayContent(frame, end), _headers(tag), meta)
    text = codec.decode(frame)
    if markets:
        text, counts = of_markets(text, markets)
        meta["returned"] = counts.returned
    if status:
        beside_text = codec.decode(status_frame) if status_frame else b""
        if markets and beside_text:
            beside_text, _ = of_markets(beside_text, markets)
        text = with_status(text, beside_text)
    return _opened(text + end, form, tag, meta)


def _opened(text: bytes, form: Form, tag: str, told: Mapping[str, Any]) -> Answer:
    """Return a day that was opened, in the form that was asked for."""
    if form.stored:
        return Answer(200, Written(text), _headers(tag), told)
    envelope = orjson.loads(text)
    rows: Mapping[str, Mapping[str, Any]] = envelope["data"]
    headers = _headers(tag) | form.headers(envelope["meta"])
    if form.format is RowFormat.CSV:
        table = csv_table(rows.items(), form.columns)
        return Answer(200, form.csv(table, envelope["meta"]), headers, told)
    if form.format is RowFormat.COLUMNS:
        envelope["data"] = {"code": [*rows], **turned([*rows.values()], form.columns)}
    else:
        envelope["data"] = {
            code: {name: row[name] for name in form.columns} for code, row in rows.items()
        }
    return Answer(200, Written(orjson.dumps(envelope)), headers, told)


class _ReplacedError(Exception):
    """The object is gone, because another one has taken its place."""


def _object(dataset: str, day: str, published: DayEntry) -> bytes:
    """Return a day's object, packed; raises StorageError if it is lost."""
    try:
        return deployment.bucket().read(object_key(dataset, day, *published.revision[:2]))
    except NotFoundError as error:
        if deployment.manifest().day(dataset, day).day == published:
            raise StorageError(f"the object of {dataset} {day} is lost") from error
        raise _ReplacedError from error


def _marks(published: PublishedDay) -> list[str]:
    """Return what identifies a day's answer, and anything that is not published yet."""
    if published.day is None:
        return ["none"]
    revision, condition = published.day.revision, published.day.condition
    return [revision.digest, str(revision.number), condition, str(int(published.stale))]


def _form_marks(form: Form) -> list[str]:
    return [] if form.stored else [sha256(form.mark).hexdigest()[:8]]


def _tag(marks: Sequence[str]) -> str:
    return f'W/"{"-".join(marks)}"'


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def _check(day: str) -> None:
    check_announced("trade_date", day)
    if not is_trading_day("SH", day):
        reason = f"must be a trading day, and {day} is none"
        raise InvalidInputError("trade_date", reason, key="not_a_trading_day", day=day)


def _nothing(call: Call[Any], dataset: str, day: str, form: Form, *, status: bool) -> Answer:
    """Return the answer for a day that was never published."""
    pending = day > deployment.final_day(dataset)
    condition = Condition.PENDING if pending else Condition.MISSING
    tag = _tag([condition, *_form_marks(form)])
    if names_tag(call.headers.get("If-None-Match"), tag):
        return Answer(304, Text(b""), _headers(tag), {})
    meta: dict[str, Any] = {
        "trade_date": day,
        "complete": False,
        "expected": 0,
        "returned": 0,
        "missing": [],
        "unconfirmed": [],
        "absent": {},
        "release": {"revision": 0, "published_at": None, "condition": condition},
        "stale": not pending,
    }
    if status:
        meta["status"] = NO_STATUS
    envelope = {"code": 200, "message": "success", "data": {}, "meta": meta}
    return _opened(orjson.dumps(envelope), form, tag, meta)
