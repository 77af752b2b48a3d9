"""What every source of market data must be able to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from marketdata.catalog.securities import Security
from marketdata.finance.statement import Row, Statement
from marketdata.kline.bar import Dataset

if TYPE_CHECKING:  # API functions use these types and may not load pandas
    import pandas as pd

type Halt = Literal["suspended", "no_trade"]


@dataclass(frozen=True, slots=True)
class BarRequest:
    """Which bars are wanted.

    Attributes
    ----------
    dataset : Dataset
        Kind and stored period.
    codes : tuple of str
        Codes of that kind.
    start, end : str
        First and last trading day, YYYYMMDD.
    """

    dataset: Dataset
    codes: tuple[str, ...]
    start: str
    end: str


@dataclass(slots=True)
class FetchedBars:
    """What a source gave; a code and day that is named nowhere in it has no bar.

    Attributes
    ----------
    frame : pandas.DataFrame
        The columns of `frame_columns`, one row a bar, in any order, unchecked: `trade_date` and
        `kline_time` text, everything else numbers with NaN for null. Units as in `kline.bar.Row`.
    halted : dict
        Code → day → why it has no bar on that day, where the source knows.
    failed : dict
        Code → message, for a code whose bars could not be got: its absence says nothing.
    """

    frame: "pd.DataFrame"
    halted: dict[str, dict[str, Halt]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """Which statements are wanted.

    Attributes
    ----------
    statement : Statement
        Which of the three.
    codes : tuple of str
        Codes of stocks.
    start, end : str
        First and last reporting period, YYYYMMDD.
    """

    statement: Statement
    codes: tuple[str, ...]
    start: str
    end: str


@dataclass(slots=True)
class FetchedStatements:
    """What a source gave; a code and period that no row is of has no statement.

    Attributes
    ----------
    rows : list of mapping
        In any order, of all types and announcements, unchecked: `code`, and the columns that
        `finance.statement.row_line` takes, None for what was not reported.
    failed : dict
        Code → message, for a code whose statements could not be got.
    """

    rows: list[Row] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    """A source of bars, statements and securities.

    Every method raises `UpstreamError` where the source as a whole does not deliver.
    """

    @property
    def name(self) -> str:
        """The source's name, as answers give it."""

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Fetch bars of final days; days that are not final yet are left out."""

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Fetch all published statements of some periods."""

    def list_securities(self) -> list[Security]:
        """List all securities that are or were listed."""

    def coverage_start(self, dataset: Dataset) -> str:
        """Give the first day, YYYYMMDD, that the source has of a dataset."""


@runtime_checkable
class MayBeStale(Protocol):
    """A source that keeps its last good lists where it gets no new ones."""

    @property
    def stale(self) -> Mapping[str, str]:
        """Give for each list that `list_securities` had to keep what is wrong, and its age."""


def frame_columns(dataset: Dataset) -> list[str]:
    """Name the columns of a frame of fetched bars, in order."""
    return [*_texts(dataset), *dataset.columns]


def join_frames(dataset: Dataset, frames: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    """Put frames of fetched bars below each other; none give an empty frame of the same types."""
    import pandas as pd  # noqa: PLC0415  see above

    if frames:
        return pd.concat(frames, ignore_index=True)
    types = dict.fromkeys(_texts(dataset), "str") | dict.fromkeys(dataset.columns, "float64")
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})


def _texts(dataset: Dataset) -> list[str]:
    return ["code", "trade_date", *(["kline_time"] if dataset.period.intraday else [])]
