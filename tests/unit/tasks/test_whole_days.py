"""Whole days: where a source allows them, and only where they take fewer requests."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of
from marketdata.catalog.securities import Security
from marketdata.kline.bars import BarDataset
from marketdata.sources.child.limits import OPERATION_SECONDS
from marketdata.tasks import batching
from marketdata.tasks.batching import (
    Batch,
    Lacking,
    Work,
    batches,
    chosen,
    gaps_of,
    longest_gap,
    work_items,
)
from marketdata.tasks.scope import Scope
from marketdata.tasks.turn import START_SECONDS
from marketdata.tasks.whole_days import (
    DAYS_A_BATCH,
    ROWS_A_PAGE,
    WholeDays,
    codes_by_day,
    pages,
    whole_days,
)

DAILY = BarDataset(Kind.STOCK, Period.DAILY)
SCOPE = Scope(Kind.STOCK, Period.DAILY, "20140101", "20151231")
DAYS = Lacking(SCOPE).days
LAMBDA_SECONDS = 900
CODES = [f"{600000 + at}.SH" for at in range(60)]

type Missing = Mapping[str, Sequence[int]]
"""For each code the positions of its missing days, ascending."""

type Ranges = list[tuple[int, int, int]]
"""So many codes lack a range of days."""


def lacked(ranges: Ranges) -> Missing:
    """Give each range to the codes that come next, from the first one on where they end."""
    found: dict[str, set[int]] = {}
    at = 0
    for count, first, length in ranges:
        for _ in range(count):
            days = found.setdefault(CODES[at % len(CODES)], set())
            days.update(range(first, min(first + length, len(DAYS))))
            at += 1
    return {code: sorted(days) for code, days in found.items()}


markets = st.lists(
    st.tuples(st.integers(1, len(CODES)), st.integers(0, len(DAYS) - 1), st.integers(1, len(DAYS))),
    max_size=6,
).map(lacked)


def lacking_of(missing: Missing) -> tuple[list[Security], Lacking]:
    lacking = Lacking(SCOPE)
    lacking.positions = {code: [*days] for code, days in missing.items()}
    return [Security(code, "", Kind.STOCK, "SH", "19991110") for code in missing], lacking


def planned(missing: Missing, since: str | None) -> list[Work]:
    return list(work_items(DAILY, *lacking_of(missing), since))


def requests(made: Iterable[Batch | WholeDays]) -> int:
    """Count the requests of batches, each code's by itself or each whole day's."""
    found = 0
    for batch in made:
        length = batch.last - batch.first + 1
        whole = isinstance(batch, WholeDays)
        found += length if whole else len(batch.codes) * (length // ROWS_A_PAGE + 1)
    return found


def days_of(batch: Batch | WholeDays, missing: Missing) -> Iterator[tuple[str, int]]:
    """Yield the codes and days that a batch is there for."""
    if isinstance(batch, Batch):
        for piece in batch.pieces:
            yield from ((piece.code, day) for day in range(piece.first, piece.last + 1))
        return
    for code in batch.codes:
        yield from ((code, day) for day in missing[code] if batch.first <= day <= batch.last)


firsts = st.sampled_from([*DAYS, "20160104"])


@settings(deadline=None)
@given(missing=markets, since=firsts)
def test_every_missing_day_is_in_exactly_one_batch(missing: Missing, since: str) -> None:
    made = chosen(*lacking_of(missing), 1, since)
    held = Counter(each for batch in made for each in days_of(batch, missing))
    assert all(held[code, day] == 1 for code, days in missing.items() for day in days)
    assert all(isinstance(each, Batch) or DAYS[each.first] >= since for each in made)
    found = planned(missing, since)
    assert sum(each["closing"] for each in found) == len(missing)


@settings(deadline=None)
@given(missing=markets, first=st.integers(0, len(DAYS)))
def test_whole_days_hold_every_missing_day_once_and_no_other(missing: Missing, first: int) -> None:
    found = list(whole_days(missing, first))
    asked = [day for each in found for day in range(each.first, each.last + 1)]
    assert asked == sorted({day for days in missing.values() for day in days if day >= first})
    assert all(each.requests <= DAYS_A_BATCH for each in found)
    for each in found:
        own = {
            code: sum(each.first <= day <= each.last for day in days)
            for code, days in missing.items()
        }
        assert [*each.codes] == sorted(each.codes)
        assert set(each.codes) == {code for code, count in own.items() if count}
        assert each.days_missing == sum(own.values())


@settings(deadline=None)
@given(missing=markets, since=firsts)
def test_there_are_never_more_requests_than_by_code(missing: Missing, since: str) -> None:
    own = lacking_of(missing)
    assert requests(chosen(*own, 1, since)) <= requests(chosen(*own, 1, None))


@settings(deadline=None)
@given(missing=markets, since=firsts)
def test_whole_days_are_taken_only_where_they_are_fewer(missing: Missing, since: str) -> None:
    own = lacking_of(missing)
    made, before = chosen(*own, 1, since), chosen(*own, 1, None)
    if requests(made) == requests(before):
        assert planned(missing, since) == planned(missing, None)
    else:
        assert any(isinstance(each, WholeDays) for each in made)


@settings(deadline=None)
@given(missing=markets)
def test_a_source_without_whole_days_has_the_batches_that_it_had(missing: Missing) -> None:
    securities, lacking = lacking_of(missing)
    gaps = (
        gap
        for security in securities
        for gap in gaps_of(
            security.code, missing[security.code], [(0, len(DAYS) - 1)], longest_gap(1)
        )
    )
    before = [
        {
            "operation": "fetch_bars",
            "dataset": "stock.daily",
            "codes": [piece.code for piece in batch.pieces],
            "start": DAYS[batch.first],
            "end": DAYS[batch.last],
            "work": batch.days_missing,
        }
        for batch in batches(gaps, 1)
    ]
    found = list(work_items(DAILY, securities, lacking))
    assert [{**each, "closing": 0} for each in found] == [{**each, "closing": 0} for each in before]
    assert orjson.dumps(planned(missing, "20160101")) == orjson.dumps(found)


def summary(work: Sequence[Work]) -> list[tuple[int, str, str, int]]:
    return [(len(each["codes"]), each["start"], each["end"], each["work"]) for each in work]


def test_few_codes_that_lack_many_days_stay_by_code() -> None:
    missing = {code: range(len(DAYS)) for code in CODES[:3]}
    assert planned(missing, DAYS[0]) == planned(missing, None)


def test_the_newest_days_of_the_market_and_the_years_of_a_few() -> None:
    missing = {code: [*range(100, 105)] for code in CODES}
    missing |= {code: [*range(300)] for code in CODES[:2]}
    assert summary(planned(missing, DAYS[0])) == [
        (58, DAYS[100], DAYS[104], 290),
        (2, DAYS[0], DAYS[299], 600),
    ]


def test_days_before_the_first_whole_one_are_asked_for_by_code() -> None:
    missing = {code: [*range(100, 130)] for code in CODES[:45]}
    missing |= {code: [*range(50, 130)] for code in CODES[:5]}
    assert summary(planned(missing, DAYS[100])) == [
        (5, DAYS[50], DAYS[99], 250),
        (45, DAYS[100], DAYS[119], 900),
        (45, DAYS[120], DAYS[129], 450),
    ]


def test_days_that_nobody_lacks_are_not_asked_for() -> None:
    missing = {code: [3, 5, 6] for code in CODES}
    assert summary(planned(missing, DAYS[0])) == [
        (60, DAYS[3], DAYS[3], 60),
        (60, DAYS[5], DAYS[6], 120),
    ]


@pytest.mark.parametrize(("days", "requests"), [(1, 1), (1999, 1), (2000, 2), (4000, 3)])
def test_a_full_page_takes_one_request_more(days: int, requests: int) -> None:
    assert pages(days) == requests


def market(scope: Scope, stocks: int) -> tuple[Lacking, list[Security]]:
    """Make a market of which nothing is stored: a third of it was listed within the range."""
    lacking = Lacking(scope)
    born = [
        max(0, (at - stocks * 2 // 3) * len(lacking.days) * 3 // stocks) for at in range(stocks)
    ]
    codes = [f"{at:06}.SZ" for at in range(stocks)]
    dates = [lacking.days[min(at, len(lacking.days) - 1)] for at in born]
    for year in range(int(scope.start[:4]), int(scope.end[:4]) + 1):
        days = [day for day in lacking.days if day.startswith(str(year))]
        bits = {
            first: bits_of(str(year), [day for day in days if day >= first]) for first in {*dates}
        }
        gaps = {code: bits[first] for code, first in zip(codes, dates, strict=True) if bits[first]}
        lacking.add(str(year), gaps)
    securities = [
        Security(code, "", Kind.STOCK, "SZ", first)
        for code, first in zip(codes, dates, strict=True)
    ]
    return lacking, securities


def test_ten_years_of_the_market_take_a_request_a_day() -> None:
    scope = Scope(Kind.STOCK, Period.DAILY, "20160104", "20251231")
    lacking, securities = market(scope, 5448)
    before = time.process_time()
    made = chosen(securities, lacking, 1, "20160104")
    found = list(work_items(DAILY, securities, lacking, "20160104"))
    assert time.process_time() - before < 10
    assert requests(made) == len(lacking.days) == 2430
    assert requests(chosen(securities, lacking, 1, None)) > 8000
    assert len(found) == -(-2430 // DAYS_A_BATCH)
    assert sum(each["work"] for each in found) == sum(map(len, lacking.positions.values()))
    assert sum(each["closing"] for each in found) == 5448


def test_a_new_day_of_the_market_is_one_request() -> None:
    missing = {f"{at:06}.SZ": [5] for at in range(5448)}
    assert summary(planned(missing, DAYS[0])) == [(5448, DAYS[5], DAYS[5], 5448)]
    assert len(planned(missing, None)) == -(-5448 // batching.CODES_A_BATCH)


def test_a_batch_has_the_time_that_it_needs() -> None:
    """A request takes a second or two; even with ten, a batch ends within the source's limit.

    The last one begins late in its turn, and five minutes are left to store it.
    """
    assert DAYS_A_BATCH * 10 <= OPERATION_SECONDS
    assert START_SECONDS + DAYS_A_BATCH * 10 + 300 <= LAMBDA_SECONDS


def test_codes_that_lack_nothing_from_the_first_day_on_go_by_code() -> None:
    assert codes_by_day({"600000.SH": [1, 2], "600004.SH": []}, 3) == set()
