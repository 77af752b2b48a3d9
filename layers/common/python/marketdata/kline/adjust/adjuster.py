"""The adjustment of one answer: read factors, fetch missing ones, apply them.

A row without a known factor is left out and its code reported: a missing price is visible, a wrong
one is not. Volume and amount are what was traded, so they stay unchanged. An index by definition
pays out nothing, so its rows stay unchanged.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from marketdata.blocks import codec
from marketdata.blocks.dataset import Kind
from marketdata.blocks.store import BlockStore
from marketdata.catalog.securities import Security, life
from marketdata.details import Detail
from marketdata.errors import InvalidInputError, UpstreamError
from marketdata.kline.adjust.factors import NO_FACTORS, KnownFactors, read_factors
from marketdata.kline.adjust.prices import adjust_prices
from marketdata.kline.adjust.steps import FactorDataset, Mode, Steps
from marketdata.kline.gaps import DEADLINE, enough
from marketdata.kline.reader import KlineQuestion, KlineReader, Pieces, ReadBars
from marketdata.kline.rows import Piece, RowSet

ASK_AGAIN = timedelta(minutes=5)
"""How long to wait before asking again for a code for which the source had nothing new."""


class FetchFactors(Protocol):
    """Has factors fetched and stored, as `upstream.client.UpstreamClient.fetch_factors` does."""

    def __call__(self, kind: str, codes: list[str], seconds: float) -> object: ...


@dataclass(slots=True)
class Adjuster:
    """Adjusts the rows of one answer; made when the read begins, whose deadline it shares.

    Parameters
    ----------
    mode : Mode
        Which day's prices stay unchanged.
    store : BlockStore
        Holds the factors.
    fetch : FetchFactors
        Has missing factors fetched.
    end : str
        The last day asked for, "YYYYMMDD".
    final_until : str
        The last trading day whose factors are final, "YYYYMMDD".
    now : callable
        Returns the current time, with a time zone.
    anchor : str
        The day to adjust forward to, "YYYYMMDD"; empty for the last one with a known factor.
    clock : callable
        A monotonic clock, in seconds.

    Attributes
    ----------
    anchors : dict
        By code, the day whose prices stayed unchanged.
    failed : dict
        By code, why rows were left out, as a `Detail`.
    warnings : list of Detail
        Why factors were not fetched.
    """

    mode: Mode
    store: BlockStore
    fetch: FetchFactors
    end: str
    final_until: str
    now: Callable[[], datetime]
    anchor: str = ""
    clock: Callable[[], float] = time.monotonic
    anchors: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Detail] = field(default_factory=dict)
    warnings: list[Detail] = field(default_factory=list)
    _not_fetched: dict[str, Detail] = field(default_factory=dict)
    _until: float = field(init=False)

    def __post_init__(self) -> None:
        self._until = self.clock() + DEADLINE

    def apply(self, known: Mapping[str, Security], pieces: Pieces) -> Pieces:
        """Adjust the rows of all codes.

        Parameters
        ----------
        known : mapping
            By code, its security.
        pieces : mapping
            By code, its rows.
        """
        for said in (self.anchors, self.failed, self.warnings, self._not_fetched):
            said.clear()
        paying = [known[code] for code, rows in pieces.items() if rows and _pays(known[code])]
        factors = self._factors(paying)
        return {
            code: self._adjusted(known[code], rows, factors[code]) if code in factors else rows
            for code, rows in pieces.items()
        }

    def told(self, reading: RowSet) -> RowSet:
        """Add to the answer's `meta` what was done."""
        meta = reading.meta
        said: dict[str, Any] = {"mode": self.mode, "anchor": self.anchors, "failed": self.failed}
        return RowSet(
            reading.pieces,
            {
                **meta,
                "complete": meta["complete"] and not self.failed,
                "warnings": [*meta["warnings"], *self.warnings],
                "adjust": said,
            },
        )

    def _adjusted(
        self, security: Security, pieces: Sequence[Piece], known: KnownFactors
    ) -> Sequence[Piece]:
        code = security.code
        if known.steps is None:
            self.failed[code] = self._why(code, known) or Detail("source_failed", NO_FACTORS)
            return []
        text = codec.JOINT.join(piece.text for piece in pieces)
        adjusted = Piece.of(b"")
        if self._knows_anchor(security, known.steps):
            adjusted = Piece.of(adjust_prices(text, known.steps, self.mode, self.anchor))
            self.anchors[code] = known.steps.anchor(self.mode, security.list_date, self.anchor)
        if adjusted.rows < codec.rows_in(text):
            self.failed[code] = _known_only(known.steps, self._why(code, known))
        return [adjusted] if adjusted.rows else []

    def _why(self, code: str, known: KnownFactors) -> Detail | None:
        """Return why no newer factors are known, if anything was said of it."""
        before = Detail("source_failed", known.failed) if known.failed else None
        return self._not_fetched.get(code, before)

    def _knows_anchor(self, security: Security, steps: Steps) -> bool:
        """Check whether the factor of the day to adjust forward to is known, if there is one.

        Outside the code's life it is that of the first or the last day in it.
        """
        if not self.anchor:
            return True
        born, gone = life(security)
        before = born <= self.anchor < steps.days[0] and steps.factors[0] != 1
        return not before and min(self.anchor, gone) <= steps.until

    def _factors(self, paying: Sequence[Security]) -> dict[str, KnownFactors]:
        """Return what is known about each code, after fetching what is missing."""
        by_kind: defaultdict[Kind, dict[str, Security]] = defaultdict(dict)
        for security in paying:
            by_kind[security.kind][security.code] = security
        found: dict[str, KnownFactors] = {}
        for kind, securities in by_kind.items():
            known = read_factors(self.store, kind, securities)
            lacking = [
                code for code, security in securities.items() if self._lacks(security, known[code])
            ]
            found |= known | self._fetched(kind, lacking)
        return found

    def _lacks(self, security: Security, known: KnownFactors) -> bool:
        """Check whether a code's factors have to be fetched."""
        steps, last = known.steps, life(security)[1]
        # Factors of days later than those asked for matter only to an anchor.
        needed = max(self.end, self.anchor)
        forward = self.mode is Mode.FORWARD and not self.anchor
        until = self.final_until if forward else min(needed, self.final_until)
        if steps and steps.until >= min(until, last):
            return False
        return not known.asked_at or (
            self.now() - datetime.fromisoformat(known.asked_at) >= ASK_AGAIN
        )

    def _fetched(self, kind: Kind, codes: list[str]) -> dict[str, KnownFactors]:
        """Have factors fetched, and return what is then known about the codes that changed."""
        if not codes:
            return {}
        try:
            self._ask(kind, codes)
        except UpstreamError as error:
            said = f"some factors were not fetched: {error}"
            self.warnings.append(Detail("factors_not_fetched", said, {"cause": error.key}))
            self._not_fetched |= dict.fromkeys(codes, Detail.of(error))
            return {}
        return read_factors(self.store, kind, codes, fresh=True)

    def _ask(self, kind: Kind, codes: list[str]) -> None:
        self.fetch(kind, codes, enough(self._until - self.clock()))


def _known_only(steps: Steps, why: Detail | None) -> Detail:
    """Return what to say of rows outside the days whose factors are known."""
    first, last = steps.days[0], steps.until
    said = f"factors are known from {first} to {last} only"
    if why is None:
        return Detail("factors_known_only", said, {"first": first, "last": last})
    said = f"{said}; {why.message}"
    return Detail("factors_end", said, {"first": first, "last": last, "cause": why.key})


def _pays(security: Security) -> bool:
    return security.kind is not Kind.INDEX


@dataclass(frozen=True, slots=True)
class AdjustedReader:
    """Answers questions about bars at adjusted prices.

    Parameters
    ----------
    reader : KlineReader
        Reads the bars.
    mode : Mode
        Which day's prices stay unchanged.
    fetch : FetchFactors
        Has missing factors fetched.
    now : callable
        Returns the current time, with a time zone.
    anchor : str
        The day to adjust forward to, "YYYYMMDD"; empty for the last one with a known factor.
    """

    reader: KlineReader
    mode: Mode
    fetch: FetchFactors
    now: Callable[[], datetime]
    anchor: str = ""

    def read(self, question: KlineQuestion, read: ReadBars = KlineReader.read) -> RowSet:
        """Answer a question; errors as in `KlineReader.read`.

        Where factors are final later than bars, days are pending until they are.

        Parameters
        ----------
        question : KlineQuestion
            The question.
        read : ReadBars
            Reads the bars with a reader that adjusts prices.

        Raises
        ------
        InvalidInputError
            The anchor is later than the last day whose factors are final.
        """
        final_day = self.reader.final_day
        known_until = min(final_day(FactorDataset(kind).name) for kind in question.kinds)
        if self.anchor > known_until:
            raise InvalidInputError(
                "adjust_anchor",
                f"must not be after {known_until}, the last day with known factors",
                key="day_too_late",
                last=known_until,
            )
        adjuster = Adjuster(
            mode=self.mode,
            store=self.reader.store,
            fetch=self.fetch,
            end=question.end,
            final_until=known_until,
            now=self.now,
            anchor=self.anchor,
        )
        reader = replace(
            self.reader,
            final_day=lambda dataset: min(final_day(dataset), known_until),
            adjust=adjuster.apply,
        )
        return adjuster.told(read(reader, question))
