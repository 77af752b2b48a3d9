"""Securities: how their codes are written, what they stand for, and how long they live."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Self

from marketdata.blocks.dataset import Dataset, Kind
from marketdata.catalog.calendar import FINAL_TIME
from marketdata.errors import NotFoundError

CODE_PATTERN = r"^[A-Z]{0,2}[0-9]{3,6}\.[A-Z]{2,3}$"
"""How a code is written: 600000.SH, IF2401.CFE, TA501.CZC."""


class SecurityType(NamedTuple):
    """What one of the names in `SECURITY_TYPES` stands for.

    Attributes
    ----------
    kind : Kind
        The kind.
    markets : frozenset of str
        The only markets; empty for all that have the kind.
    """

    kind: Kind
    markets: frozenset[str] = frozenset()


SECURITY_TYPES = {
    "EXTRA_STOCK_A": SecurityType(Kind.STOCK, frozenset({"SH", "SZ"})),
    "EXTRA_STOCK_A_ALL": SecurityType(Kind.STOCK),
    "SH_A": SecurityType(Kind.STOCK, frozenset({"SH"})),
    "SZ_A": SecurityType(Kind.STOCK, frozenset({"SZ"})),
    "BJ_A": SecurityType(Kind.STOCK, frozenset({"BJ"})),
    "EXTRA_FUTURE": SecurityType(Kind.FUTURE),
    "EXTRA_ETF": SecurityType(Kind.ETF),
    "EXTRA_INDEX_A": SecurityType(Kind.INDEX),
}
"""The vendor's names of kinds and their markets, as the API accepts them. 沪深A股 is its
`EXTRA_STOCK_A` by the API's document; for all three markets we have a name of our own."""

FIRST_DATE, LAST_DATE = "00010101", "99991231"

DAILY_STOCKS = "stock.daily"
"""The dataset whose last final day stands for that of the whole market."""

type Dates = tuple[str | None, str | None]
"""First and last trading day of a life, YYYYMMDD; None as in `Security`."""
_CODE = re.compile(CODE_PATTERN)


@dataclass(frozen=True, slots=True)
class Security:
    """One security: its code and its life, or lives.

    A code may be given again: TA409.CZC was a contract of 2014 and is one of 2024, and 600018.SH
    was listed twice. A code that replaced another is a security of its own.

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
        First and last trading day, YYYYMMDD; None if there is no such limit or it is unknown. If
        the code has had several lives, those of the latest one.
    earlier : tuple of Dates
        The lives before that one, in the order of time; no two of a code's lives share a day.
    initials : str
        The name in the first letters of its pinyin, "pfyh" for 浦发银行; where characters can be
        read in several ways, each reading, separated by blanks. Empty where nobody worked it out.
    spelling : str or None
        How the source writes the code, if not as we do: "rb2405.SHF" for "RB2405.SHF".
    """

    code: str
    name: str
    kind: Kind
    market: str
    list_date: str | None = None
    delist_date: str | None = None
    earlier: tuple[Dates, ...] = ()
    initials: str = ""
    spelling: str | None = None

    def alive(self, start: str, end: str) -> bool:
        """Check whether it lives on any day from `start` to `end`, both included, YYYYMMDD."""
        if not self.earlier:
            first, last = life(self)
            return first <= end and start <= last
        return any(first <= end and start <= last for first, last in lives(self))


def life(security: Security) -> tuple[str, str]:
    """Return the first and the last day on which bars may exist, YYYYMMDD.

    Between them no bar may exist on days that are in none of several `lives`. An index is computed
    back to days before its publication, so its list date is not a limit.
    """
    first = security.earlier[0][0] if security.earlier else security.list_date
    if security.kind is Kind.INDEX:
        first = None
    return first or FIRST_DATE, security.delist_date or LAST_DATE


def lives(security: Security) -> Sequence[tuple[str, str]]:
    """Return the first and the last day of each life, YYYYMMDD, in the order of time.

    A life of which the beginning is not known begins after the one before it.
    """
    if not security.earlier or security.kind is Kind.INDEX:
        return (life(security),)
    found: list[tuple[str, str]] = []
    for first, last in dates_of(security):
        since = first or (day_after(found[-1][1]) if found else FIRST_DATE)
        found.append((since, last or LAST_DATE))
    return found


def dates_of(security: Security) -> Sequence[Dates]:
    """Return the dates of all its lives as they were given, in the order of time."""
    return (*security.earlier, (security.list_date, security.delist_date))


def day_after(day: str) -> str:
    """Return the day after a day, YYYYMMDD."""
    return f"{date.fromisoformat(day) + timedelta(days=1):%Y%m%d}"


def our_code(text: str) -> str | None:
    """Return a code as we write it, whatever the case of its letters; None for what is no code.

    The exchanges write `rb2405.SHF`, and so do some sources; here it is `RB2405.SHF`.
    """
    code = text.strip().upper()
    return code if _CODE.fullmatch(code) else None


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
        In any order; if a code occurs more than once, the last one counts: `catalog.lives` joins
        the lives of one code.
    refreshed_at : str
        When the source was asked, ISO 8601.
    source : str
        The source's name.
    first_days : mapping
        By dataset name, the first day that the source has, YYYYMMDD; None if it has no such data.
    later_years : mapping, optional
        Year → trading days, see `catalog.known_years`; None if the source has no calendar.
    final_times : mapping, optional
        By dataset name, "HH:MM", Asia/Shanghai, from which a trading day's rows are final.
    whole_days : mapping, optional
        By dataset name, the first day, YYYYMMDD, that the source can be asked for with all codes.
    """

    def __init__(
        self,
        securities: Iterable[Security],
        refreshed_at: str,
        source: str,
        first_days: Mapping[str, str | None],
        later_years: Mapping[int, int] | None = None,
        *,
        final_times: Mapping[str, str] | None = None,
        whole_days: Mapping[str, str] | None = None,
    ) -> None:
        self._by_code = {security.code: security for security in securities}
        self.refreshed_at = refreshed_at
        self.source = source
        self.first_days = first_days
        self.later_years = later_years
        self.final_times = final_times or {}
        self.whole_days = whole_days or {}

    def __len__(self) -> int:
        return len(self._by_code)

    def securities(self) -> Collection[Security]:
        """Return all securities, each code once."""
        return self._by_code.values()

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
            named = [*codes[:10]]
            raise NotFoundError(
                f"none of the codes is known: {', '.join(named)}", key="unknown_codes", codes=named
            )
        return found

    def coverage_start(self, dataset: Dataset) -> str | None:
        """Return the first day that the source has of a dataset, or `FIRST_DATE` if not stated.

        None if it does not have the dataset at all.
        """
        return self.first_days.get(dataset.name, FIRST_DATE)

    def final_time(self, dataset: str) -> str:
        """Return the time from which a trading day's rows of a dataset, by its name, are final.

        What has none of its own, such as a statement, is final with the daily bars of stocks.
        """
        return self.final_times.get(dataset) or self.final_times.get(DAILY_STOCKS, FINAL_TIME)

    def whole_days_since(self, dataset: Dataset) -> str | None:
        """Return the first day that the source can be asked for with all codes; None if none."""
        return self.whole_days.get(dataset.name)

    def of_kind(self, kind: Kind, day: str | None = None) -> list[Security]:
        """List the securities of a kind, sorted by code; given a day, only those alive on it."""
        found = (security for security in self._by_code.values() if security.kind is kind)
        alive = (each for each in found if day is None or each.alive(day, day))
        return sorted(alive, key=lambda security: security.code)

    def of_type(self, wanted: SecurityType, day: str | None = None) -> list[Security]:
        """List the securities of a type as `of_kind` does."""
        found = self.of_kind(wanted.kind, day)
        return [each for each in found if not wanted.markets or each.market in wanted.markets]

    def to_rows(self) -> list[dict[str, Any]]:
        """Return rows that can be written as JSON, sorted by code; `from_rows` reads them."""
        return [row_of(security) for _, security in sorted(self._by_code.items())]

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, Any]],
        refreshed_at: str,
        source: str,
        first_days: Mapping[str, str | None],
        *,
        final_times: Mapping[str, str] | None = None,
        whole_days: Mapping[str, str] | None = None,
    ) -> Self:
        """Read what `to_rows` returned.

        Raises
        ------
        KeyError, ValueError
            A row lacks a field, or its type is not a `Kind`.
        """
        securities = (security_of(row) for row in rows)
        return cls(
            securities,
            refreshed_at,
            source,
            first_days,
            final_times=final_times,
            whole_days=whole_days,
        )


def row_of(security: Security) -> dict[str, Any]:
    """Return one security as a row that can be written as JSON; `security_of` reads it."""
    row: dict[str, Any] = {
        "code": security.code,
        "name": security.name,
        "type": security.kind.value,
        "list_date": security.list_date,
        "delist_date": security.delist_date,
    }
    if security.earlier:
        row["earlier"] = security.earlier
    if security.spelling:
        row["spelling"] = security.spelling
    if security.initials:
        row["initials"] = security.initials
    return row


def security_of(row: Mapping[str, Any]) -> Security:
    """Read one row: `code`, `name`, `type`, `list_date`, `delist_date`; an empty date is None.

    `earlier`, `initials` and `spelling` may be missing.

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
        earlier=tuple((first, last) for first, last in row.get("earlier", ())),
        initials=row.get("initials", ""),
        spelling=row.get("spelling") or None,
    )
