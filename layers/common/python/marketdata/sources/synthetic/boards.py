"""The boards of the synthetic exchanges: which stocks there are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Board:
    """A series of stock codes, 3 apart from `first` on, and the range of their listing dates."""

    first: int
    market: str
    count: int
    since: str
    until: str

    def code(self, number: int) -> str:
        """Return one of its codes, counted from 0."""
        return f"{self.first + 3 * number:06}.{self.market}"


BOARDS = (
    Board(600000, "SH", 90, "19991110", "20171231"),
    Board(603001, "SH", 30, "20150105", "20241231"),
    Board(688001, "SH", 30, "20190722", "20261231"),
    Board(1, "SZ", 50, "19910403", "20001231"),
    Board(2001, "SZ", 40, "20040625", "20201231"),
    Board(300001, "SZ", 45, "20091030", "20191231"),
    Board(301001, "SZ", 15, "20210824", "20261231"),
)
