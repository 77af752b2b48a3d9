"""Fetches of bars: daily ones and those of minutes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from marketdata.catalog.calendar import previous_trading_day
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamError, UpstreamFaultError
from marketdata.kline.bars import BarDataset
from marketdata.sources.baostock.asker import Asker
from marketdata.sources.baostock.codes import RAW, their_code, their_day
from marketdata.sources.baostock.coverage import MINUTES
from marketdata.sources.baostock.daily import (
    DailyFetch,
    ask_daily,
    each_session,
    must_have_rows,
    newest_sessions,
)
from marketdata.sources.baostock.holes import look_up
from marketdata.sources.baostock.rows import (
    MINUTE_FIELDS,
    SUSPENDED,
    TRADED,
    minute_rows,
    without_bar,
)
from marketdata.sources.source import FetchedBars, Halt, frame_columns, join_frames

SUSPENSION: Halt = "suspended"

MINUTES_A_DAY = 240


def daily_bars(
    fetch: DailyFetch, dataset: BarDataset, securities: Mapping[str, Security | None]
) -> FetchedBars:
    """Fetch daily bars; raises as `DailyFetch.run` does."""
    fetch.run(securities)
    frame = fetch.frame
    halted: dict[str, dict[str, Halt]] = {}
    _mark(halted, frame[frame["traded"] == SUSPENDED])
    broken = without_bar(frame)
    holes = look_up(fetch.asker, fetch.days, fetch.holes)
    for code, day in _places(frame[broken]):
        holes.lost[code].add(day)
    fetch.doubt(holes.lost)
    for code, days in holes.suspended.items():
        halted.setdefault(code, {}).update(dict.fromkeys(sorted(days), SUSPENSION))
    return FetchedBars(
        _bars(dataset, frame[(frame["traded"] == TRADED) & ~broken]),
        halted,
        lost={code: sorted(days) for code, days in holes.lost.items()},
        failed=holes.failed | fetch.failed,
        horizon=fetch.horizon,
        notes=holes.notes,
    )


@dataclass(slots=True)
class MinuteFetch:
    """Fetches the bars of minutes, code by code: no call has them of a whole day.

    Attributes
    ----------
    asker : Asker
        Asks BaoStock.
    dataset : BarDataset
        The requested dataset.
    start, end : str
        First and last trading day, YYYYMMDD.
    final : str
        The last trading day that is final.
    found : FetchedBars
        What came so far, without the frame.
    frames : list of DataFrame
        The bars, code by code.
    """

    asker: Asker
    dataset: BarDataset
    start: str
    end: str
    final: str
    found: FetchedBars = field(init=False)
    frames: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.found = FetchedBars(join_frames(self.dataset, []))

    def run(self, securities: Mapping[str, Security | None]) -> FetchedBars:
        """Fetch; raises as `DailyFetch.run` does."""
        left = dict(securities)
        for code, security in securities.items():
            try:
                self._run(code, security)
            except UpstreamFaultError as error:
                self.found.failed[code] = str(error)
            except UpstreamError as error:
                if len(left) == len(securities) and not self.frames:
                    raise
                self.found.failed |= dict.fromkeys(left, str(error))
                break
            del left[code]
        self.found.frame = join_frames(self.dataset, self.frames)
        return self.found

    def _run(self, code: str, security: Security | None) -> None:
        sessions = each_session(self.start, self.end)
        frame = self._ask(code, len(sessions))
        if not len(frame) and must_have_rows(security, sessions, ""):
            frame = self._ask(code, len(sessions))
        volumes = frame.groupby("trade_date")["volume"].sum()
        held = {str(day) for day in volumes.index}
        last = max(held, default="")
        lacking = [day for day in must_have_rows(security, sessions, last) if day not in held]
        # Rows of a day of suspension may have prices, but never a volume.
        still = [str(day) for day in volumes.index[volumes == 0] if str(day)]
        # Kept before more is asked: that may fail, and the bars are good.
        self.frames.append(frame)
        if lacking or still:
            self._explain(code, lacking, still)

    def _explain(self, code: str, lacking: Sequence[str], still: Sequence[str]) -> None:
        """Look up the days without a volume: only the daily rows know of suspensions."""
        days = sorted({*lacking, *still})
        sessions = len(each_session(days[0], days[-1]))
        rows = ask_daily(self.asker, self.dataset.kind, code, (days[0], days[-1]), sessions)
        rows = rows[rows["trade_date"].isin(days)]
        _mark(self.found.halted, rows[rows["traded"] == SUSPENDED])
        halted = self.found.halted.get(code, {})
        open_days = [day for day in lacking if day not in halted]
        newest = newest_sessions(self.final)
        tail = [day for day in open_days if day in newest]
        # Minutes come later than days.
        if tail and open_days[-1] == self.end:
            self.found.horizon[code] = previous_trading_day("SH", tail[0])
            open_days = [day for day in open_days if day < tail[0]]
        traded = set(rows.loc[rows["traded"] == TRADED, "trade_date"])
        if lost := [day for day in open_days if day in traded]:
            self.found.lost[code] = lost
        if open_days and not len(rows):
            self.found.failed[code] = (
                "BaoStock: it has no rows of the code, neither of minutes nor of days"
            )

    def _ask(self, code: str, sessions: int) -> pd.DataFrame:
        minutes = MINUTES[self.dataset.period]
        theirs = their_code(code)
        if theirs is None:
            return join_frames(self.dataset, [])
        answer = self.asker.ask(
            "minutes",
            MINUTE_FIELDS,
            rows=sessions * MINUTES_A_DAY // minutes,
            code=theirs,
            fields=",".join(MINUTE_FIELDS),
            start_date=their_day(self.start),
            end_date=their_day(self.end),
            frequency=str(minutes),
            adjustflag=RAW,
        )
        return minute_rows(answer, minutes)[frame_columns(self.dataset)]


def _mark(halted: dict[str, dict[str, Halt]], rows: pd.DataFrame) -> None:
    for code, day in _places(rows):
        halted.setdefault(code, {})[day] = SUSPENSION


def _places(rows: pd.DataFrame) -> Iterable[tuple[str, str]]:
    return zip(rows["code"].tolist(), rows["trade_date"].tolist(), strict=True)


def _bars(dataset: BarDataset, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[frame_columns(dataset)].reset_index(drop=True)
