"""What is held of a dataset, added up from the counts of its parts. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from marketdata.blocks.dataset import Dataset
from marketdata.blocks.days import ends, parts_between
from marketdata.tasks.comparison import COUNTS

type Row = dict[str, Any]
"""The counts of a part, as `tasks.survey` keeps them."""


class Holdings(NamedTuple):
    """What the cache holds of a dataset, and how complete it is.

    Attributes
    ----------
    since, until : str
        First and last counted day, "YYYYMMDD": the first one that at least half of the codes have,
        or else that any has, and the last one that was final.
    newest_day : str
        The newest day of which any row is stored; empty if none is.
    expected, present, absent, unconfirmed, missing : int
        Days, added up over the codes; expected is the sum of the others.
    missing_codes : int
        Codes that lack any of these days.
    newest_missing : int
        Codes without a row of the day `until` that should have one, unconfirmed ones included.
    blocks, rows : int
        All that is stored.
    as_of : str
        When its oldest count was made, or last found to hold; ISO 8601, UTC.
    waiting : int
        Parts whose counts no longer hold, or that are not counted yet: they are counted next.
    """

    since: str
    until: str
    newest_day: str
    expected: int
    present: int
    absent: int
    unconfirmed: int
    missing: int
    missing_codes: int
    newest_missing: int
    blocks: int
    rows: int
    as_of: str
    waiting: int

    @property
    def percent(self) -> float | None:
        """The share of the expected days that nothing is open about, rounded down; None of 0."""
        if not self.expected:
            return None
        return 10_000 * (self.present + self.absent) // self.expected / 100


def summary(dataset: Dataset, rows: Sequence[Row], waiting: Collection[str] = ()) -> Holdings:
    """Add up a survey's parts, back from the newest one to the beginning of the range."""
    run = _run(dataset, rows)
    total: Counter[str] = Counter()
    codes: set[str] = set()
    for row in run:
        total.update({name: row[name] for name in COUNTS})
        codes.update(row["codes"])
    newest = run[-1]
    return Holdings(
        since=run[0]["since"],
        until=newest["until"],
        newest_day=max(row["newest_day"] for row in rows),
        missing_codes=len(codes),
        newest_missing=newest["newest_missing"],
        blocks=sum(row["blocks"] for row in rows),
        rows=sum(row["rows"] for row in rows),
        as_of=min(row["at"] for row in rows),
        waiting=len(waiting),
        **{name: total[name] for name in COUNTS},
    )


def first_part(rows: Iterable[Row]) -> str:
    """Return the part that begins the range: the first with a day that most codes have.

    If there is none, the first in which anything is stored.
    """
    known = list(rows)
    most = [row["part"] for row in known if row["common"]]
    return min(most or [row["part"] for row in known if row["blocks"]], default="")


def _run(dataset: Dataset, rows: Sequence[Row]) -> list[Row]:
    """Return the rows of the range, as far back from the newest one as none is lacking."""
    by_part = {row["part"]: row for row in rows}
    parts = parts_between(dataset, ends(first_part(rows))[0], ends(rows[-1]["part"])[1])
    gap = max((at for at, part in enumerate(parts) if part not in by_part), default=-1)
    return [by_part[part] for part in parts[gap + 1 :]]


def lacking(dataset: Dataset, rows: Sequence[Row], until: str) -> list[str]:
    """List the parts of the range, in order, that are not counted, or from another day on."""
    if not rows:
        return []
    first = first_part(rows)
    right = {row["part"] for row in rows if row["whole"] is (row["part"] != first)}
    return [part for part in parts_between(dataset, ends(first)[0], until) if part not in right]
