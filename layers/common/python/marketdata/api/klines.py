"""The parameters and the reading of bars, shared by the calls for K-lines."""

from collections.abc import Sequence
from typing import Annotated

from marketdata import deployment
from marketdata.api.parameters import Codes, DayRange, one_of
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.reader import KlineQuestion, KlineReader
from marketdata.kline.rows import RowSet

NONE = "none"
ADJUSTMENTS = (NONE, "forward", "backward")
"""Raw prices and the modes of `kline.adjust.steps`, a module that raw prices need not load."""


class RangeQuery(DayRange):
    """Days and period."""

    period: Annotated[str, one_of(Period)] = Period.DAILY


class KlineQuery(RangeQuery):
    """Comma-separated codes, days and period."""

    codes: Codes


class StockRange(RangeQuery):
    """Days, period and price adjustment."""

    adjust: Annotated[str, one_of(ADJUSTMENTS)] = NONE


class StockQuery(StockRange):
    """Comma-separated codes, days, period and price adjustment."""

    codes: Codes


class BatchBody(StockRange):
    """An array of codes, days, period and price adjustment."""

    codes: Codes


def read_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> RowSet:
    """Read bars; raises what `kline.reader.KlineReader.read` raises."""
    reader: KlineReader = deployment.kline_reader()
    return reader.read(_question(kinds, codes, asked))


def read_stock_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: StockRange) -> RowSet:
    """Read bars with raw or adjusted prices; raises the same errors as `read_bars`."""
    if asked.adjust == NONE:
        return read_bars(kinds, codes, asked)
    return deployment.adjusted_reader(asked.adjust).read(_question(kinds, codes, asked))


def _question(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> KlineQuestion:
    return KlineQuestion(kinds, codes, asked.start_date, asked.end_date, Period(asked.period))
