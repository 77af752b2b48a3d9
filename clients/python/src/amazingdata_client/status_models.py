"""The status of stocks, and the universe of an index, as typed objects.

Days are "YYYYMMDD", as in the API. Fields added by a newer service are ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from amazingdata_client.reading import Days, days, each_of, read_by


class StockStatus(TypedDict):
    """The status of a stock on a day; None where the source does not know.

    `pre_close` is the exchange's previous close, on an ex-date already lowered; it and the limits
    are in yuan. Beside adjusted bars they are adjusted, too. `ex_right` is a day on which shares
    are given, `ex_dividend` one on which cash is paid.
    """

    trade_date: str
    pre_close: float | None
    limit_up: float | None
    limit_down: float | None
    is_st: bool | None
    suspended: bool | None
    ex_right: bool | None
    ex_dividend: bool | None


@dataclass(frozen=True, kw_only=True)
class StatusCompleteness:
    """How complete the status is that came with the bars of a range.

    Attributes
    ----------
    complete : bool
        Whether none is missing or unconfirmed.
    missing : mapping
        For each code, the ranges of trading days whose status the cache lacks.
    unconfirmed : mapping
        For each code, the ranges of days for which the source gave none, which is not believed yet.
    rejected : mapping
        For each code, the ranges of days whose status could not be used.
    not_covered : list of str
        Codes of kinds and markets that have no status: funds, indices, Beijing.
    disagreeing : mapping
        For each code, the ranges of days on which its bars and its status do not agree.
    """

    complete: bool
    missing: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    unconfirmed: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    rejected: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    not_covered: list[str]
    disagreeing: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))


@dataclass(frozen=True, kw_only=True)
class DayStatusCompleteness:
    """How complete the status is that came with the bars of a market day.

    Attributes
    ----------
    complete : bool
        Whether none is missing or unconfirmed.
    missing, unconfirmed : list of str
        Codes whose status the cache lacks, and those for which the source gave none, which is not
        believed yet.
    not_covered : list of str
        Codes of kinds and markets that have no status.
    """

    complete: bool
    missing: list[str]
    unconfirmed: list[str]
    not_covered: list[str]


@dataclass(frozen=True, kw_only=True)
class Universe:
    """The members of the index that was asked for instead of codes.

    Attributes
    ----------
    code : str
        The index.
    members : mapping
        For each member, the ranges of days on which it belonged to the index.
    """

    code: str
    members: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))


@dataclass(frozen=True, kw_only=True)
class ChartStatus:
    """The status on each day of a chart: lists as long as its other ones; see `StockStatus`."""

    pre_close: list[float | None]
    limit_up: list[float | None]
    limit_down: list[float | None]
    is_st: list[bool | None]
    suspended: list[bool | None]
    ex_right: list[bool | None]
    ex_dividend: list[bool | None]
