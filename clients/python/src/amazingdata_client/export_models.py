"""The API's answers about published files, releases and changes, as typed objects.

Days are "YYYYMMDD" and moments ISO 8601 in UTC, as in the API. Fields added by a newer service are
ignored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from amazingdata_client.reading import list_of, object_of, read_by
from amazingdata_client.status_models import DayStatusCompleteness


@dataclass(frozen=True, kw_only=True)
class ExportPart:
    """A published Parquet file.

    Attributes
    ----------
    dataset : str
        Such as "stock.daily".
    part : str
        "2024" is a closed year, "20261103" a day of the running year, "all" a whole dataset.
    path : str
        Where the file belongs below the folder of a mirror.
    rows, bytes : int
        The size of the file.
    sha256 : str
        The hash of the file's bytes, in hex.
    revision : int
        Counts the changes of the part, from 1.
    published_at : str
        When this revision was published.
    condition : str
        "partial", "final" or "revised".
    expected, returned, missing, absent : int
        Numbers of bars; of rows in datasets that are not of bars.
    first_day, last_day : str or None
        The first and the last day in the file.
    upstream : str
        "synthetic", "files", "amazingdata" or "baostock".
    """

    dataset: str
    part: str
    path: str
    rows: int
    bytes: int
    sha256: str
    revision: int
    published_at: str
    condition: str
    expected: int
    returned: int
    missing: int
    absent: int
    first_day: str | None
    last_day: str | None
    upstream: str


@dataclass(frozen=True, kw_only=True)
class Exports:
    """The published files.

    Attributes
    ----------
    items : list of ExportPart
        By dataset, then part.
    total : int
        Number of files.
    cursor : str
        The position in the changes as of which the list is true; `changes` takes it as `since`.
    """

    items: list[ExportPart] = field(metadata=read_by(list_of(ExportPart)))
    total: int
    cursor: str


@dataclass(frozen=True, kw_only=True)
class ExportLink:
    """A link to a published file.

    Attributes
    ----------
    location : str
        The signed URL; it needs no token, and a token sent along makes it fail.
    expires_in : int
        Seconds for which it is good.
    revision : int
        The file's revision.
    sha256 : str or None
        The hash of the file's bytes, in hex; None if the service does not say it of a superseded
        revision.
    bytes : int or None
        The file's size; None as for `sha256`.
    """

    location: str
    expires_in: int
    revision: int
    sha256: str | None = None
    bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Release:
    """What was published of a trading day.

    Attributes
    ----------
    trade_date : str
        The day.
    condition : str
        "pending" (not final yet), "missing" (final, never published), "partial" (bars are missing
        or not confirmed), "final" or "revised" (a published value was corrected).
    expected, returned, missing : int
        Numbers of bars; 0 if the day was never published.
    revision : int
        Counts the changes of the day, from 1; 0 if it was never published.
    published_at : str or None
        When this revision was published.
    """

    trade_date: str
    condition: str
    expected: int
    returned: int
    missing: int
    revision: int
    published_at: str | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of a published file.

    Attributes
    ----------
    seq : int
        Its position among the changes.
    dataset, part : str
        The file, see `ExportPart`.
    day : str or None
        The day that changed; None for datasets without days.
    kind : str
        "new", "late" (rows came that were missing) or "corrected" (a value changed or a row
        vanished).
    revision : int
        The newest revision of the day or the part.
    published_at : str
        When it was published.
    """

    seq: int
    dataset: str
    part: str
    day: str | None
    kind: str
    revision: int
    published_at: str


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Some of the changes of the published files.

    Attributes
    ----------
    items : list of Change
        In order; each file and day once, with its newest revision.
    cursor : str
        What to send as `since` next time.
    more : bool
        Whether there are more to be asked for at once.
    """

    items: list[Change] = field(metadata=read_by(list_of(Change)))
    cursor: str
    more: bool


@dataclass(frozen=True, kw_only=True)
class DayRelease:
    """What was published of a day: the revision, when, and the condition; see `Release`."""

    revision: int
    published_at: str | None
    condition: str


@dataclass(frozen=True, kw_only=True)
class DayCompleteness:
    """How complete a market day is: the `meta` of its answer.

    `expected` is the sum of `returned`, `missing`, `unconfirmed` and `absent`.

    Attributes
    ----------
    trade_date : str
        The day.
    complete : bool
        Whether it was published, and nothing is missing or unconfirmed.
    expected, returned : int
        Number of bars that there should be, and number in the answer.
    missing : list of str
        Codes whose bars the cache lacks.
    unconfirmed : list of str
        Codes for which the source gave no bar, which is not believed yet.
    absent : mapping
        For each code without a bar at the source, the reason.
    release : DayRelease
        What was published, and when.
    stale : bool
        Whether bars of the year were stored after the release; the next one takes them up.
    status : DayStatusCompleteness or None
        How complete the status is; only for bars that were asked for with it.
    """

    trade_date: str
    complete: bool
    expected: int
    returned: int
    missing: list[str]
    unconfirmed: list[str]
    absent: Mapping[str, str]
    release: DayRelease = field(metadata=read_by(object_of(DayRelease)))
    stale: bool
    status: DayStatusCompleteness | None = field(
        metadata=read_by(object_of(DayStatusCompleteness)), default=None
    )
