"""Fetched rows that go to quarantine, counted by code and reason.

Only the upstream function imports this: it needs pandas.
"""

from collections import Counter

import orjson
import pandas as pd

from marketdata.ingest.quarantine import Quarantine, record_of


def set_aside(quarantine: Quarantine, dataset: str, bad: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Put rows into quarantine, and return their numbers by code and reason.

    Parameters
    ----------
    quarantine : Quarantine
        Where they go.
    dataset : str
        The name of their dataset.
    bad : DataFrame
        Rows with the columns `code` and `reason`.
    """
    counts: dict[str, dict[str, int]] = {}
    for code, rows in bad.groupby("code", dropna=False):
        records = sorted(map(record_of, rows.to_dict("records")), key=orjson.dumps)
        quarantine.set_aside(dataset, str(code), records)
        counts[str(code)] = dict(Counter(rows["reason"]))
    return counts
