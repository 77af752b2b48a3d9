"""What there is to publish: the datasets and years whose stored rows have changed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FinalDay
from marketdata.catalog.securities import Catalog
from marketdata.exports.datasets import PUBLISHED, WHOLE_DATASETS, has_years
from marketdata.exports.entries import ALL, Release
from marketdata.exports.expectation import expectation
from marketdata.exports.manifest import Manifest
from marketdata.exports.publisher import GRACE

FIRST_YEAR = 1990


class Job(NamedTuple):
    """A dataset and year to be published."""

    dataset: str
    year: str


class Finder:
    """Finds what there is to publish.

    Parameters
    ----------
    manifest, store, catalog
        The releases, the rows, and what there should be.
    final_day : FinalDay
        Returns the last final trading day of a dataset, "YYYYMMDD".
    now : datetime
        The time, with a time zone.
    lake : bool
        Whether there is a lake, which may be behind.
    """

    def __init__(
        self,
        manifest: Manifest,
        store: BlockStore,
        catalog: Callable[[], Catalog],
        final_day: FinalDay,
        now: datetime,
        *,
        lake: bool = False,
    ) -> None:
        self._manifest = manifest
        self._store = store
        self._catalog = catalog
        self._final_day = final_day
        self._lapsed = int((now - GRACE).timestamp())
        self._lake = lake

    def find(self, dataset: str = "", year: str = "") -> list[Job]:
        """List what is to be published, in the order of datasets and years.

        Parameters
        ----------
        dataset, year : str
            This dataset, or this year of it, whether it has changed or not; without a dataset only
            what has changed, of this year or of all.
        """
        if dataset:
            years = [year] if year and has_years(dataset) else list(self._stored(dataset))
            return [Job(dataset, each) for each in years]
        changes = self._manifest.changes()
        releases = {(each.dataset, each.year): each for each in self._manifest.releases()}
        found = {(name, ALL) for name in WHOLE_DATASETS}
        for key in changes.keys() | releases.keys():
            if self._is_due(releases.get(key, Release(*key)), changes.get(key, 0)):
                found.add(key)
        return [
            Job(*key)
            for key in sorted(found)
            if key[0] in PUBLISHED and (not year or key[1] == year)
        ]

    def _is_due(self, release: Release, changes: int) -> bool:
        final_until = self._final_day(release.dataset)
        expected = expectation(self._catalog(), release.dataset, release.year, final_until)
        return (
            release.seen != changes
            or release.expecting != expected
            or (release.open and release.year != final_until[:4])
            or (self._lake and release.lake != release.edition)
            or any(each.at <= self._lapsed for each in release.replaced)
        )

    def _stored(self, dataset: str) -> Iterator[str]:
        """Yield the years of which a dataset has stored rows."""
        if not has_years(dataset):
            yield ALL
            return
        for year in range(FIRST_YEAR, int(self._final_day(dataset)[:4]) + 1):
            if self._store.coverage(dataset, str(year)):
                yield str(year)
