"""What a release says of itself, and that it survives being stored."""

from hypothesis import given
from hypothesis import strategies as st

from marketdata.exports import entries
from marketdata.exports.entries import Change, Condition, Counts, Release, Revision, release_of

NUMBERS = st.integers(0, 6000)
COUNTS = st.builds(Counts, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
NAMES = st.text("0123456789abcdef", min_size=1, max_size=16)


@given(st.lists(COUNTS))
def test_counts_add_up(counts: list[Counts]) -> None:
    found = entries.total(counts)
    assert found == Counts(*(sum(column) for column in zip(*counts, strict=True)) if counts else ())
    assert found.expected == sum(each.expected for each in counts)
    assert found.complete == all(each.complete for each in counts)


def test_a_revision_remembers_a_correction() -> None:
    first = Revision.after(None, "a", Change.NEW, "then", 1)
    late = Revision.after(first, "b", Change.LATE, "then", 2)
    corrected = Revision.after(late, "c", Change.CORRECTED, "then", 3)
    later = Revision.after(corrected, "d", Change.LATE, "then", 4)
    assert [each.number for each in (first, late, corrected, later)] == [1, 2, 3, 4]
    whole, lacking = Counts(returned=2), Counts(returned=1, unconfirmed=1)
    assert entries.condition_of(whole, late) is Condition.FINAL
    assert entries.condition_of(whole, later) is Condition.REVISED
    assert entries.condition_of(lacking, later) is Condition.PARTIAL


@given(COUNTS, NAMES, st.sampled_from(Change), NUMBERS)
def test_what_is_stored_is_read_back(
    counts: Counts, digest: str, change: Change, number: int
) -> None:
    revision = Revision(digest, number, "2026-11-30T08:00:00Z", number, change, corrected=True)
    part = entries.Part(revision, counts, "key", "hash", 7, "20240102", None, "files")
    release = Release(
        "stock.daily",
        "2024",
        version=number,
        seen=number,
        parts={"2024": part},
        days={"20240102": entries.day_of((revision, counts))},
        replaced=(entries.Replaced("key", number, "2024", 1),),
        lake=number,
    )
    assert release_of("stock.daily", "2024", release.to_item()) == release


def test_what_was_never_stored_is_version_0() -> None:
    assert release_of("stock.daily", "2024", None) == Release("stock.daily", "2024")
