"""What can be stored: kinds of securities, periods, and the protocol of datasets. Pure."""

from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """What a code stands for."""

    STOCK = "stock"
    INDEX = "index"
    ETF = "etf"
    FUTURE = "future"


class Period(StrEnum):
    """How much time a bar spans."""

    DAILY = "daily"
    MIN1 = "min1"
    MIN5 = "min5"
    MIN15 = "min15"
    MIN30 = "min30"
    MIN60 = "min60"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def stored(self) -> bool:
        """Whether bars of this period are stored; others are computed from those of `base`."""
        return self.base is self

    @property
    def intraday(self) -> bool:
        """Whether a day has several bars of this period."""
        return self.startswith("min")

    @property
    def base(self) -> "Period":
        """The stored period that bars of this period come from."""
        return Period.DAILY if self in (Period.WEEKLY, Period.MONTHLY) else self

    @property
    def finer(self) -> "Period | None":
        """The stored period from which days that lack bars are computed; None if there is none."""
        return Period.MIN1 if self.intraday and self is not Period.MIN1 else None

    def part_of(self, day: str) -> str:
        """Return the part that holds a day: its year, or for intraday bars its month.

        Parameters
        ----------
        day : str
            YYYYMMDD.

        Returns
        -------
        str
            "2024", or "2024-01".
        """
        return f"{day[:4]}-{day[4:6]}" if self.intraday else day[:4]


class Dataset(Protocol):
    """What blocks may hold.

    Bars (`kline.bars.BarDataset`), the status of stocks (`status.status.StatusDataset`), statements
    (`finance.statement.StatementDataset`), or factors (`kline.adjust.steps.FactorDataset`).
    """

    @property
    def name(self) -> str:
        """The dataset's name, such as "stock.daily" or "finance.income"."""

    @property
    def kind(self) -> Kind:
        """The kind of security that the rows are about."""

    @property
    def intraday(self) -> bool:
        """Whether a day has many rows, so that a part is a month and not a year."""

    @property
    def one_a_day(self) -> bool:
        """Whether a code has at most one row per day."""

    @property
    def operation(self) -> str:
        """The operation by which the upstream function fetches it; see `upstream.client`."""


STORED_PERIODS = [period for period in Period if period.stored]
