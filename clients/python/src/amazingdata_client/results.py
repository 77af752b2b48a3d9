"""Rows of many codes, and how complete they are. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from amazingdata_client import frames
from amazingdata_client.errors import IncompleteError
from amazingdata_client.models import Adjustment, Bar, Completeness

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from typing_extensions import Self

R = TypeVar("R", bound="_Result")
V = TypeVar("V")


@dataclass(frozen=True)
class _Result:
    """What both kinds of results can do."""

    data: Mapping[str, Sequence[Mapping[str, Any]]]
    meta: Completeness

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows, each with its `code` first, in the order of the answer."""
        return [{"code": code, **row} for code, rows in self.data.items() for row in rows]

    def __len__(self) -> int:
        """Count the rows."""
        return sum(map(len, self.data.values()))

    def require_complete(self) -> "Self":
        """Give this result back if nothing is wanting.

        Days on which nothing was traded, days outside a code's life and days that are not final
        yet (`meta.absent`, `meta.outside`, `meta.pending`) are no gaps.

        Raises
        ------
        IncompleteError
            The cache lacks bars, a day of minutes is short, a code is unknown, or rows could not
            be adjusted. It names the codes and the days.
        """
        meta = self.meta
        unadjusted = meta.adjust.failed if meta.adjust else {}
        if meta.complete and not meta.unknown_codes and not unadjusted:
            return self
        raise IncompleteError(
            missing=meta.missing,
            short=meta.short,
            unknown_codes=meta.unknown_codes,
            unadjusted=unadjusted,
        )


@dataclass(frozen=True)
class KlineResult(_Result):
    """K-lines.

    Attributes
    ----------
    data : mapping
        For each code its bars in the order of time; prices and amounts in yuan, volume in shares,
        of futures in lots.
    meta : Completeness
        How complete they are.
    """

    data: Mapping[str, Sequence[Bar]]

    def to_pandas(self) -> "pd.DataFrame":
        """Give the rows as a pandas frame, see `frames.to_pandas` for the types."""
        return frames.to_pandas(self.rows, frames.BAR)

    def to_polars(self) -> "pl.DataFrame":
        """Give the rows as a polars frame, see `frames.to_polars` for the types."""
        return frames.to_polars(self.rows, frames.BAR)


@dataclass(frozen=True)
class StatementResult(_Result):
    """Balance sheets, income or cash flow statements.

    Attributes
    ----------
    data : mapping
        For each code its statements by reporting period; figures in yuan.
    meta : Completeness
        How complete they are, in reporting periods instead of days.
    """

    def to_pandas(self) -> "pd.DataFrame":
        """Give the rows as a pandas frame, see `frames.to_pandas` for the types."""
        return frames.to_pandas(self.rows, frames.STATEMENT)

    def to_polars(self) -> "pl.DataFrame":
        """Give the rows as a polars frame, see `frames.to_polars` for the types."""
        return frames.to_polars(self.rows, frames.STATEMENT)


def merged(parts: Sequence[R], unknown_codes: Sequence[str] = ()) -> R:
    """Put the answers to the portions of one question together.

    Parameters
    ----------
    parts : sequence of results
        At least one; no code is in two of them.
    unknown_codes : sequence of str
        Those of portions in which no code was known.
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
        absent=_union(meta.absent for meta in metas),
        outside=_union(meta.outside for meta in metas),
        pending=sorted({days for meta in metas for days in meta.pending}),
        unknown_codes=[code for meta in metas for code in meta.unknown_codes],
        source=sources.pop() if len(sources) == 1 else "mixed",
        upstream=metas[0].upstream,
        warnings=list(dict.fromkeys(each for meta in metas for each in meta.warnings)),
        short=_union(meta.short for meta in metas),
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
