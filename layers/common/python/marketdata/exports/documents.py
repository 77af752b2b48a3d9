"""The datasets without market days: each as lines of JSON for one Parquet file.

Securities, the calendar, main contracts and factors are whole; statements are cut by the year of
their reporting period.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import orjson

from marketdata.blocks import codec
from marketdata.blocks.block import BlockCoverage, BlockKey
from marketdata.blocks.dataset import Kind
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FIRST_DAYS, ONE_DAY, last_known_day, trading_days
from marketdata.catalog.securities import Catalog, dates_of
from marketdata.catalog.window import Window
from marketdata.exports.datasets import FACTORS
from marketdata.exports.entries import Counts
from marketdata.exports.stored import stored
from marketdata.finance.statement import StatementDataset
from marketdata.futures.main_history import read_histories
from marketdata.futures.varieties import varieties
from marketdata.kline.adjust.factors import read_factors
from marketdata.tasks.comparison import compare
from marketdata.tasks.scope import Scope, in_scope

type Row = Mapping[str, Any]


def rows_of(dataset: str, store: BlockStore, catalog: Catalog) -> tuple[list[bytes], Counts]:
    """Return the rows of a dataset without years as lines of JSON, sorted, and what it lacks.

    Factors and main contracts are known until a day, which each row names. A stock without any
    factor, and a variety without a main contract, counts as a row that is missing.
    """
    made: dict[str, Callable[[], Iterable[Row | None]]] = {
        "securities": lambda: _securities(catalog),
        "calendar": _calendar,
        "main_contracts": lambda: _main_contracts(store, catalog),
        FACTORS: lambda: _factors(store, catalog),
    }
    rows = list(made[dataset]())
    lines = [orjson.dumps(row) + b"\n" for row in rows if row is not None]
    return lines, Counts(len(lines), len(rows) - len(lines))


def _securities(catalog: Catalog) -> Iterator[Row]:
    for security in sorted(catalog.securities(), key=lambda each: each.code):
        for life, (first, last) in enumerate(dates_of(security), 1):
            yield {
                "code": security.code,
                "name": security.name,
                "type": security.kind,
                "market": security.market,
                "list_date": first,
                "delist_date": last,
                "life": life,
            }


def _calendar() -> Iterator[Row]:
    for market in sorted(FIRST_DAYS):
        for day in trading_days(market, FIRST_DAYS[market], last_known_day()):
            yield {"market": market, "trade_date": day}


def _main_contracts(store: BlockStore, catalog: Catalog) -> Iterator[Row | None]:
    for variety, history in sorted(read_histories(store, varieties(catalog), fresh=True).items()):
        if not history.rows:
            yield None
        ends = _ends([row.trade_date for row in history.rows], history.known_until)
        for row, until in zip(history.rows, ends, strict=True):
            known = {"trade_date": row.trade_date, "code": row.contract, "until": until}
            yield {"variety": variety, **known}


def _factors(store: BlockStore, catalog: Catalog) -> Iterator[Row | None]:
    codes = [security.code for security in catalog.of_kind(Kind.STOCK)]
    for code, known in read_factors(store, Kind.STOCK, codes, fresh=True).items():
        if (steps := known.steps) is None:
            yield None
            continue
        ends = _ends(steps.days, steps.until)
        for day, factor, until in zip(steps.days, steps.factors, ends, strict=True):
            yield {"code": code, "trade_date": day, "factor": factor, "until": until}


def _ends(days: Sequence[str], until: str) -> list[str]:
    """Return the last day of each of some ranges that follow each other, given their first days."""
    before = (date.fromisoformat(day) - ONE_DAY for day in days[1:])
    return [*(f"{day:%Y%m%d}" for day in before), until][: len(days)]


def statements(
    dataset: StatementDataset, year: str, store: BlockStore, catalog: Catalog, window: Window
) -> tuple[list[bytes], Counts]:
    """Return a year's statements as lines of JSON, sorted by code, and how complete they are."""
    scope = Scope(dataset.kind, dataset.statement, window.start, window.end)
    keys = [
        BlockKey(dataset.name, security.code, year)
        for security in in_scope(catalog, scope, to_ask=True)
    ]
    lines: list[bytes] = []
    coverage = {}
    for code, block, text in stored(store, keys):
        coverage[code] = BlockCoverage(block.coverage, block.rows)
        start = b'{"code":"%b",' % code.encode()
        lines += [start + line[1:] + b"\n" for line in codec.lines(text)]
    compared = compare(dataset, year, in_scope(catalog, scope), coverage, window)
    lacking = (compared.missing, compared.unconfirmed, compared.absent)
    return lines, Counts(len(lines), *(sum(each.values()) for each in lacking))
