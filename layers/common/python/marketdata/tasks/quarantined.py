"""Rows that were set aside instead of being stored, as `ingest.quarantine` keeps them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import batched
from typing import Any, NamedTuple, Protocol

import orjson

from marketdata.aws.clients import side_by_side

FOLDER = "quarantine/"
MOST_FILES = 500
"""Files that are read for one question, the newest ones; each holds what one fetch set aside."""
MOST_ROWS = 20_000
"""Rows after which no further files are read: a source that is wrong all over fills any memory."""
AT_ONCE = 20
"""Files that are read before their rows are counted."""

TIMES = ("kline_time", "trade_date", "reporting_period")
"""The columns that say of when a row is, the most exact one first."""


NOT_OF_THE_SOURCE = frozenset({"code", "reason", "file", "line"})
"""What a row has beside what the source gave; it is told apart."""


class QuarantineFiles(Protocol):
    """The part of a bucket that the reader uses."""

    def read_json(self, key: str) -> Any: ...
    def modified(self, prefix: str) -> Iterator[tuple[str, int]]: ...


class QuarantinedRow(NamedTuple):
    """A row that was set aside; a good one may have been stored since.

    Attributes
    ----------
    code : str
        As the source wrote it.
    at : str
        The day or the time of the row; empty if it has none.
    reason : str
        Why it must not be stored, in words.
    row : dict
        What the source gave.
    file, line : str or None, int or None
        Where it stands in the source's files; None for other sources.
    set_aside_at : str
        When that was last, ISO 8601, UTC.
    """

    code: str
    at: str
    reason: str
    row: dict[str, Any]
    set_aside_at: str
    file: str | None
    line: int | None

    @property
    def day(self) -> str:
        """The day as digits; empty if the row has none."""
        return self.at[:10].replace("-", "")


class Quarantined(NamedTuple):
    """Rows that were set aside, the newest first.

    Attributes
    ----------
    rows : list of QuarantinedRow
        Each once, whatever the number of fetches that set it aside.
    truncated : bool
        Whether there are older ones that were not looked at.
    """

    rows: list[QuarantinedRow]
    truncated: bool


def quarantined(
    files: QuarantineFiles, dataset: str, code: str = "", start: str = "", end: str = ""
) -> Quarantined:
    """Return what was set aside of a dataset.

    Parameters
    ----------
    files : QuarantineFiles
        The bucket.
    dataset : str
        The name of the dataset.
    code : str
        Only this code; empty for all.
    start, end : str
        Only rows of these days, "YYYYMMDD", and those of no day; empty for no limit.
    """
    prefix = f"{FOLDER}{dataset}/{code}/" if code else f"{FOLDER}{dataset}/"
    found = sorted(files.modified(prefix), key=lambda file: (file[1], file[0]), reverse=True)
    rows: dict[bytes, QuarantinedRow] = {}
    looked_at = 0
    for some in batched(found[:MOST_FILES], AT_ONCE, strict=False):
        contents = side_by_side(lambda file: files.read_json(file[0]), some)
        for (key, written), content in zip(some, contents, strict=True):
            moment = datetime.fromtimestamp(written, UTC).isoformat()
            for each in content:
                row = _row(key.split("/")[2], each, moment)
                if not row.day or start <= row.day <= (end or "9"):
                    rows.setdefault(orjson.dumps(row[:4]), row)
        looked_at += len(some)
        if len(rows) >= MOST_ROWS:
            break
    kept = sorted(rows.values(), key=lambda row: (row.code, row.at))
    kept.sort(key=lambda row: row.set_aside_at, reverse=True)
    return Quarantined(kept, looked_at < len(found))


def _row(code: str, content: dict[str, Any], moment: str) -> QuarantinedRow:
    reason = str(content.get("reason", ""))
    at = next((str(content[name]) for name in TIMES if content.get(name)), "")
    row = {name: value for name, value in content.items() if name not in NOT_OF_THE_SOURCE}
    return QuarantinedRow(code, at, reason, row, moment, content.get("file"), content.get("line"))
