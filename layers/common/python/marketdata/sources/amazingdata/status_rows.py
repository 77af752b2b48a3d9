"""The rows of the SDK's `get_history_stock_status`, as `Adapter.status` passes them on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from marketdata.sources.child.messages import Numbers
from marketdata.sources.source import join_status
from marketdata.status.status import COLUMNS, PRICES

NAMES = {
    "pre_close": "PRECLOSE",
    "limit_up": "HIGH_LIMITED",
    "limit_down": "LOW_LIMITED",
    "is_st": "IS_ST_SEC",
    "suspended": "IS_SUSP_SEC",
    "ex_right": "IS_XR_SEC",
    "ex_dividend": "IS_WD_SEC",
}
"""The SDK's names of the columns. Its PRICE_HIGH_LMT_RATE and PRICE_LOW_LMT_RATE are not used: they
say nothing that the limits do not."""

PLACEHOLDER = 1e6
"""No price is as high. Where it has no limit, the SDK is said to give 999999999.9999 [U]."""


def status_of(answer: Mapping[str, Any]) -> pd.DataFrame:
    """Return an answer as a frame, see `FetchedStatus`; an unreadable day is an empty text."""
    days: Numbers = answer["days"]
    if not len(days):
        return join_status([])
    codes, counts = zip(*answer["counts"], strict=True)
    places, found = pd.factorize(days, use_na_sentinel=False)
    texts = np.array([f"{day:.0f}" if day > 0 else "" for day in found], dtype=object)
    columns = {name: _cleaned(name, answer[NAMES[name]]) for name in COLUMNS}
    return pd.DataFrame(
        {
            "code": np.repeat(np.array(codes, dtype=object), counts),
            "trade_date": texts[places],
            **columns,
        }
    )


def _cleaned(name: str, values: Numbers) -> Numbers:
    """Return values with NaN for all that are none: placeholders, and flags other than 0 and 1."""
    known = (values > 0) & (values < PLACEHOLDER) if name in PRICES else np.isin(values, (0, 1))
    return np.where(known, values, np.nan)
