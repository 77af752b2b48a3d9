"""Bars or statements of many codes, with their completeness. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from amazingdata_client import frames
from amazingdata_client.errors import IncompleteError
from amazingdata_client.models import Adjustment, Bar, Completeness
from amazingdata_client.reading import NO_BAR, Days

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from typing_extensions import Self

R = TypeVar("R", bound="_Result")
V = TypeVar("V")


@dataclass(frozen=True)
class _Result:
    data: Mapping[str, Sequence[Mapping[str, Any]]]
    meta: Completeness

    _columns: ClassVar[Sequence[str]]
    """Columns of a frame without rows."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows in the order of the response, each starting with its `code`."""
        return [{"code": code, **row} for code, rows in self.data.items() for row in rows]

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(map(len, self.data.values()))

    def require_complete(self, *, strict: bool = False) -> "Self":
        """Return this result, or raise if anything is missing.

        Suspensions and other days without a bar at the source (`meta.absent`), days outside a
        code's listing (`meta.outside`) and days that are not final yet (`meta.pending`) do not
        count as missing. A range that passes the end of the service's calendar is never complete.

        Parameters
        ----------
        strict : bool
            Also refuse days that are absent as "no_bar": it is confirmed that the source has no
            bar, but nobody says why.

        Raises
        ------
        IncompleteError
            The cache lacks bars, days are unconfirmed, a day has too few minute bars or sessions
            that nobody knows, a code is unknown, or rows could not be adjusted. The error names
            the codes and the days.
        """
        meta = self.meta
        unadjusted = meta.adjust.failed if meta.adjust else {}
        no_bar = _unexplained(meta) if strict else {}
        if meta.complete and not (meta.unknown_codes or unadjusted or no_bar):
            return self
        raise IncompleteError(
            missing=meta.missing,
            short=meta.short,
            unconfirmed=meta.unconfirmed,
            unknown_sessions=meta.unknown_sessions,
            no_bar=no_bar,
            unknown_codes=meta.unknown_codes,
            unadjusted=unadjusted,
            pending=meta.pending,
            unfinished=meta.unfinished,
            warnings=meta.warnings,
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame; see `frames.to_pandas` for its types."""
        return frames.to_pandas(self.rows, self._columns)

    def to_polars(self) -> "pl.DataFrame":
        """Return the rows as a polars frame; see `frames.to_polars` for its types."""
        return frames.to_polars(self.rows, self._columns)


@dataclass(frozen=True)
class KlineResult(_Result):
    """K-lines.

    Attributes
    ----------
    data : mapping
        For each code, its bars in order of time. Prices and amounts are in yuan (an index:
        points), volume is in shares (futures: lots).
    meta : Completeness
        How complete the bars are.
    """

    data: Mapping[str, Sequence[Bar]]

    _columns = frames.BAR


@dataclass(frozen=True)
class StatementResult(_Result):
    """Balance sheets, income statements or cash flow statements.

    Attributes
    ----------
    data : mapping
        For each code, its statements in order of reporting period; figures are in yuan.
    meta : Completeness
        How complete they are; its days are reporting periods.
    """

    _columns = frames.STATEMENT


def _unexplained(meta: Completeness) -> dict[str, list[Days]]:
    """Return the days of each code that have no bar for which anybody gives a reason."""
    found = {
        code: [Days(day.date, day.date) for day in days if day.reason == NO_BAR]
        for code, days in meta.absent.items()
    }
    return {code: days for code, days in found.items() if days}


def merged(parts: Sequence[R], unknown_codes: Sequence[str] = ()) -> R:
    """Merge the results of one request that was split by code.

    Parameters
    ----------
    parts : sequence of results
        At least one; no code may occur in two of them.
    unknown_codes : sequence of str
        The codes of parts in which every code was unknown.
    """
    first, metas = parts[0], [part.meta for part in parts]
    meta = _together(metas) if len(metas) > 1 else metas[0]
    if unknown_codes:
        meta = replace(meta, unknown_codes=[*meta.unknown_codes, *unknown_codes])
    return replace(first, data=_union(part.data for part in parts), meta=meta)


def _together(metas: Sequence[Completeness]) -> Completeness:
    sources = {meta.source for meta in metas}
    return Completeness(
        complete=all(meta.complete for meta in metas),
        expected=sum(meta.expected for meta in metas),
        returned=sum(meta.returned for meta in metas),
        missing=_union(meta.missing for meta in metas),
        unconfirmed=_union(meta.unconfirmed for meta in metas),
        absent=_union(meta.absent for meta in metas),
        outside=_union(meta.outside for meta in metas),
        pending=sorted({days for meta in metas for days in meta.pending}),
        unfinished=sorted({days for meta in metas for days in meta.unfinished}),
        unknown_codes=[code for meta in metas for code in meta.unknown_codes],
        source=sources.pop() if len(sources) == 1 else "mixed",
        upstream=metas[0].upstream,
        warnings=list(dict.fromkeys(each for meta in metas for each in meta.warnings)),
        short=_union(meta.short for meta in metas),
        unknown_sessions=_union(meta.unknown_sessions for meta in metas),
        close_outside=_union(meta.close_outside for meta in metas),
        rejected=_union(meta.rejected for meta in metas),
        adjust=_adjustments([meta.adjust for meta in metas if meta.adjust]),
    )


def _adjustments(found: Sequence[Adjustment]) -> Adjustment | None:
    if not found:
        return None
    return Adjustment(
        mode=found[0].mode,
        anchor=_union(each.anchor for each in found),
        failed=_union(each.failed for each in found),
    )


def _union(mappings: Iterable[Mapping[str, V]]) -> dict[str, V]:
    return {key: value for mapping in mappings for key, value in mapping.items()}
