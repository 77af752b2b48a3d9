"""A source each of whose kinds of data is final at another hour, and that does not have all."""

from dataclasses import dataclass

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.finance.statement import StatementDataset
from marketdata.kline.adjust.steps import FactorDataset
from marketdata.kline.bars import BarDataset
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import BarRequest, FetchedBars, FetchedStatus, StatusRequest
from marketdata.status.status import STATUS

BARS, FACTORS, MINUTES = "17:30", "18:00", "20:00"


@dataclass(frozen=True, slots=True)
class HourlySource(FileSource):
    """Files; without futures and statements.

    Parameters
    ----------
    final_from : str
        One time for everything, empty for its own.
    """

    final_from: str = ""

    def final_time(self, dataset: Dataset) -> str:
        if self.final_from:
            return self.final_from
        if isinstance(dataset, FactorDataset):
            return FACTORS
        return MINUTES if dataset.intraday else BARS

    def coverage_start(  # type: ignore[override]  # files have everything
        self, dataset: BarDataset | StatementDataset
    ) -> str | None:
        lacks = isinstance(dataset, StatementDataset) or dataset.kind is Kind.FUTURE
        return None if lacks else FileSource.coverage_start(self, dataset)

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        return self._as_of(request.dataset).fetch_bars(request)

    def fetch_status(self, request: StatusRequest) -> FetchedStatus:
        return self._as_of(STATUS).fetch_status(request)

    def _as_of(self, dataset: Dataset) -> FileSource:
        return FileSource(self.objects, self.now, self.final_time(dataset))
