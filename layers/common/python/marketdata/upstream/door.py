"""What the `upstream` function does: fetch from the source, store, and say how much."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from marketdata.catalog.directory import Directory, save_catalog
from marketdata.catalog.final import last_final_day
from marketdata.catalog.securities import Catalog
from marketdata.errors import InvalidInputError
from marketdata.kline.bar import Dataset, Kind, Period
from marketdata.kline.ingest import Ingest, QuarantineObjects, Stored
from marketdata.kline.store import BlockStore
from marketdata.tasks.outcomes import BatchOutcome, Outcomes
from marketdata.upstream.source import BarRequest, Source

type Operation = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(slots=True)
class Door:
    """The one door to the outside.

    Parameters
    ----------
    source : Source
        Where data comes from.
    store : BlockStore
        Where it goes.
    quarantine : QuarantineObjects
        Where bad bars go.
    outcomes : Outcomes
        Where batches of tasks are recorded.
    now : callable
        The clock, with a time zone.
    final_time : str
        "HH:MM", Asia/Shanghai, from which on a trading day is final.
    """

    source: Source
    store: BlockStore
    quarantine: QuarantineObjects
    outcomes: Outcomes
    now: Callable[[], datetime]
    final_time: str

    directory: Directory = field(init=False)

    def __post_init__(self) -> None:
        self.directory = Directory(self.store, self._refresh)

    def serve(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation; a batch of a task is recorded as well.

        Parameters
        ----------
        event : mapping
            `operation` and what it needs, see `gateway`; a batch has `task_id`, `attempt`,
            `batch`, `work` and `closing` besides.

        Returns
        -------
        dict
            What `gateway` promises; of a batch its number only, to keep a long Map small.

        Raises
        ------
        UpstreamError
            The source did not deliver.
        InvalidInputError
            There is no such operation.
        """
        operations: dict[str, Operation] = {
            "fetch_bars": self._fetch_bars,
            "refresh_catalog": self._refresh_catalog,
        }
        operation = operations.get(event["operation"])
        if operation is None:
            raise InvalidInputError("operation", f"must be one of {', '.join(operations)}")
        answer = operation(event)
        if "task_id" not in event:
            return answer
        outcome = BatchOutcome(
            batch=event["batch"],
            work=event["work"],
            closing=event["closing"],
            failed=answer.get("failed"),
            quarantined=answer.get("quarantined"),
            bars=answer.get("bars", 0),
            calls=1,
        )
        self.outcomes.record(event["task_id"], event["attempt"], outcome)
        return {"batch": event["batch"]}

    def _fetch_bars(self, event: Mapping[str, Any]) -> dict[str, Any]:
        dataset = Dataset.parse(event["dataset"])
        request = BarRequest(dataset, tuple(event["codes"]), event["start"], event["end"])
        # Asked before the source is: a day that becomes final meanwhile is not held against it.
        final_until = last_final_day(self.now(), self.final_time)
        fetched = self.source.fetch_bars(request)
        ingest = Ingest(
            self.store,
            self.quarantine,
            self.directory.load(),
            coverage_start=self.source.coverage_start(dataset),
            final_until=final_until,
        )
        stored: Stored = ingest.run(request, fetched)
        return asdict(stored)

    def _refresh_catalog(self, _event: Mapping[str, Any]) -> dict[str, Any]:
        return {"securities": self._refresh()}

    def _refresh(self) -> int:
        securities = self.source.list_securities()
        save_catalog(
            self.store,
            Catalog(
                securities,
                self.now().isoformat(timespec="seconds"),
                self.source.name,
                {name: self.source.coverage_start(Dataset.parse(name)) for name in _datasets()},
            ),
        )
        return len(securities)


def _datasets() -> list[str]:
    return [f"{kind}.{period}" for kind in Kind for period in Period if period.stored]
