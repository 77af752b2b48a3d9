"""The datasets without market days: each as lines of JSON for one Parquet file.

Securities, the calendar, main contracts and factors are whole; statements are cut by the year of
their reporting period.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from marketdata.blocks import codec
from marketdata.blocks.block import BlockCoverage, BlockKey, unpack
from marketdata.blocks.dataset import Kind
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FIRST_DAYS, last_known_day, trading_days
from marketdata.catalog.securities import Catalog, dates_of
from marketdata.catalog.window import Window
from marketdata.exports.entries import Counts
from marketdata.finance.statement import StatementDataset
from marketdata.futures.main_history import read_histories
from marketdata.futures.varieties import varieties
from marketdata.kline.adjust.factors import read_factors
from marketdata.tasks.comparison import compare
from marketdata.tasks.scope import Scope, in_scope

type Lines = Iterable[Mapping[str, Any]]


def rows_of(dataset: str, store: BlockStore, catalog: Catalog) -> Iterator[bytes]:
    """Yield the rows of a dataset without years as lines of JSON, sorted."""
    made: dict[str, Callable[[], Lines]] = {
        "securities": lambda: _securities(catalog),
        "calendar": _calendar,
        "main_contracts": lambda: _main_contracts(store, catalog),
        "stock.factors": lambda: _factors(store, catalog),
    }
    return (orjson.dumps(row) + b"\n" for row in made[dataset]())


def _securities(catalog: Catalog) -> Lines:
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


def _calendar() -> Lines:
    for market in sorted(FIRST_DAYS):
        for day in trading_days(market, FIRST_DAYS[market], last_known_day()):
            yield {"market": market, "trade_date": day}


def _main_contracts(store: BlockStore, catalog: Catalog) -> Lines:
    for variety, history in sorted(read_histories(store, varieties(catalog)).items()):
        for row in history.rows:
            yield {"variety": variety, "trade_date": row.trade_date, "code": row.contract}


def _factors(store: BlockStore, catalog: Catalog) -> Lines:
    codes = [security.code for security in catalog.of_kind(Kind.STOCK)]
    for code, known in read_factors(store, Kind.STOCK, codes).items():
        if steps := known.steps:
            for day, factor in zip(steps.days, steps.factors, strict=True):
                yield {"code": code, "trade_date": day, "factor": factor}


def statements(
    dataset: StatementDataset, year: str, store: BlockStore, catalog: Catalog, window: Window
) -> tuple[list[bytes], Counts]:
    """Return a year's statements as lines of JSON, sorted by code, and how complete they are."""
    scope = Scope(dataset.kind, dataset.statement, window.start, window.end)
    keys = [
        BlockKey(dataset.name, security.code, year)
        for security in in_scope(catalog, scope, to_ask=True)
    ]
    found = store.read(keys)
    lines: list[bytes] = []
    stored = {}
    for key in keys:
        if key in found:
            block, text = unpack(key, found[key])
            stored[key.code] = BlockCoverage(block.coverage, block.rows)
            start = b'{"code":"%b",' % key.code.encode()
            lines += [start + line[1:] + b"\n" for line in codec.lines(text)]
    compared = compare(dataset, year, in_scope(catalog, scope), stored, window)
    lacking = (compared.missing, compared.unconfirmed, compared.absent)
    return lines, Counts(len(lines), *(sum(each.values()) for each in lacking))
