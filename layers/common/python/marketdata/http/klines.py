"""What the K-line calls share: their parameters, the reader behind them, their answer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.catalog.directory import load_catalog
from marketdata.catalog.final import last_final_day
from marketdata.http.parameters import Codes, DayRange, one_of
from marketdata.http.router import Answer, Call
from marketdata.kline.bar import Kind, Period
from marketdata.kline.query import Question, Reader
from marketdata.kline.reading import Reading
from marketdata.kline.store import BlockStore
from marketdata.settings import settings
from marketdata.upstream.gateway import fetch_bars


class RangeQuery(DayRange):
    """Which days, in which period."""

    period: Annotated[str, one_of(Period)] = Period.DAILY


class KlineQuery(RangeQuery):
    """Which codes, comma separated, which days, in which period."""

    codes: Codes


class BatchBody(RangeQuery):
    """Which codes, as an array, which days, in which period."""

    codes: Codes


@cache
def _store() -> BlockStore:
    return BlockStore(Table(settings().market_table), Bucket(settings().bucket))


def read_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> Reading:
    """Read bars; errors as in `kline.query.Reader.read`."""
    reader = Reader(
        blocks=_store(),
        catalog=load_catalog(),
        fetch=fetch_bars,
        final_until=last_final_day(datetime.now(UTC), settings().final_time),
        upstream=settings().upstream,
    )
    period = Period(asked.period)
    return reader.read(Question(kinds, codes, asked.start_date, asked.end_date, period))


def answer(call: Call[Any], reading: Reading) -> Answer:
    """Give what was read, or 304 to a client that has them already."""
    headers = {"ETag": reading.etag, "Cache-Control": "private, no-cache"}
    if reading.etag in call.headers.get("If-None-Match"):
        return Answer.encoded(b"", status=304, headers=headers)
    return Answer.encoded(reading.body(), headers=headers)
