"""The interface of every source of market data."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, runtime_checkable

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.catalog.constituents import Industry, Membership
from marketdata.catalog.securities import Security
from marketdata.finance.statement import Statement, StatementDataset, StatementRow
from marketdata.kline.adjust.steps import Steps
from marketdata.kline.bars import BarDataset
from marketdata.status.status import COLUMNS

if TYPE_CHECKING:  # API functions use these types and may not load pandas
    import pandas as pd


type Halt = Literal["suspended", "no_trade"]


class Place(NamedTuple):
    """Where a source has a row: the file, below the folder of its files, and the line."""

    file: str
    line: int


type RowsByCode = Mapping[str, Sequence[Mapping[str, Any]]]

type Locate = Callable[[RowsByCode], Mapping[str, Sequence[Place | None]]]
"""Returns the place of each row, where it is known, by code. It may read files: it is called once
for all rows that failed a check, and for no others.
"""


@dataclass(frozen=True, slots=True)
class BarRequest:
    """A request for bars.

    Attributes
    ----------
    dataset : BarDataset
        The kind and the stored period.
    codes : tuple of str
        Codes of this kind.
    start, end : str
        First and last trading day, YYYYMMDD.
    """

    dataset: BarDataset
    codes: tuple[str, ...]
    start: str
    end: str


@dataclass(slots=True)
class FetchedBars:
    """The bars that a source delivered; a code and day mentioned nowhere in it has no bar.

    Attributes
    ----------
    frame : pandas.DataFrame
        The columns of `frame_columns`, one row per bar, in any order, unchecked: `code`,
        `trade_date` and `kline_time` are text, all others are numbers with NaN for null. Units
        as in `kline.bars.Bar`.
    halted : dict
        Code → day → why it has no bar on that day, if the source knows.
    lost : dict
        Code → days on which it traded according to the source itself, but without a bar.
    failed : dict
        Code → message, for a code whose bars could not be got: its absence says nothing.
    horizon : dict
        Code → the last day of which the source has data of the code. That it has none of a later
        day says nothing. A code that is not named has data of the whole request.
    since : dict
        Code → the first day of which the source has data of the code, where it says so.
    sure_until : dict
        Code → the day up to which the source's silence is its word that there is no bar, such as
        the last row of a file. Silence on later days is a belief, to be asked about again.
    notes : list of str
        What else is to be told of this answer, in words: rows of its lists that were set aside.
    locate : Locate or None
        Finds where rows came from; None for a source without files.
    """

    frame: "pd.DataFrame"
    halted: dict[str, dict[str, Halt]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    horizon: dict[str, str] = field(default_factory=dict)
    since: dict[str, str] = field(default_factory=dict)
    sure_until: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    locate: Locate | None = None

    @property
    def complaints(self) -> dict[str, str]:
        """Code → message, for codes that lack all of their bars or some of them."""
        lost = {
            code: f"it traded on {len(days)} days for which no bar came, the first is {days[0]}"
            for code, days in self.lost.items()
        }
        return lost | self.failed


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """A request for statements.

    Attributes
    ----------
    statement : Statement
        One of the three statements.
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
    """The statements that a source delivered; a code and period without a row has none.

    Attributes
    ----------
    rows : list of mapping
        Rows in any order, of all types and announcements, unchecked: `code`, and the columns
        that `finance.statement.statement_line` takes, None for what was not reported.
    failed : dict
        Code → message, for codes whose statements could not be obtained, or not all of them.
    notes : list of str
        Anything else to report, as for bars.
    in_order : bool
        Whether periods before a company's last one that have no row have none by the source's word.
    locate : Locate or None
        As for bars.
    """

    rows: list[StatementRow] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    in_order: bool = False
    locate: Locate | None = None


@dataclass(frozen=True, slots=True)
class FactorRequest:
    """A request for the adjustment factors of all days.

    Attributes
    ----------
    kind : Kind
        Stocks or funds: nothing else has payouts.
    codes : tuple of str
        Codes of this kind.
    """

    kind: Kind
    codes: tuple[str, ...]


@dataclass(slots=True)
class FetchedFactors:
    """The factors that a source delivered; it has none for a code mentioned nowhere in it.

    Attributes
    ----------
    steps : dict
        Code → its cumulative factors, built by `kline.adjust.steps.steps_of`.
    failed : dict
        Code → message, for codes without usable factors.
    """

    steps: dict[str, Steps] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class FetchedSecurities:
    """The securities that a source lists.

    Attributes
    ----------
    securities : list of Security
        All that are or were listed, by codes in our form.
    stale : dict
        List → what is wrong with the new one, and the age of the one kept instead.
    notes : list of str
        Anything else to report, above all what it lists and is dropped here.
    """

    securities: list[Security]
    stale: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """A request for the status of stocks.

    Attributes
    ----------
    codes : tuple of str
        Codes of stocks, all of which `status.status.covers`.
    start, end : str
        First and last trading day, YYYYMMDD.
    """

    codes: tuple[str, ...]
    start: str
    end: str


@dataclass(slots=True)
class FetchedStatus:
    """The status that a source delivered.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per code and day, in any order, unchecked: `code` and `trade_date` are text, the
        `status.status.COLUMNS` are float64 with NaN for what the source does not know, flags 1 or
        0. A stock has a row on days of suspension too. A value that cannot be read is infinite, and
        the day of a row without a readable one is empty, as for bars.
    failed : dict
        Code → message, for a code whose status could not be got: its absence says nothing.
    horizon : dict
        Code → the last day of which the source has a status, as for bars.
    sure_until : dict
        Code → the day up to which the source's silence is its word that there is no row.
    notes : list of str
        Anything else to report, as for bars.
    locate : Locate or None
        As for bars.
    """

    frame: "pd.DataFrame"
    failed: dict[str, str] = field(default_factory=dict)
    horizon: dict[str, str] = field(default_factory=dict)
    sure_until: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    locate: Locate | None = None


@dataclass(slots=True)
class FetchedMembers:
    """The members of groups, indices or industries, that a source delivered.

    Attributes
    ----------
    members : dict
        The group's code → all memberships that the source knows, also ended ones, in any order,
        unchecked. A group that is not named, or has none, is unknown to the source.
    failed : dict
        The group's code → message, for groups whose members could not be got.
    notes : list of str
        Anything else to report, as for bars.
    """

    members: dict[str, list[Membership]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class FetchedWeights:
    """The weights of an index's members that a source delivered.

    Attributes
    ----------
    days : dict
        Day, YYYYMMDD → code → its weight in percent, unchecked.
    notes : list of str
        Anything else to report, as for bars.
    """

    days: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Source(Protocol):
    """A source of bars, statements, adjustment factors and securities.

    Every method raises `UpstreamError` if the source as a whole fails.
    """

    @property
    def name(self) -> str:
        """The source's name, as it appears in answers."""

    @property
    def omits_untraded(self) -> bool:
        """Whether it leaves out intraday bars of minutes in which nobody traded."""

    def fetch_bars(self, request: BarRequest) -> FetchedBars:
        """Fetch the bars of final days; days that are not final yet are left out."""

    def fetch_statements(self, request: StatementRequest) -> FetchedStatements:
        """Fetch all published statements of the requested periods."""

    def fetch_factors(self, request: FactorRequest) -> FetchedFactors:
        """Fetch the adjustment factors of all days; those of future days are ignored."""

    def list_securities(self) -> FetchedSecurities:
        """List all securities that are or were listed."""

    def coverage_start(self, dataset: BarDataset | StatementDataset) -> str | None:
        """Return the first day, YYYYMMDD, for which the source has bars or a statement.

        None if it has no such data at all; `FIRST_DATE` if it cannot say where they begin.
        """

    def final_time(self, dataset: Dataset) -> str:
        """Return "HH:MM", Asia/Shanghai: when a trading day's rows of a dataset are final.

        Bars, status and factors are asked for; statements and groups go by the daily bars of
        stocks. Where the deployment sets a time of its own, the source was made with it.
        """


@runtime_checkable
class HasCalendar(Protocol):
    """A source that knows trading days, maybe of a year that the service does not know yet."""

    def trading_days(self, start: str, end: str) -> list[str] | None:
        """Return Shanghai's trading days of a range, YYYYMMDD, that the source knows of.

        None if it knows of none: then nothing follows from it.
        """


@runtime_checkable
class HasWholeDays(Protocol):
    """A source that counts requests, each for one code, or else for all codes of a day."""

    def whole_days_since(self, dataset: Dataset) -> str | None:
        """Return the first day, YYYYMMDD, that one request brings with all of its codes.

        From then on that holds for every day; None if there is no such request.
        """


@runtime_checkable
class HasStatus(Protocol):
    """A source that knows the status of stocks."""

    def fetch_status(self, request: StatusRequest) -> FetchedStatus:
        """Fetch the status of stocks on final days."""

    def status_start(self) -> str:
        """Return the first day, YYYYMMDD, for which the source has a status."""


@runtime_checkable
class HasMembers(Protocol):
    """A source that knows the members of indices and industries."""

    def fetch_members(self, groups: Sequence[str]) -> FetchedMembers:
        """Fetch all memberships of indices and industries."""

    def fetch_weights(self, index: str, start: str, end: str) -> FetchedWeights:
        """Fetch the weights of an index's members on the final days of a range."""

    def list_industries(self) -> list[Industry]:
        """List all industries."""


class ServerAccount(Protocol):
    """An account on a server, without its password and address; an SDK config is one."""

    @property
    def username(self) -> str: ...
    @property
    def port(self) -> int: ...


@runtime_checkable
class LogsIn(Protocol):
    """A source that requires a login."""

    def try_login(self, username: str, password: str, host: str, port: int) -> None: ...


def frame_columns(dataset: BarDataset) -> list[str]:
    """Return the column names of a frame of fetched bars, in order."""
    return [*_texts(dataset), *dataset.columns]


def join_frames(dataset: BarDataset, frames: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    """Concatenate frames of fetched bars; without any, return an empty frame of the same types."""
    return _joined(frames, _texts(dataset), dataset.columns)


def join_status(frames: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    """Concatenate frames of a fetched status; without any, return an empty one, as for bars."""
    return _joined(frames, ["code", "trade_date"], COLUMNS)


def _joined(
    frames: Sequence["pd.DataFrame"], texts: Sequence[str], numbers: Sequence[str]
) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415  see above

    if frames:
        return pd.concat(frames, ignore_index=True)
    types = dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "float64")
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})


def _texts(dataset: BarDataset) -> list[str]:
    return ["code", "trade_date", *(["kline_time"] if dataset.period.intraday else [])]


def login_of(source: Source) -> Callable[[ServerAccount, object, str], None] | None:
    """Return a function that tries a login; None for a source that requires none."""
    if not isinstance(source, LogsIn):
        return None

    def login(account: ServerAccount, address: object, password: str) -> None:
        source.try_login(account.username, password, str(address), account.port)

    return login
