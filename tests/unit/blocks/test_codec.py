"""The codec of a block's payload."""

import json
from contextlib import suppress

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.errors import BlockCorruptError

INT64 = st.integers(-(2**63), 2**63 - 1)
JSON_VALUES = st.none() | st.booleans() | INT64 | st.text()
ANY_LINES = st.lists(
    st.dictionaries(st.text(), JSON_VALUES).map(lambda row: json.dumps(row).encode())
)


@given(lines=ANY_LINES)
def test_round_trip(lines: list[bytes]) -> None:
    frame, _ = codec.encode(lines)
    text = codec.decode(frame)
    assert codec.lines(text) == lines
    assert codec.rows_in(text) == len(lines)
    assert json.loads(b"[%b]" % text) == [json.loads(line) for line in lines]
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


@given(data=st.data(), lines=ANY_LINES)
def test_a_damaged_frame_never_gives_other_rows(data: st.DataObject, lines: list[bytes]) -> None:
    frame, seal = codec.encode(lines)
    place = data.draw(st.integers(0, len(frame) - 1))
    flipped = bytearray(frame)
    flipped[place] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(BlockCorruptError):
        assert codec.lines(codec.decode(bytes(flipped))) == lines
    assert not codec.digest_if_whole(bytes(flipped), seal, "")
    assert codec.digest_if_whole(frame, seal, "") == codec.digest(codec.decode(frame))
    named = codec.name_block(seal, "stock.daily#600000.SH#2024")
    assert codec.digest_if_whole(frame, named, "stock.daily#600000.SH#2024")
    assert not codec.digest_if_whole(frame, named, "stock.daily#600000.SH#2023")
    assert (
        codec.name_block(codec.name_block(seal, "another"), "stock.daily#600000.SH#2024") == named
    )
    for wrong in (frame[:place], frame + frame[: place + 1], frame + frame):
        with pytest.raises(BlockCorruptError):
            codec.decode(wrong)
