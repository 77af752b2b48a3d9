"""Pieces of an answer, as text and as stored frames."""

from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.kline.rows import Piece, bind

TEXTS = st.lists(st.binary(max_size=60), min_size=1, max_size=6)


@given(texts=TEXTS, stored=st.lists(st.booleans(), min_size=6, max_size=6))
def test_any_pieces_may_be_bound(texts: list[bytes], stored: list[bool]) -> None:
    pieces = [
        Piece(1, zstd.compress(text)) if packed else Piece.of(text)
        for text, packed in zip(texts, stored, strict=False)
    ]
    assert zstd.decompress(bind(pieces)) == b"".join(texts) == b"".join(p.text for p in pieces)


def test_a_frame_and_its_text_have_one_digest() -> None:
    frame, seal = codec.encode([b"1", b"2"])
    assert (
        Piece(2, frame, codec.digest_if_whole(frame, seal, "")).digest == Piece.of(b"1,\n2").digest
    )
