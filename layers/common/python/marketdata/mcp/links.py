"""The way to all rows of a question, of which an answer shows some: a link to a file."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from marketdata import deployment
from marketdata.api.wire import LINK_SECONDS
from marketdata.kline.forms import csv_table

FOLDER = "answers/"
"""Where answers lie for a day that were too large for one response; these too."""


def csv_link(
    rows: Iterable[tuple[str, Mapping[str, Any]]], columns: Sequence[str]
) -> dict[str, Any]:
    """Write rows as a CSV file, and return what is told of it.

    Parameters
    ----------
    rows : iterable of (str, mapping)
        A code and a parsed row of it each.
    columns : sequence of str
        The columns after `code`.
    """
    body = csv_table(rows, columns)
    key = f"{FOLDER}{sha256(body).hexdigest()}.csv"
    deployment.bucket().write(key, body, "text/csv; charset=utf-8")
    return _told("csv", key, len(body))


def published_link(dataset: str, day: str) -> dict[str, Any] | None:
    """Return what is told of the published file that holds a day; None if there is none."""
    release = deployment.manifest().read(dataset, day[:4])
    part = release.parts.get(release.part_of(day))
    return _told("parquet", part.key, part.size) if part else None


def _told(form: str, key: str, size: int) -> dict[str, Any]:
    url = deployment.bucket().link(key, LINK_SECONDS)
    return {"format": form, "bytes": size, "expires_in": LINK_SECONDS, "url": url}
