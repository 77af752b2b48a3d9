"""Conversion of rows to pandas and polars, which are optional dependencies."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, groupby, repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from amazingdata_client.row_text import Rows, RowText

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

NO_NUMBERS = DATES | TIMES | FLAGS | TEXTS

DATE_FORMAT = "%Y%m%d"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
TIME_DIGITS = "%Y%m%d%H%M%S"
FIRST_TIME = 10**13
"""Smaller numbers are days."""

RowsByCode = Mapping[str, Rows | RowText]


def with_times(columns: Sequence[str]) -> Sequence[str]:
    """Return the columns of daily rows as those of minute bars have them."""
    return (*columns[:2], "kline_time", *(name for name in columns[2:] if name != "kline_time"))


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

    groups, codes = _groups(rows), _codes(rows)
    pieces: dict[str, list[Any]] = {} if groups else {name: [] for name in columns}
    # Group by group, while its rows are in the processor's cache, and not column by column.
    for at, group in enumerate(groups):
        values = _columns(group, by_code=bool(codes))
        for name in values:
            if name not in pieces:
                pieces[name] = [[None] * len(before) for before in groups[:at]]
        for name, found in pieces.items():
            found.append(_piece(name, values.get(name) or [None] * len(group)))
    made = {name: _pandas_column(name, pieces.pop(name)) for name in [*pieces]}
    if codes:
        counts = [len(group) for group in groups]
        made = {"code": _repeated(codes, counts), **made}
    return pd.DataFrame(made, copy=False)


def _piece(name: str, values: list[Any]) -> Any:
    """Return a column of some rows: an array of its numbers, or a list of whatever else it has."""
    import numpy as np  # noqa: PLC0415

    if name in COUNTS or _is_digits(name, values):
        return np.array(values)
    if name not in NO_NUMBERS:
        with suppress(TypeError, ValueError):
            return np.fromiter(values, float, len(values))
    return values


def _is_digits(name: str, values: Sequence[Any]) -> bool:
    """Check whether days or times are numbers, as `RowText` has them."""
    return (name in DATES or name in TIMES) and isinstance(next(iter(values), None), int)


def _pandas_column(name: str, pieces: Sequence[Any]) -> "pd.Series[Any]":
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    if name in DATES or name in TIMES:
        # All pieces of a kind together, since pandas takes long for each call.
        runs = [
            _of_digits(np.concatenate([*run])) if kind is np.ndarray else _of_texts(name, run)
            for kind, run in groupby(pieces, type)
        ]
        return pd.Series(np.concatenate(runs) if runs else _of_texts(name, []))
    if pieces and all(isinstance(piece, np.ndarray) for piece in pieces):
        return pd.Series(np.concatenate(pieces), dtype="Int64" if name in COUNTS else "float64")
    values = list(chain.from_iterable(pieces))
    if name in TEXTS:
        return pd.Series([_text(value) for value in values], dtype="string")
    if name in FLAGS:
        return pd.Series(values, dtype="boolean")
    return pd.Series(values, dtype="Int64" if name in COUNTS else "float64")


def _of_digits(numbers: Any) -> Any:
    """Return days (YYYYMMDD) or times (YYYYMMDDhhmmss) as `datetime64[ns]`.

    Raises
    ------
    ValueError
        A number is no day.
    """
    import numpy as np  # noqa: PLC0415

    timed = numbers[0] > FIRST_TIME
    days, clock = np.divmod(numbers, 10**6) if timed else (numbers, None)
    year, month, day = days // 10**4, days // 100 % 100, days % 100
    months = (12 * (year - 1970) + month - 1).astype("datetime64[M]")
    found = months.astype("datetime64[D]") + (day - 1)
    if np.any((month < 1) | (month > 12) | (found.astype("datetime64[M]") != months)):
        raise ValueError("an answer has a date that does not exist")
    moments = found.astype("datetime64[ns]")
    if clock is None:
        return moments
    seconds = 3600 * (clock // 10**4) + 60 * (clock // 100 % 100) + clock % 100
    return moments + seconds.astype("timedelta64[s]")


def _of_texts(name: str, pieces: Iterable[Sequence[Any]]) -> Any:
    """Return days or times as `datetime64[ns]`."""
    import pandas as pd  # noqa: PLC0415

    values = list(chain.from_iterable(pieces))
    # Each day once: they are few beside the rows.
    at = {value: number for number, value in enumerate(dict.fromkeys(values))}
    form = DATE_FORMAT if name in DATES else TIME_FORMAT
    days = pd.to_datetime(pd.Series([*at], dtype=object), format=form).astype("datetime64[ns]")
    return days.to_numpy()[[at[value] for value in values]]


def _repeated(codes: Sequence[str], counts: Sequence[int]) -> "pd.Series[Any]":
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    return pd.Series(pd.array(codes, dtype="string").take(np.repeat(np.arange(len(codes)), counts)))


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
        if name in DATES or name in TIMES:
            digits = _is_digits(name, values)
            texts = pl.Series(name, values, dtype=pl.Int64 if digits else pl.String).cast(pl.String)
            if name in DATES:
                return texts.str.to_date(DATE_FORMAT)
            return texts.str.to_datetime(TIME_DIGITS if digits else TIME_FORMAT)
        if name in TEXTS:
            return pl.Series(name, [_text(value) for value in values], dtype=pl.String)
        if name in FLAGS:
            return pl.Series(name, values, dtype=pl.Boolean)
        return pl.Series(name, values, dtype=pl.Int64 if name in COUNTS else pl.Float64)

    groups, codes = _groups(rows), _codes(rows)
    found = [_columns(group, by_code=bool(codes)) for group in groups]
    made = []
    for name in dict.fromkeys(chain.from_iterable(found)) if groups else columns:
        pieces = [
            values.get(name) or [None] * len(group)
            for values, group in zip(found, groups, strict=True)
        ]
        kinds = groupby(pieces, partial(_is_digits, name))
        runs = [column(name, [*chain.from_iterable(run)]) for _, run in kinds]
        made.append(pl.concat(runs) if runs else column(name, []))
    if codes:
        counted = zip(codes, map(len, groups), strict=True)
        repeated = chain.from_iterable(repeat(code, count) for code, count in counted)
        made.insert(0, pl.Series("code", list(repeated), dtype=pl.String))
    return pl.DataFrame(made)


def _groups(rows: Rows | RowsByCode) -> list[Rows | RowText]:
    """Return the rows of each code that has any, or all rows together."""
    return [each for each in (rows.values() if isinstance(rows, Mapping) else [rows]) if each]


def _codes(rows: Rows | RowsByCode) -> list[str]:
    """Return the code of each group; none if the rows name it themselves."""
    return [code for code, each in rows.items() if each] if isinstance(rows, Mapping) else []


def _columns(rows: Rows | RowText, *, by_code: bool) -> Mapping[str, list[Any]]:
    """Return the columns of rows, but for a code that is their group's."""
    if isinstance(rows, RowText):
        return rows.columns()
    names = dict.fromkeys(chain.from_iterable(dict.fromkeys(map(tuple, rows))))
    return {name: _values(name, rows) for name in names if name != "code" or not by_code}


def _values(name: str, rows: Rows) -> list[Any]:
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
