"""The source `baostock`: fetches bars, the status of stocks, factors and members from BaoStock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.catalog.calendar import last_final_day, today
from marketdata.catalog.constituents import Industry
from marketdata.catalog.securities import FIRST_DATE, LAST_DATE, Catalog, Security
from marketdata.errors import UpstreamUnsupportedError
from marketdata.finance.statement import StatementDataset
from marketdata.kline.adjust.steps import FactorDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.baostock.asker import Asker, BaoStockSession, Gate
from marketdata.sources.baostock.bars import MinuteFetch, daily_bars
from marketdata.sources.baostock.blacklist import BlacklistRecord, ProcessBlacklist
from marketdata.sources.baostock.codes import their_code
from marketdata.sources.baostock.coverage import DAY_CALLS, FIRST_DAYS, ready
from marketdata.sources.baostock.daily import DailyFetch
from marketdata.sources.baostock.days import MarketDays
from marketdata.sources.baostock.factors import StepsFetch
from marketdata.sources.baostock.holes import look_up
from marketdata.sources.baostock.listing import days_of_calendar, list_all
from marketdata.sources.baostock.members import (
    GroupFetch,
    KeptLists,
    ask_industries,
    list_industries,
)
from marketdata.sources.child.limits import OPERATION_SECONDS, Deadline
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedBars,
    FetchedFactors,
    FetchedMembers,
    FetchedSecurities,
    FetchedStatements,
    FetchedStatus,
    FetchedWeights,
    StatementRequest,
    StatusRequest,
    join_frames,
)
from marketdata.status.status import COLUMNS, STATUS


@dataclass(slots=True)
class BaoStockSource:
    """BaoStock's server.

    Parameters
    ----------
    session : BaoStockSession
        The only session.
    catalog : callable
        Returns the stored catalog of this source, or None: a code's dates tell what a missing row
        means.
    now : callable
        The clock, with a time zone.
    spend : callable
        Takes note of requests before they are sent, see `sources.baostock.asker.Gate`.
    final_from : str
        "HH:MM", from which a day of anything is final; empty leaves it to the kind of data.
    blacklist : BlacklistRecord
        Remembers when the server refused us.
    block : callable
        Told until when nothing must be sent, and why.
    kept_lists : mutable mapping
        Remembers the members that indices had on past days.
    seconds : float
        The limit for everything that one request to the source takes.
    """

    session: BaoStockSession
    catalog: Callable[[], Catalog | None]
    now: Callable[[], datetime]
    spend: Callable[[int], None]
    final_from: str = ""
    blacklist: BlacklistRecord = field(default_factory=ProcessBlacklist)
    block: Callable[[datetime, str], None] = lambda _until, _why: None
    kept_lists: KeptLists = field(default_factory=dict)
    seconds: float = OPERATION_SECONDS
    name: str = "baostock"
    omits_untraded: bool = False
    _days: MarketDays = field(init=False)
    _gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self._days = MarketDays(self.now)
        self._gate = Gate(self.spend, self.blacklist, self.now, self.block)

    def before_login(self) -> None:
        """Count a login, which is a request too; raises an UpstreamError if there must be none."""
        self._gate.enter(1)

    def final_time(self, dataset: Dataset) -> str:
        """Return the time, "HH:MM", from which a day of a dataset is final."""
        return self.final_from or ready(dataset)

    def has(self, dataset: Dataset) -> bool:
        """Check whether it has a dataset at all."""
        return dataset == STATUS or dataset in FIRST_DAYS

    def whole_days_since(self, dataset: Dataset) -> str | None:
        """Return the first day from which one request brings all codes of a day; None if none.

        From then on a batch of many codes and few days needs fewer requests than one of few codes
        and many days. All other requests are for one code each.
        """
        if dataset.intraday or not self.has(dataset):
            return None
        _, first = DAY_CALLS.get(dataset.kind, ("", ""))
        return first or None

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Fetch bars; see `Source`, `DailyFetch` and `MinuteFetch`."""
        dataset = request.dataset
        since = FIRST_DAYS.get(dataset, LAST_DATE)
        start = max(request.start, since)
        final = self._final(dataset)
        end = min(request.end, final)
        known = self._alive(request.codes, start, end)
        if not known or not self.has(dataset):
            found = FetchedBars(join_frames(dataset, []))
        elif dataset.intraday:
            found = MinuteFetch(self._asker(), dataset, start, end, final).run(known)
        else:
            fetch = DailyFetch(self._asker(), self._days, dataset.kind, start, end, final)
            found = daily_bars(fetch, dataset, known)
        self._limit(found.horizon, request.codes, request.end, final)
        if start == since:
            # Only then the first bar of the answer is the code's first one.
            first = found.frame.groupby("code")["trade_date"].min()
            found.since = {str(code): str(day) for code, day in first.items() if day}
        return found

    def fetch_status(self, request: StatusRequest) -> FetchedStatus:
        """Fetch the status of stocks; see `HasStatus`. Limits and ex-days are unknown."""
        start, final = max(request.start, self.status_start()), self._final(STATUS)
        end = min(request.end, final)
        fetch = DailyFetch(self._asker(), self._days, Kind.STOCK, start, end, final)
        fetch.run(self._alive(request.codes, start, end))
        rows = fetch.frame
        values = dict.fromkeys(COLUMNS, np.full(len(rows), np.nan))
        values["pre_close"] = rows["pre_close"].to_numpy()
        values["is_st"] = rows["is_st"].to_numpy()
        values["suspended"] = 1 - rows["traded"].to_numpy()
        frame = rows[["code", "trade_date"]].assign(**values)
        holes = look_up(fetch.asker, fetch.days, fetch.holes)
        fetch.doubt(holes.lost)
        lost = {
            code: f"BaoStock: it has no rows of {len(days)} sessions, the first is {min(days)}"
            for code, days in holes.lost.items()
        }
        self._limit(fetch.horizon, request.codes, request.end, final)
        failed = lost | holes.failed | fetch.failed
        return FetchedStatus(frame, failed, fetch.horizon, notes=holes.notes)

    def status_start(self) -> str:
        """Return the first day for which it has bars of stocks."""
        return FIRST_DAYS[BarDataset.parse("stock.daily")]

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Refuse: BaoStock has ratios of quarters, from which no statement can be made."""
        raise UpstreamUnsupportedError(
            f"BaoStock has no statements ({request.statement} was asked for), only ratios"
        )

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Fetch factors; see `Source` and `StepsFetch`."""
        catalog = self.catalog()
        known = {code: catalog.get(code) if catalog else None for code in request.codes}
        return StepsFetch(self._asker(), self._final(FactorDataset(request.kind))).run(known)

    def list_securities(self) -> FetchedSecurities:
        """List stocks, indices and ETFs; see `listing.list_all`."""
        return list_all(self._asker(), self.catalog())

    def coverage_start(self, dataset: BarDataset | StatementDataset) -> str | None:
        """Return the first day of a dataset; None for one that it does not have."""
        return FIRST_DAYS.get(dataset) if isinstance(dataset, BarDataset) else None

    def trading_days(self, start: str, end: str) -> list[str] | None:
        """Return the trading days of a range: of last year and this one, to save requests.

        Each page of them costs one, earlier years are known to everybody, and later ones to nobody.
        """
        year = int(today(self.now())[:4])
        first, last = max(start, f"{year - 1}0101"), min(end, f"{year}1231")
        return days_of_calendar(self._asker(), first, last) if first <= last else None

    def fetch_members(self, groups: Sequence[str]) -> FetchedMembers:
        """Fetch the members of three indices and of industries; see `members.GroupFetch`."""
        return GroupFetch(self._asker(), self._final(STATUS), self.kept_lists).run(groups)

    def fetch_weights(self, index: str, start: str, end: str) -> FetchedWeights:  # noqa: ARG002
        """Return nothing: BaoStock has no weights."""
        return FetchedWeights()

    def list_industries(self) -> list[Industry]:
        """List the industries of the CSRC's classification that have stocks."""
        return list_industries(ask_industries(self._asker(), self._final(STATUS)))

    def _final(self, dataset: Dataset) -> str:
        return last_final_day(self.now(), self.final_time(dataset))

    def _alive(self, codes: Sequence[str], start: str, end: str) -> Mapping[str, Security | None]:
        """Return the codes that BaoStock may have rows of, with what the stored catalog knows."""
        catalog = self.catalog()
        known = {
            code: catalog.get(code) if catalog else None
            for code in codes
            if their_code(code) and start <= end
        }
        return {code: each for code, each in known.items() if not each or each.alive(start, end)}

    def _limit(self, horizon: dict[str, str], codes: Sequence[str], end: str, final: str) -> None:
        """Set the horizons of codes that it cannot have, and of days that are not final."""
        for code in codes:
            if their_code(code) is None:
                horizon[code] = FIRST_DATE
            elif end > final:
                horizon.setdefault(code, final)

    def _asker(self) -> Asker:
        return Asker(self.session, self._gate, Deadline(self.seconds))
