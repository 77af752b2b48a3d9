"""The API's responses as typed objects.

Days are "YYYYMMDD" and moments ISO 8601, both in Asia/Shanghai, as in the API. Fields added by a
newer service are ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from amazingdata_client.future_models import Roll, rolls_in
from amazingdata_client.reading import (
    AbsentDay,
    Days,
    ErrorDetail,
    Explained,
    Keyed,
    absent,
    days,
    each_of,
    explained,
    list_of,
    object_of,
    read_by,
)
from amazingdata_client.status_models import ChartStatus, StatusCompleteness, Universe


class _Bar(TypedDict):
    trade_date: str
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: int | None
    amount: float | None


class Bar(_Bar, total=False):
    """One bar; only minute bars have `kline_time`, only futures `settle` and `open_interest`.

    Those of a continuous series name the `contract` whose bar they are.

    Prices and `amount` are in yuan (an index: points), `volume` in shares; for futures, `volume`
    and `open_interest` are in lots. The rest is there if the status was asked for, and means what
    it does in `StockStatus`.
    """

    kline_time: str
    settle: float | None
    open_interest: int | None
    contract: str
    pre_close: float | None
    limit_up: float | None
    limit_down: float | None
    is_st: bool | None
    suspended: bool | None
    ex_right: bool | None
    ex_dividend: bool | None


@dataclass(frozen=True, kw_only=True)
class Adjustment:
    """How prices were adjusted.

    Attributes
    ----------
    mode : str
        "forward" or "backward".
    anchor : mapping
        For each code, the day whose prices are unchanged.
    failed : mapping
        For each code with rows left out because an adjustment factor is missing, the reason.
    failed_keys : mapping
        For each of these codes, the reason for programs; empty from a service without keys.
    method : str
        Of continuous futures "ratio" or "difference"; empty for stocks.
    """

    mode: str
    anchor: Mapping[str, str]
    failed: Mapping[str, str]
    method: str = ""
    failed_keys: Mapping[str, Keyed] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """How complete a response is: the API's `meta`.

    Every requested trading day is either in the data or accounted for here. For statements, a day
    is a reporting period.

    Attributes
    ----------
    complete : bool
        Whether nothing is missing, short, unconfirmed or of unknown sessions, and no day lies
        beyond the service's calendar.
    expected, returned : int
        Number of bars that there should be, and number in the response.
    missing : mapping
        For each code, the ranges of trading days that the cache lacks.
    unconfirmed : mapping
        For each code, the ranges of days on which the source gave no bar, which is not believed
        yet: the service asks again.
    rejected : mapping
        For each code, the missing or short days whose bars were quarantined because they are
        invalid. Reads do not fetch them again for some hours; a fill does.
    absent : mapping
        For each code, the trading days without a bar at the source, such as suspensions.
    outside : mapping
        For each code, the days before its listing, after its delisting, or before the source's
        coverage.
    pending : list of Days
        Trading days whose bars are not final yet, and days beyond the service's calendar.
    unfinished : list of Days
        The days of a week or month at the end of the response that has later trading days, too.
    short : mapping
        For each code, the days with fewer minute bars than the session has.
    unknown_sessions : mapping
        For each code, the ranges of days with minute bars of which nobody can say whether they
        are all.
    close_outside : mapping
        For each code, the days whose official close lies outside [low, high].
    unknown_codes : list of str
        Requested codes that do not exist.
    source : str
        "cache", "upstream" (a small gap was fetched for this response) or "mixed".
    upstream : str
        Where the cache gets its data: "synthetic", "files", "amazingdata" or "baostock".
    warnings : list of str
        Why a gap was not fetched.
    warning_details : list of ErrorDetail
        The same with keys, for programs; empty from a service without keys.
    adjust : Adjustment or None
        Only for adjusted prices.
    status : StatusCompleteness or None
        How complete the status is; only for bars that were asked for with it.
    not_covered, disagreeing
        As in `StatusCompleteness`; only for the status itself.
    universe : Universe or None
        Only if an index was asked for instead of codes.
    codes_read_as : mapping
        For each code that was not written as the service does, such as "sh600000", the code that it
        was read as.
    computed_from : str
        The stored period that bars were computed from: "daily" of weeks and months, "min1" of the
        days in `computed`; empty if all bars are as they are stored.
    computed : mapping
        For each code, the ranges of days of longer minute bars that were computed from one-minute
        bars.
    first : mapping
        For each code, the trading day of its first bar; only if a number of bars was asked for.
    no_main : mapping
        For each continuous series, the missing days whose main contract is not known.
    rolls : mapping
        For each continuous series, its changes of the main contract in the range.
    """

    complete: bool
    expected: int
    returned: int
    missing: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    absent: Mapping[str, list[AbsentDay]] = field(metadata=read_by(each_of(absent)))
    outside: Mapping[str, list[Explained]] = field(metadata=read_by(each_of(explained)))
    unconfirmed: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)))
    pending: list[Days] = field(metadata=read_by(days))
    unfinished: list[Days] = field(metadata=read_by(days))
    unknown_codes: list[str]
    source: str
    upstream: str
    warnings: list[str]
    warning_details: list[ErrorDetail] = field(default_factory=list)
    short: Mapping[str, list[str]] = field(default_factory=dict)
    unknown_sessions: Mapping[str, list[Days]] = field(
        metadata=read_by(each_of(days)), default_factory=dict
    )
    close_outside: Mapping[str, list[str]] = field(default_factory=dict)
    rejected: Mapping[str, list[Days]] = field(
        metadata=read_by(each_of(days)), default_factory=dict
    )
    adjust: Adjustment | None = field(metadata=read_by(object_of(Adjustment)), default=None)
    status: StatusCompleteness | None = field(
        metadata=read_by(object_of(StatusCompleteness)), default=None
    )
    not_covered: list[str] = field(default_factory=list)
    disagreeing: Mapping[str, list[Days]] = field(
        metadata=read_by(each_of(days)), default_factory=dict
    )
    universe: Universe | None = field(metadata=read_by(object_of(Universe)), default=None)
    codes_read_as: Mapping[str, str] = field(default_factory=dict)
    computed_from: str = ""
    computed: Mapping[str, list[Days]] = field(
        metadata=read_by(each_of(days)), default_factory=dict
    )
    first: Mapping[str, str] = field(default_factory=dict)
    no_main: Mapping[str, list[Days]] = field(metadata=read_by(each_of(days)), default_factory=dict)
    rolls: Mapping[str, list[Roll]] = field(
        metadata=read_by(each_of(rolls_in)), default_factory=dict
    )


@dataclass(frozen=True, kw_only=True)
class Chart:
    """The bars of one code in the layout of an ECharts candlestick: lists of equal length.

    Attributes
    ----------
    category_data : list of str
        Trading days; for minute bars, start times.
    values : list
        [open, close, low, high, volume] per bar.
    volumes : list
        [index, volume, 1 if open > close else -1] per bar.
    meta : Completeness
        How complete the bars are.
    status : ChartStatus or None
        The status on each day; only if it was asked for.
    """

    category_data: list[str]
    values: list[list[float | None]]
    volumes: list[list[int | None]]
    meta: Completeness
    status: ChartStatus | None = None


@dataclass(frozen=True, kw_only=True)
class Life:
    """A time during which a code was listed.

    Attributes
    ----------
    list_date, delist_date : str or None
        First and last trading day, as in `Security`.
    """

    list_date: str | None
    delist_date: str | None


@dataclass(frozen=True, kw_only=True)
class Security:
    """A stock, index, fund or futures contract.

    Attributes
    ----------
    code, name, market : str
        Such as "600000.SH", "浦发银行", "SH".
    type : str
        "stock", "index", "etf" or "future".
    list_date : str or None
        First trading day; None if unknown.
    delist_date : str or None
        Last trading day; None if there is none.
    """

    code: str
    name: str
    market: str
    type: str
    list_date: str | None
    delist_date: str | None


@dataclass(frozen=True, kw_only=True)
class SecurityInfo(Security):
    """A security, and every time that its code was listed.

    Attributes
    ----------
    lives : list of Life
        In order of time; the dates of the security are those of the last one. Codes come back:
        those of Zhengzhou's futures after ten years.
    """

    lives: list[Life] = field(metadata=read_by(list_of(Life)))


@dataclass(frozen=True, kw_only=True)
class User:
    """A user of the service, without the password."""

    id: int
    username: str
    email: str
    role: str
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class SdkConfig:
    """A connection to the data vendor, without its password."""

    id: int
    name: str
    username: str
    host: str
    port: int
    local_path: str | None
    is_default: bool
    created_at: str
    updated_at: str
    has_password: bool


@dataclass(frozen=True, kw_only=True)
class ConnectionTest:
    """Whether a connection works; `response_time` is in seconds.

    `key` says for programs what `message` says in English; docs/api.md has all keys.
    """

    success: bool
    message: str
    response_time: float
    key: str = ""
