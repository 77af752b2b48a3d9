"""The agreement of bars and status, looked at whenever one of the two was stored.

A day that the status calls suspended, and of which the source of bars had none, is absent because
of that. Where the two contradict each other, neither is changed: the days are marked in the block
of the status, which is what answers tell of. A damaged block is left as it is.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bit_of, bits_of, parts_between
from marketdata.blocks.store import BlockStore
from marketdata.kline.bars import BarDataset
from marketdata.status.status import STATUS

BARS = BarDataset(Kind.STOCK, Period.DAILY)
"""The bars that have a status."""

ROUNDING = 1e-9
"""So far beyond a limit, as a fraction of it, a price is still at it."""

NAMED = 5
"""So many codes are named in a note."""

type Rows = Mapping[str, Mapping[str, Any]]
"""Rows by day."""


def reconcile(
    store: BlockStore,
    codes: Sequence[str],
    start: str,
    end: str,
    before_bars: Callable[[], None] = lambda: None,
) -> list[str]:
    """Compare the bars and the status of some stocks in the years of a range.

    Parameters
    ----------
    store : BlockStore
        Holds both.
    codes : sequence of str
        The stocks.
    start, end : str
        First and last day, YYYYMMDD.
    before_bars : callable
        Called before something about the bars is changed, and once it is.

    Returns
    -------
    list of str
        What is to be told, in words: of which codes the two do not agree on how many days.

    Raises
    ------
    VersionConflictError
        Other writers kept changing one of the blocks.
    """
    parts = parts_between(STATUS, start, end)
    keys = [BlockKey(STATUS.name, code, part) for code in codes for part in parts]
    # Most deployments that never asked for a status have none.
    known = store.read(keys, fresh=True)
    bars = store.read([_bars_of(key) for key in known], fresh=True)
    status = {_bars_of(key): block for key, block in known.items()}
    explained = [key for key in bars if _explained(key, bars[key], status[key]) is not bars[key]]
    if explained:
        before_bars()
        store.update_all(explained, lambda key, block: _explained(key, block, status[key]))
        before_bars()
        bars |= store.read(explained, fresh=True)
    found: dict[str, int] = {}

    def marked(key: BlockKey, block: Block) -> Block:
        beside = bars.get(_bars_of(key), Block())
        if block.version != known[key].version:
            # Another writer was first, and may have seen newer bars.
            beside = store.read([_bars_of(key)], fresh=True).get(_bars_of(key), Block())
        changed = _marked(key, block, beside)
        if changed is not block:
            found[key.code] = changed.coverage.disagreeing.bit_count()
        return changed

    store.update_all([key for key in known if _marked_differs(key, known, bars)], marked)
    return _notes({code: days for code, days in found.items() if days})


def _bars_of(key: BlockKey) -> BlockKey:
    return key._replace(dataset=BARS.name)


def _rows(text: bytes) -> Rows:
    return {row["trade_date"]: row for row in orjson.loads(b"[%b]" % text)}


def _explained(key: BlockKey, stored: Block, status: Block) -> Block:
    """Return a block of bars in which suspensions tell why days have none.

    That is said only of days of which the source of bars had nothing: one that was never asked for
    may have a bar, and one whose bar could not be used had one.
    """
    bars, _ = unpack(key, stored)
    known, text = unpack(key._replace(dataset=STATUS.name), status)
    if bars.damage or known.damage:
        return stored
    coverage = stored.coverage
    halted = bits_of(key.part, [day for day, row in _rows(text).items() if row["suspended"]])
    asked = coverage.absent | coverage.unconfirmed
    days = halted & asked & ~(coverage.present | coverage.rejected | coverage.suspended)
    return replace(stored, coverage=coverage.mark(absent=days, suspended=days)) if days else stored


def _marked_differs(
    key: BlockKey, known: Mapping[BlockKey, Block], bars: Mapping[BlockKey, Block]
) -> bool:
    return _marked(key, known[key], bars.get(_bars_of(key), Block())) is not known[key]


def _marked(key: BlockKey, stored: Block, beside: Block) -> Block:
    """Return a block of status in which the days are marked that contradict the bars."""
    status, text = unpack(key, stored)
    bars, prices = unpack(_bars_of(key), beside)
    if status.damage or bars.damage:
        return stored
    found = _contradictions(key.part, _rows(text), _rows(prices), beside.coverage)
    days = bits_of(key.part, found) & stored.coverage.present
    if days == stored.coverage.disagreeing:
        return stored
    return replace(stored, coverage=stored.coverage._replace(disagreeing=days))


def _contradictions(part: str, status: Rows, bars: Rows, coverage: Coverage) -> Iterator[str]:
    """Yield the days on which status and bar, or the reason for having none, cannot both be."""
    for day, row in status.items():
        bar = bars.get(day)
        if bar is None:
            if row["suspended"] is False and coverage.suspended & bit_of(part, day):
                yield day
        elif (
            row["suspended"]
            or _beyond(bar["high"], row["limit_up"], 1)
            or _beyond(bar["low"], row["limit_down"], -1)
        ):
            yield day


def _beyond(price: float | None, limit: float | None, sign: int) -> bool:
    if price is None or limit is None:
        return False
    return sign * (price - limit) > ROUNDING * limit


def _notes(counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    named = ", ".join(f"{code} ({days})" for code, days in sorted(counts.items())[:NAMED])
    more = f" and {len(counts) - NAMED} more" if len(counts) > NAMED else ""
    return [f"bars and status do not agree on some days of {named}{more}"]
