"""Members of indices and industries, with where they are from, as typed objects.

Days are "YYYYMMDD" and moments ISO 8601, as in the API. Fields added by a newer service are
ignored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from amazingdata_client import frames
from amazingdata_client.reading import ErrorDetail, list_of, read_by

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A time during which a code belonged to an index or an industry.

    Attributes
    ----------
    code : str
        The member.
    in_date : str
        The first day on which it belongs.
    out_date : str or None
        The last day on which it does; None while it still does.
    """

    code: str
    in_date: str
    out_date: str | None


@dataclass(frozen=True, kw_only=True)
class Industry:
    """An industry of a classification.

    Attributes
    ----------
    code, name : str
        Such as "801780.SI", "银行"; its constituents are asked for by its code.
    level : int
        1 for the coarsest.
    parent : str or None
        The code of the industry above; None on level 1, or where the source does not say.
    classification : str
        Whose industries these are, as the source writes it.
    """

    code: str
    name: str
    level: int
    parent: str | None
    classification: str


@dataclass(frozen=True, kw_only=True)
class _Known:
    as_of: str | None
    asked_at: str | None
    upstream: str
    warnings: list[str]
    warning_details: list[ErrorDetail] = field(default_factory=list)
    codes_read_as: Mapping[str, str] = field(default_factory=dict)

    columns: ClassVar[Sequence[str]]
    """Columns of a frame without rows."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows, in the order of the response."""
        raise NotImplementedError

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a pandas frame; see `frames.to_pandas` for its types."""
        return frames.to_pandas(self.rows, self.columns)

    def to_polars(self) -> "pl.DataFrame":
        """Return the rows as a polars frame; see `frames.to_polars` for its types."""
        return frames.to_polars(self.rows, self.columns)


@dataclass(frozen=True, kw_only=True)
class Constituents(_Known):
    """The members of an index or an industry.

    Attributes
    ----------
    code : str
        The index or industry.
    items : list of Membership
        By code and `in_date`. The intervals of a code never overlap.
    as_of : str or None
        The last final day when the source gave them; None where it gave nothing.
    asked_at : str or None
        When the source was asked last; None if it never was.
    upstream : str
        "synthetic", "files", "amazingdata" or "baostock".
    warnings : list of str
        Why they are not newer.
    warning_details : list of ErrorDetail
        The same with keys, for programs; empty from a service without keys.
    codes_read_as : mapping
        What `code` was written as, if otherwise, with `code`.
    """

    code: str
    items: list[Membership] = field(metadata=read_by(list_of(Membership)))

    columns = frames.MEMBERSHIP

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows, by code and `in_date`."""
        return [asdict(each) for each in self.items]


@dataclass(frozen=True, kw_only=True)
class Weights(_Known):
    """The weights of an index on a day.

    Attributes
    ----------
    code : str
        The index.
    trade_date : str
        The day.
    weights : mapping
        For each member, its weight in percent; empty if the source has none of the day.
    complete : bool
        Whether these are all: they add up to 100.
    as_of, asked_at, upstream, warnings, warning_details, codes_read_as
        See `Constituents`.
    """

    code: str
    trade_date: str
    weights: Mapping[str, float]
    complete: bool

    columns = frames.WEIGHT

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows: `code`, `weight`."""
        return [{"code": code, "weight": weight} for code, weight in self.weights.items()]


@dataclass(frozen=True, kw_only=True)
class Industries(_Known):
    """The industries that stocks are classified by.

    Attributes
    ----------
    items : list of Industry
        All levels of all classifications.
    as_of, asked_at, upstream, warnings, warning_details
        See `Constituents`.
    """

    items: list[Industry] = field(metadata=read_by(list_of(Industry)))

    columns = frames.INDUSTRY

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows, in the order of the response."""
        return [asdict(each) for each in self.items]
