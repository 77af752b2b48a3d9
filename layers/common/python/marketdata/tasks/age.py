"""The age of the newest stored day: by how many trading days the daily bars are behind."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from marketdata.aws.metrics import put_metric
from marketdata.blocks.block import BlockCoverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bit_of
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FinalDay, trading_days
from marketdata.catalog.securities import Catalog
from marketdata.kline.bars import BarDataset
from marketdata.tasks.comparison import NOT_STORED
from marketdata.tasks.plan import LOOK_BACK
from marketdata.tasks.scope import DataType, Scope, in_scope

PUNCTUAL = 0.5
"""The part of a market's codes that a source has of the newest day if it is not late."""

WATCHED = (Kind.STOCK, Kind.FUTURE)
"""The kinds whose age is measured: those that have schedules."""


@dataclass(frozen=True, slots=True)
class NewestDay:
    """The newest day of the stored daily bars.

    Parameters
    ----------
    store : BlockStore
        The stored blocks.
    catalog : callable
        Returns the catalog.
    final_day : FinalDay
        Returns the last trading day whose rows of a dataset are final.
    """

    store: BlockStore
    catalog: Callable[[], Catalog]
    final_day: FinalDay

    def measure(self) -> None:
        """Record the age of every kind that has a schedule as the metric `NewestFinalDayAge`."""
        for kind in WATCHED:
            dataset = BarDataset(kind, Period.DAILY)
            put_metric("NewestFinalDayAge", self.age(kind), dataset=dataset.name)

    def is_late(self, schedule: str) -> bool:
        """Check whether the source was late with the last final day when a schedule's fill ran."""
        status = schedule == DataType.STATUS
        return self.age(Kind.STOCK if status else Kind(schedule), status=status) > 0

    def age(self, kind: Kind, *, status: bool = False) -> int:
        """Return how many trading days there are after the newest stored day of bars or status.

        A day is stored if in every market at least `PUNCTUAL` of the codes that should have a bar
        of it have one, or are known to have none: single codes may lack it for reasons of their
        own. 0 means the last final day itself, and that the source has no such rows at all. Days
        before `LOOK_BACK` are not looked at.
        """
        dataset = Scope(kind, Period.DAILY, "", "", status=status).dataset
        if self.catalog().coverage_start(dataset) is None:
            return 0
        final_until = self.final_day(dataset.name)
        start = (date.fromisoformat(final_until) - LOOK_BACK).strftime("%Y%m%d")
        days = trading_days("SH", start, final_until)
        stored: dict[str, Mapping[str, BlockCoverage]] = {}
        for age, day in enumerate(reversed(days)):
            scope = Scope(kind, Period.DAILY, day, day, status=status)
            part = Period.DAILY.part_of(day)
            if part not in stored:
                stored[part] = self.store.coverage(scope.dataset.name, part)
            if self._is_there(scope, stored[part], bit_of(part, day)):
                return age
        return len(days)

    def _is_there(self, scope: Scope, stored: Mapping[str, BlockCoverage], day: int) -> bool:
        expected, held = Counter[str](), Counter[str]()
        for security in in_scope(self.catalog(), scope):
            known = stored.get(security.code, NOT_STORED).coverage
            expected[security.market] += 1
            held[security.market] += bool((known.present | known.absent) & day)
        return all(held[market] >= PUNCTUAL * count for market, count in expected.items())
