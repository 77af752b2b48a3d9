"""Memberships, against a reading day by day."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.constituents import (
    Membership,
    doubtful,
    joined,
    members_on,
    overlapping,
    sifted,
    spans_between,
    succeeded,
)
from marketdata.catalog.securities import Security

FIRST = date(2024, 1, 1)
DAYS = [f"{FIRST + timedelta(days=each):%Y%m%d}" for each in range(40)]
CODES = ("000001.SZ", "600000.SH", "600004.SH")
type Held = set[tuple[str, str]]


def membership(code: str, first: int, length: int | None) -> Membership:
    last = None if length is None else DAYS[min(first + length, len(DAYS) - 1)]
    return Membership(code, DAYS[first], last)


MEMBERSHIPS = st.lists(
    st.builds(
        membership, st.sampled_from(CODES), st.integers(0, 30), st.none() | st.integers(0, 12)
    ),
    max_size=12,
)
LIVES = st.dictionaries(
    st.sampled_from(CODES),
    st.tuples(st.none() | st.integers(0, 20), st.none() | st.integers(20, 39)),
)


def held(memberships: list[Membership]) -> Held:
    """Give every code and day that memberships say."""
    return {(each.code, day) for day in DAYS for each in members_on(memberships, day)}


def stock(code: str, first: str | None, last: str | None, *earlier: tuple[str, str]) -> Security:
    return Security(code, code, Kind.STOCK, code[-2:], first, last, earlier)


def nobody(_: str) -> Security | None:
    """Know no code."""
    return None


def securities(lives: dict[str, tuple[int | None, int | None]]) -> dict[str, Security]:
    def day(at: int | None) -> str | None:
        return None if at is None else DAYS[at]

    return {code: stock(code, day(first), day(last)) for code, (first, last) in lives.items()}


def check_form(memberships: list[Membership]) -> None:
    """See that they are in order, and that between two of a code there is a day without any."""
    assert memberships == sorted(memberships, key=lambda each: each[:2])
    for before, after in pairwise(memberships):
        if before.code == after.code:
            assert before.out_date is not None
            gap = date.fromisoformat(after.in_date) - date.fromisoformat(before.out_date)
            assert gap > timedelta(days=1)


@given(MEMBERSHIPS, LIVES)
def test_what_is_kept_are_the_days_within_the_lives(
    given_: list[Membership], lives: dict[str, tuple[int | None, int | None]]
) -> None:
    known = securities(lives)
    found, notes, wrong = sifted(given_, known.get)
    assert not wrong
    check_form(found)
    alive = {
        (code, day)
        for code, day in held(given_)
        if code not in known or known[code].alive(day, day)
    }
    assert held(found) == alive
    outside = [
        each
        for each in given_
        if each.code in known
        and not known[each.code].alive(each.in_date, each.out_date or DAYS[-1])
    ]
    assert len(notes) == len(outside)


@given(MEMBERSHIPS)
def test_the_order_in_which_they_come_means_nothing(given_: list[Membership]) -> None:
    assert joined(given_) == joined(given_[::-1]) == joined([*given_, *given_])


@given(MEMBERSHIPS, st.integers(0, 39), st.integers(0, 39))
def test_the_members_of_a_range_are_those_of_its_days(
    given_: list[Membership], one: int, other: int
) -> None:
    start, end = sorted((DAYS[one], DAYS[other]))
    found = joined(given_)
    days = {(code, day) for code, day in held(found) if start <= day <= end}
    spans = spans_between(found, start, end)
    assert [*spans] == sorted(spans)
    in_spans = [
        (code, day)
        for code, each in spans.items()
        for first, last in each
        for day in DAYS
        if first <= day <= last
    ]
    assert Counter(in_spans) == Counter(dict.fromkeys(days, 1))
    assert {each.code for each in overlapping(found, start, end)} == {code for code, _ in days}
    for each in spans.values():
        assert each == sorted(each)
        assert all(start <= first <= last <= end for first, last in each)


@pytest.mark.parametrize(
    ("wrong", "note"),
    [
        (Membership("AAPL", "20240101", None), "'AAPL' is no code"),
        (Membership("600000.SH", "20240230", None), "which is no day"),
        (Membership("600000.SH", "2024-1-2", None), "which is no day"),
        (Membership("600000.SH", "20240101", ""), "which is no day"),
        (Membership("600000.SH", "20240102", "20240101"), "before it begins"),
    ],
)
def test_what_is_no_membership_is_named(wrong: Membership, note: str) -> None:
    good = Membership("000001.SZ", "20240101", None)
    found, notes, why = sifted([wrong, good], nobody)
    assert (found, notes) == ([good], [])
    assert note in why


def test_a_code_in_two_spellings_counts_once() -> None:
    twice = [Membership("600000.sh", "20240101", None), Membership(" 600000.SH", "20230601", None)]
    assert sifted(twice, nobody) == (
        [Membership("600000.SH", "20230601", None)],
        [],
        "",
    )


def test_an_old_and_a_new_code_never_count_on_the_same_day() -> None:
    """000022.SZ became 001872.SZ; the source goes on naming both, since the index began."""
    known = {
        "000022.SZ": stock("000022.SZ", "19930505", "20181225"),
        "001872.SZ": stock("001872.SZ", "20181226", None),
    }
    named = [Membership(code, "20050408", None) for code in known]
    assert sifted(named, known.get)[0] == [
        Membership("000022.SZ", "20050408", "20181225"),
        Membership("001872.SZ", "20181226", None),
    ]


def test_a_code_belongs_to_a_group_in_each_of_its_lives() -> None:
    twice = stock("600018.SH", "20061026", None, ("20000719", "20060926"))
    found, notes, _ = sifted([Membership("600018.SH", "20050408", None)], lambda _: twice)
    assert found == [
        Membership("600018.SH", "20050408", "20060926"),
        Membership("600018.SH", "20061026", None),
    ]
    assert notes == []


def test_for_ever_is_not_yet_ended() -> None:
    found, _, _ = sifted([Membership("600000.SH", "20240101", "99991231")], nobody)
    assert found == [Membership("600000.SH", "20240101", None)]


@given(MEMBERSHIPS, MEMBERSHIPS, st.integers(0, 39))
def test_a_new_answer_replaces_the_old_one_and_closes_what_it_no_longer_names(
    before: list[Membership], after: list[Membership], at: int
) -> None:
    known, told, last = joined(before), joined(after), DAYS[at]
    found, closed = succeeded(known, [], told, last)
    check_form(found)
    gone = [
        each
        for each in known
        if each.out_date is None
        and each.in_date <= last
        and not any(
            other.code == each.code and (other.out_date or DAYS[-1]) >= each.in_date
            for other in told
        )
    ]
    assert held(found) == held(told) | held([each._replace(out_date=last) for each in gone])
    assert {*closed} <= {*found}


@given(MEMBERSHIPS, st.integers(0, 39))
def test_what_was_closed_stays_until_the_source_speaks_of_it(
    before: list[Membership], at: int
) -> None:
    found, closed = succeeded(joined(before), [], [], DAYS[at])
    assert found == closed
    assert succeeded(found, closed, [], DAYS[-1]) == (found, closed)
    assert succeeded(found, [], [], DAYS[-1])[0] == []
    for each in closed:
        instead = Membership(each.code, each.in_date, each.in_date)
        again, _ = succeeded(found, closed, [instead], DAYS[-1])
        assert [other for other in again if other.code == each.code] == [instead]


def test_a_code_that_comes_back_at_once_was_never_away() -> None:
    closed = [Membership("600000.SH", "20230101", "20240103")]
    back = [Membership("600000.SH", "20240104", None)]
    found, still = succeeded(closed, closed, back, "20240104")
    assert (found, still) == ([Membership("600000.SH", "20230101", None)], [])


@pytest.mark.parametrize(("named", "doubted"), [(4, False), (2, False), (1, True), (0, True)])
def test_an_answer_without_most_members_is_doubted(named: int, doubted: bool) -> None:
    codes = [f"{600_000 + number}.SH" for number in range(4)]
    known = [Membership(code, "20230101", None) for code in codes]
    ended = [Membership("000001.SZ", "20200101", "20201231")]
    told = [Membership(code, "20230101", "20240101") for code in codes[:named]]
    assert doubtful([*known, *ended], told) is doubted
