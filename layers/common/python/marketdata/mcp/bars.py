"""The tools about bars and about the status of stocks on each day."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from marketdata import deployment
from marketdata.api.klines import ADJUSTMENTS, NONE, KlineQuery, StockRange, read_stock_bars
from marketdata.api.parameters import NUMBER, one_of
from marketdata.api.universe import Asked
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.sessions import MINUTES
from marketdata.catalog.spelling import series_of, variety_in
from marketdata.details import Detail
from marketdata.errors import InvalidInputError
from marketdata.kline.bars import OHLC
from marketdata.kline.reader import STOCK_MINUTES, KlineQuestion
from marketdata.kline.rows import RowSet
from marketdata.mcp.arguments import AskedDay, FewCodes, Fields, Question
from marketdata.mcp.figures import RAW_CHANGE, RETURN
from marketdata.mcp.fitting import ROLLS, Draft, latest
from marketdata.mcp.reading import MOST_READ, check_rows, rows_by_code
from marketdata.status.reader import StatusReader
from marketdata.status.status import COLUMNS, FLAGS

COMMON = (*OHLC, "volume", "amount")
OF_FUTURES = ("settle", "open_interest")
BAR_COLUMNS = (*COMMON, *OF_FUTURES)

MOST_ROLLS = 12
"""Changes of a main contract that are told, the latest."""

OTHERS = frozenset(Kind) - {Kind.FUTURE}
"""The kinds whose prices can be adjusted, and of which some have a status."""


class BarsQuestion(Question):
    """Which bars, and at which prices."""

    codes: FewCodes
    start_date: AskedDay | None = None
    end_date: AskedDay | None = None
    count: (
        Annotated[
            int,
            Field(
                ge=1, le=MOST_READ, description="the last bars of each code, in place of start_date"
            ),
            NUMBER,
        ]
        | None
    ) = None
    period: Annotated[str, one_of(Period)] = Period.DAILY
    adjust: Annotated[str, one_of(ADJUSTMENTS)] = NONE
    adjust_anchor: AskedDay | None = None
    fields: (
        Annotated[Fields, Field(description=f"of {' '.join(BAR_COLUMNS)}; default: all")] | None
    ) = None


class StatusQuestion(Question):
    """Whose status on which days."""

    codes: FewCodes
    start_date: AskedDay
    end_date: AskedDay | None = None
    events_only: Annotated[bool, Field(description="only days with a true flag")] = False


def get_bars(asked: BarsQuestion) -> Draft:
    """Return bars of some codes; errors as in `api.klines` and `api.continuous`."""
    wanted = _range_of(asked)
    kinds = _kinds_of(asked.codes)
    series = [code for code in asked.codes if variety_in(code)]
    _check_together(asked, kinds, series)
    _check_bars(asked, wanted)
    columns = BAR_COLUMNS if kinds[Kind.FUTURE] or series else COMMON
    more = ("contract",) if series else ()
    shown = _some(asked.fields, (*columns, *more)) if asked.fields else (*columns, *more)
    times = ("trade_date", "kline_time") if Period(asked.period).intraday else ("trade_date",)
    rows = _read_series(asked, wanted, series) if series else _read(asked, wanted)
    adjusted = rows.meta.get("adjust", {})
    failed: Mapping[str, Detail] = adjusted.get("failed", {})
    facts = {
        # Why is the source's to say, and so among its texts.
        "adjust": {name: value for name, value in adjusted.items() if value}
        | ({"failed": [*failed]} if failed else {}),
        ROLLS: {
            code: latest([list(roll.values()) for roll in rolls], MOST_ROLLS)
            for code, rolls in rows.meta.get("rolls", {}).items()
        },
    }
    warnings = [*_reasons(failed), *rows.meta.get("warnings", ())]
    jumping = {*series, *kinds[Kind.STOCK], *kinds[Kind.ETF]} if asked.adjust == NONE else ()
    return rows_by_code(
        RowSet(rows.pieces, {**rows.meta, "warnings": warnings}),
        (*times, *shown),
        (*times, *columns, *more),
        asked.limit,
        facts={name: fact for name, fact in facts.items() if fact},
        change_of=lambda code: RAW_CHANGE if code in jumping else RETURN,
    )


def get_status(asked: StatusQuestion) -> Draft:
    """Return the status of some stocks; errors as in `status.reader.StatusReader.read`."""
    end = asked.end_date or deployment.final_day("stock.status")
    if asked.start_date > end:
        raise InvalidInputError("start_date", f"must not be after {end}, the last day")
    question = KlineQuestion(OTHERS, asked.codes, asked.start_date, end, Period.DAILY)
    check_rows(_days(asked.start_date, end) * len(asked.codes), "start_date")
    reader: StatusReader = deployment.status_reader()
    rows = reader.read(question)
    columns = ("trade_date", *COLUMNS)
    keep = _has_event if asked.events_only else None
    return rows_by_code(rows, columns, columns, asked.limit, keep=keep)


def _has_event(row: Mapping[str, Any]) -> bool:
    return any(row[name] for name in FLAGS)


def _range_of(asked: BarsQuestion) -> StockRange:
    """Return the question as the API asks it; without an end, up to the last final day."""
    end = asked.end_date
    if asked.start_date and not end:
        end = deployment.final_day()
        if asked.start_date > end:
            raise InvalidInputError("start_date", f"must not be after {end}, the last final day")
    return StockRange(
        start_date=asked.start_date,
        end_date=end,
        count=asked.count,
        period=asked.period,
        adjust=asked.adjust,
        adjust_anchor=asked.adjust_anchor,
    )


def _read(asked: BarsQuestion, wanted: StockRange) -> RowSet:
    known = frozenset(Kind) if asked.adjust == NONE else OTHERS
    return read_stock_bars(known, Asked(asked.codes), wanted)


def _read_series(asked: BarsQuestion, wanted: StockRange, series: Sequence[str]) -> RowSet:
    """Return the bars of main contracts, joined if prices are to be adjusted, and of contracts."""
    from marketdata.api.continuous import ContinuousQuery, read_continuous, read_contracts  # noqa: PLC0415

    days = {"start_date": wanted.start_date, "end_date": wanted.end_date, "count": wanted.count}
    if asked.adjust == NONE:
        given = {"codes": asked.codes, "period": wanted.period, **days}
        return read_contracts(KlineQuery.model_validate(given))
    named = ",".join(map(variety_in, series))
    given = {"varieties": named, "period": wanted.period, "adjust": asked.adjust, **days}
    rows = read_continuous(ContinuousQuery.model_validate(given))
    # It was asked for varieties, and names those.
    unknown = [series_of(variety) for variety in rows.meta["unknown_codes"]]
    return RowSet(rows.pieces, {**rows.meta, "unknown_codes": unknown})


def _reasons(failed: Mapping[str, Detail]) -> Iterator[Detail]:
    """Yield why codes were not adjusted, each reason once, with the first code that it is about."""
    codes: dict[str, list[str]] = {}
    for code, why in failed.items():
        codes.setdefault(why.message, []).append(code)
    for first, *others in codes.values():
        more = f" and {len(others)} others" if others else ""
        why = failed[first]
        yield why._replace(message=f"{first}{more}, not adjusted: {why.message}")


def _check_together(
    asked: BarsQuestion, kinds: Mapping[Kind, Sequence[str]], series: Sequence[str]
) -> None:
    """Refuse codes that cannot be in one answer, or not with adjusted prices."""
    futures = kinds[Kind.FUTURE]
    others = [code for kind, codes in kinds.items() if kind is not Kind.FUTURE for code in codes]
    if series and others:
        reason = f"must not have {others[0]} with {series[0]}: ask for them one after the other"
        raise InvalidInputError("codes", reason)
    if asked.adjust != NONE and futures:
        reason = "is only possible for stocks, indices, funds and series such as IF.MAIN: "
        raise InvalidInputError("adjust", f"{reason}{futures[0]} is a contract")
    if series and asked.adjust_anchor:
        raise InvalidInputError("adjust_anchor", f"is not possible for {series[0]}")


def _kinds_of(codes: Sequence[str]) -> dict[Kind, list[str]]:
    """Return the known codes of each kind."""
    found: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for code in codes:
        security = deployment.catalog().get(code)
        if security:
            found[security.kind].append(code)
    return found


def _check_bars(asked: BarsQuestion, wanted: StockRange) -> None:
    """Refuse a question about too many bars, before anything is read."""
    if asked.count:
        check_rows(asked.count * len(asked.codes), "count")
        return
    period = Period(asked.period)
    a_day = max(1, STOCK_MINUTES // MINUTES[period]) if period.intraday else 1
    check_rows(_days(*wanted.days) * a_day * len(asked.codes), "start_date")


def _days(start: str, end: str) -> int:
    """Return the number of trading days of a range that are final by now."""
    return len(trading_days("SH", start, min(end, deployment.final_day())))


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
