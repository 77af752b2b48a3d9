"""The write path: fetched bars are checked, cut into blocks and merged into what is stored.

Only the upstream function imports this: it needs pandas.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
import pandas as pd

from marketdata.catalog.calendar import trading_bits, trading_days
from marketdata.catalog.securities import Catalog, life_bits
from marketdata.catalog.sessions import bars_per_day
from marketdata.kline import block as codec
from marketdata.kline import check
from marketdata.kline.bar import COUNTS, DAY, Dataset, row_lines
from marketdata.kline.coverage import bits_of, days_of, parts_between, span
from marketdata.kline.store import Block, BlockKey, BlockStore
from marketdata.upstream.source import BarRequest, FetchedBars

PARALLEL = 16


class QuarantineObjects(Protocol):
    """Where bars go that must not be stored."""

    def write_json(self, key: str, value: Any) -> None: ...


@dataclass(slots=True)
class Stored:
    """What became of a batch.

    Attributes
    ----------
    bars : int
        Good bars, stored now or before.
    blocks : int
        Blocks that were written.
    quarantined : dict
        For each code with bad bars, how many it had for each reason.
    failed : dict
        For each code that the source could not deliver, why.
    """

    bars: int = 0
    blocks: int = 0
    quarantined: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What a fetch says of one block."""

    lines: list[bytes]
    present: int
    close_outside: int
    absent: int
    suspended: int
    no_trade: int


class Ingest:
    """Stores what a source delivered.

    Parameters
    ----------
    store : BlockStore
        Where bars go.
    quarantine : QuarantineObjects
        Where bad bars go.
    catalog : Catalog
        Says when each code was listed.
    coverage_start : str
        The first day that the source has of this dataset.
    final_until : str
        The last trading day whose bars are final; later ones are neither stored nor marked.
    """

    def __init__(
        self,
        store: BlockStore,
        quarantine: QuarantineObjects,
        catalog: Catalog,
        *,
        coverage_start: str,
        final_until: str,
    ) -> None:
        self._store = store
        self._quarantine = quarantine
        self._catalog = catalog
        self._coverage_start = coverage_start
        self._final_until = final_until

    def run(self, request: BarRequest, fetched: FetchedBars) -> Stored:
        """Check, cut, merge and store; a bad bar costs only itself.

        Parameters
        ----------
        request : BarRequest
            What was asked of the source.
        fetched : FetchedBars
            What it gave.

        Returns
        -------
        Stored
            What became of it.

        Raises
        ------
        VersionConflictError
            Others kept writing one of the blocks.
        """
        frame = fetched.frame[fetched.frame["trade_date"] <= self._final_until]
        bad = self._reasons(request, frame)
        stored = Stored(failed=dict(fetched.failed))
        stored.quarantined = self._set_aside(request.dataset, frame, bad)
        good = frame[bad == ""]
        stored.bars = len(good)
        seen = {str(code): set(days) for code, days in frame.groupby("code")["trade_date"]}
        changes = dict(self._changes(request, fetched, good, seen))
        stored.blocks = self._write(request.dataset, changes)
        return stored

    def _reasons(self, request: BarRequest, frame: pd.DataFrame) -> pd.Series:
        in_scope = frame["code"].isin(set(request.codes)) & frame["trade_date"].between(
            request.start, request.end
        )
        days = {
            day
            for market in {code.rpartition(".")[2] for code in request.codes}
            for day in trading_days(market, request.start, request.end)
        }
        return check.reasons(frame, request.dataset, in_scope, days)

    def _set_aside(
        self, dataset: Dataset, frame: pd.DataFrame, bad: pd.Series
    ) -> dict[str, dict[str, int]]:
        """Write bad bars to the quarantine, the same ones always to the same key."""
        counts: dict[str, dict[str, int]] = {}
        wrong = frame[bad != ""].assign(reason=bad[bad != ""])
        for code, bars in wrong.groupby("code"):
            text = bars.to_json(orient="records", double_precision=15, force_ascii=False)
            digest = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
            key = f"quarantine/{dataset.name}/{code}/{digest}.json"
            self._quarantine.write_json(key, orjson.loads(text))
            counts[str(code)] = dict(Counter(bars["reason"]))
        return counts

    def _changes(
        self,
        request: BarRequest,
        fetched: FetchedBars,
        good: pd.DataFrame,
        seen: Mapping[str, set[str]],
    ) -> Iterator[tuple[BlockKey, Change]]:
        by_code = {str(code): bars for code, bars in good.groupby("code", sort=False)}
        for code in request.codes:
            if code in fetched.failed:
                continue
            bars = by_code.get(code, good.iloc[:0])
            lines = _by_part(request.dataset, bars)
            outside = set(bars.loc[check.close_outside(bars), "trade_date"])
            halted = fetched.halted.get(code, {})
            for part in parts_between(request.dataset.period, request.start, request.end):
                part_lines = lines.get(part, [])
                present = bits_of(part, {line[DAY].decode() for line in part_lines})
                expected = self._expected(code, part, request)
                absent = expected & ~bits_of(part, seen.get(code, set()))
                change = Change(
                    lines=part_lines,
                    present=present,
                    close_outside=bits_of(part, outside),
                    absent=absent,
                    suspended=absent & _halted(part, halted, "suspended"),
                    no_trade=absent & _halted(part, halted, "no_trade"),
                )
                if present or absent:
                    yield BlockKey(request.dataset.name, code, part), change

    def _expected(self, code: str, part: str, request: BarRequest) -> int:
        """The days of the request on which the code should have bars, as bits of the part."""
        security = self._catalog.get(code)
        if security is None:
            return 0
        start = max(request.start, self._coverage_start)
        days = span(part, start, min(request.end, self._final_until))
        return trading_bits(security.market, part) & life_bits(security, part) & days

    def _write(self, dataset: Dataset, changes: Mapping[BlockKey, Change]) -> int:
        stored = self._store.read(changes)

        def update(key: BlockKey) -> bool:
            change = changes[key]
            known = stored.get(key, Block())
            return self._store.update(
                key, known, lambda block: _merged(dataset, key, block, change)
            )

        with ThreadPoolExecutor(PARALLEL) as pool:
            return sum(pool.map(update, changes))


def _by_part(dataset: Dataset, bars: pd.DataFrame) -> dict[str, list[bytes]]:
    """Turn one code's bars into the lines of each part, in the order of time."""
    time = "kline_time" if dataset.period.intraday else "trade_date"
    bars = bars.sort_values(time)
    lines = row_lines(dataset, _columns(dataset, bars))
    parts: dict[str, list[bytes]] = {}
    for day, line in zip(bars["trade_date"], lines, strict=True):
        parts.setdefault(dataset.part_of(day), []).append(line)
    return parts


def _columns(dataset: Dataset, bars: pd.DataFrame) -> dict[str, Sequence[Any]]:
    """Give plain lists: null for a missing number, integers for counts."""
    columns: dict[str, Sequence[Any]] = {"trade_date": bars["trade_date"].tolist()}
    if dataset.period.intraday:
        columns["kline_time"] = bars["kline_time"].tolist()
    for name in dataset.columns:
        values = bars[name].tolist()
        whole = name in COUNTS
        columns[name] = [
            None if math.isnan(value) else int(value) if whole else value for value in values
        ]
    return columns


def _halted(part: str, halted: Mapping[str, str], reason: str) -> int:
    return bits_of(part, {day for day, why in halted.items() if why == reason})


def _merged(dataset: Dataset, key: BlockKey, stored: Block, change: Change) -> Block:
    """Give the block with the change in it, or the stored one itself where nothing is new."""
    old_text = codec.decode(stored.frame) if stored.frame else b""
    old = codec.lines(old_text)
    lines = codec.merge(old, change.lines)
    coverage = stored.coverage.mark(
        present=change.present,
        absent=change.absent,
        suspended=change.suspended,
        no_trade=change.no_trade,
        close_outside=change.close_outside,
        short=_short(dataset, key, lines, change.present),
    )
    if lines == old and coverage == stored.coverage:
        return stored
    frame = codec.encode(lines) if lines else b""
    return Block(coverage, len(lines), frame, stored.version, stored.object_key)


def _short(dataset: Dataset, key: BlockKey, lines: Sequence[bytes], present: int) -> int:
    """Mark the days among `present` that have fewer bars than the session should give."""
    if not dataset.period.intraday or not present:
        return 0
    counted = Counter(line[DAY].decode() for line in lines)
    market = key.code.rpartition(".")[2]
    short = set()
    for day in days_of(key.part, present):
        expected = bars_per_day(dataset.kind, market, key.code, dataset.period, day)
        if expected is not None and counted[day] < expected:
            short.add(day)
    return bits_of(key.part, short)
