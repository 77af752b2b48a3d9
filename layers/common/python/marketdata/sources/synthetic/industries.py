"""The synthetic industries, two levels of them, and the stocks that belong to them."""

from functools import lru_cache

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.constituents import Industry, Membership
from marketdata.catalog.securities import Security, life
from marketdata.sources.synthetic.bars import START, axis
from marketdata.sources.synthetic.equities import equities
from marketdata.sources.synthetic.paths import generator

CLASSIFICATION = "合成行业"
SECTORS = {
    "金融": ("银行", "证券", "保险"),
    "消费": ("食品饮料", "家用电器", "纺织服饰"),
    "医药": ("化学制药", "中药", "医疗器械"),
    "科技": ("半导体", "软件", "通信设备"),
    "制造": ("机械设备", "汽车", "电力设备"),
    "周期": ("钢铁", "化工", "煤炭"),
}
"""The industries of level 1, and those of level 2 in each."""

MOVES = 0.15
"""Fraction of the stocks that move to another industry once, if they live that long."""

MOVE_DAYS = "20160104", "20251231"
"""First and last day of such a move."""


@lru_cache(maxsize=1)
def industries() -> tuple[Industry, ...]:
    """Return all industries, each one of level 1 before those below it."""
    found = []
    for number, (sector, names) in enumerate(SECTORS.items(), 1):
        above = f"99{number:02}00.SI"
        found.append(Industry(above, f"合成{sector}", 1, None, CLASSIFICATION))
        found += [
            Industry(f"99{number:02}{place:02}.SI", f"合成{name}", 2, above, CLASSIFICATION)
            for place, name in enumerate(names, 1)
        ]
    return tuple(found)


def industry_members(seed: int, industry: str, until: str) -> list[Membership]:
    """Return the memberships of an industry that begin by a day; an end is known the day after."""
    begun = (each for each in _memberships(seed).get(industry, ()) if each.in_date <= until)
    return [
        each._replace(out_date=None) if each.out_date and each.out_date >= until else each
        for each in begun
    ]


@lru_cache(maxsize=2)
def _memberships(seed: int) -> dict[str, list[Membership]]:
    """Return the memberships of all stocks, by industry."""
    found: dict[str, list[Membership]] = {}
    parents = {each.code: each.parent for each in industries() if each.parent}
    for stock in equities(seed):
        if stock.kind is not Kind.STOCK:
            continue
        stays = _stays(seed, stock, list(parents))
        for code, first, last in stays:
            found.setdefault(code, []).append(Membership(stock.code, first, last))
        # A move within an industry of level 1 is none on that level.
        above = [(parents[code], first, last) for code, first, last in stays]
        if len({code for code, _, _ in above}) == 1:
            above = [(above[0][0], above[0][1], above[-1][2])]
        for code, first, last in above:
            found.setdefault(code, []).append(Membership(stock.code, first, last))
    return found


def _stays(seed: int, stock: Security, codes: list[str]) -> list[tuple[str, str, str | None]]:
    """Draw the industries of level 2 that a stock is in, each with its first and last day."""
    numbers = generator(seed, f"{stock.code}/industry")
    here, shift = int(numbers.integers(len(codes))), int(numbers.integers(1, len(codes)))
    days = trading_days("SH", *MOVE_DAYS)
    moves, day = numbers.random() < MOVES, days[int(numbers.integers(len(days)))]
    first, last = stock.list_date or START, stock.delist_date
    if not (moves and first < day <= life(stock)[1]):
        return [(codes[here], first, last)]
    before = axis().days[axis().between(day, day).start - 1]
    there = codes[(here + shift) % len(codes)]
    return [(codes[here], first, before), (there, day, last)]
