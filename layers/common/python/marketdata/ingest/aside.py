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
    counts: dict[str, dict[str, int]] = {}
    for code, rows in bad.groupby("code", dropna=False):
        given: list[Mapping[Any, Any]] = [*rows.to_dict("records")]
        records = [*zip(map(record_of, given), placed(locate, str(code), given), strict=True)]
        records.sort(key=lambda record: orjson.dumps(record[0]))
        quarantine.set_aside(dataset, str(code), *zip(*records, strict=True))
        counts[str(code)] = dict(Counter(rows["reason"]))
    return counts
