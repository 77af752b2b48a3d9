"""A fetch of daily rows, from which bars and the status of stocks are made.

Every listed code has a row on every session, on days of suspension too. So a session without a row
of a code is no suspension: the source is late, or it has lost the row, or the code was not listed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import previous_trading_day, trading_days
from marketdata.catalog.securities import Security, dates_of
from marketdata.catalog.window import NEWEST, NEWEST_DAYS
from marketdata.errors import UpstreamError, UpstreamFaultError
from marketdata.sources.baostock.asker import PAGE, Asker
from marketdata.sources.baostock.codes import RAW, their_code, their_day
from marketdata.sources.baostock.coverage import DAY_CALLS
from marketdata.sources.baostock.days import MarketDays
from marketdata.sources.baostock.rows import DAILY_FIELDS, INDEX_FIELDS, daily_rows

LAST_WEEKS = timedelta(days=30)
"""So long before its `outDate` a code may have had its last session."""


def each_session(start: str, end: str) -> list[str]:
    """Return the trading days of a range; Shanghai and Shenzhen share them."""
    return trading_days("SH", start, end) if start <= end else []


def newest_sessions(final: str) -> Sequence[str]:
    """Return the newest final days, with which a source may be late."""
    first = f"{date.fromisoformat(final) - NEWEST:%Y%m%d}"
    return each_session(first, final)[-NEWEST_DAYS:]


def must_have_rows(security: Security | None, sessions: Sequence[str], last_row: str) -> list[str]:
    """Return the sessions on which a code must have a row.

    Parameters
    ----------
    security : Security or None
        The code; None if it is not known, as is its life then.
    sessions : sequence of str
        Trading days, sorted.
    last_row : str
        The last day of which it has a row; empty if it has none. Up to it, a code that is delisted
        by now has lived; how much longer, its last day does not say.
    """
    found: list[str] = []
    for born, gone in dates_of(security) if security else ():
        if not born:
            continue
        sure = last_row
        if gone:
            sure = max(sure, f"{date.fromisoformat(gone) - LAST_WEEKS:%Y%m%d}")
        found += [day for day in sessions if born <= day and (not gone or day <= min(gone, sure))]
    return found


@dataclass(slots=True)
class DailyFetch:
    """Fetches the daily rows of some codes of one kind.

    Attributes
    ----------
    asker : Asker
        Asks BaoStock.
    days : MarketDays
        Whole market days.
    kind : Kind
        The kind of the codes.
    start, end : str
        First and last trading day, YYYYMMDD.
    final : str
        The last trading day that is final.
    frames : list of DataFrame
        The rows, see `rows.daily_rows`.
    failed, horizon : dict
        See `sources.source.FetchedBars`.
    holes : dict
        Code → sessions on which it must have a row, but has none.
    """

    asker: Asker
    days: MarketDays
    kind: Kind
    start: str
    end: str
    final: str
    frames: list[pd.DataFrame] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    horizon: dict[str, str] = field(default_factory=dict)
    holes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def frame(self) -> pd.DataFrame:
        """All rows."""
        if self.frames:
            return pd.concat(self.frames, ignore_index=True)
        return daily_rows(dict.fromkeys(DAILY_FIELDS, ()))

    def run(self, securities: Mapping[str, Security | None]) -> None:
        """Fetch the rows, by whole market days where that needs fewer requests.

        If something fails after rows have come, these are kept, and the codes that lack theirs have
        failed.

        Raises
        ------
        UpstreamError
            Nothing came at all.
        """
        sessions = each_session(self.start, self.end)
        if not securities or not sessions:
            return
        _, first = DAY_CALLS.get(self.kind, ("", ""))
        by_code = len(securities) * (len(sessions) // PAGE + 1)
        if first and first <= sessions[0] and self.days.lacking(self.kind, sessions) <= by_code:
            self._by_days(securities, sessions)
        else:
            self._by_codes(securities, sessions)

    def doubt(self, lost: Mapping[str, Iterable[str]]) -> None:
        """Do not keep the days of lost rows for long: a retry would find the same ones lacking."""
        self.days.doubt(self.kind, {day for days in lost.values() for day in days})

    def _by_days(self, securities: Mapping[str, Security | None], sessions: Sequence[str]) -> None:
        newest, unknown = newest_sessions(self.final), set[str]()
        for day in sessions:
            try:
                rows = self.days.rows(self.asker, self.kind, day)
            except UpstreamError as error:
                if not self.frames:
                    raise
                self._fail(securities, day, str(error))
                unknown |= {each for each in sessions if each >= day}
                break
            if not len(rows):
                unknown.add(day)
                if day in newest:
                    self._late(securities, day)
                else:
                    self._fail(securities, day, f"BaoStock: it has nothing at all of {day}")
            self.frames.append(rows[rows["code"].isin(list(securities))])
        held = _days_by_code(self.frame)
        for code, security in securities.items():
            have = held.get(code, set()) | unknown
            must = must_have_rows(security, sessions, max(held.get(code, ()), default=""))
            if lacking := [day for day in must if day not in have]:
                self.holes[code] = lacking

    def _fail(self, securities: Mapping[str, Security | None], day: str, why: str) -> None:
        """Let those codes fail that may have rows from a day on."""
        alive = (code for code, each in securities.items() if not each or each.alive(day, self.end))
        self.failed = dict.fromkeys(alive, why) | self.failed

    def _late(self, securities: Mapping[str, Security | None], day: str) -> None:
        before = previous_trading_day("SH", day)
        self.horizon = {code: min(self.horizon.get(code, before), before) for code in securities}

    def _by_codes(self, securities: Mapping[str, Security | None], sessions: Sequence[str]) -> None:
        left = dict(securities)
        for code, security in securities.items():
            try:
                self._by_code(code, security, sessions)
            except UpstreamFaultError as error:
                self.failed[code] = str(error)
            except UpstreamError as error:
                if len(left) == len(securities):
                    raise
                self.failed |= dict.fromkeys(left, str(error))
                return
            del left[code]

    def _by_code(self, code: str, security: Security | None, sessions: Sequence[str]) -> None:
        rows = self._ask(code, len(sessions))
        lacking = self._lacking(code, security, sessions, rows)
        # Whole pages, or none at all: those after them may have been lost.
        if lacking and len(rows) % PAGE == 0:
            rows = self._ask(code, len(sessions))
            lacking = self._lacking(code, security, sessions, rows)
            # The list knows whether it is a code of that time: of a changed code it has none.
            if lacking and not len(rows) and code in self.days.listed(self.asker, lacking[-1]):
                self.failed[code] = "BaoStock: it has no rows at all of the code, which it lists"
                return
        self.frames.append(rows)
        if lacking and len(rows):
            self.holes[code] = lacking

    def _lacking(
        self, code: str, security: Security | None, sessions: Sequence[str], rows: pd.DataFrame
    ) -> list[str]:
        """Return the sessions without a row that being late does not explain."""
        self.horizon.pop(code, None)
        held = set(rows["trade_date"])
        last = max(held, default="")
        lacking = [day for day in must_have_rows(security, sessions, last) if day not in held]
        tail = [day for day in lacking if day > last]
        if tail and tail[0] in newest_sessions(self.final):
            self.horizon[code] = previous_trading_day("SH", tail[0])
            return [day for day in lacking if day < last]
        return lacking

    def _ask(self, code: str, sessions: int) -> pd.DataFrame:
        return ask_daily(self.asker, self.kind, code, (self.start, self.end), sessions)


def ask_daily(
    asker: Asker, kind: Kind, code: str, days: tuple[str, str], sessions: int
) -> pd.DataFrame:
    """Ask for the daily rows of a code.

    Parameters
    ----------
    asker : Asker
        Asks BaoStock.
    kind : Kind
        The code's kind: an index has no status.
    code : str
        Our code; one that BaoStock cannot have has no rows, without a question.
    days : tuple of str
        First and last day, YYYYMMDD.
    sessions : int
        How many rows may come.
    """
    fields = INDEX_FIELDS if kind is Kind.INDEX else DAILY_FIELDS
    theirs = their_code(code)
    if theirs is None:
        return daily_rows(dict.fromkeys(fields, ()))
    return daily_rows(
        asker.ask(
            "klines",
            fields,
            rows=sessions,
            code=theirs,
            fields=",".join(fields),
            start_date=their_day(days[0]),
            end_date=their_day(days[1]),
            frequency="d",
            adjustflag=RAW,
        )
    )


def _days_by_code(frame: pd.DataFrame) -> dict[str, set[str]]:
    return {str(code): set(days) for code, days in frame.groupby("code")["trade_date"]}
