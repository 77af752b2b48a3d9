"""Conversion of rows to pandas and polars, which are optional dependencies."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

BAR = ("code", "trade_date", "open", "high", "low", "close", "volume", "amount")
SERIES = (*BAR, "settle", "open_interest", "contract")
"""A bar of a continuous series."""
STATUS = ("pre_close", "limit_up", "limit_down", "is_st", "suspended", "ex_right", "ex_dividend")
"""What `include="status"` adds to bars."""
STATUS_ROW = ("code", "trade_date", *STATUS)
MEMBERSHIP = ("code", "in_date", "out_date")
WEIGHT = ("code", "weight")
INDUSTRY = ("code", "name", "level", "parent", "classification")
STATEMENT = ("code", "reporting_period", "statement_type", "report_type", "ann_date")

DATES = frozenset(
    {"trade_date", "reporting_period", "ann_date", "actual_ann_date", "in_date", "out_date"}
)
TIMES = frozenset({"kline_time"})
COUNTS = frozenset({"volume", "open_interest", "level"})
FLAGS = frozenset({"is_st", "suspended", "ex_right", "ex_dividend"})
TEXTS = frozenset(
    {
        "code",
        "contract",
        "statement_type",
        "report_type",
        "security_name",
        "comments",
        "comp_type_code",
        "currency_code",
        "is_calculation",
        "name",
        "parent",
        "classification",
    }
)
"""All columns that are not float64, which is the type of prices, amounts and figures."""

DATE_FORMAT = "%Y%m%d"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

Rows = Sequence[Mapping[str, Any]]
RowsByCode = Mapping[str, Rows]


def bar_columns(fields: Sequence[str] | None, *, with_status: bool) -> Sequence[str]:
    """Return the columns of bars, with those of their status if they were asked for with it.

    `fields` are the columns that were asked for, None for all.
    """
    if fields is not None:
        return chosen(fields)
    return (*BAR, *STATUS) if with_status else BAR


def chosen(fields: Sequence[str]) -> Sequence[str]:
    """Return the columns of rows of which only some were asked for."""
    return tuple(dict.fromkeys(("code", "trade_date", *fields)))


def to_pandas(rows: Rows | RowsByCode, columns: Sequence[str]) -> "pd.DataFrame":
    """Convert rows to a pandas frame.

    Parameters
    ----------
    rows : sequence of mappings, or mapping of sequences
        One mapping per row; or the rows of each code, which becomes their first column.
    columns : sequence of str
        The columns of the frame if there are no rows.

    Returns
    -------
    pandas.DataFrame
        Dates and times are `datetime64[ns]` without a time zone (they are Asia/Shanghai), volume
        and open interest `Int64`, flags `boolean`, strings `string`, and all other columns
        `float64`.
    """
    import pandas as pd  # noqa: PLC0415

    def column(name: str, values: list[Any]) -> "pd.Series[Any]":
        if name in DATES or name in TIMES:
            form = DATE_FORMAT if name in DATES else TIME_FORMAT
            return pd.to_datetime(pd.Series(values, dtype=object), format=form).astype(
                "datetime64[ns]"
            )
        if name in TEXTS:
            return pd.Series([_text(value) for value in values], dtype="string")
        if name in FLAGS:
            return pd.Series(values, dtype="boolean")
        return pd.Series(values, dtype="Int64" if name in COUNTS else "float64")

    return pd.DataFrame({name: column(name, values) for name, values in _columns(rows, columns)})


def to_polars(rows: Rows | RowsByCode, columns: Sequence[str]) -> "pl.DataFrame":
    """Convert rows to a polars frame.

    Parameters
    ----------
    rows, columns
        See `to_pandas`.

    Returns
    -------
    polars.DataFrame
        Dates are `Date`, times `Datetime("us")` without a time zone (they are Asia/Shanghai),
        volume and open interest `Int64`, flags `Boolean`, strings `String`, and all other columns
        `Float64`.
    """
    import polars as pl  # noqa: PLC0415

    def column(name: str, values: list[Any]) -> "pl.Series":
        if name in DATES:
            return pl.Series(name, values, dtype=pl.String).str.to_date(DATE_FORMAT)
        if name in TIMES:
            return pl.Series(name, values, dtype=pl.String).str.to_datetime(TIME_FORMAT)
        if name in TEXTS:
            return pl.Series(name, [_text(value) for value in values], dtype=pl.String)
        if name in FLAGS:
            return pl.Series(name, values, dtype=pl.Boolean)
        return pl.Series(name, values, dtype=pl.Int64 if name in COUNTS else pl.Float64)

    return pl.DataFrame([column(name, values) for name, values in _columns(rows, columns)])


def _columns(rows: Rows | RowsByCode, columns: Sequence[str]) -> Iterator[tuple[str, list[Any]]]:
    """Yield each column, made when its turn comes: together they take as much as the rows."""
    known: tuple[str, ...] = ()
    if isinstance(rows, Mapping):
        codes = list(chain.from_iterable(repeat(code, len(each)) for code, each in rows.items()))
        rows = list(chain.from_iterable(rows.values()))
        if rows:
            known = ("code",)
            yield "code", codes
    for name in dict.fromkeys(chain.from_iterable(rows)) if rows else columns:
        if name not in known:
            yield name, _values(name, rows)


def _values(name: str, rows: Rows) -> list[Any]:
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
