"""What the calls for bars share: their parameters, and the reading."""

from collections.abc import Sequence
from typing import Annotated

from marketdata import deployment
from marketdata.api.parameters import Codes, DayRange, one_of
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.reader import KlineQuestion, KlineReader
from marketdata.kline.rows import RowSet

NONE = "none"
ADJUSTMENTS = (NONE, "forward", "backward")
"""Raw prices, and the modes of `kline.adjust.steps`, which is not loaded for raw ones."""


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


def read_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> RowSet:
    """Read bars; errors as in `kline.reader.KlineReader.read`."""
    reader: KlineReader = deployment.kline_reader()
    return reader.read(_question(kinds, codes, asked))


def read_stock_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: StockRange) -> RowSet:
    """Read bars at the prices that were asked for; errors as above."""
    if asked.adjust == NONE:
        return read_bars(kinds, codes, asked)
    return deployment.adjusted_reader(asked.adjust).read(_question(kinds, codes, asked))


def _question(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> KlineQuestion:
    return KlineQuestion(kinds, codes, asked.start_date, asked.end_date, Period(asked.period))
