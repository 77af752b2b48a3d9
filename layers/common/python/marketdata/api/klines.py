"""The parameters and the reading of bars, shared by the calls for K-lines."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from marketdata import deployment
from marketdata.api.call import Call
from marketdata.api.parameters import NUMBER, Codes, Day, Parameters, after_end, one_of, wrong
from marketdata.api.row_form import Form, FormQuery, form_of
from marketdata.api.universe import Asked, Which, codes_of
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.bars import BarDataset
from marketdata.kline.forms import TIMES
from marketdata.kline.reader import NOT_GIVEN, KlineQuestion, KlineReader, ReadBars
from marketdata.kline.rows import RowSet
from marketdata.status.status import COLUMNS

INCLUDED = ("status",)
"""What bars can include."""

NONE = "none"
FORWARD = "forward"
ADJUSTMENTS = (NONE, FORWARD, "backward")
"""Raw prices and the modes of `kline.adjust.steps`, a module that raw prices need not load."""

MOST_LAST_BARS = 100_000


class RangeQuery(Parameters):
    """Period, and the days or the number of bars.

    Attributes
    ----------
    start_date, end_date : str or None
        First and last day, "YYYYMMDD".
    count : int or None
        The number of the last bars up to `end_date`, or up to the last final day, instead of a
        first day.
    """

    start_date: Day | None = None
    end_date: Day | None = None
    count: Annotated[int, Field(ge=1, le=MOST_LAST_BARS), NUMBER] | None = None
    period: Annotated[str, one_of(Period)] = Period.DAILY

    @model_validator(mode="after")
    def _of_days_or_count(self) -> Self:
        if self.count is not None:
            if self.start_date:
                reason = "must not be given together with start_date"
                raise wrong("not_with", reason, "count", other="start_date")
            return self
        if not self.start_date:
            reason = "is required, or count instead"
            raise wrong("one_needed", reason, "start_date", others=["count"])
        if not self.end_date:
            raise wrong("required", "is required", "end_date")
        if self.start_date > self.end_date:
            raise after_end()
        return self

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last day; without the first there is a count."""
        return self.start_date or "", self.end_date or NOT_GIVEN


class KlineQuery(RangeQuery, FormQuery):
    """Comma-separated codes, days or number of bars, period, and the form of the answer."""

    codes: Codes


class StockRange(RangeQuery):
    """Days or number of bars, period, price adjustment, and what else to say of each day."""

    adjust: Annotated[str, one_of(ADJUSTMENTS)] = NONE
    adjust_anchor: Day | None = None
    include: Annotated[str, one_of(INCLUDED)] | None = None

    @model_validator(mode="after")
    def _of_days(self) -> Self:
        if self.include and self.period != Period.DAILY:
            reason = "is only possible with period daily"
            raise wrong("only_with", reason, "include", needed="period daily")
        if self.adjust_anchor and self.adjust != FORWARD:
            reason = "is only possible with adjust forward"
            raise wrong("only_with", reason, "adjust_anchor", needed="adjust forward")
        return self


class _OfWhich(StockRange, Which, FormQuery):
    """A range of days of some codes or of a universe."""

    @model_validator(mode="after")
    def _of_stored_bars(self) -> Self:
        if not self.universe:
            return self
        if not Period(self.period).stored:
            reason = (
                "is not possible with period weekly or monthly, whose days may be of different "
                "members"
            )
            raise wrong("not_with", reason, "universe", other=f"period {self.period}")
        if self.count:
            reason = "is not possible with count, as members come and go"
            raise wrong("not_with", reason, "universe", other="count")
        return self


class StockQuery(_OfWhich):
    """Comma-separated codes or a universe, days, period, adjustment, form of the answer."""


class BatchBody(_OfWhich):
    """An array of codes or a universe, days, period, adjustment, form of the answer."""


def read_stock_bars(kinds: frozenset[Kind], which: Asked, asked: StockRange) -> RowSet:
    """Read bars with raw or adjusted prices, and what else is asked for.

    Raises what `KlineReader.read`, `LastBars` and `AdjustedReader.read` raise.
    """
    question = _question(kinds, which, asked)
    beside = deployment.status_reader().read_beside if asked.include else KlineReader.read
    read = counted(asked, beside)
    if asked.adjust == NONE:
        return which.told(read(deployment.kline_reader(), question))
    reader = deployment.adjusted_reader(asked.adjust, asked.adjust_anchor or "")
    return which.told(reader.read(question, read))


def codes_asked(asked: _OfWhich) -> Asked:
    """Return the codes that a call for stock K-lines asks for; errors as in `codes_of`."""
    return codes_of(asked.codes, asked.universe, *asked.days)


def bar_form(call: Call[Any], kind: Kind, *, extra: Sequence[str] = ()) -> Form:
    """Return the form in which a call wants its bars; errors as in `row_form.form_of`.

    Parameters
    ----------
    call : Call
        The call.
    kind : Kind
        Whose bars it asks for, or a kind that has the same columns.
    extra : sequence of str
        The columns that its rows have beside those.
    """
    period = Period(call.parameters.period)
    times = TIMES if period.intraday else TIMES[:1]
    status = COLUMNS if getattr(call.parameters, "include", None) else ()
    return form_of(call, times, (*BarDataset(kind, period.base).columns, *status, *extra))


def counted(asked: RangeQuery, read: ReadBars) -> ReadBars:
    """Return what reads the last bars in place of a range, if a call asks for a number of them."""
    if not asked.count:
        return read
    from marketdata.kline.last_bars import LastBars  # noqa: PLC0415

    return LastBars(asked.count, read)


def _question(kinds: frozenset[Kind], which: Asked, asked: RangeQuery) -> KlineQuestion:
    return KlineQuestion(kinds, which.codes, *asked.days, Period(asked.period), which.members)
