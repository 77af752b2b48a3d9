"""The bars of a market day, with their completeness. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from amazingdata_client import frames
from amazingdata_client.errors import IncompleteError
from amazingdata_client.export_models import DayCompleteness
from amazingdata_client.models import Bar
from amazingdata_client.reading import NO_BAR, Days

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from typing_extensions import Self

PENDING = "pending"


@dataclass(frozen=True)
class DayResult:
    """All bars of a market day.

    Attributes
    ----------
    data : mapping
        For each code, its bar, sorted by code. Prices and amounts are in yuan (an index: points),
        volume is in shares (futures: lots).
    meta : DayCompleteness
        How complete the bars are, and which release they are from.
    """

    data: Mapping[str, Bar]
    meta: DayCompleteness

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows by code, each starting with its `code`."""
        return [{"code": code, **row} for code, row in self.data.items()]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.data)

    def require_complete(self, *, strict: bool = False) -> "Self":
        """Return this result, or raise if anything is missing.

        Parameters
        ----------
        strict : bool
            Also refuse codes that are absent as "no_bar": it is confirmed that the source has no
            bar, but nobody says why.

        Raises
        ------
        IncompleteError
            The day is not final yet or was never published, or bars are missing or unconfirmed.
        """
        absent = self.meta.absent if strict else {}
        unexplained = [code for code, reason in absent.items() if reason == NO_BAR]
        if self.meta.complete and not unexplained:
            return self
        day = Days(self.meta.trade_date, self.meta.trade_date)
        lacking = (self.meta.missing, self.meta.unconfirmed, unexplained)
        missing, unconfirmed, no_bar = ({code: [day] for code in each} for each in lacking)
        pending = self.meta.release.condition == PENDING
        raise IncompleteError(
            missing=missing,
            unconfirmed=unconfirmed,
            no_bar=no_bar,
            pending=[day] if pending else [],
            warnings=[] if pending or self.meta.release.revision else [f"{day} is not published"],
        )

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame; see `frames.to_pandas` for its types."""
        return frames.to_pandas(self.rows, frames.BAR)

    def to_polars(self) -> "pl.DataFrame":
        """Return the rows as a polars frame; see `frames.to_polars` for its types."""
        return frames.to_polars(self.rows, frames.BAR)
