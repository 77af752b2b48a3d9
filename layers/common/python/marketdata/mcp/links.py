"""The way to all rows of a question, of which an answer shows some: a link to a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marketdata import deployment
from marketdata.api.row_form import CSV_TYPE
from marketdata.api.wire import LINK_SECONDS, park
from marketdata.kline.forms import csv_table


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
    return _told("csv", park(body, CSV_TYPE), len(body))


def published_link(dataset: str, day: str) -> dict[str, Any] | None:
    """Return what is told of the published file that holds a day; None if there is none."""
    release = deployment.manifest().read(dataset, day[:4])
    part = release.parts.get(release.part_of(day))
    if part is None:
        return None
    return _told("parquet", deployment.bucket().link(part.key, LINK_SECONDS), part.size)


def _told(form: str, url: str, size: int) -> dict[str, Any]:
    return {"format": form, "bytes": size, "expires_in": LINK_SECONDS, "url": url}
