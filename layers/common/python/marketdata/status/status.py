"""What the status of a stock on a day is: its fields, its dataset, and the text of one row. Pure.

A row is one line of compact JSON that begins like that of a bar (see `kline.bars`), so stored text
is cut and merged by the same functions::

    {"trade_date":"20240102","pre_close":6.62,"limit_up":7.28,"limit_down":5.96,"is_st":false,…
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.securities import Security

PRICES = ("pre_close", "limit_up", "limit_down")
FLAGS = ("is_st", "suspended", "ex_right", "ex_dividend")
COLUMNS = (*PRICES, *FLAGS)
"""The names of a row's values, in the order in which they are returned; null where the source does
not know.

`pre_close` is the exchange's previous close, on an ex-date already lowered; it and the limits are
in yuan. The limits are those that the source says: no rule here computes one. The flags are true or
false: `ex_right` on a day on which shares are given (除权), `ex_dividend` on one on which cash is
paid (除息).
"""

MARKETS = frozenset({"SH", "SZ"})
"""The markets of whose stocks sources know the status."""


@dataclass(frozen=True, slots=True)
class StatusDataset:
    """The status of all stocks; blocks and tasks use it as they use `kline.bars.BarDataset`.

    A stock has a row on every trading day of its life, on days of suspension too.
    """

    @property
    def name(self) -> str:
        """The dataset's name, "stock.status"."""
        return f"{self.kind}.status"

    @property
    def kind(self) -> Kind:
        """The kind of security that the rows are about."""
        return Kind.STOCK

    @property
    def intraday(self) -> bool:
        """False: a part is a year, as it is for daily bars."""
        return False

    @property
    def one_a_day(self) -> bool:
        """True."""
        return True

    @property
    def operation(self) -> str:
        """The operation by which the upstream function fetches it."""
        return "fetch_status"

    def part_of(self, day: str) -> str:
        """Return the part that holds a day; see `Period.part_of`."""
        return Period.DAILY.part_of(day)


STATUS = StatusDataset()


def covers(security: Security) -> bool:
    """Check whether a security is one of those that have a status."""
    return security.kind is Kind.STOCK and security.market in MARKETS


def status_lines(columns: Mapping[str, Sequence[object]]) -> list[bytes]:
    """Write rows as the lines of a block; their order is kept.

    Parameters
    ----------
    columns : mapping of str to sequence
        Of equal length, one value per row: `trade_date` as "YYYYMMDD", and `COLUMNS`, prices as
        float or None and flags as bool or None.

    Raises
    ------
    KeyError
        A column is missing.
    ValueError
        The lengths differ.
    """
    names = ("trade_date", *COLUMNS)
    rows = zip(*(columns[name] for name in names), strict=True)
    return [orjson.dumps(dict(zip(names, row, strict=True))) for row in rows]
