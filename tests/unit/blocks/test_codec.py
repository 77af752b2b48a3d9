"""The codec of a block's payload, and what is done to its text unparsed."""

import json
from contextlib import suppress
from datetime import date, timedelta

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.errors import BlockCorruptError
from marketdata.kline.bars import DAY, cut_bars, merge_bars, parse_bars

INT64 = st.integers(-(2**63), 2**63 - 1)
JSON_VALUES = st.none() | st.booleans() | INT64 | st.text()
ANY_LINES = st.lists(
    st.dictionaries(st.text(), JSON_VALUES).map(lambda row: json.dumps(row).encode())
)
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


@given(lines=ANY_LINES)
def test_round_trip(lines: list[bytes]) -> None:
    frame, _ = codec.encode(lines)
    text = codec.decode(frame)
    assert codec.lines(text) == lines
    assert codec.rows_in(text) == len(lines)
    assert parse_bars(text) == [json.loads(line) for line in lines]
    assert zstd.get_frame_info(frame).decompressed_size == len(text)


@given(first=ANY_LINES, second=ANY_LINES)
def test_frames_may_be_bound(first: list[bytes], second: list[bytes]) -> None:
    bound = codec.encode(first).frame + codec.encode(second).frame
    assert zstd.decompress(bound) == codec.JOINT.join(first) + codec.JOINT.join(second)


@pytest.mark.parametrize("line", [b"", b"\n", b'{"a":1}\n', b'{"a":1},\n{"a":2}'])
def test_what_is_not_one_line_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError):
        codec.encode([line])


@given(garbage=st.binary())
def test_garbage_is_corrupt(garbage: bytes) -> None:
    with pytest.raises(BlockCorruptError):
        codec.decode(garbage)


@given(data=st.data(), rows=DAILY_ROWS)
def test_a_damaged_frame_never_gives_other_rows(data: st.DataObject, rows: Rows) -> None:
    lines = in_order(rows)
    frame, seal = codec.encode(lines)
    place = data.draw(st.integers(0, len(frame) - 1))
    flipped = bytearray(frame)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(BlockCorruptError):
        assert codec.lines(codec.decode(bytes(flipped))) == lines
    assert not codec.digest_if_whole(bytes(flipped), seal)
    assert codec.digest_if_whole(frame, seal) == codec.digest(codec.decode(frame))
    for wrong in (frame[:place], frame + frame[: place + 1], frame + frame):
        with pytest.raises(BlockCorruptError):
            codec.decode(wrong)


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
