"""What there is to publish: the datasets and years whose stored rows have changed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from marketdata.blocks.store import BlockStore
from marketdata.exports.datasets import PUBLISHED, WHOLE_DATASETS, has_years
from marketdata.exports.entries import ALL, Release
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
    manifest, store
        The releases, and the rows.
    final_until : str
        The last final trading day, "YYYYMMDD".
    now : datetime
        The time, with a time zone.
    lake : bool
        Whether there is a lake, which may be behind.
    """

    def __init__(
        self,
        manifest: Manifest,
        store: BlockStore,
        final_until: str,
        now: datetime,
        *,
        lake: bool = False,
    ) -> None:
        self._manifest = manifest
        self._store = store
        self._running = final_until[:4]
        self._lapsed = int((now - GRACE).timestamp())
        self._lake = lake

    def find(self, dataset: str = "", year: str = "") -> list[Job]:
        """List what is to be published, in the order of datasets and years.

        Parameters
        ----------
        dataset, year : str
            Only this dataset, with all years that are stored, or only this year of all datasets, or
            of this one; empty for whatever has changed.
        """
        if dataset:
            years = [year] if year and has_years(dataset) else list(self._stored(dataset))
            return [Job(dataset, each) for each in years]
        changes = self._manifest.changes()
        releases = {(each.dataset, each.year): each for each in self._manifest.releases()}
        found = {(name, ALL) for name in WHOLE_DATASETS}
        known = changes.keys() | releases.keys()
        found |= {key for key in known if self._is_due(key, changes, releases)}
        return [
            Job(*key)
            for key in sorted(found)
            if key[0] in PUBLISHED and (not year or key[1] == year)
        ]

    def _is_due(
        self,
        key: tuple[str, str],
        changes: Mapping[tuple[str, str], int],
        releases: Mapping[tuple[str, str], Release],
    ) -> bool:
        release = releases.get(key)
        if release is None:
            return True
        return (
            release.seen != changes.get(key, 0)
            or (release.open and release.year != self._running)
            or (self._lake and release.lake != release.version)
            or any(each.at <= self._lapsed for each in release.replaced)
        )

    def _stored(self, dataset: str) -> Iterator[str]:
        """Yield the years of which a dataset has stored rows."""
        if not has_years(dataset):
            yield ALL
            return
        for year in range(FIRST_YEAR, int(self._running) + 1):
            if self._store.coverage(dataset, str(year)):
                yield str(year)
