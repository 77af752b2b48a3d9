"""The rows of a market day, with their completeness. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from amazingdata_client import frames, showing
from amazingdata_client.errors import IncompleteError
from amazingdata_client.export_models import DayCompleteness
from amazingdata_client.models import Bar
from amazingdata_client.reading import NO_BAR, Days
from amazingdata_client.status_models import StockStatus

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from typing_extensions import Self

PENDING = "pending"


@dataclass(frozen=True, repr=False)
class _DayResult:
    data: Mapping[str, Mapping[str, Any]]
    meta: DayCompleteness

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a frame without rows."""
        raise NotImplementedError

    @property
    def codes(self) -> list[str]:
        """The codes that have a row."""
        return [*self.data]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows by code, each starting with its `code`."""
        return [{"code": code, **row} for code, row in self.data.items()]

    def ends(self, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the first and the last rows of `rows`, at most so many of each."""
        rows = self.rows
        return rows[:count], rows[-count:]

    def __repr__(self) -> str:
        """Return a line that says how many rows there are, and whether they are complete."""
        return f"<{showing.summary(self)}>"

    def _repr_html_(self) -> str:
        return showing.html(self)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.data)

    def require_complete(self, *, strict: bool = False) -> "Self":
        """Return this result, or raise if anything is missing.

        Parameters
        ----------
        strict : bool
            Also refuse codes that are absent as "no_bar": it is confirmed that the source has no
            row, but nobody says why.

        Raises
        ------
        IncompleteError
            The day is not final yet or was never published, or rows are missing or unconfirmed,
            or the status that was asked for with bars is.
        """
        meta = self.meta
        absent = meta.absent if strict else {}
        unexplained = [code for code, reason in absent.items() if reason == NO_BAR]
        whole = meta.complete and (meta.status is None or meta.status.complete)
        if whole and not unexplained:
            return self
        day = Days(meta.trade_date, meta.trade_date)
        bare = [*meta.status.missing, *meta.status.unconfirmed] if meta.status else []
        lacking = (meta.missing, meta.unconfirmed, unexplained)
        missing, unconfirmed, no_bar = ({code: [day] for code in each} for each in lacking)
        pending = meta.release.condition == PENDING
        raise IncompleteError(
            missing=missing,
            unconfirmed=unconfirmed,
            no_bar=no_bar,
            without_status={code: [day] for code in bare},
            pending=[day] if pending else [],
            warnings=[] if pending else self._unpublished(day),
        )

    def _unpublished(self, day: Days) -> list[str]:
        if not self.meta.release.revision:
            return [f"{day} is not published"]
        status = self.meta.status
        known = status is None or status.complete or status.missing or status.unconfirmed
        return [] if known else [f"the status of {day} is not published"]

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame; see `frames.to_pandas` for its types."""
        return frames.to_pandas(self.rows, self.columns)

    def to_polars(self) -> "pl.DataFrame":
        """Return the rows as a polars frame; see `frames.to_polars` for its types."""
        return frames.to_polars(self.rows, self.columns)


@dataclass(frozen=True, repr=False)
class DayResult(_DayResult):
    """All bars of a market day.

    Attributes
    ----------
    data : mapping
        For each code, its bar, sorted by code. Prices and amounts are in yuan (an index: points),
        volume is in shares (futures: lots).
    meta : DayCompleteness
        How complete the bars are, and which release they are from.
    fields : sequence of str or None
        The columns that were asked for, if not all.
    """

    data: Mapping[str, Bar]
    fields: Sequence[str] | None = None

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a frame without rows."""
        return frames.bar_columns(self.fields, with_status=self.meta.status is not None)


@dataclass(frozen=True, repr=False)
class StatusDayResult(_DayResult):
    """The status of all stocks on a market day.

    Attributes
    ----------
    data : mapping
        For each code, its status, sorted by code. Prices are in yuan.
    meta : DayCompleteness
        How complete it is, and which release it is from.
    fields : sequence of str or None
        The columns that were asked for, if not all.
    """

    data: Mapping[str, StockStatus]
    fields: Sequence[str] | None = None

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a frame without rows."""
        return frames.STATUS_ROW if self.fields is None else frames.chosen(self.fields)
