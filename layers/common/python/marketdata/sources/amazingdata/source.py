"""The source `amazingdata`: fetches bars, statements and factors through the vendor's SDK."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, Protocol

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.constituents import Industry
from marketdata.catalog.securities import FIRST_DATE, Catalog, Security
from marketdata.finance.statement import StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.amazingdata.asking_twice import CallSdk
from marketdata.sources.amazingdata.bars import BarFetch, may_live
from marketdata.sources.amazingdata.factors import FactorFetch
from marketdata.sources.amazingdata.listing import COVERAGE_START, Listing
from marketdata.sources.amazingdata.members import (
    MemberFetch,
    fetch_industries,
    fetch_weights,
    kind_of,
)
from marketdata.sources.amazingdata.spelling import spelled
from marketdata.sources.amazingdata.statements import StatementFetch
from marketdata.sources.amazingdata.status import StatusFetch
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
    join_status,
)

CODES_AT_ONCE = 300
"""Codes per call to the SDK; a call with 329 was observed to take 5 s."""


class Session(Protocol):
    """The session with the SDK; `sources.child.session.Session` is one."""

    def call(self, operation: str, deadline: Deadline, /, **arguments: Any) -> Any: ...
    def try_login(self, arguments: Mapping[str, Any], deadline: Deadline) -> None: ...


@dataclass(slots=True)
class AmazingDataSource:
    """The vendor's SDK.

    Parameters
    ----------
    session : Session
        The only session with the SDK.
    catalog : callable
        Returns the stored catalog of this source, or None: a code's dates tell what a missing bar
        means, and its code lists stand in for those that the SDK fails to return.
    now : callable
        The clock, with a time zone.
    final_from : str
        "HH:MM", Asia/Shanghai, from which a trading day is final, whatever the dataset.
    seconds : float
        The limit for everything that one request takes.
    """

    session: Session
    catalog: Callable[[], Catalog | None]
    now: Callable[[], datetime]
    final_from: str
    seconds: float = OPERATION_SECONDS
    name: str = "amazingdata"
    omits_untraded: bool = False
    _listing: Listing = field(init=False)

    def __post_init__(self) -> None:
        self._listing = Listing(self.catalog, self.now)

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Fetch bars; see `Source` and `BarFetch`."""
        start = max(request.start, self.coverage_start(request.dataset))
        final = last_final_day(self.now(), self.final_from)
        end = min(request.end, final)
        fetch = BarFetch(self._asked(), request.dataset, start, end, final)
        for batch in self._batches(request.codes, start, end):
            fetch.run(batch)
        frame = join_frames(request.dataset, fetch.frames)
        since: dict[str, str] = {}
        if start == self.coverage_start(request.dataset):
            # Only then the first bar of the answer is the code's first one.
            first = frame.groupby("code")["trade_date"].min()
            since = {str(code): str(day) for code, day in first.items() if day}
        return FetchedBars(
            frame,
            fetch.halted,
            fetch.lost,
            fetch.failed,
            horizon=fetch.horizon,
            since=since,
        )

    def fetch_status(self, request: StatusRequest) -> FetchedStatus:
        """Fetch the status of stocks; see `HasStatus` and `StatusFetch`."""
        start = max(request.start, self.status_start())
        final = last_final_day(self.now(), self.final_from)
        end = min(request.end, final)
        fetch = StatusFetch(self._asked(), start, end, final)
        for batch in self._batches(request.codes, start, end):
            fetch.run(batch)
        return FetchedStatus(join_status(fetch.frames), fetch.failed, fetch.horizon)

    def status_start(self) -> str:
        """Return the first day for which the SDK has bars of stocks."""
        return COVERAGE_START[Kind.STOCK]

    def fetch_members(self, groups: Sequence[str]) -> FetchedMembers:
        """Fetch the members of indices and industries; see `HasMembers` and `MemberFetch`."""
        fetch = MemberFetch(self._asked())
        of_kind = {
            kind: [group for group in groups if kind_of(group) == kind]
            for kind in ("index", "industry")
        }
        if of_kind["industry"]:
            # Of an industry that is not listed, the call gives nothing, as if it had failed.
            listed = {each.code for each in self.list_industries()}
            of_kind["industry"] = [each for each in of_kind["industry"] if each in listed]
        for kind, own in of_kind.items():
            for codes in batched(own, CODES_AT_ONCE, strict=False):
                fetch.run(kind, codes)
        return fetch.found

    def fetch_weights(self, index: str, start: str, end: str) -> FetchedWeights:
        """Fetch the weights of an index; see `HasMembers` and `members.fetch_weights`."""
        end = min(end, last_final_day(self.now(), self.final_from))
        if start > end:
            return FetchedWeights()
        return fetch_weights(self._asked(), index, start, end)

    def list_industries(self) -> list[Industry]:
        """List all industries; see `members.fetch_industries`."""
        return fetch_industries(self._call())

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Fetch statements; see `Source` and `StatementFetch`."""
        fetch = StatementFetch(self._asked(), request)
        for codes in batched(request.codes, CODES_AT_ONCE, strict=False):
            fetch.run(codes)
        return FetchedStatements(fetch.rows, fetch.failed)

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Fetch factors; see `Source` and `FactorFetch`. Whether funds have any is [U]."""
        fetch = FactorFetch(self._asked())
        for codes in batched(request.codes, CODES_AT_ONCE, strict=False):
            fetch.run(codes)
        return fetch.found

    def list_securities(self) -> FetchedSecurities:
        """List what is or was listed since the SDK has bars."""
        return self._listing.securities(self._call())

    def coverage_start(self, dataset: BarDataset | StatementDataset) -> str:
        """Return the first day for which the SDK has bars; of statements, none is known."""
        return FIRST_DATE if isinstance(dataset, StatementDataset) else COVERAGE_START[dataset.kind]

    def final_time(self, dataset: Dataset) -> str:  # noqa: ARG002  the same for all
        """Return the time from which everything of a trading day is final."""
        return self.final_from

    def try_login(self, username: str, password: str, host: str, port: int) -> None:
        """Try a login with an account; raises an UpstreamError if it fails."""
        account = {"username": username, "password": password, "host": host, "port": port}
        self.session.try_login(account, Deadline(self.seconds))

    def _batches(
        self, codes: Sequence[str], start: str, end: str
    ) -> Iterator[dict[str, Security | None]]:
        """Yield the codes that may live between two days, with what the stored catalog knows."""
        if start > end:
            return
        catalog = self.catalog()
        known = {code: catalog.get(code) if catalog else None for code in codes}
        wanted = [code for code, each in known.items() if may_live(each, start, end)]
        for batch in batched(wanted, CODES_AT_ONCE, strict=False):
            yield {code: known[code] for code in batch}

    def _asked(self) -> CallSdk:
        """Return a call that takes codes in our form; the stored catalog knows their spellings."""
        catalog = self.catalog()

        def spelling(code: str) -> str:
            known = catalog.get(code) if catalog else None
            return (known and known.spelling) or code

        return spelled(self._call(), spelling)

    def _call(self) -> Callable[..., Any]:
        deadline = Deadline(self.seconds)

        def call(operation: str, /, **arguments: Any) -> Any:
            return self.session.call(operation, deadline, **arguments)

        return call
