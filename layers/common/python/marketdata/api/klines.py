"""The parameters and the reading of bars, shared by the calls for K-lines."""

from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from marketdata import deployment
from marketdata.api.parameters import Codes, DayRange, one_of
from marketdata.api.universe import Asked, Which
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.reader import KlineQuestion, KlineReader
from marketdata.kline.rows import RowSet

INCLUDED = ("status",)
"""What bars can include."""

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
    """Days, period, price adjustment, and what else to say of each day."""

    adjust: Annotated[str, one_of(ADJUSTMENTS)] = NONE
    include: Annotated[str, one_of(INCLUDED)] | None = None

    @model_validator(mode="after")
    def _of_days(self) -> Self:
        if self.include and self.period != Period.DAILY:
            raise PydanticCustomError(
                "include", "is only possible with period daily", {"field": "include"}
            )
        return self


class _OfWhich(StockRange, Which):
    """A range of days of some codes or of a universe."""

    @model_validator(mode="after")
    def _of_stored_bars(self) -> Self:
        if self.universe and not Period(self.period).stored:
            raise PydanticCustomError(
                "universe",
                "is not possible with period weekly or monthly, whose days may be of different "
                "members",
                {"field": "universe"},
            )
        return self


class StockQuery(_OfWhich):
    """Comma-separated codes or a universe, days, period and price adjustment."""


class BatchBody(_OfWhich):
    """An array of codes or a universe, days, period and price adjustment."""


def read_bars(kinds: frozenset[Kind], codes: Sequence[str], asked: RangeQuery) -> RowSet:
    """Read bars; raises what `kline.reader.KlineReader.read` raises."""
    reader: KlineReader = deployment.kline_reader()
    return reader.read(_question(kinds, Asked(codes), asked))


def read_stock_bars(kinds: frozenset[Kind], which: Asked, asked: StockRange) -> RowSet:
    """Read bars with raw or adjusted prices, and what else is asked for; errors as `read_bars`."""
    question = _question(kinds, which, asked)
    read = deployment.status_reader().read_beside if asked.include else KlineReader.read
    if asked.adjust == NONE:
        return which.told(read(deployment.kline_reader(), question))
    return which.told(deployment.adjusted_reader(asked.adjust).read(question, read))


def _question(kinds: frozenset[Kind], which: Asked, asked: RangeQuery) -> KlineQuestion:
    days = asked.start_date, asked.end_date
    return KlineQuestion(kinds, which.codes, *days, Period(asked.period), which.members)
