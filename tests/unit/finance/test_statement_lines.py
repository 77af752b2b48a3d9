"""Rows of a block: united by key, nothing lost; the newest announcement is answered."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from marketdata.finance.statement import (
    Statement,
    StatementKey,
    key_of,
    merge_statements,
    newest,
    statement_line,
)


def line(key: StatementKey, revenue: float) -> bytes:
    return statement_line(
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
    StatementKey,
    st.sampled_from(PERIODS),
    st.sampled_from(("1", "2", "10")),
    st.sampled_from(("", "20111028", "20120131")),
)
LINES = st.lists(st.builds(line, KEYS, st.integers(0, 9).map(float)), max_size=20)


def by_key(lines: Iterable[bytes]) -> dict[StatementKey, bytes]:
    return {key_of(each): each for each in lines}


@given(LINES, LINES)
def test_a_merge_loses_no_key_and_the_newer_row_wins(old: list[bytes], new: list[bytes]) -> None:
    merged = merge_statements(old, new)
    assert by_key(merged) == by_key(old) | by_key(new)
    keys = [key_of(each) for each in merged]
    assert keys == sorted(set(keys))
    assert merge_statements(merged, new) == merged


@given(LINES, st.sampled_from(PERIODS), st.sampled_from(PERIODS), st.sampled_from(("1", "10")))
def test_the_newest_of_each_period(lines: list[bytes], start: str, end: str, kind: str) -> None:
    stored = merge_statements(lines, [])
    naive: dict[str, StatementKey] = {}
    for key in map(key_of, stored):
        if key.type == kind and start <= key.period <= end:
            naive[key.period] = max(key, naive.get(key.period, key))
    found = newest(stored, start, end, kind)
    assert {period: key_of(each) for period, each in found.items()} == naive
    assert list(found) == sorted(found)
