"""BaoStock as a script says it: a session without a package, a process or a network."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Catalog, Security, market_of
from marketdata.errors import UpstreamError
from marketdata.sources.baostock.codes import code_of, their_code, their_day
from marketdata.sources.baostock.source import BaoStockSource
from marketdata.sources.child.limits import Deadline
from tests.support.clocks import clock

type Line = Mapping[str, str]
type Told = Sequence[Line] | UpstreamError

EVENING = clock("2024-03-29T21:00")
BARS = {"open": "10", "high": "11", "low": "9", "close": "10.5", "volume": "1000", "amount": "9e3"}
STOCKS = (
    Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110"),
    Security("000001.SZ", "平安银行", Kind.STOCK, "SZ", "19910403"),
    Security("600001.SH", "邯郸钢铁", Kind.STOCK, "SH", "19980122", "20240228"),
)


def daily_line(code: str, day: str, **other: str) -> Line:
    """Give a row of a session, of our code and day."""
    return {
        "date": their_day(day),
        "code": their_code(code) or code,
        **BARS,
        "preclose": "10",
        "adjustflag": "3",
        "tradestatus": "1",
        "isST": "0",
        **other,
    }


@dataclass
class ScriptedSession:
    """A session that answers as `tell` says, and remembers the questions."""

    tell: Callable[[str, Mapping[str, str]], Told]
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def call(self, operation: str, deadline: Deadline, /, **arguments: Any) -> Any:
        assert operation == "query"
        name, given, fields = (arguments[each] for each in ("name", "arguments", "fields"))
        self.asked.append((name, given))
        told = self.tell(name, given)
        if isinstance(told, UpstreamError):
            raise told
        columns = {each: [line[each] for line in told] for each in fields}
        return {"columns": columns, "requests": len(told) // 2000 + 1}

    @property
    def names(self) -> list[str]:
        """The calls, in their order."""
        return [name for name, _ in self.asked]


@dataclass
class ScriptedMarket:
    """A market of daily rows, from which a session's answers are made.

    Attributes
    ----------
    lines : dict
        Our code and day → row.
    states : dict
        Our code and day → what the list of the day says, where it is not traded.
    instead : list
        What comes in the place of the next answers, as long as there is something.
    """

    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    states: dict[tuple[str, str], str | None] = field(default_factory=dict)
    instead: list[Told | None] = field(default_factory=list)

    @classmethod
    def of(cls, codes: Sequence[str], start: str, end: str) -> "ScriptedMarket":
        days = trading_days("SH", start, end)
        return cls({(code, day): daily_line(code, day) for code in codes for day in days})

    def __call__(self, name: str, arguments: Mapping[str, str]) -> Told:
        told = self.instead.pop(0) if self.instead else None
        if told is not None:
            return told
        if name == "klines":
            code = code_of(arguments["code"])
            first, last = arguments["start_date"], arguments["end_date"]
            return [
                line
                for (own, _), line in sorted(self.lines.items())
                if own == code and first <= line["date"] <= last
            ]
        if name == "day_of_stocks":
            return [each for each in self.lines.values() if each["date"] == arguments["date"]]
        assert name == "list_of_day"
        day = arguments["day"].replace("-", "")
        codes = {code for code, _ in self.lines} | {code for code, _ in self.states}
        return [
            {"code": their_code(code) or "", "tradeStatus": state}
            for code in sorted(codes)
            if (state := self.states.get((code, day), "1")) is not None
        ]


def source_of(
    session: ScriptedSession,
    securities: Sequence[Security] = STOCKS,
    now: Callable[[], datetime] = EVENING,
    spent: list[int] | None = None,
) -> BaoStockSource:
    """Give a source that asks a session, and knows some securities."""
    known = [each for each in securities if market_of(each.code)]
    catalog = Catalog(known, "2024-03-29T08:50:00", "baostock", {})
    return BaoStockSource(
        session, lambda: catalog, now, (spent if spent is not None else []).append
    )
