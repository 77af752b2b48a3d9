"""The store of main contracts' histories: one block per variety, computed from stored daily bars.

A block's first line is its head, `{"variety", "market", "computed_until"}`; the others are the
history's rows in chronological order, `{"trade_date", "contract", "basis"}`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

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


def read_histories(
    store: BlockStore, wanted: Iterable[Variety], *, fresh: bool = False
) -> dict[str, MainHistory]:
    """Read the histories of some varieties; a variety without one gets an empty one.

    `fresh` as in `BlockStore.read`.

    Returns
    -------
    dict
        By the variety's code.
    """
    keys = {variety.code: _key(variety) for variety in wanted}
    stored = store.read(keys.values(), fresh=fresh)
    return {code: _decode(key, stored.get(key, Block())) for code, key in keys.items()}


def update_history(
    store: BlockStore, variety: Variety, coverage_start: str, start: str, final_until: str
) -> None:
    """Compute a variety's main contracts again, after bars of its contracts have changed.

    What took effect up to `start` stays; everything later is decided again from the stored bars, up
    to the last day that has any. A day counts only if, for every contract that lived on it, the
    cache has the bar or the source's word that there is none: a main contract chosen from only some
    of them might be the wrong one.

    Parameters
    ----------
    store : BlockStore
        Holds the bars and the history.
    variety : Variety
        Whose history.
    coverage_start : str
        The first day for which the source has daily bars of futures, "YYYYMMDD".
    start : str
        The first day whose bars have changed. If the history ends before it, the days in between
        are evaluated too.
    final_until : str
        The last trading day whose bars are final.

    Raises
    ------
    VersionConflictError
        Others kept writing the same history.
    """
    key = _key(variety)

    def change(stored: Block) -> Block:
        known = _decode(key, stored)
        # A history that was there once and is lost is worked out from the variety's first day on.
        lost = stored.version and known == MainHistory()
        days = _days(variety, known, "" if lost else start, final_until)
        history = _carried_on(store, variety, known, days, coverage_start)
        return stored if history == known else _encode(variety, history, stored)

    store.update(key, None, change)


def _key(variety: Variety) -> BlockKey:
    return BlockKey(MAIN_HISTORY, f"{variety.code}.{variety.market}", DOCUMENT)


def _decode(key: BlockKey, stored: Block) -> MainHistory:
    head, rows = read_document(key, stored)
    if not head:
        return MainHistory()
    mains = (
        Main(row["trade_date"], row["contract"], row["basis"] and Basis(row["basis"]))
        for row in rows
    )
    return MainHistory(tuple(mains), head["computed_until"])


def _encode(variety: Variety, history: MainHistory, stored: Block) -> Block:
    head = {
        "variety": variety.code,
        "market": variety.market,
        "computed_until": history.computed_until,
    }
    return write_document(stored, head, map(asdict, history.rows))


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
    known: MainHistory,
    days: Sequence[str],
    coverage_start: str,
) -> MainHistory:
    if len(days) < 2:
        return known
    window = Window(days[0], days[-2], coverage_start, days[-2])
    kept = [row for row in known.rows if row.trade_date <= days[0]]
    bars = dict(_bars(store, variety, window))
    rows = main_contracts(days, bars, kept, variety.contracts)
    seen = max((day for day, standings in bars.items() if standings), default="")
    if kept and not seen:
        seen = min(known.computed_until, previous_trading_day(variety.market, days[0]))
    return MainHistory(tuple(rows), seen)


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
