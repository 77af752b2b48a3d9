"""Lists made of releases, for whoever follows them by their cursor."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from marketdata.exports import entries, listing
from marketdata.exports.entries import Change, Counts, Release, Revision

DAYS = ("20240102", "20240103", "20240104")
WHOLE = Counts(returned=1)


def revision(seq: int, number: int = 1) -> Revision:
    return Revision("digest", number, "then", seq, Change.NEW, corrected=False)


def part(seq: int) -> Any:
    return entries.Part(revision(seq), WHOLE, "key", "hash", 1, None, None, "files")


def closed(dataset: str, seqs: dict[str, int]) -> Release:
    """Give the release of a year whose days were published at some places."""
    days = {day: entries.day_of((revision(seq), WHOLE)) for day, seq in seqs.items()}
    return Release(dataset, "2024", parts={"2024": part(max(seqs.values()))}, days=days)


PLACES = st.integers(1, 30)


@given(
    st.lists(st.dictionaries(st.sampled_from(DAYS), PLACES, min_size=1), max_size=4),
    st.lists(PLACES, max_size=6),
)
def test_who_follows_is_told_of_everything_once(
    markets: list[dict[str, int]], stops: list[int]
) -> None:
    releases = [closed(f"{number}.daily", seqs) for number, seqs in enumerate(markets)]
    told, since = [], 0
    for last in [*sorted(stops), 30]:
        items, since = listing.changes_since(releases, since, last)
        told += items
    assert [item["seq"] for item in told] == sorted(item["seq"] for item in told)
    named = [(item["dataset"], item["part"], item["day"]) for item in told]
    assert sorted(named) == sorted(
        (release.dataset, "2024", day) for release in releases for day in release.days
    )


def test_a_long_list_ends_with_a_whole_release(monkeypatch: Any) -> None:
    monkeypatch.setattr(listing, "CHANGES_AT_ONCE", 2)
    releases = [closed("a", dict.fromkeys(DAYS, 1)), closed("b", {DAYS[0]: 2})]
    first, cursor = listing.changes_since(releases, 0, 2)
    assert ({item["dataset"] for item in first}, len(first), cursor) == ({"a"}, 3, 1)
    rest, cursor = listing.changes_since(releases, cursor, 2)
    assert ([item["dataset"] for item in rest], cursor) == (["b"], 2)


def test_a_part_that_takes_the_place_of_others_is_told_of_by_itself() -> None:
    """The days of a year that is over were told of when they came."""
    days = {day: entries.day_of((revision(at), WHOLE)) for at, day in enumerate(DAYS, 1)}
    release = Release("stock.daily", "2024", parts={"2024": part(9)}, days=days)
    items, _ = listing.changes_since([release], 3, 9)
    assert [(item["part"], item["day"], item["seq"]) for item in items] == [("2024", None, 9)]


def test_every_day_has_a_condition() -> None:
    release = closed("stock.daily", {DAYS[0]: 1})
    found = listing.releases_of(DAYS, [release], DAYS[1])
    assert [item["condition"] for item in found] == ["final", "missing", "pending"]
