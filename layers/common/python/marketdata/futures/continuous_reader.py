"""The read path of continuous futures: who is main on which day, the bars of these, and rolls."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from marketdata.blocks import codec
from marketdata.blocks.dataset import Dataset, Kind, Period
from marketdata.blocks.days import ranges
from marketdata.catalog.calendar import TRADING
from marketdata.catalog.securities import LAST_DATE, Catalog, Security, life
from marketdata.catalog.spelling import variety_in
from marketdata.catalog.window import common_market
from marketdata.details import Detail
from marketdata.errors import InvalidInputError, NotFoundError
from marketdata.futures.continuous import (
    Adjust,
    Closes,
    Method,
    Roll,
    factor_of,
    lacking,
    move_on,
    moves,
    rows_of,
)
from marketdata.futures.main_contracts import Basis
from marketdata.futures.main_history import DAILY_BARS, read_histories
from marketdata.futures.series import AskedDays, Series, claims_of, series_asked
from marketdata.futures.varieties import Variety, varieties
from marketdata.kline.bars import BarDataset, cut_bars, parse_bars
from marketdata.kline.gaps import OneCall
from marketdata.kline.last_bars import LastBars, cut_last, days_of_bars
from marketdata.kline.reader import MOST_BARS, NOT_GIVEN, Found, KlineQuestion, KlineReader, Pieces
from marketdata.kline.resample import first_day_of
from marketdata.kline.rows import Piece, RowSet

KINDS = frozenset({Kind.FUTURE})


@dataclass(frozen=True, slots=True)
class ContinuousQuestion:
    """Which series are wanted.

    Attributes
    ----------
    varieties : sequence of str
        In upper case, in the order of the answer.
    start, end : str
        First and last day, "YYYYMMDD".
    period : Period
        A stored one, or weekly or monthly.
    basis : Basis
        What decides who is main.
    adjust : Adjust
        Which contract's prices stay unchanged.
    method : Method
        How the prices of two contracts are brought together.
    count : int
        The number of the last bars of each series, in place of `start`; 0 for a range.
    """

    varieties: Sequence[str]
    start: str
    end: str
    period: Period = Period.DAILY
    basis: Basis = Basis.OPEN_INTEREST
    adjust: Adjust = Adjust.NONE
    method: Method = Method.RATIO
    count: int = 0


@dataclass(slots=True)
class _Joiner:
    """Makes series of their contracts' bars.

    Attributes
    ----------
    closes : mapping
        What the rolls' factors are worked out from.
    failed : dict
        By series, why rows were left out, as a `Detail`.
    warnings : list of Detail
        Why closes were not fetched.
    origin : str
        Where the closes came from; empty if there were none to read.
    """

    reader: KlineReader
    question: ContinuousQuestion
    series: Sequence[Series]
    closes: Closes = field(default_factory=dict)
    failed: dict[str, Detail] = field(default_factory=dict)
    warnings: list[Detail] = field(default_factory=list)
    origin: str = ""

    def join(self, _known: Mapping[str, Security], pieces: Pieces) -> Pieces:
        """Return the rows of each series, given those of the contracts."""
        self._read_closes()
        texts = {
            code: codec.JOINT.join(piece.text for piece in each) for code, each in pieces.items()
        }
        return {each.code: list(self._rows(each, texts)) for each in self.series}

    def factor(self, roll: Roll) -> float | None:
        """Return a roll's factor."""
        return factor_of(roll, self.closes, self.question.method)

    def _rows(self, series: Series, texts: Mapping[str, bytes]) -> Iterable[Piece]:
        factors = [self.factor(roll) for roll in series.rolls]
        found = moves(factors, self.question.adjust, self.question.method)
        for first, last, contract in series.holds:
            if not (text := cut_bars(texts.get(contract, b""), first, last)):
                continue
            if (move := move_on(first, series.rolls, found)) is None:
                missed = [
                    each for each, by in zip(series.rolls, factors, strict=True) if by is None
                ]
                said = "; ".join(lacking(each, self.closes) for each in missed)
                named = [each.trade_date for each in missed]
                self.failed[series.code] = Detail("rolls_without_factor", said, {"rolls": named})
                continue
            yield Piece.of(rows_of(text, contract, move))

    def _read_closes(self) -> None:
        """Read the closes of both contracts on the day before each roll."""
        wanted: dict[str, set[str]] = {}
        for roll in chain.from_iterable(each.rolls for each in self.series):
            for code in (roll.old, roll.new):
                wanted.setdefault(code, set()).add(roll.close_date)
        known = _securities(self.reader, wanted)
        if not known:
            return
        days = sorted(set().union(*wanted.values()))
        question = KlineQuestion(
            KINDS,
            list(known),
            days[0],
            days[-1],
            Period.DAILY,
            {code: [(day, day) for day in sorted(wanted[code])] for code in known},
        )
        rows = self.reader.read_known(question, known).rows
        self.closes = {
            (code, row["trade_date"]): row["close"]
            for code, text in rows.rows.items()
            for row in parse_bars(text)
        }
        self.warnings.extend(rows.meta["warnings"])
        self.origin = rows.meta["source"]


@dataclass(frozen=True, slots=True)
class ContinuousReader:
    """Answers questions about continuous futures.

    Parameters
    ----------
    reader : KlineReader
        Reads the contracts' bars.
    clock : callable
        A monotonic clock, in seconds.
    """

    reader: KlineReader
    clock: Callable[[], float] = time.monotonic

    def read(self, question: ContinuousQuestion) -> RowSet:
        """Answer a question as completely as the cache and small fetches allow.

        Each row is a bar of the contract that is main on its day, with the contract's code. The
        answer's codes are those of the series. A day whose main contract is not known is missing.

        Raises
        ------
        NotFoundError
            None of the varieties is known.
        InvalidInputError
            The answer would have too many rows, see `KlineReader.read`.
        """
        found = {variety.code: variety for variety in varieties(self.reader.catalog)}
        known = [found[code] for code in question.varieties if code in found]
        if not known:
            named = [*question.varieties[:10]]
            raise NotFoundError(
                f"none of the varieties is known: {', '.join(named)}",
                key="unknown_varieties",
                varieties=named,
            )
        return _answer(self._for_one_call(), question, known)

    def _for_one_call(self) -> KlineReader:
        return replace(self.reader, fetch=OneCall(self.reader.fetch, self.clock))

    def read_codes(self, question: KlineQuestion, count: int = 0) -> RowSet:
        """Answer a question about contracts among whose codes are those of series, as IF.MAIN.

        Parameters
        ----------
        question : KlineQuestion
            Series go by open interest, and no price is adjusted; errors as in `read`.
        count : int
            The number of the last bars, in place of the question's start; 0 for a range.
        """
        named = {code: variety_in(code) for code in question.codes}
        found = {variety.code: variety for variety in varieties(self.reader.catalog)}
        series = [found[variety] for variety in named.values() if variety in found]
        codes = [code for code, variety in named.items() if not variety]
        contracts = {
            code: each
            for code, each in _securities(self.reader, codes).items()
            if each.kind in KINDS
        }
        if not (series or contracts):
            unknown = [*question.codes[:10]]
            raise NotFoundError(
                f"none of the codes is known: {', '.join(unknown)}",
                key="unknown_codes",
                codes=unknown,
            )
        reader = self._for_one_call()
        parts: list[RowSet] = []
        if contracts:
            read = LastBars(count) if count else KlineReader.read
            parts.append(read(reader, replace(question, codes=[*contracts])))
        if series:
            names = [each.code for each in series]
            days = question.start, question.end
            continuous = ContinuousQuestion(names, *days, question.period, count=count)
            parts.append(_answer(reader, continuous, series))
        pieces = {code: each for part in parts for code, each in part.pieces.items()}
        meta = _together([part.meta for part in parts])
        meta["unknown_codes"] = [code for code in question.codes if code not in pieces]
        return RowSet({code: pieces[code] for code in question.codes if code in pieces}, meta)


def _answer(reader: KlineReader, question: ContinuousQuestion, known: Sequence[Variety]) -> RowSet:
    if not question.count:
        return _read(reader, question, known)
    if question.count * len(known) > MOST_BARS:
        reason = f"must be smaller, or the codes fewer: at most {MOST_BARS:,} bars are allowed"
        raise InvalidInputError("count", reason, key="too_much", most=MOST_BARS)
    parts = [_read_last(reader, question, variety) for variety in known]
    pieces = {code: each for part in parts for code, each in part.pieces.items()}
    return RowSet(pieces, _together([part.meta for part in parts]) | _unknown(question, known))


def _read_last(reader: KlineReader, question: ContinuousQuestion, variety: Variety) -> RowSet:
    """Go back in time until a series has enough bars, or as many as there are."""
    dataset = BarDataset(Kind.FUTURE, question.period.base)
    final = reader.final_day(dataset.name)
    end = final if question.end == NOT_GIVEN else question.end
    born = min(life(contract)[0] for contract in variety.contracts)
    first = max(born, _covered(reader.catalog, dataset), TRADING.first)
    days = TRADING.days(variety.market, first, min(end, final))
    asked = replace(question, varieties=[variety.code], end=end)
    back = days_of_bars(question.period, question.count)
    source = "cache"
    while True:
        start = days[-back] if back < len(days) else min(first, end)
        rows = _read(reader, replace(asked, start=start), [variety])
        source = rows.meta["source"] if source == "cache" else source
        cut = cut_last(rows, question.count)
        # Days that are missing count: they are fetched or named, and nothing older replaces them.
        absent = sum(map(len, rows.meta["absent"].values()))
        if back >= len(days) or rows.meta["expected"] - absent >= question.count:
            break
        back *= 2
    if cut.dropped:
        # What is said of days before the first bar is of no interest.
        start = first_day_of(next(iter(cut.first.values())), question.period)
        rows = _read(reader, replace(asked, start=start), [variety])
        cut = cut_last(rows, question.count)
    return cut.answer(rows, source)


def _unknown(question: ContinuousQuestion, known: Sequence[Variety]) -> dict[str, Any]:
    found = {each.code for each in known}
    return {"unknown_codes": [code for code in question.varieties if code not in found]}


def _read(reader: KlineReader, question: ContinuousQuestion, known: Sequence[Variety]) -> RowSet:
    histories = read_histories(reader.store, known, question.basis)
    dataset = BarDataset(Kind.FUTURE, question.period.base)
    asked = AskedDays(
        first_day_of(question.start, question.period),
        question.end,
        reader.final_day(dataset.name),
        _covered(reader.catalog, DAILY_BARS),
        _covered(reader.catalog, dataset),
    )
    series = [series_asked(each, histories[each.code], asked, question.adjust) for each in known]
    joiner = _Joiner(reader, question, series)
    members: dict[str, list[tuple[str, str]]] = {}
    for first, last, contract in chain.from_iterable(each.holds for each in series):
        members.setdefault(contract, []).append((first, last))
    bars = KlineQuestion(KINDS, list(members), asked.start, asked.end, question.period, members)
    found = replace(reader, adjust=joiner.join).read_known(bars, _securities(reader, members))
    return RowSet(found.rows.pieces, _meta(question, series, joiner, found))


def _covered(catalog: Catalog, dataset: Dataset) -> str:
    return catalog.coverage_start(dataset) or LAST_DATE


def _securities(reader: KlineReader, codes: Iterable[str]) -> dict[str, Security]:
    found = ((code, reader.catalog.get(code)) for code in codes)
    return {code: security for code, security in found if security}


def _meta(
    question: ContinuousQuestion, series: Sequence[Series], joiner: _Joiner, found: Found
) -> dict[str, Any]:
    """Return the answer's `meta`, about series in place of contracts."""
    ((dataset, state),) = found.completeness.states.items()
    claims = claims_of(state, dataset, series, question.period)
    meta = found.rows.meta
    origins = {meta["source"], *filter(None, [joiner.origin])}
    told: dict[str, Any] = {
        **meta,
        **claims.meta(common_market(each.variety.contracts[0] for each in series)),
        **_unknown(question, [each.variety for each in series]),
        "source": origins.pop() if len(origins) == 1 else "mixed",
        "warnings": [
            *meta["warnings"],
            *(each for each in joiner.warnings if each not in meta["warnings"]),
        ],
        "no_main": {each.code: ranges(each.unknown, each.days) for each in series if each.unknown},
        "rolls": {
            each.code: [_told(roll, joiner.factor(roll)) for roll in each.shown] for each in series
        },
    }
    if question.adjust is not Adjust.NONE:
        told["complete"] = told["complete"] and not joiner.failed
        told["adjust"] = {
            "mode": question.adjust,
            "method": question.method,
            "anchor": {each.code: each.anchor for each in series if each.anchor},
            "failed": joiner.failed,
        }
    return told


def _told(roll: Roll, factor: float | None) -> dict[str, Any]:
    return {"trade_date": roll.trade_date, "from": roll.old, "to": roll.new, "factor": factor}


def _together(metas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the `meta` of an answer that was read in parts."""
    together = dict(metas[0])
    for name, value in chain.from_iterable(meta.items() for meta in metas[1:]):
        known = together.get(name)
        if known is None or known == value:
            together[name] = value
        elif isinstance(value, dict):
            together[name] = known | value
        elif isinstance(value, list):
            together[name] = [*known, *(each for each in value if each not in known)]
        elif name == "source":
            together[name] = "mixed"
    together["complete"] = all(meta["complete"] for meta in metas)
    for name in ("expected", "returned"):
        together[name] = sum(meta[name] for meta in metas)
    return together
