"""What every source of market data must be able to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.finance.statement import Statement, StatementRow
from marketdata.kline.adjust.steps import Steps
from marketdata.kline.bars import BarDataset

if TYPE_CHECKING:  # API functions use these types and may not load pandas
    import pandas as pd


type Halt = Literal["suspended", "no_trade"]


@dataclass(frozen=True, slots=True)
class BarRequest:
    """Which bars are wanted.

    Attributes
    ----------
    dataset : BarDataset
        Kind and stored period.
    codes : tuple of str
        Codes of that kind.
    start, end : str
        First and last trading day, YYYYMMDD.
    """

    dataset: BarDataset
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
        `kline_time` text, everything else numbers with NaN for null. Units as in `kline.bars.Bar`.
    halted : dict
        Code → day → why it has no bar on that day, where the source knows.
    lost : dict
        Code → days on which it traded, as the source says itself, and of which no bar came.
    failed : dict
        Code → message, for a code whose bars could not be got: its absence says nothing.
    """

    frame: "pd.DataFrame"
    halted: dict[str, dict[str, Halt]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def complaints(self) -> dict[str, str]:
        """What is wrong with codes, be it with all of their bars or with some."""
        lost = {
            code: f"it traded on {len(days)} days of which no bar came, the first is {days[0]}"
            for code, days in self.lost.items()
        }
        return lost | self.failed


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
        `finance.statement.statement_line` takes, None for what was not reported.
    failed : dict
        Code → message, for a code whose statements could not be got.
    """

    rows: list[StatementRow] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FactorRequest:
    """Whose adjustment factors are wanted, of all days.

    Attributes
    ----------
    kind : Kind
        Stocks or funds: nothing else pays out.
    codes : tuple of str
        Codes of that kind.
    """

    kind: Kind
    codes: tuple[str, ...]


@dataclass(slots=True)
class FetchedFactors:
    """What a source gave; of a code that is named nowhere in it the source has no factors.

    Attributes
    ----------
    steps : dict
        Code → its cumulative factors, made by `kline.adjust.steps.steps_of`.
    failed : dict
        Code → message, for a code without factors that can be used.
    """

    steps: dict[str, Steps] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


class Source(Protocol):
    """A source of bars, statements, adjustment factors and securities.

    Every method raises `UpstreamError` where the source as a whole does not deliver.
    """

    @property
    def name(self) -> str:
        """The source's name, as answers give it."""

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Fetch bars of final days; days that are not final yet are left out."""

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Fetch all published statements of some periods."""

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Fetch the adjustment factors of all days; those of days to come count for nothing."""

    def list_securities(self) -> list[Security]:
        """List all securities that are or were listed."""

    def coverage_start(self, dataset: BarDataset) -> str:
        """Give the first day, YYYYMMDD, that the source has of a dataset."""


@runtime_checkable
class MayBeStale(Protocol):
    """A source that keeps its last good lists where it gets no new ones."""

    @property
    def stale(self) -> Mapping[str, str]:
        """Give for each list that `list_securities` had to keep what is wrong, and its age."""


class ServerAccount(Protocol):
    """An account on a server, less its password and its address; an SDK config is one."""

    @property
    def username(self) -> str: ...
    @property
    def port(self) -> int: ...


@runtime_checkable
class LogsIn(Protocol):
    """A source behind a login."""

    def try_login(self, username: str, password: str, host: str, port: int) -> None: ...


def frame_columns(dataset: BarDataset) -> list[str]:
    """Name the columns of a frame of fetched bars, in order."""
    return [*_texts(dataset), *dataset.columns]


def join_frames(dataset: BarDataset, frames: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    """Put frames of fetched bars below each other; none give an empty frame of the same types."""
    import pandas as pd  # noqa: PLC0415  see above

    if frames:
        return pd.concat(frames, ignore_index=True)
    types = dict.fromkeys(_texts(dataset), "str") | dict.fromkeys(dataset.columns, "float64")
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})


def _texts(dataset: BarDataset) -> list[str]:
    return ["code", "trade_date", *(["kline_time"] if dataset.period.intraday else [])]


def login_of(source: Source) -> Callable[[ServerAccount, object, str], None] | None:
    """Return what tries a login: account, address, password; None for a source without one."""
    if not isinstance(source, LogsIn):
        return None

    def login(account: ServerAccount, address: object, password: str) -> None:
        source.try_login(account.username, password, str(address), account.port)

    return login
