"""The entries of the manifest: the days and files of one dataset and year, and their history. Pure.

What is published is derived from blocks and can be made again. A *release* is all that is published
of one dataset and year; its *parts* are Parquet files, its *days* are objects with all bars of a
market day. A part or a day gets a new revision whenever its content changes.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

import orjson
from backports import zstd

from marketdata.aws.items import Item
from marketdata.blocks.block import DOCUMENT

ALL = DOCUMENT
"""The only part of a dataset that is not cut by years."""


class Change(StrEnum):
    """What a revision brought.

    `NEW`: there was none before. `LATE`: rows that were missing, or the knowledge that there are
    none. `CORRECTED`: a row has another value, or is gone.
    """

    NEW = "new"
    LATE = "late"
    CORRECTED = "corrected"


class Condition(StrEnum):
    """How far the bars of a day or of a file can be relied on.

    `PENDING`: the day is not final yet. `MISSING`: nothing is published of it. `PARTIAL`: rows are
    missing, or not confirmed to be absent. `FINAL`: nothing is missing. `REVISED`: nothing is
    missing, and something was corrected after it had been published.
    """

    PENDING = "pending"
    MISSING = "missing"
    PARTIAL = "partial"
    FINAL = "final"
    REVISED = "revised"


class Counts(NamedTuple):
    """Numbers of rows; expected is the sum of the others."""

    returned: int = 0
    missing: int = 0
    unconfirmed: int = 0
    absent: int = 0

    @property
    def expected(self) -> int:
        """The rows that should be there."""
        return sum(self)

    @property
    def complete(self) -> bool:
        """Whether no row is missing, and none is only believed to be absent."""
        return not (self.missing or self.unconfirmed)

    def __add__(self, other: tuple[Any, ...]) -> "Counts":
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


NO_ROWS = Counts()


class Revision(NamedTuple):
    """One state of a day or a part.

    Attributes
    ----------
    digest : str
        Identifies the content.
    number : int
        Counts the states from 1.
    published_at : str
        ISO 8601, UTC.
    seq : int
        The place of its release in the order of all releases.
    change : str
        A `Change`.
    corrected : bool
        Whether this or an earlier revision corrected something.
    """

    digest: str
    number: int
    published_at: str
    seq: int
    change: str
    corrected: bool

    @classmethod
    def after(
        cls, before: "Revision | None", digest: str, change: Change, published_at: str, seq: int
    ) -> Self:
        """Make the revision that follows another one, or the first one."""
        corrected = change is Change.CORRECTED or bool(before and before.corrected)
        number = before.number + 1 if before else 1
        return cls(digest, number, published_at, seq, change, corrected)


class DayEntry(NamedTuple):
    """A published market day."""

    revision: Revision
    counts: Counts

    @property
    def condition(self) -> Condition:
        """How far its bars can be relied on."""
        return condition_of(self.counts, self.revision)


class Part(NamedTuple):
    """A published file.

    Attributes
    ----------
    revision : Revision
        Its state.
    counts : Counts
        What it holds and lacks.
    key, sha256, size : str, str, int
        The object, and the hash and number of its bytes.
    first_day, last_day : str or None
        The first and last day of its rows, "YYYYMMDD"; None where rows have no day.
    upstream : str
        The source that the rows came from.
    """

    revision: Revision
    counts: Counts
    key: str
    sha256: str
    size: int
    first_day: str | None
    last_day: str | None
    upstream: str

    @property
    def condition(self) -> Condition:
        """How far its rows can be relied on."""
        return condition_of(self.counts, self.revision)


class Replaced(NamedTuple):
    """A file that no release names any more, but perhaps a download.

    Attributes
    ----------
    key : str
        The object.
    at : int
        When it was replaced, epoch seconds.
    part, revision : str, int
        What it was.
    """

    key: str
    at: int
    part: str
    revision: int


class Release(NamedTuple):
    """All that is published of one dataset and year.

    Attributes
    ----------
    dataset, year : str, str
        Such as "stock.daily" and "2024"; the year is `ALL` for datasets without years.
    version : int
        Counts the writes of the item, on which each next one is conditional; 0 before the first.
    edition : int
        Counts the releases of this dataset and year.
    seen : int
        How many changes of the stored rows it has taken up, see `manifest.Manifest.mark`.
    expecting : str
        Identifies what should be there, see `expectation.expectation`.
    parts, days : mapping
        By their names, "2024" or "20241120".
    replaced : tuple of Replaced
        Files that a download may still be reading.
    lake : int
        The edition that the lake holds.
    """

    dataset: str
    year: str
    version: int = 0
    edition: int = 0
    seen: int = 0
    expecting: str = ""
    parts: Mapping[str, Part] = {}
    days: Mapping[str, DayEntry] = {}
    replaced: tuple[Replaced, ...] = ()
    lake: int = 0

    @property
    def open(self) -> bool:
        """Whether it has a file a day, as the running year has."""
        return any(name != self.year for name in self.parts)

    def part_of(self, day: str) -> str:
        """Return the name of the part that holds a day."""
        return day if day in self.parts else self.year

    def to_item(self) -> Item:
        """Return the attributes of its item, without the key; `release_of` reads them."""
        return {
            "version": self.version,
            "edition": self.edition,
            "seen": self.seen,
            "expecting": self.expecting,
            "parts": _packed(self.parts),
            "days": _packed(self.days),
            "replaced": _packed(self.replaced),
            "lake": self.lake,
        }


def release_of(dataset: str, year: str, item: Item | None) -> Release:
    """Read what `Release.to_item` returned; None is a dataset and year without a release."""
    if item is None:
        return Release(dataset, year)
    replaced = tuple(Replaced(*each) for each in _unpacked(item.get("replaced"), []))
    return Release(
        dataset,
        year,
        int(item.get("version", 0)),
        int(item.get("edition", 0)),
        int(item.get("seen", 0)),
        str(item.get("expecting", "")),
        {name: _part(values) for name, values in _unpacked(item.get("parts"), {}).items()},
        {name: day_of(values) for name, values in _unpacked(item.get("days"), {}).items()},
        replaced,
        int(item.get("lake", 0)),
    )


def days_in(item: Item) -> dict[str, Any]:
    """Return a release's days from its item, by day, each for `day_of`."""
    found: dict[str, Any] = _unpacked(item.get("days"), {})
    return found


def day_of(values: Any) -> DayEntry:
    """Read one of the values of `days_in`."""
    revision, counts = values
    return DayEntry(Revision(*revision), Counts(*counts))


def condition_of(counts: Counts, revision: Revision) -> Condition:
    """Return how far rows can be relied on."""
    if not counts.complete:
        return Condition.PARTIAL
    return Condition.REVISED if revision.corrected else Condition.FINAL


def total(counts: Iterable[Counts]) -> Counts:
    """Return the sum of some counts."""
    return sum(counts, NO_ROWS)


def in_words(now: datetime) -> str:
    """Return a time as releases state it, such as "2026-11-30T08:00:00Z"."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _part(values: Any) -> Part:
    revision, counts, *others = values
    return Part(Revision(*revision), Counts(*counts), *others)


def _packed(value: Any) -> bytes:
    # orjson writes no named tuple by itself.
    return zstd.compress(orjson.dumps(value, default=tuple))


def _unpacked(data: bytes | None, default: Any) -> Any:
    return orjson.loads(zstd.decompress(data)) if data else default
