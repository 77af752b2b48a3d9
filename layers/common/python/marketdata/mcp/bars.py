"""The tools about bars and about the status of stocks on each day."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from marketdata import deployment
from marketdata.api.klines import ADJUSTMENTS, NONE
from marketdata.api.parameters import one_of
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.sessions import MINUTES
from marketdata.errors import InvalidInputError
from marketdata.kline.bars import OHLC
from marketdata.kline.reader import STOCK_MINUTES, KlineQuestion, KlineReader
from marketdata.mcp.arguments import AskedDay, FewCodes, Fields, Question
from marketdata.mcp.reading import Reply, answer_rows_by_code, check_rows
from marketdata.status.reader import StatusReader
from marketdata.status.status import COLUMNS, FLAGS

COMMON = (*OHLC, "volume", "amount")
OF_FUTURES = ("settle", "open_interest")
BAR_COLUMNS = (*COMMON, *OF_FUTURES)

OTHERS = frozenset(Kind) - {Kind.FUTURE}
"""The kinds whose prices can be adjusted, and of which some have a status."""


class RangeQuestion(Question):
    """Codes and days; by default, to the last final day."""

    codes: FewCodes
    start_date: AskedDay
    end_date: AskedDay | None = None

    def days(self, dataset: str) -> tuple[str, str]:
        """Return the first and the last day.

        Raises
        ------
        InvalidInputError
            The first is after the last.
        """
        end = self.end_date or deployment.final_day(dataset)
        if self.start_date > end:
            raise InvalidInputError("start_date", f"must not be after end_date, {end}")
        return self.start_date, end


class BarsQuestion(RangeQuestion):
    """Which bars, and at which prices."""

    period: Annotated[str, one_of(Period)] = Period.DAILY
    adjust: Annotated[str, one_of(ADJUSTMENTS)] = NONE
    fields: (
        Annotated[Fields, Field(description=f"of {' '.join(BAR_COLUMNS)}; default: all")] | None
    ) = None


class StatusQuestion(RangeQuestion):
    """Whose status on which days."""

    events_only: Annotated[bool, Field(description="only days with a true flag")] = False


def get_bars(asked: BarsQuestion) -> Reply:
    """Return bars of some codes; errors as in `kline.reader.KlineReader.read`."""
    kinds = _kinds_of(asked.codes)
    if asked.adjust != NONE and (futures := kinds[Kind.FUTURE]):
        reason = f"is only possible for stocks, indices and funds: {futures[0]} is a future"
        raise InvalidInputError("adjust", reason)
    period = Period(asked.period)
    wanted = frozenset(Kind) if asked.adjust == NONE else OTHERS
    question = KlineQuestion(wanted, asked.codes, *asked.days("stock.daily"), period)
    a_day = STOCK_MINUTES // MINUTES[period] if period.intraday else 1
    _check(question, max(1, a_day))
    columns = BAR_COLUMNS if kinds[Kind.FUTURE] else COMMON
    shown = _some(asked.fields, columns) if asked.fields else columns
    times = ("trade_date", "kline_time") if period.intraday else ("trade_date",)
    if asked.adjust == NONE:
        reader: KlineReader = deployment.kline_reader()
        rows, facts = reader.read(question), {}
    else:
        rows = deployment.adjusted_reader(asked.adjust).read(question)
        said = rows.meta["adjust"]
        facts = {"adjust": {name: value for name, value in said.items() if value}}
    return answer_rows_by_code(rows, (*times, *shown), (*times, *columns), asked.limit, facts=facts)


def get_status(asked: StatusQuestion) -> Reply:
    """Return the status of some stocks; errors as in `status.reader.StatusReader.read`."""
    days = asked.days("stock.status")
    question = KlineQuestion(OTHERS, asked.codes, *days, Period.DAILY)
    _check(question, 1)
    reader: StatusReader = deployment.status_reader()
    rows = reader.read(question)
    columns = ("trade_date", *COLUMNS)
    keep = _has_event if asked.events_only else None
    return answer_rows_by_code(rows, columns, columns, asked.limit, keep=keep)


def _has_event(row: Mapping[str, Any]) -> bool:
    return any(row[name] for name in FLAGS)


def _kinds_of(codes: Sequence[str]) -> dict[Kind, list[str]]:
    """Return the known codes of each kind."""
    found: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for code in codes:
        security = deployment.catalog().get(code)
        if security:
            found[security.kind].append(code)
    return found


def _check(question: KlineQuestion, a_day: int) -> None:
    """Refuse a question about too many rows, before anything is read."""
    days = trading_days("SH", question.start, min(question.end, deployment.final_day()))
    check_rows(len(days) * len(question.codes) * a_day, "start_date")


def _some(wanted: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Return the columns that are wanted, in their own order.

    Raises
    ------
    InvalidInputError
        One of them does not exist.
    """
    if others := [name for name in wanted if name not in known]:
        raise InvalidInputError("fields", f"must be of {', '.join(known)}, not {others[0][:40]!r}")
    return tuple(name for name in known if name in wanted)
