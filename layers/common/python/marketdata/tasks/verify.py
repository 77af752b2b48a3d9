"""The verify task: which blocks it opens, what it finds in them, and its result.

It works on series, the partitions of the index `coverage`: "stock.daily#2024" is every code's block
of that dataset and part.
"""

from collections import Counter
from collections.abc import Collection
from itertools import batched
from typing import Any, TypedDict

from marketdata.blocks.block import DOCUMENT, BlockKey, Damage
from marketdata.blocks.dataset import STORED_PERIODS, Dataset, Kind, Period
from marketdata.blocks.days import parts_between
from marketdata.blocks.repair import clear_damaged, inspect, is_away
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import TRADING
from marketdata.catalog.catalog_store import KEY as CATALOG
from marketdata.catalog.groups import INDUSTRIES, MEMBERS, WEIGHTS
from marketdata.catalog.securities import Catalog
from marketdata.details import Detail
from marketdata.finance.periods import calendar_of
from marketdata.finance.statement import Statement, StatementDataset
from marketdata.futures.main_history import MAIN_HISTORY
from marketdata.kline.adjust.factors import factor_key
from marketdata.kline.bars import BarDataset
from marketdata.status.status import STATUS
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import Task, TaskObjects, detect_key

SERIES_A_GROUP = 4
"""Series that one call of the step opens: a month of one-minute bars of the whole market takes it
half a minute."""

BLOCKS_AT_ONCE = 500
"""Blocks that are in memory at the same time."""

TURNS = 12
"""The weekly schedule has seen the whole store after this many weeks."""

WEEK = 7 * 86400


class DamagedBlock(TypedDict):
    """A block that was damaged, and what was wrong with it, see `blocks.block.Damage`."""

    code: str
    dataset: str
    part: str
    damage: str


class Findings(TypedDict):
    """What was found in a series: its codes, the number of blocks, and the damaged ones.

    Of the blocks, the payloads of `in_bucket` belong in the bucket, and those of `gone` are not
    there.
    """

    codes: list[str]
    blocks: int
    damaged: list[DamagedBlock]
    in_bucket: int
    gone: int


def series_of(scope: Scope, catalog: Catalog, until: str) -> list[str]:
    """List the series of a scope up to a day; with daily bars, their factors and main contracts."""
    dataset = scope.dataset
    days = _series(dataset, catalog, scope.start, min(scope.end, until))
    if scope.period is not Period.DAILY or scope.status:
        return days
    main = [_name(MAIN_HISTORY, DOCUMENT)] if scope.kind is Kind.FUTURE else []
    return [*days, _factors(scope.kind), *main]


def series_in_turn(catalog: Catalog, until: str, now: int) -> list[str]:
    """List a twelfth of all series, another one each week.

    A month of minutes has its turn in one of twelve weeks by its number, a year likewise; what is
    of no year has the turn of the first.

    Parameters
    ----------
    catalog : Catalog
        Knows where each dataset begins.
    until : str
        The last day, YYYYMMDD.
    now : int
        Epoch seconds, which decide the turn.
    """
    bars = [BarDataset(kind, period) for kind in Kind for period in STORED_PERIODS]
    datasets: list[Dataset] = [*bars, STATUS, *map(StatementDataset, Statement)]
    days = [name for each in datasets for name in _series(each, catalog, "", until)]
    months = parts_between(Period.MIN1, TRADING.first, until)
    weights = [_name(WEIGHTS, month) for month in months]
    documents = (MAIN_HISTORY, CATALOG.dataset, MEMBERS, INDUSTRIES.dataset)
    others = [*map(_factors, Kind), *(_name(each, DOCUMENT) for each in documents)]
    return [name for name in (*days, *weights, *others) if _turn(name) == now // WEEK % TURNS]


def _turn(name: str) -> int:
    part = name.rpartition("#")[2]
    return 0 if part == DOCUMENT else int(part.rpartition("-")[2]) % TURNS


def _series(dataset: Dataset, catalog: Catalog, start: str, end: str) -> list[str]:
    # What the source does not cover is never read.
    covered = catalog.coverage_start(dataset)
    if covered is None:
        return []
    first = max(start, covered, calendar_of(dataset).first)
    return [_name(dataset.name, part) for part in parts_between(dataset, first, end)]


def _factors(kind: Kind) -> str:
    return _name(factor_key(kind, "").dataset, DOCUMENT)


def _name(dataset: str, part: str) -> str:
    return f"{dataset}#{part}"


def verify(store: BlockStore, series: str, codes: Collection[str]) -> Findings:
    """Open every block of a series and return what was found; none is cleared yet.

    Parameters
    ----------
    store : BlockStore
        The store.
    series : str
        The series' name.
    codes : collection of str
        Only these codes; empty for all.
    """
    dataset, _, part = series.rpartition("#")
    stored = store.coverage(dataset, part)
    keys = [
        BlockKey(dataset, code, part)
        for code, row in stored.items()
        if (row.rows or row.coverage.present) and (not codes or code in codes)
    ]
    found: Findings = {
        "codes": [key.code for key in keys],
        "blocks": len(keys),
        "damaged": [],
        "in_bucket": 0,
        "gone": 0,
    }
    for some in batched(keys, BLOCKS_AT_ONCE, strict=False):
        seen = inspect(store, some)
        found["damaged"] += [
            {"code": key.code, "dataset": key.dataset, "part": key.part, "damage": damage}
            for key, damage in seen.damaged.items()
        ]
        found["in_bucket"] += seen.in_bucket
        found["gone"] += len(seen.gone)
    return found


def key_of(block: DamagedBlock) -> BlockKey:
    """Return the key of a block that was damaged."""
    return BlockKey(block["dataset"], block["code"], block["part"])


def clear(store: BlockStore, found: Findings, scope: Scope) -> None:
    """Clear the damaged blocks of a series, so that a fill fetches them.

    Those that are lost stay as they are if the bucket seems to be away: their coverage is right as
    soon as it is back.
    """
    keys = [
        key_of(each)
        for each in found["damaged"]
        if each["damage"] != Damage.LOST or not _kept(found, scope)
    ]
    for some in batched(keys, BLOCKS_AT_ONCE, strict=False):
        clear_damaged(store, some, however_many=True)


def _kept(found: Findings, scope: Scope) -> bool:
    return is_away(found["gone"], found["in_bucket"]) and not scope.clear_lost


def verified(task: Task, objects: TaskObjects, groups: int) -> tuple[dict[str, Any], list[Detail]]:
    """Combine what was found in all series of a verify task.

    Returns
    -------
    dict
        The data of `GET /cache/tasks/{task_id}/result`: the number of codes and blocks, of codes
        and blocks with damage, the blocks by kind of damage, and each damaged block.
    list of Detail
        Why lost blocks were not cleared, if they were not.
    """
    findings: list[Findings] = [
        found for group in range(groups) for found in objects.read_json(detect_key(task.id, group))
    ]
    damaged = [block for found in findings for block in found["damaged"]]
    kept = [found for found in findings if _kept(found, task.scope)]
    gone, in_bucket = (sum(found[name] for found in kept) for name in ("gone", "in_bucket"))
    why = f"the bucket lacks {gone} of {in_bucket} payloads: is it the right one, is it restored?"
    result = {
        "task_id": task.id,
        "total_count": len({code for found in findings for code in found["codes"]}),
        "error_count": len({block["code"] for block in damaged}),
        "block_count": sum(found["blocks"] for found in findings),
        "damaged_count": len(damaged),
        "by_damage": dict(Counter(block["damage"] for block in damaged)),
        "damaged": sorted(damaged, key=lambda each: (each["code"], each["dataset"], each["part"])),
    }
    lost = Detail("payloads_lost", why, {"gone": gone, "total": in_bucket})
    return result, [lost] if kept else []
