"""The tag that tells one answer from another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.errors import UpstreamBusyError
from marketdata.kline.rows import RowSet
from tests.support.answers import content_of
from tests.support.bar_cache import WEEK, BarCache


def test_the_tag_is_the_same_in_every_process() -> None:
    reading = RowSet.of({"600000.SH": b'{"trade_date":"20240102"}'}, {"complete": True})
    assert content_of(reading).etag == 'W/"b046d400ad84b4452b4c67e094dece39"'


def test_the_tag_stays_while_the_answer_does() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], WEEK[0], WEEK[3])
    known = content_of(cache.read()).etag
    cache.fill(["600000.SH"], WEEK[0], WEEK[3])
    assert content_of(cache.read()).etag == known
    # Another day of the same block is no part of the answer.
    cache.fill(["600000.SH"], "20240108", "20240112")
    assert content_of(cache.read()).etag == known
    assert content_of(cache.read("600000.SH", end="20240108")).etag != known


@pytest.mark.parametrize("change", ["a bar", "a mark", "a code", "the order"])
def test_the_tag_changes_with_the_answer(change: str) -> None:
    cache = BarCache()
    codes = ["600000.SH", "000001.SZ"]
    cache.fill(codes, WEEK[0], WEEK[1])
    cache.fault = UpstreamBusyError("not now")
    known = content_of(cache.read(*codes)).etag
    match change:
        case "a bar":
            cache.fill(codes[:1], WEEK[0], WEEK[0], close=6.61)
        case "a mark":
            cache.halted = set(WEEK[2:])
            cache.fill(codes[:1], WEEK[2], WEEK[3])
        case "a code":
            codes.append("600999.SH")
        case "the order":
            codes.reverse()
    assert content_of(cache.read(*codes)).etag != known


TEXTS = st.lists(st.sampled_from([b"1", b"2", b"12", b""]), min_size=1, max_size=3)


@settings(deadline=None)
@given(texts=TEXTS, others=TEXTS)
def test_the_tag_is_of_the_whole_body(texts: list[bytes], others: list[bytes]) -> None:
    """However rows are spread over codes."""
    first, second = (
        content_of(RowSet.of({str(at): text for at, text in enumerate(each)}, {}))
        for each in (texts, others)
    )
    assert (first.etag == second.etag) == (first.body() == second.body())
