"""What BaoStock would have of a market, as rows of text.

The market is that of one of our sources: the synthetic one, or a folder of CSV files in the layout
of the source `files`. Days are YYYYMMDD here, and codes are theirs, `sh.600000`.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import (
    SHANGHAI,
    first_known_day,
    is_trading_day,
    last_final_day,
    last_known_day,
    today,
    trading_days,
)
from marketdata.catalog.securities import Security
from marketdata.kline.adjust.steps import Steps
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest
from marketdata.sources.synthetic.source import SyntheticSource
from tests.support.real_files import Folder

from .codes import (
    BARS_READY,
    DAILY_SINCE,
    FACTORS_READY,
    MINUTES_READY,
    MINUTES_SINCE,
    PERIODS,
    TYPES,
    dashed,
    ours,
    theirs,
)
from .histories import TAIL, tail_of
from .readings import MarketSource, Readings
from .rows import RAW, Adjustment, Row, daily_row, factor_row, minute_row

INDEX_SINCE = "20050104"
"""The `ipoDate` of an index whose own is unknown."""

FORWARD = "2"
CLASSIFICATION = "证监会行业分类"


class Market:
    """A market at the time that its clock shows.

    Parameters
    ----------
    source : MarketSource
        Where everything comes from, with the same clock.
    now : callable
        The clock, with a time zone: it decides what is ready.
    codes : frozenset of str, optional
        The only codes, in our spelling, that the market has.
    """

    def __init__(
        self,
        source: MarketSource,
        now: Callable[[], datetime],
        codes: frozenset[str] | None = None,
    ) -> None:
        self.now = now
        self._source = source
        self._codes = codes
        self._days = ("", "")
        self._kept: Readings | None = None

    def klines(self, code: str, start: str, end: str, frequency: str, flag: str) -> list[Row]:
        """Return the rows of a code in a range; `flag` is 3 for raw prices, 2 and 1 as theirs."""
        security = self.securities().get(code)
        if security is None:
            return []
        if frequency == "d":
            return self._daily_rows(security, start, end, flag)
        return self._minute_rows(security, PERIODS[frequency], start, end, flag)

    def day(self, kind: Kind, day: str) -> list[Row]:
        """Return the rows of all codes of a kind on a day."""
        wanted = [each for each in self.securities().values() if each.kind is kind]
        self._readings().read(wanted)
        return [row for each in wanted for row in self._daily_rows(each, day, day, RAW)]

    def factors(self, codes: Iterable[str], start: str, end: str) -> list[Row]:
        """Return the factors from those ex-dates of some codes on that are in a range."""
        return [
            factor_row(code, day, factor, known.factors[-1])
            for code in codes
            if (known := self._factors_of(code)) is not None
            for day, factor in zip(known.days[1:], known.factors[1:], strict=True)
            if start <= day <= end
        ]

    def calendar(self, start: str, end: str) -> list[Row]:
        """Return the natural days of a range, up to the end of this year."""
        first = max(start, first_known_day("SH"))
        last = min(end, f"{today(self.now())[:4]}1231", last_known_day())
        sessions = frozenset(trading_days("SH", first, last)) if first <= last else ()
        return [
            {"calendar_date": dashed(day), "is_trading_day": "1" if day in sessions else "0"}
            for day in _natural_days(first, last)
        ]

    def listed(self, day: str) -> list[Row]:
        """Return the codes listed on a session, and whether each trades."""
        if not first_known_day("SH") <= day <= self.final() or not is_trading_day("SH", day):
            return []
        self._readings().read(self.securities().values())
        states = {code: self._state(each, day) for code, each in self.securities().items()}
        return [
            {"code": code, "tradeStatus": state, "code_name": self.securities()[code].name}
            for code, state in states.items()
            if state
        ]

    def basics(self, code: str, name: str) -> list[Row]:
        """Return the lives of all codes, or of one code, or of those with a text in their name."""
        return [
            self._basic(each, security)
            for each, security in self.securities().items()
            if code in {"", each} and name in security.name
        ]

    def members(self, index: str, day: str) -> list[Row]:
        """Return the members of an index in the list that answers for a day."""
        monday, known = self.monday(day), self.securities()
        members = self._readings().groups.index_members(index, monday, self._alive(monday))
        return [
            {"updateDate": dashed(monday), "code": code, "code_name": known[code].name}
            for code in sorted(map(theirs, members))
            if code in known
        ]

    def industries(self, code: str, day: str) -> list[Row]:
        """Return the industries of a stock, or of all, in the list that answers for a day."""
        monday = self.monday(day)
        alive, industry_of = self._alive(monday), self._readings().groups.industries_on(monday)
        return [
            {
                "updateDate": dashed(monday),
                "code": each,
                "code_name": security.name,
                "industry": industry_of.get(security.code, ""),
                "industryClassification": CLASSIFICATION,
            }
            for each, security in self.securities().items()
            if code in {"", each} and security.code in alive
        ]

    def monday(self, day: str) -> str:
        """Return the day of the list that answers for a day, or for today if that is empty.

        It is the Monday on or before it; one comes on its afternoon, and for a day to come the
        newest one answers.
        """
        ready = self.now().astimezone(SHANGHAI) - timedelta(hours=17, minutes=30)
        at = min(date.fromisoformat(day or "99991231"), ready.date())
        return f"{at - timedelta(days=at.weekday()):%Y%m%d}"

    def neighbour(self, code: str) -> str:
        """Return another code of the same kind."""
        known = self.securities()
        kind = known[code].kind if code in known else Kind.STOCK
        alike = [each for each, security in known.items() if security.kind is kind]
        return alike[bisect_right(alike, code) % len(alike)]

    def securities(self) -> dict[str, Security]:
        """Return all that BaoStock has, by its code."""
        return self._readings().securities

    def final(self, ready: str = BARS_READY) -> str:
        """Return the last session whose data have been there since an hour of the day, "HH:MM"."""
        return last_final_day(self.now(), ready)

    def _readings(self) -> Readings:
        days = (today(self.now()), self.final())
        if self._kept is None or days != self._days:
            self._days, self._kept = days, Readings(self._source, self._codes, days[1])
        return self._kept

    def _daily_rows(self, security: Security, start: str, end: str, flag: str) -> list[Row]:
        history = self._readings().history(security)
        if history is None:
            return []
        code, kind = theirs(security.code), security.kind
        adjustment = self._adjustments(code, flag)
        places = history.between(max(start, DAILY_SINCE[kind]), min(end, self.final()))
        return [
            daily_row(kind, code, day, history.at(place), adjustment(str(day)))
            for place, day in zip(places, history.days[places.start : places.stop], strict=True)
        ]

    def _minute_rows(
        self, security: Security, period: Period, start: str, end: str, flag: str
    ) -> list[Row]:
        first = max(start, MINUTES_SINCE.get(security.kind, "99991231"))
        last = min(end, self.final(MINUTES_READY))
        if first > last:
            return []
        code = theirs(security.code)
        adjustment = self._adjustments(code, flag)
        dataset = BarDataset(security.kind, period)
        bars = self._readings().minutes(BarRequest(dataset, (security.code,), first, last))
        return [minute_row(code, ends, bar, adjustment(ends[:8])) for ends, bar in bars]

    def _adjustments(self, code: str, flag: str) -> Callable[[str], Adjustment]:
        known = self._factors_of(code) if flag != RAW else None
        if known is None:
            return lambda _: Adjustment(flag)
        days, factors = known.days, known.factors
        base = factors[-1] if flag == FORWARD else 1.0
        return lambda day: Adjustment(flag, factors[max(bisect_right(days, day) - 1, 0)] / base)

    def _factors_of(self, code: str) -> Steps | None:
        known = self._readings().steps.get(ours(code))
        return known.up_to(self.final(FACTORS_READY)) if known else None

    def _state(self, security: Security, day: str) -> str:
        """Return 1 if a code trades on a session, 0 if it is suspended, nothing if not listed."""
        history = self._readings().history(security)
        if history is None or day < DAILY_SINCE[security.kind]:
            return ""
        if not history.days[0] <= int(day) <= history.days[-1]:
            return ""
        suspended = any(not history.at(place)["traded"] for place in history.between(day, day))
        return "0" if suspended else "1"

    def _basic(self, code: str, security: Security) -> Row:
        tail = tail_of(security, self.final())
        gone = len(tail) == TAIL
        return {
            "code": code,
            "code_name": security.name,
            "ipoDate": dashed(security.list_date or INDEX_SINCE),
            "outDate": dashed(tail[-1]) if gone else "",
            "type": TYPES[security.kind],
            "status": "0" if gone else "1",
        }

    def _alive(self, day: str) -> frozenset[str]:
        """Return the stocks, in our spelling, that are listed on a day."""
        return frozenset(
            each.code
            for each in self.securities().values()
            if each.kind is Kind.STOCK and each.alive(day, day)
        )


def synthetic_market(now: Callable[[], datetime]) -> Market:
    """Return the market of the source `synthetic`."""
    return Market(SyntheticSource(now, BARS_READY), now)


def market_of_files(folder: Path, now: Callable[[], datetime]) -> Market:
    """Return the market of CSV files in the layout of the source `files`.

    Codes without a file of bars do not count.
    """
    codes = frozenset(path.stem for path in folder.glob("*/*/*.csv"))
    return Market(FileSource(Folder(folder), now, BARS_READY), now, codes)


def _natural_days(first: str, last: str) -> Iterator[str]:
    at, end = date.fromisoformat(first), date.fromisoformat(last)
    while at <= end:
        yield f"{at:%Y%m%d}"
        at += timedelta(days=1)
