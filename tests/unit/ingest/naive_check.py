"""The rules for fetched bars as they read: a bar at a time, without any array."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import is_trading_day
from marketdata.ingest.bar_check import ROUNDING
from marketdata.ingest.bar_idle import MANY
from marketdata.ingest.bar_suspicion import ALIKE, HISTORY, TELLING
from marketdata.ingest.bar_units import ALIKE as ONE_FACTOR
from marketdata.ingest.bar_units import LOT, MOST_OF_RUN, RUN, SAME_UNIT, TOLERANCE
from marketdata.ingest.bar_values import DUST, MOST_DUST, STEPS
from marketdata.kline.bars import OHLC, BarDataset

type Bar = Mapping[str, Any]

CODES = ("600000.SH", "V2401.DCE")
"""Two codes that were asked for, one after the other."""

STRANGER, LATER = "600001.SH", "20240201"
"""A code and a day that nobody asked for."""


@dataclass
class NaiveSift:
    """What becomes of daily bars."""

    good: list[Bar] = field(default_factory=list)
    bad: list[tuple[Bar, str]] = field(default_factory=list)
    no_trade: set[tuple[str, str]] = field(default_factory=set)


def naive_sift(
    dataset: BarDataset, bars: Sequence[Bar], halted: Mapping[str, Mapping[str, str]]
) -> NaiveSift:
    """Go through daily bars from rule to rule."""
    found = NaiveSift()
    rows: dict[str, Bar] = {}
    for bar in bars:
        clean = {name: naive_number(name, value) for name, value in bar.items()}
        rows.setdefault(repr([*_time(clean), _values(dataset, clean)]), clean)
    left = list(rows.values())
    kept = []
    for bar in left:
        what = _without_trade(dataset, bar, left, halted)
        if what == "no_trade":
            found.no_trade.add(_time(bar))
        if what == "bar":
            kept.append(bar)
    for bar, reason in zip(kept, naive_reasons(dataset, kept), strict=True):
        if reason:
            found.bad.append((bar, reason))
        else:
            found.good.append(_known(dataset, bar))
    return found


def naive_number(name: str, value: Any) -> Any:
    """Take the dust off a number."""
    if isinstance(value, str) or not math.isfinite(value):
        return value
    if abs(value) < DUST:
        return 0.0
    if name in ("volume", "open_interest"):
        step = STEPS * math.ulp(value)
        if abs(value - round(value)) <= min(max(DUST, step), MOST_DUST):
            return float(round(value))
    return value


def _without_trade(
    dataset: BarDataset, bar: Bar, bars: Sequence[Bar], halted: Mapping[str, Mapping[str, str]]
) -> str:
    """Say whether a row is a "bar", is "nothing", or says "no_trade"."""
    code, day = _time(bar)
    empty = _empty(bar)
    silent = _blank(bar["volume"]) and _blank(bar["amount"])
    if dataset.kind is Kind.FUTURE:
        silent = silent and empty and not bar["settle"] > 0
    elif any(bar[name] < 0 or math.isinf(bar[name]) for name in OHLC):
        silent = False
    if not silent or dataset.kind is Kind.INDEX or not _requested(bar):
        return "bar"
    if day in halted.get(code, {}) or not is_trading_day("SH", day):
        return "nothing"
    if dataset.kind is not Kind.FUTURE and _volumes_unknown([b for b in bars if b["code"] == code]):
        return "bar"
    if bar["volume"] == 0:
        return "no_trade"
    return "nothing" if empty else "bar"


def _volumes_unknown(bars: Sequence[Bar]) -> bool:
    known = [
        bar
        for bar in bars
        if bar["volume"] != 0
        or not _blank(bar["amount"])
        or _empty(bar)
        or any(bar[name] < 0 or math.isinf(bar[name]) for name in OHLC)
    ]
    different = {repr([bar[name] for name in OHLC]) for bar in bars}
    return len(bars) >= MANY and not known and 2 * len(different) > len(bars)


def _known(dataset: BarDataset, bar: Bar) -> Bar:
    """Put null for the volume and the amount of a good bar that are 0 and cannot be."""
    traded = True
    if dataset.kind is Kind.FUTURE:
        traded = not _empty(bar) and (bar["volume"] > 0 or bar["amount"] > 0)
    unknown = {name: math.nan for name in ("volume", "amount") if traded and bar[name] == 0}
    return {**bar, **unknown}


def naive_reasons(dataset: BarDataset, bars: Sequence[Bar]) -> list[str]:
    """Judge each bar by itself, then those of one time, of one code, and of neighbours."""
    found = [_reason(dataset, bar) for bar in bars]
    times = Counter(_time(bar) for bar, why in zip(bars, found, strict=True) if not why)
    for at, bar in enumerate(bars):
        if not found[at] and times[_time(bar)] > 1:
            found[at] = "duplicate_time"
    if dataset.kind in (Kind.STOCK, Kind.ETF):
        for code in CODES:
            places = [at for at, bar in enumerate(bars) if bar["code"] == code and not found[at]]
            reason = naive_units([bars[at] for at in places])
            for at in places:
                found[at] = reason
    good = [at for at, reason in enumerate(found) if not reason and bars[at]["volume"] > 0]
    if dataset.kind is not Kind.INDEX:
        for at in _shared(dataset, bars, good):
            found[at] = "shifted"
    return found


def naive_units(bars: Sequence[Bar]) -> str:
    """Judge all bars of one code; fewer than `STEADY` of them."""
    judged = sorted((b for b in bars if b["volume"] > 0 and b["amount"] > 0), key=_time)
    off = [_off(bar) for bar in judged]
    wrong = [bar for bar, side in zip(judged, off, strict=True) if side]
    if not wrong:
        return ""
    powers = [_power(bar) for bar in wrong]
    if len(judged) >= RUN:
        windows = [off[at : at + RUN] for at in range(len(off) - RUN + 1)]
        if max(max(w.count(1), w.count(-1)) for w in windows) < MOST_OF_RUN:
            return ""
        same = sum(power is not None for power in powers) / len(wrong)
        return "wrong_unit" if same >= SAME_UNIT else "adjusted_prices"
    if len(wrong) < len(judged) or len(set(off)) > 1:
        return ""
    if None not in powers and len(set(powers)) == 1:
        return "wrong_unit"
    ratios = [_ratio(bar) for bar in judged]
    return "adjusted_prices" if len(off) > 1 and max(ratios) <= ONE_FACTOR * min(ratios) else ""


def _ratio(bar: Bar) -> float:
    price = (bar["open"] + bar["close"] + bar["low"] + bar["high"]) / 4
    return float(bar["amount"] / bar["volume"] / price)


def _off(bar: Bar, unit: float = 1.0, least: int = 0) -> int:
    slack = least if bar["volume"] % LOT else LOT
    if bar["amount"] > bar["high"] * (bar["volume"] + slack) * unit * TOLERANCE:
        return 1
    return -int(bar["amount"] * TOLERANCE < bar["low"] * (bar["volume"] - slack / 2) * unit)


def _power(bar: Bar) -> int | None:
    """Give the power of ten by which a bar is off, None if it is not one."""
    power = round(math.log10(_ratio(bar)))
    return power if power and not _off(bar, 10.0**power, 1) else None


def _shared(dataset: BarDataset, bars: Sequence[Bar], good: Sequence[int]) -> Iterator[int]:
    """Find the bars that two codes share, if the last bars of one are, and tell."""
    one, other = (
        sorted((at for at in good if bars[at]["code"] == code), key=lambda at: _time(bars[at]))
        for code in CODES
    )
    pairs = [
        (here, there)
        for here, there in product(one, other)
        if bars[here]["trade_date"] == bars[there]["trade_date"]
    ]
    same = [pair for pair in pairs if _same(dataset, *(bars[at] for at in pair))]
    shared = {at for pair in same for at in pair}
    lot = 1 if dataset.kind is Kind.FUTURE else LOT
    if (
        any(
            _tells([bars[at] for at in ends], [at in shared for at in ends], lot)
            for ends in (one[: -ALIKE - 1 : -1], other[: -ALIKE - 1 : -1])
        )
        and not len(same) == len(pairs) >= HISTORY
    ):
        yield from shared


def _tells(last: Sequence[Bar], shared: Sequence[bool], lot: int) -> bool:
    """Go back from a code's last bar until its equal bars say enough."""
    evidence = 0
    for bar, is_shared in zip(last, shared, strict=True):
        if not is_shared:
            return False
        if bar["high"] > bar["low"]:
            evidence += ALIKE if bar["volume"] >= TELLING * lot else 1
        if evidence >= ALIKE:
            return True
    return False


def _same(dataset: BarDataset, one: Bar, other: Bar) -> bool:
    return one["trade_date"] == other["trade_date"] and _values(dataset, one) == _values(
        dataset, other
    )


def _time(bar: Bar) -> tuple[str, str]:
    return bar["code"], bar["trade_date"]


def _values(dataset: BarDataset, bar: Bar) -> str:
    return repr([bar[name] for name in dataset.columns])


def _requested(bar: Bar) -> bool:
    return bool(bar["code"] != STRANGER and bar["trade_date"] != LATER)


def _blank(value: float) -> bool:
    return math.isnan(value) or value == 0


def _empty(bar: Bar) -> bool:
    return all(_blank(bar[name]) for name in ("open", "high", "low"))


def _reason(dataset: BarDataset, bar: Bar) -> str:
    opened, high, low, close = (bar[name] for name in OHLC)
    kind = dataset.kind
    settled = kind is Kind.FUTURE and _empty(bar) and bar["settle"] > 0
    room = ROUNDING if kind is Kind.INDEX else 0
    least, most = low * (1 - room), high * (1 + room)
    ordered = 0 < low <= high and least <= opened <= most and opened > 0 and close > 0
    ordered = ordered and (kind is Kind.FUTURE or least <= close <= most)
    values = [bar[name] for name in dataset.columns]
    counts = [bar[name] for name in ("volume", "open_interest") if name in dataset.columns]
    needed = OHLC if kind is Kind.INDEX else (*OHLC, "volume")
    lacking = any(math.isnan(bar[name]) for name in needed) and not settled
    broken = {
        "not_requested": not _requested(bar),
        "not_a_trading_day": not is_trading_day("SH", bar["trade_date"]),
        "not_a_number": lacking or any(map(math.isinf, values)),
        "negative": any(value < 0 for value in values),
        "not_whole": any(value % 1 > 0 for value in counts),
        "prices_out_of_order": not settled and not ordered,
    }
    return next((reason for reason, is_broken in broken.items() if is_broken), "")
