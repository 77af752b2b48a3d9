"""The answers with K-lines."""

from typing import Annotated, Literal

from pydantic import Field

from marketdata.api.schema.forms import Flag, Moved, Price, Time, rows_of
from marketdata.api.schema.operation import (
    Code,
    Count,
    Day,
    ErrorDetail,
    Keyed,
    OfCodes,
    Operation,
    Range,
    Schema,
)
from marketdata.catalog.securities import CODE_PATTERN
from marketdata.settings import SOURCES

SERIES_PATTERN = r"^[A-Z]{1,2}\.MAIN$"

type Key = Annotated[str, Field(pattern=rf"{CODE_PATTERN}|{SERIES_PATTERN}")]
"""What an answer with bars is keyed by: a code, or that of a continuous series, IF.MAIN."""
type SeriesCode = Annotated[str, Field(pattern=SERIES_PATTERN)]


class Bar(Schema):
    """One bar of a stock, an index or a fund; prices in yuan (an index: points)."""

    trade_date: Day
    """交易日期 · The trading day; of weekly and monthly bars the last one with a bar."""
    kline_time: Time = ""
    """开始时间 · Start of a minute bar, Asia/Shanghai; other bars have none."""
    open: Price
    """开盘价."""
    high: Price
    """最高价."""
    low: Price
    """最低价."""
    close: Price
    """收盘价."""
    volume: Count | None
    """成交量 · Shares; of futures lots."""
    amount: Annotated[float, Field(ge=0)] | None
    """成交额 · Yuan; null where the source has none."""


class StockBar(Bar):
    """One bar with the columns of the stock's status, which are there where they are included."""

    pre_close: Annotated[Price, Field(default=None)]
    """前收盘价 · The exchange's previous close, on an ex-date already lowered."""
    limit_up: Annotated[Price, Field(default=None)]
    """涨停价 · As the source says it; null where it does not know."""
    limit_down: Annotated[Price, Field(default=None)]
    """跌停价."""
    is_st: Annotated[Flag, Field(default=None)]
    """是否ST."""
    suspended: Annotated[Flag, Field(default=None)]
    """是否停牌."""
    ex_right: Annotated[Flag, Field(default=None)]
    """是否除权 · Shares are given on this day."""
    ex_dividend: Annotated[Flag, Field(default=None)]
    """是否除息 · Cash is paid on this day."""


class FutureBar(Bar):
    """One bar of a futures contract; a day without a trade has prices of 0 or null."""

    settle: Price
    """结算价 · Settlement price."""
    open_interest: Count | None
    """持仓量 · Lots."""


class MainBar(FutureBar):
    """One bar of a contract, or of a continuous series, in which case it names its contract."""

    contract: Annotated[Code, Field(default=None)]
    """合约 · The main contract whose bar this is, of weeks and months the last one."""


class SeriesBar(MainBar):
    """One bar of a continuous series, whose prices may have been moved."""

    open: Moved
    """开盘价."""
    high: Moved
    """最高价."""
    low: Moved
    """最低价."""
    close: Moved
    """收盘价."""
    settle: Moved
    """结算价 · Settlement price."""


class Absent(Schema):
    """A trading day on which the source had no bar."""

    date: Day
    reason: Literal["suspended", "no_trade", "no_bar"]


class Outside(Schema):
    """Trading days on which no bar is to be expected."""

    from_: Annotated[Day, Field(alias="from")]
    to: Day
    reason: Literal["not_listed", "delisted", "before_coverage", "not_covered"]


class Claims(OfCodes):
    """What an answer claims of its completeness, be it of bars or of statements."""

    complete: bool
    """完整 · Nothing is missing, short, unconfirmed or of unknown sessions."""
    expected: Count
    """应有 · Bars that the calendar and the codes' lives demand."""
    returned: Count
    """已返回 · Bars in the answer."""
    missing: dict[Key, list[Range]]
    """缺失 · Days that the cache lacks; POST /cache/fill-missing fetches them."""
    unconfirmed: dict[Key, list[Range]]
    """待确认 · Days on which the source gave no bar, not yet believed: it is asked again."""
    outside: dict[Key, list[Outside]]
    """上市前后 · Days outside the code's life or the source's history."""
    unfinished: list[Range]
    """未完结 · The week or month at the end, of which later trading days are not in the answer."""
    pending: list[Range]
    """未收盘 · Trading days that are not final yet."""
    unknown_codes: list[str]
    """未知代码 · One bad code never fails the others."""
    source: Literal["cache", "upstream", "mixed"]
    """来源 · `upstream`: a small gap was fetched just now."""
    upstream: Annotated[str, Field(json_schema_extra={"enum": [*SOURCES]})]
    """上游 · Where the cache has its data from; `synthetic` is a made-up market."""
    warnings: list[str]
    """Why a gap was not fetched."""
    warning_details: list[ErrorDetail]
    """The same with its keys."""


class Completeness(Claims):
    """How complete an answer is: every trading day asked for is in the data or in here."""

    absent: dict[Key, list[Absent]]
    """停牌等 · Days on which the source had no bar."""
    short: dict[Key, list[Day]]
    """不完整的交易日 · Days that lack minute bars of the session; fills ask for them again."""
    unknown_sessions: dict[Key, list[Range]]
    """交易时段未知 · Days of minutes of which nobody can say whether they are complete."""
    close_outside: dict[Key, list[Day]]
    """Days whose official close lies outside [low, high], as thin contracts have them."""
    rejected: dict[Key, list[Range]]
    """隔离 · Missing or short days whose bars could not be used; reads spare them for hours."""
    computed_from: Annotated[Literal["daily", "min1"], Field(default=None)]
    """计算自 · The stored period that bars were computed from: daily of weeks and months, min1 of
    the days in `computed`; absent if all bars are as they are stored."""
    computed: Annotated[dict[Key, list[Range]], Field(default=None)]
    """由一分钟线计算 · Days of longer minute bars that were computed from one-minute bars."""
    first: Annotated[dict[Key, Day], Field(default=None)]
    """首日 · The trading day of each code's first bar; only where `count` was asked for."""


class Adjustment(Schema):
    """How prices were adjusted for payouts; volume and amount are what was traded.

    Backward: raw × cumulative factor; forward: that ÷ the factor of the anchor. A code that is not
    in `anchor` is an index, which pays out nothing, or has no rows here.
    """

    mode: Literal["forward", "backward"]
    anchor: dict[Code, Day]
    """基准日 · The day whose prices stayed: the last known one, or for `backward` the first one or
    the listing."""
    failed: dict[Code, str]
    """无法复权 · Codes of which rows were left out, for want of a factor, and why."""
    failed_keys: dict[Code, Keyed]
    """The same with its keys."""


class Universe(Schema):
    """The members of the index that was asked for."""

    code: str
    """指数代码."""
    members: dict[Code, list[Range]]
    """成分股 · When each belonged to it, within the days asked for."""


class StatusSaid(Schema):
    """What is said of the status: that not every stock has one, and where it cannot be right."""

    not_covered: list[Code]
    """不适用 · Codes without a status: funds, indices, Beijing's stocks."""
    disagreeing: dict[Code, list[Range]]
    """不一致 · Days on which status and bar do not agree: a bar of a suspended day, a price beyond
    a limit, or no bar for a suspension that the status does not know. Both are answered."""


class IncludedStatus(StatusSaid):
    """How complete the columns of the status are."""

    complete: bool
    """完整 · No day lacks its status."""
    missing: dict[Code, list[Range]]
    """缺失 · Days without a status; a fill with data_type status fetches them."""
    unconfirmed: dict[Code, list[Range]]
    """待确认 · Days on which the source gave none, not yet believed."""
    rejected: dict[Code, list[Range]]
    """隔离 · Days whose status could not be used."""


class StockCompleteness(Completeness):
    """How complete an answer is, and what was done to its prices."""

    adjust: Annotated[Adjustment, Field(default=None)]
    """复权 · Only where `adjust` was asked for."""
    status: Annotated[IncludedStatus, Field(default=None)]
    """状态 · Only where `include` asked for it."""
    universe: Annotated[Universe, Field(default=None)]
    """成分 · Only where `universe` was asked for."""


class Roll(Schema):
    """The change from one main contract to the next."""

    trade_date: Day
    """换月日 · The first day on which the new one is main; the close before decides it."""
    from_: Annotated[Code, Field(alias="from")]
    to: Code
    factor: float | None
    """换月因子 · New ÷ old (ratio) or new - old (difference), of their closes on the trading day
    before; null if one of them had none."""


class SeriesAdjustment(Schema):
    """How the prices of a continuous series were joined; what was traded stays as it was."""

    mode: Literal["forward", "backward"]
    method: Literal["ratio", "difference"]
    anchor: dict[SeriesCode, Day]
    """基准日 · The day whose prices stayed: the last known one, or for `backward` the first one
    with a main contract."""
    failed: dict[SeriesCode, str]
    """无法复权 · Series of which rows were left out, for want of a roll's factor, and why."""
    failed_keys: dict[SeriesCode, Keyed]
    """The same with its keys."""


class FutureCompleteness(Completeness):
    """How complete an answer is, and of series what is known of their contracts."""

    no_main: Annotated[dict[SeriesCode, list[Range]], Field(default=None)]
    """主力未知 · Days of series whose main contract is not known: they are missing, too. A fill of
    the daily bars of all contracts works it out."""
    rolls: Annotated[dict[SeriesCode, list[Roll]], Field(default=None)]
    """换月 · The changes of the main contract on the days of the answer."""
    adjust: Annotated[SeriesAdjustment, Field(default=None)]
    """复权 · Only where `adjust` was asked for."""


class StatusColumns(Schema):
    """The columns of the status, each as long as the chart."""

    pre_close: list[Price]
    """前收盘价."""
    limit_up: list[Price]
    """涨停价."""
    limit_down: list[Price]
    """跌停价."""
    is_st: list[Flag]
    """是否ST."""
    suspended: list[Flag]
    """是否停牌."""
    ex_right: list[Flag]
    """是否除权."""
    ex_dividend: list[Flag]
    """是否除息."""


class Chart(Schema):
    """Equally long lists, one entry a bar, as ECharts' candlestick example has them."""

    categoryData: list[str]  # noqa: N815
    """日期列表 · Day, or start of a minute bar."""
    values: list[Annotated[list[float | None], Field(min_length=5, max_length=5)]]
    """K线值 · [open, close, low, high, volume]."""
    volumes: list[Annotated[list[int | None], Field(min_length=3, max_length=3)]]
    """成交量 · [index, volume, 1 where open > close, else -1]."""
    status: Annotated[StatusColumns, Field(default=None)]
    """状态 · Only where `include` asked for it."""


RANGE = {"start_date": "20240101", "end_date": "20240131", "period": "daily"}
STOCK_RANGE = RANGE | {"adjust": "forward"}
BAR = {
    "trade_date": "20240102",
    "open": 6.63,
    "high": 6.65,
    "low": 6.53,
    "close": 6.54,
    "volume": 26664414,
    "amount": 175311923.0,
}
FUTURE_BAR = {
    "trade_date": "20240102",
    "open": 3440.0,
    "high": 3441.2,
    "low": 3385.0,
    "close": 3386.6,
    "volume": 61382,
    "amount": 62735421480.0,
    "settle": 3389.4,
    "open_interest": 118903,
}
META = {
    "complete": False,
    "expected": 22,
    "returned": 1,
    "missing": {"600000.SH": [["20240103", "20240130"]]},
    "absent": {"600000.SH": [{"date": "20240131", "reason": "suspended"}]},
    "unconfirmed": {},
    "outside": {},
    "short": {},
    "unknown_sessions": {},
    "close_outside": {},
    "rejected": {},
    "unfinished": [],
    "pending": [],
    "unknown_codes": ["600999.SH"],
    "source": "cache",
    "upstream": "synthetic",
    "warnings": [],
    "warning_details": [],
}
STOCK_META = META | {
    "adjust": {
        "mode": "forward",
        "anchor": {"600000.SH": "20240131"},
        "failed": {},
        "failed_keys": {},
    },
}
FUTURE_META = META | {
    "expected": 14,
    "missing": {"IF2401.CFE": [["20240103", "20240119"]]},
    "absent": {},
    "outside": {"IF2401.CFE": [{"from": "20240122", "to": "20240131", "reason": "delisted"}]},
    "unknown_codes": [],
}
SERIES_META = META | {
    "missing": {"IF.MAIN": [["20240103", "20240131"]]},
    "absent": {},
    "unknown_codes": ["XX"],
    "no_main": {"IF.MAIN": [["20240131", "20240131"]]},
    "rolls": {
        "IF.MAIN": [
            {
                "trade_date": "20240119",
                "from": "IF2401.CFE",
                "to": "IF2402.CFE",
                "factor": 1.0003637025095473,
            }
        ]
    },
    "adjust": {
        "mode": "backward",
        "method": "ratio",
        "anchor": {"IF.MAIN": "20200103"},
        "failed": {},
        "failed_keys": {},
    },
}
ERRORS = (404, 502, 503)

OPERATIONS = {
    ("GET", "/stock/kline"): Operation(
        rows_of(StockBar),
        {"600000.SH": [BAR]},
        {"codes": "600000.SH,000001.SZ", **STOCK_RANGE},
        meta=StockCompleteness,
        meta_example=STOCK_META,
        errors=ERRORS,
        large=True,
        conditional=True,
        csv=True,
    ),
    ("POST", "/stock/kline/batch"): Operation(
        rows_of(StockBar),
        {"600000.SH": [BAR]},
        {"codes": ["600000.SH", "000001.SZ", "000002.SZ"], **STOCK_RANGE},
        meta=StockCompleteness,
        meta_example=STOCK_META,
        errors=ERRORS,
        large=True,
        conditional=True,
        csv=True,
    ),
    ("GET", "/stock/kline/{code}/chart"): Operation(
        Chart,
        {
            "categoryData": ["20240102"],
            "values": [[6.63, 6.54, 6.53, 6.65, 26664414]],
            "volumes": [[0, 26664414, 1]],
        },
        {"code": "600000.SH", **STOCK_RANGE},
        meta=StockCompleteness,
        meta_example=STOCK_META,
        errors=ERRORS,
        large=True,
    ),
    ("GET", "/future/kline"): Operation(
        rows_of(MainBar, Key),
        {"IF2401.CFE": [FUTURE_BAR]},
        {"codes": "IF2401.CFE", **RANGE},
        meta=FutureCompleteness,
        meta_example=FUTURE_META,
        errors=ERRORS,
        large=True,
        conditional=True,
        csv=True,
    ),
    ("GET", "/future/continuous"): Operation(
        rows_of(SeriesBar, SeriesCode),
        {"IF.MAIN": [FUTURE_BAR | {"contract": "IF2401.CFE"}]},
        {"varieties": "IF,rb", **RANGE, "rule": "oi", "adjust": "backward", "method": "ratio"},
        meta=FutureCompleteness,
        meta_example=SERIES_META,
        errors=ERRORS,
        large=True,
        conditional=True,
        csv=True,
    ),
}
