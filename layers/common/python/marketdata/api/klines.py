"""What the K-line calls share: their parameters, the reader behind them, their answer."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, partial
from typing import Annotated, Any

from marketdata.api.parameters import Codes, DayRange, one_of
from marketdata.api.router import Answer, Call
from marketdata.api.row_answer import unless_known
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.catalog_store import load_catalog
from marketdata.kline.reader import KlineQuestion, KlineReader
from marketdata.kline.rows import RowSet
from marketdata.settings import settings
from marketdata.upstream.client import fetch_bars, fetch_factors

NONE = "none"
ADJUSTMENTS = (NONE, "forward", "backward")
"""Raw prices, and the modes of `kline.adjust.prices`, which is not loaded for raw ones."""


class RangeQuery(DayRange):
    """Which days, in which period."""

    period: Annotated[str, one_of(Period)] = Period.DAILY


class KlineQuery(RangeQuery):
    """Which codes, comma separated, which days, in which period."""

    codes: Codes


class StockRange(RangeQuery):
    """Which days, in which period, at which prices."""

    adjust: Annotated[str, one_of(ADJUSTMENTS)] = NONE


class StockQuery(StockRange):
    """Which codes, comma separated, which days, in which period, at which prices."""

    codes: Codes


class BatchBody(StockRange):
    """Which codes, as an array, which days, in which period, at which prices."""

    codes: Codes


@cache
def _store() -> BlockStore:
    return BlockStore(Table(settings().market_table), Bucket(settings().bucket))


def read_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> RowSet:
    """Read bars; errors as in `kline.reader.KlineReader.read`."""
    return _reader().read(_question(kinds, codes, asked))


def read_stock_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: StockRange) -> RowSet:
    """Read bars at the prices that were asked for; errors as above."""
    if asked.adjust == NONE:
        return read_bars(kinds, codes, asked)
    from marketdata.kline.adjust.adjuster import Adjuster  # noqa: PLC0415
    from marketdata.kline.adjust.steps import Mode  # noqa: PLC0415

    reader = _reader()
    adjuster = Adjuster(
        mode=Mode(asked.adjust),
        store=_store(),
        fetch=fetch_factors,
        end=asked.end_date,
        final_until=reader.final_until,
        now=partial(datetime.now, UTC),
    )
    reader.adjust = adjuster.apply
    return adjuster.told(reader.read(_question(kinds, codes, asked)))


def _reader() -> KlineReader:
    return KlineReader(
        blocks=_store(),
        catalog=load_catalog(),
        fetch=fetch_bars,
        final_until=last_final_day(datetime.now(UTC), settings().final_time),
        upstream=settings().upstream,
    )


def _question(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> KlineQuestion:
    return KlineQuestion(kinds, codes, asked.start_date, asked.end_date, Period(asked.period))


def answer(call: Call[Any], reading: RowSet) -> Answer:
    """Give what was read, or 304 to a client that has it already."""
    return unless_known(call.headers.get("If-None-Match"), reading)
