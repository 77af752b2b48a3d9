"""The server of the `upstream` function: fetches from the source, stores, and reports."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Dataset, Kind
from marketdata.blocks.days import parts_between
from marketdata.blocks.repair import clear_damaged
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import last_final_day, last_known_day, today
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.errors import InvalidInputError, UpstreamError, UpstreamUnsupportedError
from marketdata.finance.periods import last_final_period
from marketdata.finance.statement import StatementDataset
from marketdata.ingest.agreement import BARS, reconcile
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.factors import save_factors
from marketdata.ingest.quarantine import Quarantine
from marketdata.ingest.report import IngestReport
from marketdata.ingest.statements import StatementIngest
from marketdata.ingest.status import StatusIngest
from marketdata.kline.adjust.steps import FactorDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import (
    BarRequest,
    FactorRequest,
    FetchedSecurities,
    HasStatus,
    Source,
    StatementRequest,
    StatusRequest,
)
from marketdata.status.status import STATUS
from marketdata.upstream.groups import GroupServer
from marketdata.upstream.refreshing import catalog_of

_log = logging.getLogger(__name__)

type Save = Callable[[], Mapping[str, Any]]
"""Stores fetched data and returns the answer to the caller."""
type Operation = Callable[[Mapping[str, Any]], Save]
"""Asks the source and returns the function that stores its answer."""

WITHOUT_SOURCE = frozenset({"clear_damaged"})
"""Operations that ask nothing of the source, and so need no session with it."""


class Connections(Protocol):
    """Tests SDK configs; `sdk_configs.connection.ConnectionTest` is one."""

    def run(self, config_id: int) -> dict[str, Any]: ...


@dataclass(slots=True)
class UpstreamServer:
    """Carries out the operations of the `upstream` function.

    Parameters
    ----------
    source : Source
        The source of the data.
    store : BlockStore
        Where good data goes.
    quarantine : Quarantine
        Where bad rows go.
    now : callable
        The clock, with a time zone.
    connections : Connections
        Tests the SDK configs.
    mark : callable
        Notes that stored rows have changed, given a dataset's name and years: what is published of
        them is out of date.
    doubt : callable
        Notes that what was counted of some blocks no longer holds.
    """

    source: Source
    store: BlockStore
    quarantine: Quarantine
    now: Callable[[], datetime]
    connections: Connections
    mark: Callable[[str, Iterable[str]], None]
    doubt: Callable[[Iterable[BlockKey]], None] = lambda _: None

    _catalog: CatalogStore = field(init=False)
    _groups: GroupServer = field(init=False)

    def __post_init__(self) -> None:
        self._catalog = CatalogStore(self.store, self._refresh)
        final_day = partial(self._final_day, BARS)
        self._groups = GroupServer(self.source, self.store, self._catalog, final_day, self.now)

    def serve(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation.

        Parameters
        ----------
        event : mapping
            `operation` and its arguments, see `upstream.client`.

        Returns
        -------
        dict
            The answer that the client expects; an error of the source as its name and text, since
            exceptions lose their names where Lambda is emulated.

        Raises
        ------
        InvalidInputError
            There is no such operation.
        """
        try:
            return dict(self.fetch(event)())
        except UpstreamError as error:
            return {"error": type(error).__name__, "message": str(error)}

    def fetch(self, event: Mapping[str, Any]) -> Save:
        """Ask the source for an event's data and return the function that stores the answer."""
        operations: dict[str, Operation] = {
            "fetch_bars": self._fetch_bars,
            "fetch_status": self._fetch_status,
            "fetch_statements": self._fetch_statements,
            "fetch_factors": self._fetch_factors,
            "fetch_members": self._groups.fetch_members,
            "fetch_weights": self._groups.fetch_weights,
            "list_industries": self._groups.list_industries,
            "refresh_catalog": self._refresh_catalog,
            "test_connection": self._test_connection,
            "clear_damaged": self._clear_damaged,
        }
        if (operation := operations.get(event["operation"])) is None:
            raise InvalidInputError("operation", f"must be one of {', '.join(operations)}")
        return operation(event)

    def _fetch_bars(self, event: Mapping[str, Any]) -> Save:
        dataset = BarDataset.parse(event["dataset"])
        coverage_start = self._coverage_start(dataset)
        request = BarRequest(dataset, tuple(event["codes"]), event["start"], event["end"])
        # Determined before the source is asked: a day that becomes final meanwhile does not count.
        final_until, asked_at = self._final_day(dataset), self._seconds()
        fetched = self.source.fetch_bars(request)
        ingest = BarIngest(
            self.store,
            self.quarantine,
            self._catalog.load(),
            coverage_start=coverage_start,
            final_until=final_until,
            now=asked_at,
            omits_untraded=self.source.omits_untraded,
        )

        def save() -> IngestReport:
            report = ingest.run(request, fetched)
            return self._agreed(event, report) if dataset == BARS else report

        return lambda: self._noted(dataset, event, save)

    def _fetch_status(self, event: Mapping[str, Any]) -> Save:
        if not isinstance(self.source, HasStatus):
            raise UpstreamUnsupportedError(f"{self.source.name} has no status of stocks")
        request = StatusRequest(tuple(event["codes"]), event["start"], event["end"])
        final_until, asked_at = self._final_day(STATUS), self._seconds()
        fetched = self.source.fetch_status(request)
        ingest = StatusIngest(
            self.store,
            self.quarantine,
            self._catalog.load(),
            coverage_start=self.source.status_start(),
            final_until=final_until,
            now=asked_at,
        )
        return lambda: self._noted(
            STATUS, event, lambda: self._agreed(event, ingest.run(request, fetched))
        )

    def _fetch_statements(self, event: Mapping[str, Any]) -> Save:
        dataset = StatementDataset.parse(event["dataset"])
        self._coverage_start(dataset)
        request = StatementRequest(
            dataset.statement, tuple(event["codes"]), event["start"], event["end"]
        )
        final_until, asked_at = last_final_period(self._final_day(BARS)), self._seconds()
        fetched = self.source.fetch_statements(request)
        ingest = StatementIngest(
            self.store,
            self.quarantine,
            self._catalog.load(),
            final_until=final_until,
            now=asked_at,
        )
        return lambda: self._noted(dataset, event, lambda: ingest.run(request, fetched))

    def _fetch_factors(self, event: Mapping[str, Any]) -> Save:
        request = FactorRequest(Kind(event["kind"]), tuple(event["codes"]))
        final_until = self._final_day(FactorDataset(request.kind))
        fetched = self.source.fetch_factors(request)
        asked_at = self.now().isoformat(timespec="seconds")
        return lambda: {"failed": save_factors(self.store, request, fetched, final_until, asked_at)}

    def _agreed(self, event: Mapping[str, Any], report: IngestReport) -> IngestReport:
        """Compare the bars and the status of stocks, one of which has just been stored."""

        def mark() -> None:
            # What is suspended is told of the bars, too.
            self._mark(BARS, event)

        found = reconcile(self.store, event["codes"], event["start"], event["end"], mark)
        report.notes += found
        return report

    def _noted(
        self, dataset: Dataset, event: Mapping[str, Any], save: Callable[[], IngestReport]
    ) -> dict[str, Any]:
        """Store rows, and note that those of their years have changed.

        It is noted before, in case that this process dies in between, and after, because what is
        published in between has not seen them all.
        """
        self._mark(dataset, event)
        report = save()
        self._mark(dataset, event)
        return asdict(report)

    def _mark(self, dataset: Dataset, event: Mapping[str, Any]) -> None:
        if not dataset.intraday:
            self.mark(dataset.name, parts_between(dataset, event["start"], event["end"]))

    def _refresh_catalog(self, _event: Mapping[str, Any]) -> Save:
        listed = self._refresh()
        save_groups = self._groups.refresh()
        return lambda: {
            "securities": len(listed.securities),
            "failed": listed.stale,
            "notes": [*listed.notes, *save_groups()],
        }

    def _test_connection(self, event: Mapping[str, Any]) -> Save:
        found = self.connections.run(event["config_id"])
        return lambda: found

    def _clear_damaged(self, event: Mapping[str, Any]) -> Save:
        keys = [BlockKey(*each) for each in event["keys"]]

        def clear() -> dict[str, Any]:
            cleared = clear_damaged(self.store, keys)
            # Even if none was: an attempt that was cut off may have cleared them.
            self.doubt(keys)
            return {"cleared": cleared}

        return clear

    def _seconds(self) -> int:
        return int(self.now().timestamp())

    def _coverage_start(self, dataset: BarDataset | StatementDataset) -> str:
        """Return the first day that the source has; raise an error if it has no such data."""
        start = self.source.coverage_start(dataset)
        if start is None:
            raise UpstreamUnsupportedError(f"the source {self.source.name} has no {dataset.name}")
        return start

    def _final_day(self, dataset: Dataset) -> str:
        if today(self.now()) > last_known_day():
            # The catalog may bring the year that the generated module does not know.
            self._catalog.load()
        return last_final_day(self.now(), self.source.final_time(dataset))

    def _refresh(self) -> FetchedSecurities:
        listed = self.source.list_securities()
        refreshed_at = self.now().isoformat(timespec="seconds")
        catalog, notes = catalog_of(self.source, listed.securities, refreshed_at)
        self._catalog.save(catalog)
        for note in (*listed.notes, *notes):
            # The first refresh belongs to no task that could tell of it.
            _log.warning("catalog: %s", note)
        return replace(listed, notes=[*listed.notes, *notes])
