"""What the cache holds, and what was set aside instead of being stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amazingdata_client.reading import list_of, object_of, objects, read_by


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Numbers of trading days of one code in one part of the cache.

    Attributes
    ----------
    expected : int
        present + absent + unconfirmed + missing.
    present : int
        Days with all their bars.
    absent : mapping
        Days without a bar at the source, by reason.
    unconfirmed : int
        Days on which the source gave no bar, which is not believed yet.
    missing : int
        Days that a fill would fetch.
    short : int
        Those of the missing days that have some of their minute bars.
    """

    expected: int
    present: int
    absent: Mapping[str, int]
    unconfirmed: int
    missing: int
    short: int


@dataclass(frozen=True, kw_only=True)
class CodeHoldings:
    """What the cache holds of one code, by part: a year of daily bars, a month of minute bars."""

    code: str
    name: str
    parts: Mapping[str, Holding] = field(metadata=read_by(objects(Holding)))


@dataclass(frozen=True, kw_only=True)
class CoverageTotals:
    """The days of all codes, whatever the page; `codes` counts those that are not complete."""

    expected: int
    present: int
    unconfirmed: int
    missing: int
    short: int
    codes: int


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """A page of codes and what the cache holds of them.

    Attributes
    ----------
    parts : list of str
        Years ("2024") of daily bars, or months ("2024-01") of minute bars, in order.
    items : list of CodeHoldings
        The codes of this page.
    total : int
        Number of codes on all pages.
    upstream : str
        Where the cache gets its data: "synthetic", "files", "amazingdata" or "baostock".
    final_until : str
        Last day counted; later days are not final yet.
    unknown_codes : list of str
        Requested codes that are not of this type, or that never traded in the range.
    totals : CoverageTotals or None
        Only where codes are sorted by what is missing.
    codes_read_as : mapping
        As in `Completeness`.
    """

    parts: list[str]
    items: list[CodeHoldings] = field(metadata=read_by(list_of(CodeHoldings)))
    total: int
    page: int
    page_size: int
    upstream: str
    final_until: str
    unknown_codes: list[str]
    totals: CoverageTotals | None = field(metadata=read_by(object_of(CoverageTotals)), default=None)
    codes_read_as: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A row that failed a check and was set aside instead of being stored.

    Attributes
    ----------
    code : str
        As the source wrote it.
    at : str
        The day, the reporting period or the time of the row; empty if it has none.
    reason : str
        Why it must not be stored, in words.
    row : mapping
        What the source gave.
    set_aside_at : str
        When that was last.
    file : str or None
        The source's file in which it stands, below the folder of its files.
    line : int or None
        The line on which it ends.
    """

    code: str
    at: str
    reason: str
    row: Mapping[str, Any]
    set_aside_at: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """A page of rows that were set aside, the latest first; `truncated` if there are older ones.

    `codes_read_as` is as in `Completeness`.
    """

    items: list[SetAside] = field(metadata=read_by(list_of(SetAside)))
    total: int
    page: int
    page_size: int
    truncated: bool
    codes_read_as: Mapping[str, str] = field(default_factory=dict)
