"""Batches: every missing day in exactly one, within the limits, and few of them."""

import random
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.tasks import batching
from marketdata.tasks.batching import Batch, Gap, batches, gaps_of, longest_gap

DAYS = 400
CODES = [f"{600000 + at}.SH" for at in range(12)]

type Gaps = dict[str, tuple[list[int], int, int]]
"""For each code the positions of its missing days, and of its life."""


@st.composite
def gaps(draw: st.DrawFn) -> Gaps:
    found = {}
    for code in draw(st.lists(st.sampled_from(CODES), unique=True)):
        born, gone = sorted([draw(st.integers(0, DAYS)), draw(st.integers(0, DAYS))])
        runs = draw(st.lists(st.tuples(st.integers(born, gone), st.integers(1, 120)), max_size=5))
        missing = {day for start, length in runs for day in range(start, start + length)}
        found[code] = (sorted(day for day in missing if day <= gone), born, gone)
    return found


def planned(market: Gaps, bars_a_day: int) -> list[Batch]:
    work = [
        piece
        for code, (missing, born, gone) in market.items()
        for piece in gaps_of(code, missing, [(born, gone)], longest_gap(bars_a_day))
    ]
    random.Random(0).shuffle(work)
    return batches(work, bars_a_day)


def whole_days(first: int, last: int) -> range:
    return range(first, last + 1)


@settings(deadline=None)
@given(days=st.sets(st.integers(0, 300)).map(sorted), longest=st.integers(1, 60))
def test_pieces_hold_every_missing_day_once(days: list[int], longest: int) -> None:
    found = list(gaps_of("600000.SH", days, [(0, 300)], longest))
    covered = [day for piece in found for day in whole_days(piece.first, piece.last)]
    assert len(covered) == len(set(covered))
    assert set(days) <= set(covered)
    assert {piece.first for piece in found} | {piece.last for piece in found} <= set(days)
    assert all(piece.days <= longest for piece in found)
    for day in set(covered) - set(days):
        near = [each for each in days if abs(each - day) <= batching.BRIDGE_DAYS]
        assert any(each < day for each in near)
        assert any(each > day for each in near)


@pytest.mark.parametrize(
    ("days", "longest", "expected"),
    [
        ([], 100, []),
        ([7], 100, [(7, 7)]),
        ([1, 2, 3], 100, [(1, 3)]),
        ([1, 7], 100, [(1, 7)]),
        ([1, 8], 100, [(1, 1), (8, 8)]),
        ([1, 2, 3, 4], 3, [(1, 2), (3, 4)]),
        ([*range(8)], 3, [(0, 2), (3, 5), (6, 7)]),
        ([2, 3], 3, [(2, 2), (3, 3)]),
    ],
)
def test_pieces(days: list[int], longest: int, expected: list[tuple[int, int]]) -> None:
    found = gaps_of("600000.SH", days, [(0, 100)], longest)
    assert [(piece.first, piece.last) for piece in found] == expected


@settings(deadline=None)
@given(market=gaps(), bars_a_day=st.sampled_from([1, 48, 240, 555]))
def test_every_missing_day_is_in_exactly_one_piece(market: Gaps, bars_a_day: int) -> None:
    found = planned(market, bars_a_day)
    covered = Counter(
        (piece.code, day)
        for batch in found
        for piece in batch.pieces
        for day in whole_days(piece.first, piece.last)
    )
    for code, (missing, _, _) in market.items():
        assert all(covered[code, day] == 1 for day in missing)


@settings(deadline=None)
@given(market=gaps(), bars_a_day=st.sampled_from([1, 48, 240, 555]))
def test_a_batch_stays_within_its_limits(market: Gaps, bars_a_day: int) -> None:
    lives = {code: (born, gone) for code, (_, born, gone) in market.items()}
    for batch in planned(market, bars_a_day):
        codes = [piece.code for piece in batch.pieces]
        assert 1 <= len(codes) == len(set(codes)) <= batching.CODES_A_BATCH
        for piece in batch.pieces:
            assert batch.first <= piece.first <= piece.last <= batch.last
        asked = sum(_alive(*lives[code], batch) for code in codes)
        assert batch.days_asked == asked
        assert asked * bars_a_day <= batching.BARS_A_BATCH
        if len(codes) > 1:
            enough = batching.WASTE * batch.days_missing * bars_a_day
            assert asked * bars_a_day <= max(enough, batching.CHEAP_BARS)


def _alive(born: int, gone: int, batch: Batch) -> int:
    return len(set(whole_days(born, gone)) & set(whole_days(batch.first, batch.last)))


def test_the_days_needed_are_counted() -> None:
    market = {code: ([*range(10), 50, 51], 0, 60) for code in CODES}
    (batch,) = planned(market, 1)
    assert (batch.first, batch.last, batch.days_missing) == (0, 51, 12 * len(CODES))


def test_three_hundred_codes_and_no_more() -> None:
    market = {f"{at:06}.SZ": ([5], 0, 9) for at in range(601)}
    assert [len(batch.pieces) for batch in planned(market, 1)] == [300, 300, 1]


def test_a_long_gap_beside_short_ones_does_not_stretch_them_all() -> None:
    market = {f"{at:06}.SZ": ([3000], 0, 3000) for at in range(300)}
    market["600000.SH"] = ([*range(3001)], 0, 3000)
    found = planned(market, 1)
    assert len(found) == 2
    assert sum(batch.days_asked for batch in found) < 10_000


def test_lone_days_of_the_whole_market_are_few_calls() -> None:
    """Each code lacks another day of 13 years."""
    places = random.Random(1)
    market = {f"{at:06}.SZ": ([places.randrange(3172)], 0, 3171) for at in range(5448)}
    assert len(planned(market, 1)) < 60


def ideal(market: Gaps, bars_a_day: int) -> int:
    return -(
        -sum(len(days) for days, _, _ in market.values()) * bars_a_day // batching.BARS_A_BATCH
    )


def backfill(days: int, listed: Sequence[int], delisted: Sequence[int]) -> Gaps:
    """Give a market of which nothing is stored."""
    return {
        f"{at:06}.SZ": ([*range(born, gone + 1)], born, gone)
        for at, (born, gone) in enumerate(zip(listed, delisted, strict=True))
        if born <= gone < days
    }


def test_a_backfill_of_the_market_takes_as_many_calls_as_it_must() -> None:
    """5,448 codes, 13 years, half of them listed in between and some delisted."""
    places = random.Random(2)
    listed = [max(0, places.randrange(-3172, 3172)) for _ in range(5448)]
    delisted = [places.choice([3171] * 19 + [places.randrange(3172)]) for _ in listed]
    market = backfill(3172, listed, delisted)
    before = time.process_time()
    found = planned(market, 1)
    assert time.process_time() - before < 2
    assert ideal(market, 1) <= len(found) <= 1.05 * ideal(market, 1)


@pytest.mark.parametrize(("codes", "slack"), [(1, 0), (3, 1), (50, 1), (2000, 25)])
def test_a_backfill_of_minutes_fills_its_batches(codes: int, slack: int) -> None:
    market = backfill(244, [0] * codes, [243] * codes)
    assert len(planned(market, 240)) <= ideal(market, 240) + slack


def test_a_piece_counts_the_days_of_all_its_codes_lives() -> None:
    piece = Gap("600018.SH", 12, 14, [(-3, 4), (10, 20)])
    assert [piece.alive(*days) for days in ((0, 15), (5, 9), (4, 10), (-9, 99))] == [11, 0, 2, 19]


def test_a_piece_counts_the_days_of_its_codes_life() -> None:
    piece = Gap("600000.SH", 12, 14, [(10, 20)])
    assert (piece.days, piece.alive(0, 15), piece.alive(15, 99), piece.alive(21, 99)) == (
        3,
        6,
        6,
        0,
    )
