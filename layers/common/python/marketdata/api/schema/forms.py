"""Rows in other forms: some of their columns, and one array a column."""

from typing import Annotated, Any

from pydantic import Field

from marketdata.api.schema.operation import Code, Count, Day, Schema

type Time = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")]
type Price = Annotated[float, Field(ge=0)] | None
type Moved = float | None
"""A price that a difference may have made negative."""
type Flag = bool | None

# Aliases by assignment: pydantic reads no default out of a `type` statement.
MovedPrices = Annotated[list[Moved], Field(default=None)]
Prices = Annotated[list[Price], Field(default=None)]
Counts = Annotated[list[Count | None], Field(default=None)]
Flags = Annotated[list[Flag], Field(default=None)]


class ChosenColumns(Schema):
    """A row with the columns that `fields` names, and its time."""

    trade_date: Day
    kline_time: Time = ""
    open: Moved = None
    high: Moved = None
    low: Moved = None
    close: Moved = None
    volume: Count | None = None
    amount: Annotated[float, Field(ge=0)] | None = None
    settle: Moved = None
    open_interest: Count | None = None
    contract: Code | None = None
    pre_close: Price = None
    limit_up: Price = None
    limit_down: Price = None
    is_st: Flag = None
    suspended: Flag = None
    ex_right: Flag = None
    ex_dividend: Flag = None


class ColumnArrays(Schema):
    """One array a column, all equally long: `format=columns`."""

    trade_date: list[Day]
    kline_time: Annotated[list[Time], Field(default=None)]
    open: MovedPrices
    high: MovedPrices
    low: MovedPrices
    close: MovedPrices
    volume: Counts
    amount: Annotated[list[float | None], Field(default=None)]
    settle: MovedPrices
    open_interest: Counts
    contract: Annotated[list[Code | None], Field(default=None)]
    pre_close: Prices
    limit_up: Prices
    limit_down: Prices
    is_st: Flags
    suspended: Flags
    ex_right: Flags
    ex_dividend: Flags


class MarketArrays(ColumnArrays):
    """The rows of all codes, one array a column."""

    code: list[Code]


def rows_of(row: Any, key: Any = Code) -> Any:
    """Return the type of rows by code, in any form."""
    return dict[key, list[row] | list[ChosenColumns] | ColumnArrays]


def day_of(row: Any) -> Any:
    """Return the type of one row a code, in any form."""
    return dict[Code, row | ChosenColumns] | MarketArrays
