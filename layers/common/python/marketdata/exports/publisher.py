"""Publishing: from stored rows to market days and Parquet files, one dataset and year at a time.

Objects have the hash of their content in their key and are written before the release that names
them, so whatever happens in between leaves the release of before, and the next run writes the same
objects again. Objects that a release no longer names stay for `GRACE`, so that downloads end well.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import batched
from pathlib import Path
from typing import NamedTuple, Protocol

from marketdata.aws.clients import side_by_side
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FinalDay
from marketdata.catalog.securities import Catalog
from marketdata.errors import NotFoundError, VersionConflictError
from marketdata.exports.content import Collector, Content
from marketdata.exports.datasets import columns_of, path_of
from marketdata.exports.entries import (
    Change,
    Counts,
    DayEntry,
    Part,
    Release,
    Replaced,
    Revision,
    in_words,
    total,
)
from marketdata.exports.expectation import expectation
from marketdata.exports.manifest import Manifest
from marketdata.exports.market_day import (
    MarketDay,
    change_between,
    digest_of,
    folder,
    object_key,
    pack,
)
from marketdata.exports.parquet import Rows

GRACE = timedelta(days=1)
"""How long a file stays after another has taken its place. A market day's object may go at once:
who has just read its key finds another one there, see `api.market_day`."""

KEPT_FILES = 1000
"""Of more replaced files than that the oldest can be deleted at once: the item has a limit."""

FORMAT = 1
"""To be raised when the same rows are to be written in another form: all files are then."""

ATTEMPTS, DAYS_AT_ONCE = 5, 16
PARQUET = "application/vnd.apache.parquet"


class Objects(Protocol):
    """What publishing needs from a bucket."""

    def read(self, key: str) -> bytes: ...
    def write(self, key: str, body: bytes, content_type: str = ...) -> None: ...
    def delete(self, key: str) -> None: ...
    def modified(self, prefix: str) -> Iterator[tuple[str, int]]: ...


class _Draft(NamedTuple):
    """What a day or a part is to become; its place in the order of releases is not known yet."""

    before: Revision | None
    digest: str
    change: Change

    @property
    def number(self) -> int:
        return self.before.number + 1 if self.before else 1

    def revision(self, published_at: str, seq: int) -> Revision:
        return Revision.after(self.before, self.digest, self.change, published_at, seq)


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes what is stored.

    Parameters
    ----------
    manifest : Manifest
        The releases.
    store : BlockStore
        Holds the rows.
    objects : Objects
        The bucket.
    catalog : callable
        Returns the catalog.
    final_day : FinalDay
        Returns the last final trading day of a dataset, "YYYYMMDD".
    now : callable
        The clock, with a time zone.
    upstream : str
        The source that the rows come from.
    lake : bool
        Whether the lake gets a copy, see `docs/lake.md`.
    """

    manifest: Manifest
    store: BlockStore
    objects: Objects
    catalog: Callable[[], Catalog]
    final_day: FinalDay
    now: Callable[[], datetime]
    upstream: str
    lake: bool = False

    def publish(self, dataset: str, year: str) -> bool:
        """Publish a dataset and year, and return whether anything was new.

        Raises
        ------
        VersionConflictError
            Others kept publishing the same.
        """
        for _ in range(ATTEMPTS):
            before = self.manifest.read(dataset, year)
            seen = self.manifest.changes_of(dataset, year)
            catalog, final_until = self.catalog(), self.final_day(dataset)
            noted = before._replace(
                seen=seen,
                expecting=expectation(catalog, dataset, year, final_until),
                replaced=tuple(each for each in before.replaced if each.at > self.lapsed),
            )
            with tempfile.TemporaryDirectory() as scratch:
                collector = Collector(self.store, catalog, final_until, self._seconds())
                content = collector.collect(dataset, year, Path(scratch))
                try:
                    return _Edition(self, before, noted, content).publish()
                except VersionConflictError:
                    continue
        raise VersionConflictError(f"the release of {dataset} {year}")

    def _seconds(self) -> int:
        return int(self.now().timestamp())

    @property
    def lapsed(self) -> int:
        """The time before which replaced files are nobody's any more, epoch seconds."""
        return int((self.now() - GRACE).timestamp())

    def sweep(self, dataset: str, year: str) -> int:
        """Delete old objects that the release does not name, and return how many.

        They were replaced, or are of runs that were cut off.
        """
        lapsed = self.lapsed
        old = [key for key, at in self.objects.modified(folder(dataset, year)) if at <= lapsed]
        # Read after the list, so that whatever was published meanwhile is known.
        release = self.manifest.read(dataset, year)
        named = {part.key for part in release.parts.values()}
        named |= {each.key for each in release.replaced}
        named |= {_key_of(release, day) for day in release.days}
        found = [key for key in old if key not in named]
        side_by_side(self.objects.delete, found)
        return len(found)


def _key_of(release: Release, day: str) -> str:
    return object_key(release.dataset, day, *release.days[day].revision[:2])


@dataclass(slots=True)
class _Edition:
    """The next release of a dataset and year in the making.

    Parameters
    ----------
    publisher : Publisher
        Who makes it.
    before, noted : Release
        The last one, and the same with notes of what this one has taken up.
    content : Content
        What is stored.
    """

    publisher: Publisher
    before: Release
    noted: Release
    content: Content
    _days: dict[str, _Draft] = field(default_factory=dict)
    _parts: dict[str, _Draft] = field(default_factory=dict)
    _files: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def publish(self) -> bool:
        """Write what is new, then the release; return whether there was anything."""
        manifest = self.publisher.manifest
        there = {key for key, _ in self.publisher.objects.modified(self._folder)}
        self._write_days(there)
        drafts = self._part_drafts(there)
        gone = self.before.parts.keys() - self.content.parts.keys()
        gone |= self.before.days.keys() - self.content.days.keys()
        changed = bool(self._days or drafts or gone)
        if not changed and not self._lake_is_behind():
            if self.noted != self.before:
                manifest.amend(self.before, self.noted)
            return False
        with Rows.of(self.content.rows, columns_of(self.before.dataset)) as rows:
            self._files = {name: self._written(rows, name, drafts[name]) for name in drafts}
            self._parts = drafts
            release = self.before
            if changed:
                published_at = in_words(self.publisher.now())
                release = manifest.publish(
                    self.before, lambda seq: self._release(seq, published_at)
                )
            if self.publisher.lake:
                self._fill_lake(rows, release)
        return changed

    @property
    def _folder(self) -> str:
        return folder(self.before.dataset, self.before.year)

    def _lake_is_behind(self) -> bool:
        return self.publisher.lake and self.before.lake != self.before.edition

    def _fill_lake(self, rows: Rows, release: Release) -> None:
        """Put the year's one file where the lake's table looks for it; see `docs/lake.md`.

        Raises
        ------
        VersionConflictError
            Another release came first, whose file may be gone now: the lake is to be filled again.
        """
        path = self.content.rows.with_name("lake.parquet")
        rows.write(path, self._metadata(release.year, release.edition))
        place = f"lake/{path_of(release.dataset, release.year, release.year)}"
        manifest = self.publisher.manifest
        # Noted before, so that whoever dies here leaves a lake that is known to be behind.
        note = release._replace(lake=0, seen=self.noted.seen, expecting=self.noted.expecting)
        behind = manifest.amend(release, note)
        if behind:
            self.publisher.objects.write(place, path.read_bytes(), PARQUET)
            if manifest.amend(behind, behind._replace(lake=release.edition)):
                return
        newer = manifest.read(release.dataset, release.year)
        manifest.amend(newer, newer._replace(lake=0))
        raise VersionConflictError(f"the lake's file of {release.dataset} {release.year}")

    def _release(self, seq: int, published_at: str) -> Release:
        days = {day: each for day, each in self.before.days.items() if day in self.content.days}
        for day, draft in self._days.items():
            days[day] = DayEntry(draft.revision(published_at, seq), self.content.days[day].counts)
        held = self.content.parts
        parts = {name: part for name, part in self.before.parts.items() if name in held}
        for name, draft in self._parts.items():
            first, last = _ends(held[name])
            parts[name] = Part(
                draft.revision(published_at, seq),
                self._counts(name),
                *self._files[name],
                first,
                last,
                self.publisher.upstream,
            )
        return self.noted._replace(
            parts=dict(sorted(parts.items())),
            days=dict(sorted(days.items())),
            replaced=(*self.noted.replaced, *self._replaced())[-KEPT_FILES:],
        )

    def _replaced(self) -> Iterator[Replaced]:
        at = int(self.publisher.now().timestamp())
        for name, part in self.before.parts.items():
            if name in self._parts or name not in self.content.parts:
                yield Replaced(part.key, at, name, part.revision.number)

    def _write_days(self, there: AbstractSet[str]) -> None:
        """Write the objects of the days that are new, and those that were lost."""
        texts: dict[str, bytes] = {}

        def write(key: str) -> None:
            self.publisher.objects.write(key, pack(texts.pop(key)), "application/zstd")

        for some in batched(self.content.days.values(), DAYS_AT_ONCE, strict=False):
            for each in some:
                text = each.text()
                if draft := self._day_draft(each, text):
                    self._days[each.day] = draft
                    key = object_key(self.before.dataset, each.day, draft.digest, draft.number)
                    texts[key] = text
                elif (key := _key_of(self.before, each.day)) not in there:
                    texts[key] = text
            side_by_side(write, list(texts))

    def _day_draft(self, day: MarketDay, text: bytes) -> _Draft | None:
        known, digest = self.before.days.get(day.day), digest_of(text)
        if known is None:
            return _Draft(None, digest, Change.NEW)
        if known.revision.digest == digest:
            return None
        try:
            change = change_between(
                self.publisher.objects.read(_key_of(self.before, day.day)), text
            )
        except NotFoundError:
            change = Change.CORRECTED
        return _Draft(known.revision, digest, change)

    def _counts(self, name: str) -> Counts:
        days = self.content.parts.get(name, self.content.days)
        return total(self.content.days[day].counts for day in days) + self.content.counts

    def _part_drafts(self, there: AbstractSet[str]) -> dict[str, _Draft]:
        """Return what the parts that are new, or whose file was lost, are to become."""
        drafts = {}
        for name, days in self.content.parts.items():
            digest, known = self._part_digest(days), self.before.parts.get(name)
            if known is None:
                drafts[name] = _Draft(None, digest, Change.NEW)
            elif known.revision.digest != digest or known.key not in there:
                corrected = any(
                    self._days[day].change is Change.CORRECTED for day in days if day in self._days
                )
                change = Change.CORRECTED if corrected else Change.LATE
                drafts[name] = _Draft(known.revision, digest, change)
        return drafts

    def _part_digest(self, days: Iterable[str]) -> str:
        """Return what identifies a part's content, and the form in which it is written."""
        form = FORMAT, columns_of(self.before.dataset), self.content.digest, self.content.counts
        known = sha256(repr(form).encode())
        for day in days:
            draft = self._days.get(day)
            digest = draft.digest if draft else self.before.days[day].revision.digest
            known.update(f"{day}{digest}".encode())
        return known.hexdigest()[:16]

    def _written(self, rows: Rows, name: str, draft: _Draft) -> tuple[str, str, int]:
        """Write a part's file; return its key, hash and size."""
        one_day = name if name in self.content.days else ""
        path = self.content.rows.with_name("part.parquet")
        rows.write(path, self._metadata(name, draft.number), one_day)
        body = path.read_bytes()
        hashed = sha256(body).hexdigest()
        key = f"{self._folder}{name}-{hashed[:16]}.parquet"
        self.publisher.objects.write(key, body, PARQUET)
        return key, hashed, len(body)

    def _metadata(self, name: str, revision: int) -> dict[str, str]:
        """Return what a file says of itself; nothing that differs between two runs."""
        counts = self._counts(name)
        told = {
            "dataset": self.before.dataset,
            "part": name,
            "revision": revision,
            "rows": counts.returned,
            "expected": counts.expected,
            "missing": counts.missing,
            "unconfirmed": counts.unconfirmed,
            "absent": counts.absent,
            "complete": str(counts.complete).lower(),
            "upstream": self.publisher.upstream,
            "synthetic": str(self.publisher.upstream == "synthetic").lower(),
        }
        return {key: str(value) for key, value in told.items()}


def _ends(days: list[str]) -> tuple[str | None, str | None]:
    return (days[0], days[-1]) if days else (None, None)
