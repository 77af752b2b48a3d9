"""Securities: how their codes are written, what they stand for, and how long they live."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.errors import NotFoundError

CODE_PATTERN = r"^[A-Z]{0,2}[0-9]{3,6}\.[A-Z]{2,3}$"
"""How a code is written: 600000.SH, IF2401.CFE, TA501.CZC."""

SECURITY_TYPES = {
    "EXTRA_STOCK_A": Kind.STOCK,
    "EXTRA_FUTURE": Kind.FUTURE,
    "EXTRA_ETF": Kind.ETF,
    "EXTRA_INDEX_A": Kind.INDEX,
}
"""The vendor's names for the kinds, as the API accepts them."""

FIRST_DATE, LAST_DATE = "00010101", "99991231"


@dataclass(frozen=True, slots=True)
class Security:
    """One security: its code and its life.

    Attributes
    ----------
    code : str
        Such as "600000.SH" or "IF2401.CFE".
    name : str
        As the source writes it.
    kind : Kind
        What the code stands for.
    market : str
        The code's suffix, one of `catalog.calendar.MARKETS`.
    list_date, delist_date : str or None
        First and last trading day, YYYYMMDD; None if there is no such limit or it is unknown.
    """

    code: str
    name: str
    kind: Kind
    market: str
    list_date: str | None = None
    delist_date: str | None = None

    def alive(self, start: str, end: str) -> bool:
        """Check whether it lives on any day from `start` to `end`, both included, YYYYMMDD."""
        first, last = life(self)
        return first <= end and start <= last


def life(security: Security) -> tuple[str, str]:
    """Return the first and the last day on which bars may exist, YYYYMMDD.

    An index is computed back to days before its publication, so its list date is not a limit.
    """
    first = None if security.kind is Kind.INDEX else security.list_date
    return first or FIRST_DATE, security.delist_date or LAST_DATE


def market_of(code: str) -> str:
    """Return a code's suffix: "SH" for "600000.SH"."""
    return code.rpartition(".")[2]


def variety_of(code: str) -> str:
    """Return a future's variety: "IF" for "IF2401.CFE" and for "IF" itself; "" for a stock."""
    return code.partition(".")[0].rstrip("0123456789")


class Catalog:
    """All securities of a source, in memory.

    Parameters
    ----------
    securities : iterable of Security
        In any order; if a code occurs more than once, the last one counts.
    refreshed_at : str
        When the source was asked, ISO 8601.
    source : str
        The source's name.
    first_days : mapping
        By dataset name, the first day that the source has, YYYYMMDD.
    """

    def __init__(
        self,
        securities: Iterable[Security],
        refreshed_at: str,
        source: str,
        first_days: Mapping[str, str],
    ) -> None:
        self._by_code = {security.code: security for security in securities}
        self.refreshed_at = refreshed_at
        self.source = source
        self.first_days = first_days

    def __len__(self) -> int:
        return len(self._by_code)

    def get(self, code: str) -> Security | None:
        """Return a code's security, or None if the code is unknown."""
        return self._by_code.get(code)

    def known(self, codes: Sequence[str], kinds: Collection[Kind]) -> dict[str, Security]:
        """Return, by code and in the order given, the known securities of the given kinds.

        Raises
        ------
        NotFoundError
            None of the codes is known.
        """
        found = {
            code: security
            for code in codes
            if (security := self.get(code)) and security.kind in kinds
        }
        if not found:
            raise NotFoundError(f"none of the codes is known: {', '.join(codes[:10])}")
        return found

    def coverage_start(self, dataset: Dataset) -> str:
        """Return the first day that the source has of a dataset, or `FIRST_DATE` if not stated."""
        return self.first_days.get(dataset.name, FIRST_DATE)

    def of_kind(self, kind: Kind, day: str | None = None) -> list[Security]:
        """List the securities of a kind, sorted by code; given a day, only those alive on it."""
        found = (security for security in self._by_code.values() if security.kind is kind)
        alive = (each for each in found if day is None or each.alive(day, day))
        return sorted(alive, key=lambda security: security.code)

    def to_rows(self) -> list[dict[str, str | None]]:
        """Return rows that can be written as JSON, sorted by code; `from_rows` reads them."""
        return [
            {
                "code": security.code,
                "name": security.name,
                "type": security.kind.value,
                "list_date": security.list_date,
                "delist_date": security.delist_date,
            }
            for _, security in sorted(self._by_code.items())
        ]

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, str | None]],
        refreshed_at: str,
        source: str,
        first_days: Mapping[str, str],
    ) -> Self:
        """Read what `to_rows` returned.

        Raises
        ------
        KeyError, ValueError
            A row lacks a field, or its type is not a `Kind`.
        """
        return cls((security_of(row) for row in rows), refreshed_at, source, first_days)


def security_of(row: Mapping[str, str | None]) -> Security:
    """Read one row: `code`, `name`, `type`, `list_date`, `delist_date`; an empty date is None.

    Raises
    ------
    KeyError, ValueError
        A field is missing, or the type is not a `Kind`.
    """
    code = row["code"] or ""
    return Security(
        code=code,
        name=row["name"] or "",
        kind=Kind(row["type"] or ""),
        market=market_of(code),
        list_date=row["list_date"] or None,
        delist_date=row["delist_date"] or None,
    )
