"""The rules of a good bar as they read: a bar at a time, without any array."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import is_trading_day
from marketdata.ingest.bar_suspicion import ALIKE, TOLERANCE
from marketdata.kline.bars import OHLC, BarDataset

type Bar = Mapping[str, Any]

CODES = ("600000.SH", "V2401.DCE")
"""Two codes that were asked for, one after the other."""

STRANGER, LATER = "600001.SH", "20240201"
"""A code and a day that nobody asked for."""


def naive_reasons(dataset: BarDataset, bars: Sequence[Bar]) -> list[str]:
    """Judge each daily bar by itself, then those of one time."""
    found = [_reason(dataset, bar) for bar in bars]
    sound = [bar for bar, reason in zip(bars, found, strict=True) if not reason]
    different = Counter(time for time, _ in {(_time(bar), _values(dataset, bar)) for bar in sound})
    seen = set()
    for at, bar in enumerate(bars):
        if found[at]:
            continue
        if different[_time(bar)] > 1 or _time(bar) in seen:
            found[at] = "duplicate_time"
        seen.add(_time(bar))
        if not found[at] and dataset.kind is not Kind.FUTURE and _in_wrong_unit(bar):
            found[at] = "wrong_unit"
    good = [at for at, reason in enumerate(found) if not reason and bars[at]["volume"] > 0]
    for at in _shared(dataset, bars, good):
        found[at] = "shifted"
    return found


def _shared(dataset: BarDataset, bars: Sequence[Bar], good: Sequence[int]) -> Iterator[int]:
    """Find the bars of two codes that are equal, if the last three of both are, and moved."""
    one, other = (
        sorted((at for at in good if bars[at]["code"] == code), key=lambda at: _time(bars[at]))
        for code in CODES
    )
    last = list(zip(one[::-1][:ALIKE], other[::-1][:ALIKE], strict=False))
    equal = all(_same(dataset, bars[here], bars[there]) for here, there in last)
    if equal and any(bars[here]["high"] > bars[here]["low"] for here, _ in last):
        for here, there in product(one, other):
            if _same(dataset, bars[here], bars[there]):
                yield from (here, there)


def _same(dataset: BarDataset, one: Bar, other: Bar) -> bool:
    return one["trade_date"] == other["trade_date"] and _values(dataset, one) == _values(
        dataset, other
    )


def _time(bar: Bar) -> tuple[str, str]:
    return bar["code"], bar["trade_date"]


def _values(dataset: BarDataset, bar: Bar) -> str:
    return repr([bar[name] for name in dataset.columns])


def _reason(dataset: BarDataset, bar: Bar) -> str:
    opened, high, low, close = (bar[name] for name in OHLC)
    future = dataset.kind is Kind.FUTURE
    empty = opened == high == low == 0 or all(map(math.isnan, (opened, high, low)))
    settled = future and empty and bar["settle"] > 0
    ordered = 0 < low <= opened <= high and close > 0 and (future or low <= close <= high)
    values = [bar[name] for name in dataset.columns]
    counts = [bar[name] for name in ("volume", "open_interest") if name in dataset.columns]
    unpriced = any(math.isnan(bar[name]) for name in OHLC) and not settled
    broken = {
        "not_requested": bar["code"] == STRANGER or bar["trade_date"] == LATER,
        "not_a_trading_day": not is_trading_day("SH", bar["trade_date"]),
        "not_a_number": unpriced or math.isnan(bar["volume"]) or any(map(math.isinf, values)),
        "negative": any(value < 0 for value in values),
        "not_whole": any(value % 1 > 0 for value in counts),
        "prices_out_of_order": not settled and not ordered,
    }
    return next((reason for reason, is_broken in broken.items() if is_broken), "")


def _in_wrong_unit(bar: Bar) -> bool:
    if not bar["volume"]:
        return bool(bar["amount"] > 0)
    mean = bar["amount"] / bar["volume"]
    return bool(mean * TOLERANCE < bar["low"] or mean > bar["high"] * TOLERANCE)
