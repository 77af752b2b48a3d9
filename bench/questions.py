"""The questions that every peer is asked."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from bench.market import Market


@dataclass(frozen=True, slots=True)
class Question:
    """A request for bars.

    Attributes
    ----------
    name : str
        Its name in the results.
    market : str
        "made" or "real".
    period : str
        "daily" or "min1".
    codes : tuple of str
        The codes.
    start, end : str
        First and last day, "YYYYMMDD".
    """

    name: str
    market: str
    period: str
    codes: tuple[str, ...]
    start: str
    end: str

    @property
    def table(self) -> str:
        """The name under which a peer stores the bars that hold the answer."""
        return f"{self.market}_{self.period}"

    @property
    def query(self) -> dict[str, str]:
        """The parameters of `GET /stock/kline`."""
        return {
            "codes": ",".join(self.codes),
            "start_date": self.start,
            "end_date": self.end,
            "period": self.period,
        }

    @classmethod
    def parse(cls, fields: dict[str, Any]) -> Self:
        """Build a question from the result of `fields`, after a round trip through JSON."""
        return cls(**fields | {"codes": tuple(fields["codes"])})

    def fields(self) -> dict[str, Any]:
        """Return the question as a dict that JSON can hold."""
        return asdict(self)


def of_made(daily: Market, minutes: Market) -> list[Question]:
    """Return the questions about the synthetic market.

    Many codes, the most common call, many years, many minutes.
    """
    many = tuple(daily.codes[at] for at in daily.spread(50))
    one = (daily.codes[len(daily.codes) // 3],)
    busy = (minutes.codes[len(minutes.codes) // 3],)
    return [
        Question("50x1y", "made", "daily", many, "20240101", "20241231"),
        Question("1x1m", "made", "daily", one, "20240101", "20240131"),
        Question("1x10y", "made", "daily", one, "20160101", "20251231"),
        Question("min1_month", "made", "min1", busy, "20240301", "20240331"),
    ]


def of_real(daily: Market, minutes: Market) -> list[Question]:
    """Return the questions about real bars: all stocks, the longest history, a month of minutes."""
    longest = max(range(len(daily.codes)), key=lambda at: int(daily.traded[at].sum()))
    codes = tuple(daily.codes)
    return [
        Question("real_all_x1y", "real", "daily", codes, "20190101", "20191231"),
        Question("real_1x10y", "real", "daily", (codes[longest],), "20110101", "20201231"),
        Question("real_min1_month", "real", "min1", tuple(minutes.codes), "20200301", "20200331"),
    ]
