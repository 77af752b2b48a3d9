"""Fetched rows that go to quarantine, counted by code and reason.

Only the upstream function imports this: it needs pandas.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
import pandas as pd

from marketdata.ingest.quarantine import Quarantine, placed, record_of
from marketdata.sources.source import Locate


def set_aside(
    quarantine: Quarantine, dataset: str, bad: pd.DataFrame, locate: Locate | None
) -> dict[str, dict[str, int]]:
    """Put rows into quarantine, and return their numbers by code and reason.

    Parameters
    ----------
    quarantine : Quarantine
        Where they go.
    dataset : str
        The name of their dataset.
    bad : DataFrame
        Rows with the columns `code` and `reason`.
    locate : Locate or None
        Finds where they came from, see `sources.source.FetchedBars`.
    """
    given: dict[str, list[Mapping[Any, Any]]] = {
        str(code): [*rows.to_dict("records")] for code, rows in bad.groupby("code", dropna=False)
    }
    places = placed(locate, given)
    for code, rows in given.items():
        records = [*zip(map(record_of, rows), places[code], strict=True)]
        records.sort(key=lambda record: orjson.dumps(record[0]))
        quarantine.set_aside(dataset, code, *zip(*records, strict=True))
    return {code: dict(Counter(row["reason"] for row in rows)) for code, rows in given.items()}
