"""All bars of a day in one answer: the day's object, unopened, and what the manifest says of it."""

from typing import Annotated, Any, NamedTuple

from marketdata import deployment
from marketdata.api.answer import Answer, Text
from marketdata.api.call import Call
from marketdata.api.parameters import Day, Parameters, one_of
from marketdata.api.row_answer import names_tag
from marketdata.blocks import codec
from marketdata.catalog.calendar import is_trading_day, last_known_day
from marketdata.catalog.securities import SECURITY_TYPES
from marketdata.errors import InvalidInputError, NotFoundError, StorageError
from marketdata.exports.entries import Condition
from marketdata.exports.listing import told
from marketdata.exports.market_day import ending, object_key, pack

STOCK_TYPES = tuple(name for name in SECURITY_TYPES if name != "EXTRA_FUTURE")
SOURCE = "release"
"""What the access line names as the source of the rows."""


class DayQuery(Parameters):
    """A trading day."""

    trade_date: Day


class StockDayQuery(DayQuery):
    """A trading day, and the type of the securities."""

    security_type: Annotated[str, one_of(STOCK_TYPES)] = "EXTRA_STOCK_A"


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


def answer_day(call: Call[Any], dataset: str, day: str) -> Answer:
    """Return all bars of a day, or 304 without a body if the client already has them.

    Raises
    ------
    InvalidInputError
        It is not a trading day.
    StorageError
        The day's object is lost; publishing its year by name writes it again.
    """
    _check(day)
    published = deployment.manifest().day(dataset, day)
    if published.day is None:
        return _nothing(call, day)
    revision, condition = published.day.revision, published.day.condition
    tag = f'W/"{revision.digest}-{revision.number}-{condition}-{int(published.stale)}"'
    meta = {"source": SOURCE, "returned": published.day.counts.returned}
    if names_tag(call.headers.get("If-None-Match"), tag):
        return Answer(304, Text(b""), _headers(tag), meta | {"returned": 0})
    try:
        frame = deployment.bucket().read(object_key(dataset, day, *revision[:2]))
    except NotFoundError as error:
        if deployment.manifest().day(dataset, day).day == published.day:
            raise StorageError(f"the object of {dataset} {day} is lost") from error
        # Another release has come since, and its predecessor's objects are gone.
        return answer_day(call, dataset, day)
    release = told(revision) | {"condition": condition}
    content = DayContent(frame, ending(release, stale=published.stale))
    return Answer(200, content, _headers(tag), meta)


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache"}


def _check(day: str) -> None:
    if day > last_known_day():
        # It may bring the year that this function does not know.
        deployment.catalog()
    if day > last_known_day():
        reason = f"must not be after {last_known_day()}, the last day of the announced calendar"
        raise InvalidInputError("trade_date", reason)
    if not is_trading_day("SH", day):
        raise InvalidInputError("trade_date", f"must be a trading day, and {day} is none")


def _nothing(call: Call[Any], day: str) -> Answer:
    """Return the answer for a day that was never published."""
    pending = day > deployment.final_day()
    condition = Condition.PENDING if pending else Condition.MISSING
    tag = f'W/"{condition}"'
    if names_tag(call.headers.get("If-None-Match"), tag):
        return Answer(304, Text(b""), _headers(tag), {})
    meta = {
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
    return Answer.success({}, meta=meta, headers=_headers(tag))
