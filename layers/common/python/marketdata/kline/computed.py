"""Days that lack bars of several minutes, computed from stored one-minute bars.

What is stored counts first: one-minute bars are looked at only for days that lack bars, and before
the source is asked for them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey, unpack
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Dataset, Period
from marketdata.blocks.days import bit_of, bits_of, days_of
from marketdata.catalog.securities import Security
from marketdata.catalog.sessions import bars_per_day, sessions
from marketdata.details import Detail
from marketdata.kline.bars import DAY, cut_bars, merge_bars, parse_bars
from marketdata.kline.excerpt import EMPTY, Excerpt, Parts
from marketdata.kline.minutes import grid, together
from marketdata.kline.rows import Piece

MOST_DAYS = 4_000
"""Days of codes, about a million one-minute bars, that one read computes: a few seconds' work."""

TOO_MANY = (
    f"more than {MOST_DAYS:,} days lack bars, too many to be computed from one-minute bars: "
    "ask for fewer codes or days"
)


@dataclass(slots=True)
class Computing:
    """Completes what one read finds of bars of several minutes.

    Parameters
    ----------
    period : Period
        Whose bars are asked for.
    known : mapping
        The securities that are asked for, by code.
    finer : callable
        Returns the dataset of a security's one-minute bars; None if the source has none.
    expected : callable
        Returns the days of a block that are asked for and should have bars, as bits.
    read : callable
        Reads blocks.

    Attributes
    ----------
    held : dict
        The blocks of one-minute bars that were read, even such as there are not.
    too_many : bool
        Whether nothing was computed because too many days lack bars.
    """

    period: Period
    known: Mapping[str, Security]
    finer: Callable[[Security], Dataset | None]
    expected: Callable[[BlockKey], int]
    read: Callable[[Iterable[BlockKey]], dict[BlockKey, Block]]
    held: dict[BlockKey, Block] = field(default_factory=dict)
    too_many: bool = False

    @property
    def warnings(self) -> list[Detail]:
        """What the user should be told."""
        said = Detail("too_many_to_compute", TOO_MANY, {"most": MOST_DAYS})
        return [said] if self.too_many else []

    def coverage(self, stored: Mapping[BlockKey, Coverage]) -> dict[BlockKey, Coverage]:
        """Return what is known of the days of some blocks, with what can be computed."""
        shorter = self._shorter(stored)
        return {
            key: self._filled(key, coverage, self.held[shorter[key]].coverage)
            if key in shorter
            else coverage
            for key, coverage in stored.items()
        }

    def complete(self, stored: Parts) -> dict[BlockKey, Excerpt]:
        """Return those excerpts that gain by computing, and damaged blocks of one-minute bars."""
        shorter = self._shorter({key: each.coverage for key, each in stored.items()})
        found: dict[BlockKey, Excerpt] = {}
        for key, shorter_key in shorter.items():
            was, coverage = stored[key], self.held[shorter_key].coverage
            if self._filled(key, was.coverage, coverage) == was.coverage:
                continue
            block, text = unpack(shorter_key, self.held[shorter_key])
            if block.damage:
                found[shorter_key] = EMPTY._replace(damage=block.damage)
            filled = self._filled(key, was.coverage, block.coverage)
            found[key] = self._computed(key, was, filled, text)
        return found

    def _shorter(self, stored: Mapping[BlockKey, Coverage]) -> dict[BlockKey, BlockKey]:
        """Read the one-minute bars of the blocks that lack days, and return their keys."""
        found: dict[BlockKey, BlockKey] = {}
        days = 0
        for key, coverage in stored.items():
            if not (expected := self.expected(key)):
                continue
            lacking = coverage.lacking(expected) | (coverage.unconfirmed & expected)
            if lacking and (dataset := self.finer(self.known[key.code])):
                found[key] = BlockKey(dataset.name, key.code, key.part)
                days += lacking.bit_count()
        if days > MOST_DAYS:
            self.too_many = True
            return {}
        wanted = [key for key in found.values() if key not in self.held]
        self.held |= dict.fromkeys(wanted, Block()) | self.read(wanted)
        return found

    def _filled(self, key: BlockKey, coverage: Coverage, shorter: Coverage) -> Coverage:
        expected = self.expected(key)
        lacking = coverage.lacking(expected) | (coverage.unconfirmed & expected)
        computable = bits_of(key.part, self._computable(key, lacking & shorter.present))
        return coverage.filled_from(shorter, expected, computable)

    def _computable(self, key: BlockKey, days: int) -> Iterator[str]:
        """Yield the days of which it is certain which minutes make up a bar."""
        security = self.known[key.code]
        for day in days_of(key.part, days):
            if bars_per_day(security.kind, security.market, security.code, self.period, day):
                yield day

    def _computed(self, key: BlockKey, was: Excerpt, coverage: Coverage, text: bytes) -> Excerpt:
        """Return an excerpt with the days that are computed from the text of one-minute bars."""
        replaced = was.coverage.short & ~coverage.short
        lines, computed = list[bytes](), 0
        for day in days_of(key.part, coverage.present & ~was.coverage.present | replaced):
            bit = bit_of(key.part, day)
            bars = self._bars(key.code, day, text, whole=not coverage.short & bit)
            lines += bars
            computed |= bit if bars else 0
        none = coverage.present & ~(was.coverage.present | computed)
        coverage = coverage._replace(present=coverage.present & ~none, short=coverage.short & ~none)
        if computed and was.piece.rows:
            away = {day.encode() for day in days_of(key.part, replaced)}
            kept = (line for line in codec.lines(was.piece.text) if line[DAY] not in away)
            lines = merge_bars([*kept], lines)
        piece = Piece.of(codec.JOINT.join(lines)) if computed else was.piece
        return Excerpt(coverage, piece, was.damage, computed)

    def _bars(self, code: str, day: str, text: bytes, *, whole: bool) -> list[bytes]:
        security = self.known[code]
        segments = sessions(security.kind, security.market, code, day)
        if segments is None:
            return []
        rows = parse_bars(cut_bars(text, day, day))
        of_day = grid(segments, security.market, day, self.period)
        return [orjson.dumps(bar) for bar in together(rows, of_day, whole=whole)]
