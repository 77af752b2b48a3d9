"""The content of a release: the rows of a dataset and year, in a file, and their market days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from marketdata.blocks.dataset import Dataset, Period
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Catalog
from marketdata.catalog.window import Window
from marketdata.exports.datasets import OF_DAYS, STATEMENTS
from marketdata.exports.documents import rows_of, statements
from marketdata.exports.entries import NO_ROWS, Counts, total
from marketdata.exports.market_day import MarketDay
from marketdata.exports.market_year import market_days
from marketdata.finance.statement import StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.status.status import STATUS, StatusDataset, covers
from marketdata.tasks.scope import Scope, window_of


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be published.

    Attributes
    ----------
    rows : Path
        Every row as a line of JSON, sorted.
    parts : mapping
        The days of each part, by the part's name; none where rows have no day.
    days : mapping
        The market days of which anything is known, in order.
    counts : Counts
        The rows of no market day: those that are missing on the other days of a closed year, or all
        rows of a dataset without market days.
    digest : str
        Identifies the rows of a dataset without market days.
    """

    rows: Path
    parts: Mapping[str, list[str]]
    days: Mapping[str, MarketDay] = field(default_factory=dict)
    counts: Counts = NO_ROWS
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects what is stored.

    Parameters
    ----------
    store, catalog
        What is stored.
    final_until : str
        The last final trading day, "YYYYMMDD": the year that it is in has a file a day.
    now : int
        The time, epoch seconds.
    """

    store: BlockStore
    catalog: Catalog
    final_until: str
    now: int

    def collect(self, dataset: str, year: str, scratch: Path) -> Content:
        """Collect what is to be published of a dataset and year.

        Parameters
        ----------
        dataset, year : str
            A name of `datasets.PUBLISHED`, and its year or `entries.ALL`.
        scratch : Path
            A folder for the rows.
        """
        rows = scratch / "rows.json"
        if dataset in OF_DAYS:
            return self._days(OF_DAYS[dataset], year, rows)
        if dataset in STATEMENTS:
            statement = STATEMENTS[dataset]
            window = self._window(statement, year)
            found = statements(statement, year, self.store, self.catalog, window)
            return _whole(rows, year, *found)
        return _whole(rows, year, *rows_of(dataset, self.store, self.catalog))

    def _days(self, dataset: BarDataset | StatusDataset, year: str, rows: Path) -> Content:
        listed = self.catalog.of_kind(dataset.kind)
        securities = [each for each in listed if dataset != STATUS or covers(each)]
        days = market_days(self.store, dataset, securities, self._window(dataset, year), rows)
        known = {day: each for day, each in days.items() if each.known}
        if year == self.final_until[:4]:
            return Content(rows, {day: [day] for day in known}, known)
        others = total(each.counts for day, each in days.items() if day not in known)
        return Content(rows, {year: list(known)} if known else {}, known, others)

    def _window(self, dataset: Dataset, year: str) -> Window:
        scope = Scope(
            dataset.kind,
            dataset.statement if isinstance(dataset, StatementDataset) else Period.DAILY,
            f"{year}0101",
            f"{year}1231",
            status=dataset == STATUS,
        )
        return window_of(scope, self.catalog, self.final_until, self.now)


def _whole(rows: Path, year: str, lines: Iterable[bytes], counts: Counts) -> Content:
    text = b"".join(lines)
    rows.write_bytes(text)
    digest = sha256(text + repr(counts).encode()).hexdigest()[:16]
    return Content(rows, {year: []} if text else {}, counts=counts, digest=digest)
