"""Publishing: from stored rows to market days and Parquet files, one dataset and year at a time.

Objects have the hash of their content in their key and are written before the release that names
them, so whatever happens in between leaves the release of before, and the next run writes the same
objects again. Objects that a release no longer names stay for `GRACE`, so that downloads end well.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

from marketdata.aws.clients import side_by_side
from marketdata.blocks.store import BlockStore
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
"""How long an object stays after another has taken its place."""

ATTEMPTS = 5
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
    final_until : str
        The last final trading day, "YYYYMMDD".
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
    final_until: str
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
            with tempfile.TemporaryDirectory() as scratch:
                content = self._collector().collect(dataset, year, Path(scratch))
                edition = _Edition(self, before, seen, content)
                try:
                    return edition.publish()
                except VersionConflictError:
                    continue
        raise VersionConflictError(f"the release of {dataset} {year}")

    def _collector(self) -> Collector:
        now = int(self.now().timestamp())
        return Collector(self.store, self.catalog(), self.final_until, now)

    def sweep(self, dataset: str, year: str) -> int:
        """Delete objects that no release has named for a while, and return how many.

        Besides those that were replaced there are those of runs that were cut off.
        """
        release = self.manifest.read(dataset, year)
        lapsed = int((self.now() - GRACE).timestamp())
        kept = tuple(each for each in release.replaced if each.at > lapsed)
        named = {part.key for part in release.parts.values()} | {each.key for each in kept}
        named |= {
            object_key(dataset, day, *each.revision[:2]) for day, each in release.days.items()
        }
        found = [
            key
            for key, written in self.objects.modified(folder(dataset, year))
            if key not in named and written <= lapsed
        ]
        side_by_side(self.objects.delete, found)
        if len(kept) < len(release.replaced):
            self.manifest.amend(release, release._replace(replaced=kept))
        return len(found)


@dataclass(slots=True)
class _Edition:
    """The next release of a dataset and year in the making."""

    publisher: Publisher
    before: Release
    seen: int
    content: Content
    _days: dict[str, _Draft] = field(default_factory=dict)
    _parts: dict[str, _Draft] = field(default_factory=dict)
    _files: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def publish(self) -> bool:
        """Write what is new, then the release; return whether there was anything."""
        self._write_days()
        drafts = self._part_drafts()
        gone = self.before.parts.keys() - self.content.parts.keys()
        gone |= self.before.days.keys() - self.content.days.keys()
        changed = bool(self._days or drafts or gone)
        release = self.before
        if changed or self._lake_is_behind():
            with Rows.of(self.content.rows, columns_of(self.before.dataset)) as rows:
                self._files = {name: self._written(rows, name, drafts[name]) for name in drafts}
                self._parts = drafts
                if changed:
                    published_at = in_words(self.publisher.now())
                    release = self.publisher.manifest.publish(
                        self.before, lambda seq: self._release(seq, published_at)
                    )
                self._fill_lake(rows, release)
        elif release.version and release.seen != self.seen:
            self.publisher.manifest.amend(release, release._replace(seen=self.seen))
        return changed

    def _lake_is_behind(self) -> bool:
        return self.publisher.lake and self.before.lake != self.before.version

    def _fill_lake(self, rows: Rows, release: Release) -> None:
        """Put the year's one file where the lake's table looks for it; see `docs/lake.md`."""
        if self.publisher.lake and release.version:
            path = self.content.rows.with_name("lake.parquet")
            rows.write(path, self._metadata(release.year, release.version))
            place = f"lake/{path_of(release.dataset, release.year, release.year)}"
            self.publisher.objects.write(place, path.read_bytes(), PARQUET)
            filled = release._replace(lake=release.version, seen=self.seen)
            if not self.publisher.manifest.amend(release, filled):
                self._give_lake_back()

    def _give_lake_back(self) -> None:
        """Have the lake filled again: another release came first, and its file may be gone.

        Raises
        ------
        VersionConflictError
            Always, so that it is done at once.
        """
        manifest, dataset, year = self.publisher.manifest, self.before.dataset, self.before.year
        newer = manifest.read(dataset, year)
        manifest.amend(newer, newer._replace(lake=0))
        raise VersionConflictError(f"the lake's file of {dataset} {year}")

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
        return self.before._replace(
            seen=self.seen,
            parts=dict(sorted(parts.items())),
            days=dict(sorted(days.items())),
            replaced=(*self.before.replaced, *self._replaced()),
        )

    def _replaced(self) -> Iterator[Replaced]:
        at = int(self.publisher.now().timestamp())
        for name, part in self.before.parts.items():
            if name in self._parts or name not in self.content.parts:
                yield Replaced(part.key, at, name, part.revision.number)
        for day in self.before.days.keys() - (self.content.days.keys() - self._days.keys()):
            revision = self.before.days[day].revision
            key = object_key(self.before.dataset, day, *revision[:2])
            yield Replaced(key, at, day, revision.number)

    def _write_days(self) -> None:
        texts: dict[str, bytes] = {}

        def write(day: str) -> None:
            draft = self._days[day]
            key = object_key(self.before.dataset, day, draft.digest, draft.number)
            self.publisher.objects.write(key, pack(texts.pop(day)), "application/zstd")

        for some in _portions(self.content.days.values()):
            for each in some:
                text = each.text()
                if draft := self._day_draft(each, text):
                    self._days[each.day], texts[each.day] = draft, text
            side_by_side(write, list(texts))

    def _day_draft(self, day: MarketDay, text: bytes) -> _Draft | None:
        known, digest = self.before.days.get(day.day), digest_of(text)
        if known is None:
            return _Draft(None, digest, Change.NEW)
        if known.revision.digest == digest:
            return None
        key = object_key(self.before.dataset, day.day, *known.revision[:2])
        try:
            change = change_between(self.publisher.objects.read(key), text)
        except NotFoundError:
            change = Change.CORRECTED
        return _Draft(known.revision, digest, change)

    def _counts(self, name: str) -> Counts:
        days = self.content.parts.get(name, self.content.days)
        return total(self.content.days[day].counts for day in days) + self.content.counts

    def _part_drafts(self) -> dict[str, _Draft]:
        drafts = {}
        for name, days in self.content.parts.items():
            digest, known = self._part_digest(days), self.before.parts.get(name)
            if known is None:
                drafts[name] = _Draft(None, digest, Change.NEW)
            elif known.revision.digest != digest:
                changes = {self._days[day].change for day in days if day in self._days}
                late = changes and Change.CORRECTED not in changes
                change = Change.LATE if late else Change.CORRECTED
                drafts[name] = _Draft(known.revision, digest, change)
        return drafts

    def _part_digest(self, days: Iterable[str]) -> str:
        """Return what identifies a part's content."""
        known = sha256(f"{self.content.digest}{self.content.counts}".encode())
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
        key = f"{folder(self.before.dataset, self.before.year)}{name}-{hashed[:16]}.parquet"
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


def _portions(days: Iterable[MarketDay], size: int = 16) -> Iterator[list[MarketDay]]:
    """Cut days into portions, so that not all texts are in memory at once."""
    some: list[MarketDay] = []
    for day in days:
        some.append(day)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
