"""Bars of days on which their code did not live: dropped, whatever else was asked for.

A source may give bars of before a listing with those of other codes, and none if it is asked for
the code alone. If they were stored, an answer would depend on which batch the days came in.

Only the upstream function imports this: it needs pandas.
"""

from collections import Counter

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketdata.catalog.securities import Catalog, Security, lives
from marketdata.sources.source import BarRequest, StatusRequest

type Mask = npt.NDArray[np.bool_]

NAMED = 5
"""So many codes are named in the notes."""


def outside_lives(
    frame: pd.DataFrame, request: BarRequest | StatusRequest, catalog: Catalog
) -> tuple[Mask, list[str]]:
    """Find the bars of days on which their code did not live.

    Parameters
    ----------
    frame : DataFrame
        Bars as `sources.source.FetchedBars` describes them.
    request : BarRequest or StatusRequest
        What was asked for; bars of other codes or days are not looked at.
    catalog : Catalog
        Has the lives. A code that it does not have may live on any day.

    Returns
    -------
    mask : array of bool
        True for such a bar.
    notes : list of str
        What there is to say of them, in words.
    """
    days = frame["trade_date"]
    mask = np.zeros(len(frame), dtype=bool)
    within = ((days >= request.start) & (days <= request.end)).to_numpy(dtype=bool)
    known = {code: catalog.get(code) for code in request.codes}
    partly = {
        code: security
        for code, security in known.items()
        if security and not _lives_throughout(security, request)
    }
    for code, places in _places(frame, set(partly)).items():
        some = days.iloc[places]
        alive = np.zeros(len(places), dtype=bool)
        for first, last in lives(partly[code]):
            alive |= ((some >= first) & (some <= last)).to_numpy(dtype=bool)
        mask[places] = ~alive
    mask &= within
    return mask, _notes(frame.loc[mask, "code"])


def _lives_throughout(security: Security, request: BarRequest | StatusRequest) -> bool:
    return any(first <= request.start and request.end <= last for first, last in lives(security))


def _places(frame: pd.DataFrame, codes: set[str]) -> dict[str, npt.NDArray[np.intp]]:
    """Return the places of some codes' rows in a frame."""
    if not codes:
        return {}
    found = frame.groupby("code").indices
    return {str(code): np.asarray(found[code]) for code in found if code in codes}


def _notes(codes: "pd.Series[str]") -> list[str]:
    counts = Counter(codes)
    notes = [
        f"{count} {'bar' if count == 1 else 'bars'} of {code} outside its life"
        for code, count in sorted(counts.items())
    ]
    if len(notes) <= NAMED:
        return notes
    rest = sorted(counts.items())[NAMED:]
    bars = sum(count for _, count in rest)
    return [*notes[:NAMED], f"{bars} bars of {len(rest)} other codes outside their lives"]
