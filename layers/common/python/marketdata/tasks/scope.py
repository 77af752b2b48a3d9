"""The scope of a task: the bars, status or statements that it is about. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from marketdata.blocks.dataset import STORED_PERIODS, Dataset, Kind, Period
from marketdata.blocks.days import parts_between
from marketdata.catalog.securities import FIRST_DATE, LAST_DATE, Catalog, Security
from marketdata.catalog.window import Window
from marketdata.details import Detail
from marketdata.finance.periods import calendar_of, final_of, with_prospectus
from marketdata.finance.statement import Statement, StatementDataset
from marketdata.kline.bars import BarDataset
from marketdata.status.status import STATUS, covers


class DataType(StrEnum):
    """What of its securities a task is about."""

    BARS = "bars"
    STATUS = "status"
    STATEMENTS = "statements"


class ContractType(StrEnum):
    """Which futures contracts a task is about."""

    ALL = "all"
    MAIN = "main"


@dataclass(frozen=True, slots=True)
class Scope:
    """The bars, status or statements that a task is about.

    Attributes
    ----------
    kind : Kind
        The kind of security.
    period : Period or Statement
        A stored period, daily for a status, or a type of statement.
    start, end : str
        First and last day, "YYYYMMDD".
    codes : tuple of str
        Only these codes; empty for every code of the kind that was alive in the range.
    recheck_absent : bool
        Whether to ask the source again for days on which it had nothing before.
    contract_type : ContractType
        For futures, all contracts or only those that were main on any day of the range.
    clear_lost : bool
        Whether a verify task clears lost blocks even if the bucket seems to be away.
    status : bool
        Whether it is about the daily status of stocks, and not about their bars.
    """

    kind: Kind
    period: Period | Statement
    start: str
    end: str
    codes: tuple[str, ...] = ()
    recheck_absent: bool = False
    contract_type: ContractType = ContractType.ALL
    clear_lost: bool = False
    status: bool = False

    @property
    def data_type(self) -> DataType:
        """What of its securities it is about."""
        if isinstance(self.period, Statement):
            return DataType.STATEMENTS
        return DataType.STATUS if self.status else DataType.BARS

    @property
    def dataset(self) -> Dataset:
        """The dataset that the scope selects from."""
        if self.status:
            return STATUS
        if isinstance(self.period, Statement):
            return StatementDataset(self.period)
        return BarDataset(self.kind, self.period)


_EVER = FIRST_DATE, LAST_DATE

DATASETS = {
    scope.dataset.name: scope
    for scope in (
        *(Scope(kind, period, *_EVER) for kind in Kind for period in STORED_PERIODS),
        Scope(Kind.STOCK, Period.DAILY, *_EVER, status=True),
        *(Scope(Kind.STOCK, statement, *_EVER) for statement in Statement),
    )
}
"""Every dataset that tasks are about, by its name: the scope of all that it could ever have."""


def in_scope(catalog: Catalog, scope: Scope, *, to_ask: bool = False) -> list[Security]:
    """List the securities of a scope: those of its kind and codes that are alive in its range.

    Parameters
    ----------
    catalog : Catalog
        All securities.
    scope : Scope
        The scope.
    to_ask : bool
        Whether the list is for asking the source. For statements, a company's life then begins
        with the periods of its prospectus: they are worth asking for although they are not
        expected, see `finance.periods.with_prospectus`.
    """
    named = set(scope.codes)
    found = catalog.of_kind(scope.kind)
    if scope.dataset == STATUS:
        found = [security for security in found if covers(security)]
    if to_ask and isinstance(scope.dataset, StatementDataset):
        found = [with_prospectus(security) for security in found]
    return [
        security
        for security in found
        if security.alive(scope.start, scope.end) and (not named or security.code in named)
    ]


def window_of(scope: Scope, catalog: Catalog, final_until: str, now: int) -> Window:
    """Give the days that a task is about."""
    dataset = scope.dataset
    return Window(
        scope.start,
        scope.end,
        catalog.coverage_start(dataset),
        final_of(dataset, final_until),
        calendar_of(dataset),
        now,
    )


def not_covered(scope: Scope, catalog: Catalog) -> list[Detail]:
    """Return what to say of a task about data that the source does not have, if it does not."""
    if catalog.coverage_start(scope.dataset) is not None:
        return []
    said = f"the source {catalog.source} has no {scope.dataset.name}: there is nothing to do"
    return [Detail("upstream_lacks_data", said)]


def parts_of(scope: Scope, window: Window) -> list[str]:
    """List the parts in which rows can be expected.

    The range is clipped first, because a request may span the years 1 to 9999.
    """
    first = max(window.start, window.covered_from, window.calendar.first)
    return parts_between(scope.dataset, first, min(window.end, window.final_until))
