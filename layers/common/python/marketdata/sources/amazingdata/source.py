"""The source `amazingdata`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched
from typing import Any, NamedTuple, Protocol

from marketdata.catalog.calendar import last_final_day
from marketdata.catalog.securities import Catalog, Security
from marketdata.kline.bars import BarDataset
from marketdata.sources.amazingdata.bars import BarFetch, may_live
from marketdata.sources.amazingdata.factors import FactorFetch
from marketdata.sources.amazingdata.limits import OPERATION_SECONDS, Deadline
from marketdata.sources.amazingdata.listing import COVERAGE_START, Listing
from marketdata.sources.amazingdata.session import Account
from marketdata.sources.amazingdata.statements import StatementFetch
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedBars,
    FetchedFactors,
    FetchedStatements,
    StatementRequest,
    join_frames,
)

CODES_AT_ONCE = 300
"""Codes in one call of the SDK: 329 were seen to take 5 s."""


class Session(Protocol):
    """What the source needs of the SDK; `session.Session` is one."""

    def call(self, operation: str, deadline: Deadline, /, **arguments: Any) -> Any: ...
    def try_login(self, account: Account, deadline: Deadline) -> None: ...


class GivenAccount(NamedTuple):
    """An account that somebody wants to try."""

    username: str
    password: str
    host: str
    port: int


@dataclass(slots=True)
class AmazingDataSource:
    """The vendor's SDK.

    Parameters
    ----------
    session : Session
        Its one session.
    catalog : callable
        Gives the stored catalog of this source, or None: when a code lived says what its silence
        means, and a code list may be had from there.
    now : callable
        The clock, with a time zone.
    final_time : str
        "HH:MM", see `catalog.calendar`.
    seconds : float
        For everything that one question takes.
    """

    session: Session
    catalog: Callable[[], Catalog | None]
    now: Callable[[], datetime]
    final_time: str
    seconds: float = OPERATION_SECONDS
    name: str = "amazingdata"
    stale: dict[str, str] = field(default_factory=dict)
    _listing: Listing = field(init=False)

    def __post_init__(self) -> None:
        self._listing = Listing(self.catalog, self.now)

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Fetch bars; see `Source` and `fetching`."""
        start = max(request.start, self.coverage_start(request.dataset))
        end = min(request.end, last_final_day(self.now(), self.final_time))
        fetch = BarFetch(self._call(), request.dataset, start, end)
        if start <= end:
            catalog = self.catalog()
            known = {code: catalog.get(code) if catalog else None for code in request.codes}
            wanted = [code for code, each in known.items() if may_live(each, start, end)]
            for codes in batched(wanted, CODES_AT_ONCE, strict=False):
                fetch.run({code: known[code] for code in codes})
        frame = join_frames(request.dataset, fetch.frames)
        return FetchedBars(frame, fetch.halted, fetch.lost, fetch.failed)

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Fetch statements; see `Source` and `statements`."""
        fetch = StatementFetch(self._call(), request)
        for codes in batched(request.codes, CODES_AT_ONCE, strict=False):
            fetch.run(codes)
        return FetchedStatements(fetch.rows, fetch.failed)

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Fetch factors; see `Source` and `factors`. Whether funds have some is [U]."""
        fetch = FactorFetch(self._call())
        for codes in batched(request.codes, CODES_AT_ONCE, strict=False):
            fetch.run(codes)
        return fetch.found

    def list_securities(self) -> list[Security]:
        """List what lives and what lived since the SDK has bars; `stale` says what it lacks."""
        securities, self.stale = self._listing.securities(self._call())
        return securities

    def coverage_start(self, dataset: BarDataset) -> str:
        """Give the first day of which the SDK has bars."""
        return COVERAGE_START[dataset.kind]

    def try_login(self, username: str, password: str, host: str, port: int) -> None:
        """Log in as somebody; raises an UpstreamError where that fails."""
        self.session.try_login(GivenAccount(username, password, host, port), Deadline(self.seconds))

    def _call(self) -> Callable[..., Any]:
        deadline = Deadline(self.seconds)

        def call(operation: str, /, **arguments: Any) -> Any:
            return self.session.call(operation, deadline, **arguments)

        return call
