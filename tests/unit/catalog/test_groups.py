"""What is stored about groups, and which answers of a source it takes over."""

from datetime import date, timedelta

import pytest

from marketdata.blocks.block import Block
from marketdata.blocks.days import bit_of
from marketdata.catalog.constituents import Industry, Membership
from marketdata.catalog.groups import (
    Asking,
    KnownIndustries,
    KnownMembers,
    decode_industries,
    decode_members,
    decode_weights,
    encode_industries,
    encode_members,
    members_key,
    sifted_weights,
    weights_key,
    with_weights,
)

NOW, LATER = "2024-01-04T18:00:00+08:00", "2024-01-05T18:00:00+08:00"
CODES = [f"{600_000 + number}.SH" for number in range(4)]
FOUR = [Membership(code, "20230101", None) for code in CODES]
KNOWN = KnownMembers().refreshed(FOUR, "files", "20240104", NOW)
KEY = weights_key("000300.SH", "20240104")


def asked(day: str = "20240104") -> Asking:
    at = f"{date.fromisoformat(day)}T18:00:00+08:00"
    return Asking("files", day, at, at)


def test_what_is_stored_is_what_was_known() -> None:
    closed = KNOWN.refreshed(FOUR[1:], "files", "20240105", LATER)
    key = members_key("000300.SH")
    for known in (KNOWN, closed, KnownMembers([], [], Asking("files", failed="no"))):
        stored = encode_members(known, Block())
        assert decode_members(key, stored) == known
    assert decode_members(key, Block()) == KnownMembers()


def test_a_member_that_is_no_longer_named_left_before_that_day() -> None:
    found = KNOWN.refreshed(FOUR[1:], "files", "20240108", LATER)
    gone = Membership(CODES[0], "20230101", "20240105")
    assert found.memberships == [gone, *FOUR[1:]]
    assert found.closed == [gone]
    assert found.asking == Asking("files", "20240108", LATER, LATER)


def test_an_empty_answer_replaces_nothing() -> None:
    for day in range(5, 32):
        found = KNOWN.refreshed([], "files", f"202401{day:02}", LATER)
        assert found.memberships == FOUR
        assert found.asking.failed == "the source knows no members of it"
        assert (found.asking.as_of, found.asking.asked_at) == ("20240104", NOW)
        assert found.asking.tried_at == LATER


def test_an_answer_without_most_members_is_believed_after_a_week() -> None:
    known = KNOWN
    for day in ("20240105", "20240108", "20240111"):
        known = known.refreshed(FOUR[:1], "files", day, LATER)
        assert known.memberships == FOUR
        assert "fewer than half" in known.asking.failed
    known = known.refreshed(FOUR[:1], "files", "20240112", LATER)
    assert known.asking == Asking("files", "20240112", LATER, LATER)
    assert known.closed == [each._replace(out_date="20240111") for each in FOUR[1:]]


def test_a_good_answer_ends_the_doubt() -> None:
    known = KNOWN.refreshed(FOUR[:1], "files", "20240105", LATER)
    known = known.refreshed(FOUR, "files", "20240108", LATER)
    known = known.refreshed(FOUR[:1], "files", "20240115", LATER)
    assert known.memberships == FOUR
    assert known.asking.doubted_since == "20240115"


def test_members_that_are_named_as_former_ones_have_left() -> None:
    ended = [each._replace(out_date="20240103") for each in FOUR[1:]]
    found = KNOWN.refreshed([FOUR[0], *ended], "files", "20240105", LATER)
    assert found.memberships == [FOUR[0], *ended]
    assert not found.closed
    assert not found.asking.failed


def test_what_another_source_gave_is_forgotten_once_this_one_gives_something() -> None:
    other = KNOWN.refreshed([], "synthetic", "20240105", LATER)
    assert other.memberships == FOUR
    assert other.asking.source == "files"
    other = other.refreshed(FOUR[:1], "synthetic", "20240105", LATER)
    assert (other.memberships, other.asking.source) == (FOUR[:1], "synthetic")


def test_a_group_that_nobody_knows_is_remembered_as_asked() -> None:
    found = KnownMembers().refreshed([], "files", "20240105", LATER)
    assert found.asking.unknown
    assert (found.asking.as_of, found.asking.tried_at) == ("", LATER)


def test_industries_are_stored_as_they_are() -> None:
    known = KnownIndustries([Industry("801780.SI", "银行", 1, None, "申万2021")], asked())
    assert decode_industries(encode_industries(known, Block())) == known
    assert decode_industries(Block()) == KnownIndustries()


def test_weights_are_kept_by_day() -> None:
    first, second = {"600000.SH": 40.0, "600004.SH": 60.0}, {"600000.SH": 100.0}
    days, notes = sifted_weights({"20240104": second, "20240102": first}, "20240101", "20240104")
    assert not notes
    block = with_weights(KEY, Block(), days, ("20240101", "20240104"), asked())
    assert decode_weights(KEY, block, "20240102") == (first, asked())
    assert decode_weights(KEY, block, "20240104").weights == second
    assert decode_weights(KEY, block, "20240103").weights == {}
    # It had none of the third, since it had later ones.
    assert block.coverage.absent == bit_of("2024-01", "20240103")


def test_the_newest_day_may_be_late() -> None:
    days = {"20240103": {"600000.SH": 100.0}}
    block = with_weights(KEY, Block(), days, ("20240101", "20240104"), asked())
    late = bit_of("2024-01", "20240104")
    assert block.coverage.unconfirmed == late
    block = with_weights(
        KEY, block, {"20240104": {"600000.SH": 100.0}}, ("20240104", "20240104"), asked("20240105")
    )
    assert (block.coverage.unconfirmed, block.rows) == (0, 2)
    assert block.coverage.present & late
    assert decode_weights(KEY, block, "20240104").asking == asked("20240105")


def test_weights_that_are_none_are_set_aside_and_named() -> None:
    strange = {
        "20240106": {"600000.SH": 1.0},
        "2024": {"600000.SH": 1.0},
        "20240104": {"600000.SH": 1.0, "600000.sh": 2.0, "AAPL": 1.0, "600004.SH": float("nan")},
        "20240103": {"600000.SH": -1.0},
    }
    days, notes = sifted_weights(strange, "20240101", "20240131")
    assert days == {"20240104": {"600000.SH": 1.0}}
    assert len(notes) == 6


@pytest.mark.parametrize(
    ("weights", "complete"),
    [((40.0, 60.0), True), ((39.6, 59.6), True), ((40.0, 50.0), False), ((), False)],
)
def test_weights_are_complete_if_they_add_up(weights: tuple[float, ...], complete: bool) -> None:
    named = dict(zip(CODES, weights, strict=False))
    block = with_weights(KEY, Block(), {"20240104": named}, ("20240104", "20240104"), asked())
    assert decode_weights(KEY, block, "20240104").complete is complete


def test_a_year_of_weights_is_twelve_blocks() -> None:
    days = {f"{date(2024, 1, 1) + timedelta(days=each):%Y%m%d}" for each in range(366)}
    assert len({weights_key("000300.SH", day) for day in days}) == 12
