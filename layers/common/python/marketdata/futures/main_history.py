"""The store of main contracts' histories: one block per variety, computed from stored daily bars.

A block's first line is its head, `{"variety", "market", "computed_until", "two_months",
"by_volume"}`; the others are the history's rows in chronological order, `{"trade_date", "contract",
"basis"}`. `by_volume` has the rows of the history that goes by volume, as lists of the same three.

`two_months` says which months' contracts could be main. A history that was made by another rule
than the variety's, or one that lacks its counterpart by volume, counts as unknown: nobody is given
it, and the next `update_history` works out both from the variety's first day on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple

from marketdata.blocks.block import (
    DOCUMENT,
    Block,
    BlockKey,
    read_document,
    unpack,
    write_document,
)
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import days_of, parts_between, span
from marketdata.blocks.repair import clear_damaged
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import (
    next_trading_day,
    previous_trading_day,
    trading_bits,
    trading_days,
)
from marketdata.catalog.securities import life
from marketdata.catalog.window import Window
from marketdata.errors import NotFoundError
from marketdata.futures.main_contracts import Basis, Main, MainHistory, Standing, main_contracts
from marketdata.futures.varieties import Variety
from marketdata.kline.bars import BarDataset, parse_bars

MAIN_HISTORY = "main"
"""The dataset of the histories."""

DAILY_BARS = BarDataset(Kind.FUTURE, Period.DAILY)

type Histories = Mapping[Basis, MainHistory]
"""A variety's histories, by what they go by; both end on the same day."""


def read_histories(
    store: BlockStore,
    wanted: Iterable[Variety],
    basis: Basis = Basis.OPEN_INTEREST,
    *,
    fresh: bool = False,
) -> dict[str, MainHistory]:
    """Read the histories of some varieties; a variety without one gets an empty one.

    `basis` is what the histories go by, `fresh` as in `BlockStore.read`.

    Returns
    -------
    dict
        By the variety's code.
    """
    keys = {_key(variety): variety for variety in wanted}
    stored = store.read(keys, fresh=fresh)
    return {
        variety.code: _decode(variety, stored.get(key, Block()))[basis]
        for key, variety in keys.items()
    }


def to_be_made_anew(store: BlockStore, wanted: Iterable[Variety]) -> list[Variety]:
    """List the varieties that have a history which cannot be believed, see above, or read."""
    keys = {_key(variety): variety for variety in wanted}
    stored = store.read(keys, fresh=True)
    return [keys[key] for key in keys if key in stored and _unusable(keys[key], stored[key])]


def update_history(
    store: BlockStore, variety: Variety, coverage_start: str, start: str, final_until: str
) -> None:
    """Compute a variety's histories again, after bars of its contracts have changed.

    What took effect up to `start` stays; everything later is decided again from the stored bars, up
    to the last day that has any. A day counts only if, for every contract that lived on it, the
    cache has the bar or the source's word that there is none: a main contract chosen from only some
    of them might be the wrong one.

    Parameters
    ----------
    store : BlockStore
        Holds the bars and the histories.
    variety : Variety
        Whose histories.
    coverage_start : str
        The first day for which the source has daily bars of futures, "YYYYMMDD".
    start : str
        The first day whose bars have changed. If the histories end before it, the days in between
        are evaluated too; if they are unusable, all days are.
    final_until : str
        The last trading day whose bars are final.

    Raises
    ------
    VersionConflictError
        Others kept writing the same history.
    """

    def change(stored: Block) -> Block:
        known = _decode(variety, stored)
        # What is lost, or was made by another rule, is worked out from the variety's first day on.
        first = "" if _unusable(variety, stored) else start
        days = _days(variety, known[Basis.OPEN_INTEREST], first, final_until)
        histories = _carried_on(store, variety, known, days, coverage_start)
        return stored if histories == known else _encode(variety, histories, stored)

    store.update(_key(variety), None, change)


def _key(variety: Variety) -> BlockKey:
    return BlockKey(MAIN_HISTORY, f"{variety.code}.{variety.market}", DOCUMENT)


def _decode(variety: Variety, stored: Block) -> Histories:
    head, rows = read_document(_key(variety), stored)
    # The first histories were of all months, and none said so.
    if not head or head.get("two_months", False) != variety.two_months:
        return dict.fromkeys(Basis, MainHistory())
    until = head["computed_until"]
    by_interest = ((row["trade_date"], row["contract"], row["basis"]) for row in rows)
    by_volume = head.get("by_volume")
    return {
        Basis.OPEN_INTEREST: _history(by_interest, until),
        Basis.VOLUME: MainHistory() if by_volume is None else _history(by_volume, until),
    }


def _history(rows: Iterable[Sequence[str | None]], computed_until: str) -> MainHistory:
    mains = (
        Main(day or "", contract, Basis(basis) if basis else None) for day, contract, basis in rows
    )
    return MainHistory(tuple(mains), computed_until)


def _unusable(variety: Variety, stored: Block) -> bool:
    return bool(stored.version) and MainHistory() in _decode(variety, stored).values()


def _encode(variety: Variety, histories: Histories, stored: Block) -> Block:
    by_interest, by_volume = histories[Basis.OPEN_INTEREST], histories[Basis.VOLUME]
    head = {
        "variety": variety.code,
        "market": variety.market,
        "computed_until": by_interest.computed_until,
        "two_months": variety.two_months,
        "by_volume": [astuple(row) for row in by_volume.rows],
    }
    return write_document(stored, head, map(asdict, by_interest.rows))


def _days(variety: Variety, known: MainHistory, start: str, final_until: str) -> list[str]:
    """List the trading days to evaluate, and the one that the last of them decides."""
    born = min(life(contract)[0] for contract in variety.contracts)
    first = max(born, min(start, known.known_until or start))
    try:
        last = next_trading_day(variety.market, final_until)
    except NotFoundError:
        last = final_until
    return trading_days(variety.market, first, last)


def _carried_on(
    store: BlockStore,
    variety: Variety,
    known: Histories,
    days: Sequence[str],
    coverage_start: str,
) -> Histories:
    if len(days) < 2:
        return known
    window = Window(days[0], days[-2], coverage_start, days[-2])
    bars = dict(_bars(store, variety, window))
    seen = max((day for day, standings in bars.items() if standings), default="")
    kept = {
        basis: [row for row in history.rows if row.trade_date <= days[0]]
        for basis, history in known.items()
    }
    until = known[Basis.OPEN_INTEREST].computed_until
    if kept[Basis.OPEN_INTEREST] and not seen:
        seen = min(until, previous_trading_day(variety.market, days[0]))
    return {
        basis: MainHistory(
            tuple(
                main_contracts(
                    days,
                    bars,
                    rows,
                    variety.contracts,
                    basis=basis,
                    two_months=variety.two_months,
                )
            ),
            seen,
        )
        for basis, rows in kept.items()
    }


def _bars(
    store: BlockStore, variety: Variety, window: Window
) -> Iterator[tuple[str, dict[str, Standing]]]:
    """Yield every known day and what its contracts weigh, reading a year of blocks at a time."""
    for part in parts_between(DAILY_BARS, window.start, window.end):
        alive = {
            BlockKey(DAILY_BARS.name, contract.code, part): contract
            for contract in variety.alive(f"{part}0101", f"{part}1231")
        }
        # Read fresh: the last batch of a fill may have been stored a moment ago.
        blocks = store.read(alive, fresh=True)
        days = trading_bits(variety.market, part) & span(part, window.start, window.end)
        texts, damaged = {}, []
        for key, contract in alive.items():
            expected = window.expected(contract, part)
            block, texts[key.code] = unpack(key, blocks.get(key, Block()))
            if block.damage:
                damaged.append(key)
            days &= ~(expected & ~(block.coverage.present | block.coverage.absent))
        clear_damaged(store, damaged)
        yield from _by_day(days_of(part, days), texts).items()


def _by_day(days: Sequence[str], texts: Mapping[str, bytes]) -> dict[str, dict[str, Standing]]:
    standings: dict[str, dict[str, Standing]] = {day: {} for day in days}
    for code, text in texts.items():
        for row in parse_bars(text):
            if (day := row["trade_date"]) in standings:
                standings[day][code] = Standing(row["open_interest"], row["volume"])
    return standings
