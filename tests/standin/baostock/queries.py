"""The queries: what each is called, takes and gives."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from marketdata.blocks.dataset import Kind

from .codes import PERIODS, plain
from .groups import HS300, SZ50, ZZ500
from .market import Market
from .rows import DAILY_FIELDS, MINUTE_FIELDS, Row
from .wire import Question

type Arguments = Mapping[str, str]
"""Name of an argument → its text."""

MESSAGES = {
    "10001001": "用户未登陆",
    "10001002": "用户名或密码错误",
    "10001004": "客户端版本号过期",
    "10001005": "账号登陆数达到上限",
    "10001011": "黑名单用户",
    "10004006": "请求参数个数不正确",
    "10004007": "起始日期格式不正确",
    "10004008": "截止日期格式不正确",
    "10004009": "起始日期大于终止日期",
    "10004010": "日期格式不正确",
    "10004011": "无效的证券代码",
    "10004012": "无效的指标",
    "10004019": "消息格式不正确",
    "10004020": "错误的消息类型",
    "10005001": "系统级别错误",
}

CODE = re.compile(r"(sh|sz)\.[0-9]{6}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DATES = {"start": "10004007", "end": "10004008", "date": "10004010"}
"""Arguments that are dates, and the error of one that is none."""

KLINES = "query_history_k_data_plus"


class RefusedError(ValueError):
    """The server refuses a question.

    Attributes
    ----------
    code : str
        One of `MESSAGES`, or another.
    """

    def __init__(self, code: str) -> None:
        super().__init__(MESSAGES.get(code, "错误"))
        self.code = code


@dataclass(frozen=True, slots=True)
class Found:
    """What a query finds: the names of the fields as they are written, and all rows of all pages.

    Attributes
    ----------
    fields : str
        Separated by commas, some with blanks.
    rows : list of Row
        Each with all of these fields, and maybe more.
    """

    fields: str
    rows: list[Row]

    @property
    def names(self) -> list[str]:
        """The names of the fields."""
        return [name.strip() for name in self.fields.split(",")]

    def with_rows(self, rows: list[Row]) -> "Found":
        """Return the same fields with other rows."""
        return replace(self, rows=rows)


@dataclass(frozen=True, slots=True)
class Query:
    """A query.

    Attributes
    ----------
    answer_type : str
        The type of its answer.
    arguments : tuple of str
        Their names, in order, after the page; those in `optional` may be empty.
    fields : str
        The names of what it gives, as the real answer writes them.
    find : callable
        Finds the rows.
    paged : bool
        Whether it has pages; the calls for a whole day have one of any size, and echo nothing.
    """

    answer_type: str
    arguments: tuple[str, ...]
    fields: str
    find: Callable[[Market, Arguments], list[Row]]
    paged: bool = True
    optional: frozenset[str] = frozenset()

    def named(self, question: Question) -> dict[str, str]:
        """Return the arguments of a question by name, with `page` and `per_page` if it is paged.

        Raises
        ------
        RefusedError
            Their number is wrong, or one of them.
        """
        names = (*(("page", "per_page") if self.paged else ()), *self.arguments)
        if len(names) != len(question.arguments):
            raise RefusedError("10004006")
        given = dict(zip(names, question.arguments, strict=True))
        for name, text in given.items():
            if text or name not in self.optional:
                _check(name, text)
        if "start" in given and given["start"] > given["end"]:
            raise RefusedError("10004009")
        if "fields" in given:
            _check_fields(given)
        return given

    def found(self, market: Market, given: Arguments) -> Found:
        """Find the rows of all pages."""
        plain_dates = {name: plain(text) if name in DATES else text for name, text in given.items()}
        return Found(given.get("fields", self.fields), self.find(market, plain_dates))


def _check(name: str, text: str) -> None:
    if name in DATES and not _is_date(text):
        raise RefusedError(DATES[name])
    if name == "code" and not CODE.fullmatch(text):
        raise RefusedError("10004011")
    if name in {"page", "per_page"} and not (text.isascii() and text.isdigit() and int(text) > 0):
        raise RefusedError("10004006")


def _check_fields(given: Arguments) -> None:
    if given["frequency"] not in {"d", *PERIODS} or given["adjustflag"] not in {"1", "2", "3"}:
        raise RefusedError("10004012")
    known = DAILY_FIELDS if given["frequency"] == "d" else MINUTE_FIELDS
    if not {each.strip() for each in given["fields"].split(",")} <= {*known}:
        raise RefusedError("10004012")


def _is_date(text: str) -> bool:
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _klines(market: Market, given: Arguments) -> list[Row]:
    names = ("code", "start", "end", "frequency", "adjustflag")
    return market.klines(*(given[name] for name in names))


def _factors_of_day(market: Market, given: Arguments) -> list[Row]:
    return market.factors(market.securities(), given["date"], given["date"])


def _members(answer_type: str, index: str) -> Query:
    return Query(
        answer_type,
        ("date",),
        "updateDate, code, code_name",
        lambda market, given: market.members(index, given["date"]),
        optional=frozenset({"date"}),
    )


def _day(answer_type: str, kind: Kind) -> Query:
    return Query(
        answer_type,
        ("date",),
        ",".join(DAILY_FIELDS),
        lambda market, given: market.day(kind, given["date"]),
        paged=False,
    )


FACTOR_FIELDS = "code,dividOperateDate,foreAdjustFactor,backAdjustFactor,adjustFactor"

QUERIES = {
    ("95", KLINES): Query(
        "96", ("code", "fields", "start", "end", "frequency", "adjustflag"), "", _klines
    ),
    ("98", "query_daily_history_k_AStock"): _day("99", Kind.STOCK),
    ("9A", "query_daily_history_k_ETF"): _day("9B", Kind.ETF),
    ("9C", "query_daily_adjust_factor"): Query(
        "9D", ("date",), FACTOR_FIELDS, _factors_of_day, paged=False
    ),
    ("15", "query_adjust_factor"): Query(
        "16",
        ("code", "start", "end"),
        FACTOR_FIELDS,
        lambda market, given: market.factors([given["code"]], given["start"], given["end"]),
    ),
    ("33", "query_trade_dates"): Query(
        "34",
        ("start", "end"),
        "calendar_date, is_trading_day",
        lambda market, given: market.calendar(given["start"], given["end"]),
    ),
    ("35", "query_all_stock"): Query(
        "36",
        ("date",),
        "code,tradeStatus,code_name",
        lambda market, given: market.listed(given["date"]),
    ),
    ("45", "query_stock_basic"): Query(
        "46",
        ("code", "code_name"),
        "code, code_name, ipoDate, outDate, type, status",
        lambda market, given: market.basics(given["code"], given["code_name"]),
        optional=frozenset({"code", "code_name"}),
    ),
    ("59", "query_stock_industry"): Query(
        "60",
        ("code", "date"),
        "updateDate, code, code_name, industry, industryClassification",
        lambda market, given: market.industries(given["code"], given["date"]),
        optional=frozenset({"code", "date"}),
    ),
    ("61", "query_hs300_stocks"): _members("62", HS300),
    ("63", "query_sz50_stocks"): _members("64", SZ50),
    ("65", "query_zz500_stocks"): _members("66", ZZ500),
}
"""By type and method."""
