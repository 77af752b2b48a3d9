"""Rows of a block: united by key, nothing lost; the newest announcement is answered."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from marketdata.finance.statement import RowKey, Statement, key_of, merge, newest, row_line


def line(key: RowKey, revenue: float) -> bytes:
    return row_line(
        Statement.INCOME,
        {
            "reporting_period": key.period,
            "statement_type": key.type,
            "ann_date": key.announced or None,
            "opera_rev": revenue,
        },
    )


PERIODS = ("20110331", "20110630", "20110930", "20111231")
KEYS = st.builds(
    RowKey,
    st.sampled_from(PERIODS),
    st.sampled_from(("1", "2", "10")),
    st.sampled_from(("", "20111028", "20120131")),
)
LINES = st.lists(st.builds(line, KEYS, st.integers(0, 9).map(float)), max_size=20)


def by_key(lines: Iterable[bytes]) -> dict[RowKey, bytes]:
    return {key_of(each): each for each in lines}


@given(LINES, LINES)
def test_a_merge_loses_no_key_and_the_newer_row_wins(old: list[bytes], new: list[bytes]) -> None:
    merged = merge(old, new)
    assert by_key(merged) == by_key(old) | by_key(new)
    keys = [key_of(each) for each in merged]
    assert keys == sorted(set(keys))
    assert merge(merged, new) == merged


@given(LINES, st.sampled_from(PERIODS), st.sampled_from(PERIODS), st.sampled_from(("1", "10")))
def test_the_newest_of_each_period(lines: list[bytes], start: str, end: str, kind: str) -> None:
    stored = merge(lines, [])
    naive: dict[str, RowKey] = {}
    for key in map(key_of, stored):
        if key.type == kind and start <= key.period <= end:
            naive[key.period] = max(key, naive.get(key.period, key))
    found = newest(stored, start, end, kind)
    assert {period: key_of(each) for period, each in found.items()} == naive
    assert list(found) == sorted(found)
