"""The manifest: what is published, as items of the market table, one for each dataset and year.

Readers go by these items alone. A release is written on a condition, in one transaction with the
counter that orders all releases, and after the objects that it names; so a crash leaves the old
release or the new one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from marketdata.aws.items import Item, ItemKey
from marketdata.aws.writes import ConditionFailedError, Write
from marketdata.errors import VersionConflictError
from marketdata.exports.entries import DayEntry, Release, day_of, days_in, release_of

RELEASES, CHANGES = "exports", "export-changes"
"""The partitions of the releases, and of the counters of changes to stored rows."""

SEQUENCE = "#sequence"
"""The item of the counter that orders all releases; no dataset is named like this."""

ATTEMPTS = 20


class ManifestTable(Protocol):
    """What the manifest needs from a table."""

    def get(self, pk: str, sk: str) -> Item | None: ...
    def get_many(
        self, keys: Sequence[ItemKey], *, fresh: bool = ..., attributes: Sequence[str] = ...
    ) -> dict[ItemKey, Item]: ...
    def query(
        self, pk: str, *, between: tuple[str, str] | None = ..., attributes: Sequence[str] = ...
    ) -> Iterator[Item]: ...
    def write(self, write: Write) -> Item: ...
    def transact(self, *writes: Write) -> None: ...


class PublishedDay(NamedTuple):
    """A day as its dataset's release knows it.

    Attributes
    ----------
    day : DayEntry or None
        None if it was never published.
    stale : bool
        Whether rows of its year were stored after the release.
    """

    day: DayEntry | None
    stale: bool


class Manifest:
    """Reads and writes releases.

    Parameters
    ----------
    table : ManifestTable
        The market table.
    """

    def __init__(self, table: ManifestTable) -> None:
        self._table = table

    def read(self, dataset: str, year: str) -> Release:
        """Return the release of a dataset and year as last written."""
        return release_of(dataset, year, self._table.get(RELEASES, _name(dataset, year)))

    def releases(self, dataset: str = "", *, years: tuple[str, str] | None = None) -> list[Release]:
        """Return the releases of a dataset, or of all, in the order of their names.

        Parameters
        ----------
        dataset : str
            The dataset's name; empty for all.
        years : tuple of str, optional
            The first and the last year; by default, all.
        """
        # No dataset begins as the sequence's item does.
        between = ("$", "~")
        if dataset:
            first, last = years or ("", "~")
            between = (_name(dataset, first), _name(dataset, last))
        found = self._table.query(RELEASES, between=between)
        return [_release(item) for item in found]

    def day(self, dataset: str, day: str) -> PublishedDay:
        """Return what is published of a day."""
        name = _name(dataset, day[:4])
        keys = [(RELEASES, name), (CHANGES, name)]
        found = self._table.get_many(keys, attributes=("days", "seen", "count"))
        release = found.get((RELEASES, name), {})
        values = days_in(release).get(day) if release else None
        changes = found.get((CHANGES, name), {}).get("count", 0)
        return PublishedDay(day_of(values) if values else None, changes != release.get("seen", 0))

    def sequence(self) -> int:
        """Return the place of the last release in the order of all releases."""
        return int((self._table.get(RELEASES, SEQUENCE) or {}).get("last", 0))

    def mark(self, dataset: str, years: Iterable[str]) -> None:
        """Note that stored rows of some years have changed, once they have."""
        for year in years:
            update = "ADD #count :one"
            names, values = {"#count": "count"}, {":one": 1}
            self._table.write(
                Write(CHANGES, _name(dataset, year), update=update, names=names, values=values)
            )

    def changes(self) -> dict[tuple[str, str], int]:
        """Return, by dataset and year, how many changes were noted."""
        found = {}
        for item in self._table.query(CHANGES):
            dataset, year = item["sk"].split("#")
            found[dataset, year] = int(item["count"])
        return found

    def changes_of(self, dataset: str, year: str) -> int:
        """Return how many changes of a dataset and year were noted."""
        return int((self._table.get(CHANGES, _name(dataset, year)) or {}).get("count", 0))

    def publish(self, before: Release, make: Callable[[int], Release]) -> Release:
        """Put a release in the place of the one before it.

        Parameters
        ----------
        before : Release
            The release as it was read.
        make : callable
            Returns the new one, given its place in the order of all releases.

        Raises
        ------
        VersionConflictError
            Another release of the same dataset and year came first.
        """
        for _ in range(ATTEMPTS):
            last = self.sequence()
            release = make(last + 1)._replace(
                version=before.version + 1, edition=before.edition + 1
            )
            try:
                self._table.transact(_swap(before, release), _count(last))
            except ConditionFailedError:
                if self.read(before.dataset, before.year).version != before.version:
                    break
                continue
            return release
        raise VersionConflictError(f"the release of {before.dataset} {before.year}")

    def amend(self, before: Release, after: Release) -> Release | None:
        """Put a release with other notes in its own place; return it, None if it had changed."""
        after = after._replace(version=before.version + 1)
        try:
            self._table.write(_swap(before, after))
        except ConditionFailedError:
            return None
        return after


def _release(item: Item) -> Release:
    dataset, year = item["sk"].split("#")
    return release_of(dataset, year, item)


def _name(dataset: str, year: str) -> str:
    return f"{dataset}#{year}"


def _swap(before: Release, after: Release) -> Write:
    condition, values = "attribute_not_exists(pk)", {}
    if before.version:
        condition, values = "version = :version", {":version": before.version}
    name = _name(after.dataset, after.year)
    return Write(RELEASES, name, put=after.to_item(), condition=condition, values=values)


def _count(last: int) -> Write:
    condition, values = "attribute_not_exists(pk)", {":next": last + 1}
    if last:
        condition, values = "#last = :last", {":last": last, ":next": last + 1}
    return Write(
        RELEASES,
        SEQUENCE,
        update="SET #last = :next",
        names={"#last": "last"},
        condition=condition,
        values=values,
    )
