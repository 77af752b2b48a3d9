"""The text of bars: cut, merged and sorted without being parsed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.errors import BlockCorruptError
from marketdata.kline.bars import DAY, cut_bars, merge_bars, parse_bars

START = date(2024, 1, 1)
DAYS = st.integers(0, 365).map(lambda offset: f"{START + timedelta(offset):%Y%m%d}")
BODIES = st.integers(0, 10**12)
BOUNDS = st.dates(date(2023, 12, 1), date(2025, 1, 31)).map(lambda day: f"{day:%Y%m%d}")


def daily(day: str, body: int) -> bytes:
    """Write a daily row whose length varies with its value."""
    return b'{"trade_date":"%b","volume":%d}' % (day.encode(), body)


def minute(day: str, number: int, body: int) -> bytes:
    """Write an intraday row."""
    time = f"{day[:4]}-{day[4:6]}-{day[6:]} {9 + number // 60:02}:{number % 60:02}:00"
    text = b'{"trade_date":"%b","kline_time":"%b","volume":%d}'
    return text % (day.encode(), time.encode(), body)


type Rows = dict[tuple[str, int], bytes]

DAILY_ROWS = st.dictionaries(DAYS, BODIES).map(
    lambda bars: {(day, 0): daily(day, body) for day, body in bars.items()}
)
MINUTE_ROWS = st.dictionaries(st.tuples(DAYS, st.integers(0, 239)), BODIES).map(
    lambda bars: {(day, number): minute(day, number, body) for (day, number), body in bars.items()}
)


def in_order(rows: Rows) -> list[bytes]:
    """Give rows in the order of time."""
    return [rows[time] for time in sorted(rows)]


def test_text_that_is_not_json_is_corrupt() -> None:
    with pytest.raises(BlockCorruptError):
        parse_bars(b'{"open":NaN}')


@given(rows=DAILY_ROWS | MINUTE_ROWS, start=BOUNDS, end=BOUNDS)
def test_cut_is_a_filter(rows: Rows, start: str, end: str) -> None:
    lines = in_order(rows)
    naive = [line for line in lines if start <= line[DAY].decode() <= end]
    assert cut_bars(codec.JOINT.join(lines), start, end) == codec.JOINT.join(naive)


@given(rows=DAILY_ROWS | MINUTE_ROWS, day=DAYS)
def test_cut_at_a_day_parts_the_text(rows: Rows, day: str) -> None:
    text = codec.JOINT.join(in_order(rows))
    before = f"{date.fromisoformat(day) - timedelta(1):%Y%m%d}"
    halves = cut_bars(text, "20230101", before), cut_bars(text, day, "20251231")
    assert codec.JOINT.join(filter(None, halves)) == text


@given(pair=st.tuples(DAILY_ROWS, DAILY_ROWS) | st.tuples(MINUTE_ROWS, MINUTE_ROWS))
def test_merge_is_a_union_where_the_newer_wins(pair: tuple[Rows, Rows]) -> None:
    old, new = pair
    merged = merge_bars(in_order(old), in_order(new))
    assert merged == in_order(old | new)
    assert merge_bars(merged, in_order(new)) == merged


@given(rows=DAILY_ROWS | MINUTE_ROWS, data=st.data())
def test_merge_of_different_times_is_commutative(rows: Rows, data: st.DataObject) -> None:
    old = {time: row for time, row in rows.items() if data.draw(st.booleans())}
    new = {time: row for time, row in rows.items() if time not in old}
    merged = merge_bars(in_order(old), in_order(new))
    assert merged == merge_bars(in_order(new), in_order(old)) == in_order(rows)


@given(lines=st.lists(st.builds(daily, DAYS, BODIES)))
def test_merge_sorts_and_keeps_the_last_of_a_time(lines: list[bytes]) -> None:
    last = {line[DAY]: line for line in lines}
    assert merge_bars([], lines) == [last[day] for day in sorted(last)]
