"""Bars, status or statements of many codes, with their completeness. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from amazingdata_client import frames, showing
from amazingdata_client.errors import IncompleteError
from amazingdata_client.models import Adjustment, Bar, Completeness
from amazingdata_client.reading import NO_BAR, Days, ErrorDetail
from amazingdata_client.row_text import Rows, RowText
from amazingdata_client.status_models import StatusCompleteness, StockStatus

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from typing_extensions import Self

R = TypeVar("R", bound="_Result[Any]")
V = TypeVar("V")
Row = TypeVar("Row", bound=Mapping[str, Any])


@dataclass(frozen=True, repr=False)
class _Result(Generic[Row]):
    by_code: Mapping[str, Rows | RowText]
    """The rows of each code, still text where nobody has read them yet; `data` has them read."""
    meta: Completeness

    @cached_property
    def data(self) -> Mapping[str, Sequence[Row]]:
        """The rows of each code in order of time, to be read only: frames have their own."""
        return {code: self._of(code) for code in self.by_code}

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a frame without rows."""
        raise NotImplementedError

    @property
    def codes(self) -> list[str]:
        """The codes that the response has, also those without rows."""
        return [*self.by_code]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows in the order of the response, each starting with its `code`."""
        return [{"code": code, **row} for code, rows in self.data.items() for row in rows]

    def ends(self, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the first and the last rows of `rows`, at most so many of each."""
        first = ({"code": code, **row} for code in self.codes for row in self._of(code))
        last = (
            {"code": code, **row}
            for code in reversed(self.codes)
            for row in reversed(self._of(code))
        )
        return [*islice(first, count)], [*islice(last, count)][::-1]

    def __repr__(self) -> str:
        """Return a line that says how many rows there are, and whether they are complete."""
        return f"<{showing.summary(self)}>"

    def _repr_html_(self) -> str:
        return showing.html(self)

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(map(len, self.by_code.values()))

    def of(self, code: str) -> Sequence[Row]:
        """Return the rows of a code, also by the spelling that it was asked for in.

        Raises
        ------
        KeyError
            The result has no such code.
        """
        return self._of(self.meta.codes_read_as.get(code.strip(), code.strip()))

    def _of(self, code: str) -> Sequence[Row]:
        rows = self.by_code[code]
        return cast("Sequence[Row]", rows.rows if isinstance(rows, RowText) else rows)

    def read_from(self, read_as: Mapping[str, str]) -> "Self":
        """Return this result, with what its codes were written as."""
        return replace(self, meta=replace(self.meta, codes_read_as=read_as))

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
            that nobody knows, a code is unknown, rows could not be adjusted, or the status that
            was asked for with bars is missing or unconfirmed. The error names the codes and the
            days.
        """
        meta = self.meta
        unadjusted = meta.adjust.failed if meta.adjust else {}
        no_bar = _unexplained(meta) if strict else {}
        whole = meta.complete and (meta.status is None or meta.status.complete)
        if whole and not (meta.unknown_codes or unadjusted or no_bar):
            return self
        raise IncompleteError(
            missing=meta.missing,
            short=meta.short,
            unconfirmed=meta.unconfirmed,
            unknown_sessions=meta.unknown_sessions,
            no_bar=no_bar,
            unknown_codes=meta.unknown_codes,
            unadjusted=unadjusted,
            without_status=_without_status(meta.status),
            pending=meta.pending,
            unfinished=meta.unfinished,
            warnings=meta.warnings,
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame; see `frames.to_pandas` for its types."""
        return frames.to_pandas(self.by_code, self.columns)

    def to_polars(self) -> "pl.DataFrame":
        """Return the rows as a polars frame; see `frames.to_polars` for its types."""
        return frames.to_polars(self.by_code, self.columns)


@dataclass(frozen=True, repr=False)
class KlineResult(_Result[Bar]):
    """K-lines.

    Attributes
    ----------
    data : mapping
        For each code, its bars in order of time. Prices and amounts are in yuan (an index:
        points), volume is in shares (futures: lots).
    meta : Completeness
        How complete the bars are.
    fields : sequence of str or None
        The columns that were asked for, if not all.
    intraday : bool
        Whether they are minute bars, which have a `kline_time`.
    """

    fields: Sequence[str] | None = None
    intraday: bool = False

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a frame without rows."""
        return frames.with_times(self._of_days) if self.intraday else self._of_days

    @property
    def _of_days(self) -> Sequence[str]:
        return frames.bar_columns(self.fields, with_status=self.meta.status is not None)


@dataclass(frozen=True, repr=False)
class ContinuousResult(KlineResult):
    """Continuous futures.

    Attributes
    ----------
    data : mapping
        For each series, such as "IF.MAIN", its bars in order of time, each with its `contract`.
        Prices are in yuan, volume and open interest in lots.
    meta : Completeness
        How complete the bars are; `rolls` are the changes of the main contract.
    """

    @property
    def _of_days(self) -> Sequence[str]:
        return frames.SERIES if self.fields is None else frames.chosen(self.fields)


@dataclass(frozen=True, repr=False)
class StatusResult(_Result[StockStatus]):
    """The status of stocks.

    Attributes
    ----------
    data : mapping
        For each code, its status on each trading day, in order; those of `meta.not_covered` have
        none. Prices are in yuan.
    meta : Completeness
        How complete it is, and on which days it disagrees with the bars.
    fields : sequence of str or None
        The columns that were asked for, if not all.
    """

    fields: Sequence[str] | None = None

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a frame without rows."""
        return frames.STATUS_ROW if self.fields is None else frames.chosen(self.fields)


@dataclass(frozen=True, repr=False)
class StatementResult(_Result[Mapping[str, Any]]):
    """Balance sheets, income statements or cash flow statements.

    Attributes
    ----------
    data : mapping
        For each code, its statements in order of reporting period; figures are in yuan.
    meta : Completeness
        How complete they are; its days are reporting periods.
    """

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a frame without rows."""
        return frames.STATEMENT


def _without_status(found: StatusCompleteness | None) -> dict[str, list[Days]]:
    """Return the days of each code whose status is missing or unconfirmed, in order."""
    if found is None:
        return {}
    codes = dict.fromkeys([*found.missing, *found.unconfirmed])
    parts = (found.missing, found.unconfirmed)
    return {code: sorted(days for part in parts for days in part.get(code, ())) for code in codes}


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
    return replace(first, by_code=_union(part.by_code for part in parts), meta=meta)


def nothing_beside(meta: Completeness) -> Completeness:
    """Return the completeness of no codes, from where those of another part of the request came."""
    return Completeness(
        complete=True,
        expected=0,
        returned=0,
        missing={},
        absent={},
        outside={},
        unconfirmed={},
        pending=[],
        unfinished=[],
        unknown_codes=[],
        source=meta.source,
        upstream=meta.upstream,
        warnings=[],
    )


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
        warning_details=_once([each for meta in metas for each in meta.warning_details]),
        short=_union(meta.short for meta in metas),
        unknown_sessions=_union(meta.unknown_sessions for meta in metas),
        close_outside=_union(meta.close_outside for meta in metas),
        rejected=_union(meta.rejected for meta in metas),
        adjust=_adjustments([meta.adjust for meta in metas if meta.adjust]),
        status=_statuses([meta.status for meta in metas if meta.status]),
        not_covered=[code for meta in metas for code in meta.not_covered],
        disagreeing=_union(meta.disagreeing for meta in metas),
        universe=next((meta.universe for meta in metas if meta.universe), None),
        codes_read_as=_union(meta.codes_read_as for meta in metas),
        computed_from=next((meta.computed_from for meta in metas if meta.computed_from), ""),
        computed=_union(meta.computed for meta in metas),
        first=_union(meta.first for meta in metas),
        no_main=_union(meta.no_main for meta in metas),
        rolls=_union(meta.rolls for meta in metas),
    )


def _once(details: Sequence[ErrorDetail]) -> list[ErrorDetail]:
    return list({detail["message"]: detail for detail in details}.values())


def _adjustments(found: Sequence[Adjustment]) -> Adjustment | None:
    if not found:
        return None
    return Adjustment(
        mode=found[0].mode,
        anchor=_union(each.anchor for each in found),
        failed=_union(each.failed for each in found),
        failed_keys=_union(each.failed_keys for each in found),
        method=found[0].method,
    )


def _statuses(found: Sequence[StatusCompleteness]) -> StatusCompleteness | None:
    if not found:
        return None
    return StatusCompleteness(
        complete=all(each.complete for each in found),
        missing=_union(each.missing for each in found),
        unconfirmed=_union(each.unconfirmed for each in found),
        rejected=_union(each.rejected for each in found),
        not_covered=[code for each in found for code in each.not_covered],
        disagreeing=_union(each.disagreeing for each in found),
    )


def _union(mappings: Iterable[Mapping[str, V]]) -> dict[str, V]:
    return {key: value for mapping in mappings for key, value in mapping.items()}
