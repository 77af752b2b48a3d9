"""An answer bound of stored frames is the plain answer, whatever the range cuts."""

from datetime import date, timedelta
from itertools import chain

import orjson
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from marketdata.api.row_answer import RowContent
from marketdata.blocks import codec
from marketdata.blocks.dataset import Kind, Period
from marketdata.kline.bars import BarDataset
from marketdata.kline.reader import KlineQuestion, KlineReader
from marketdata.kline.rows import RowSet
from tests.support.bar_cache import STOCKS, BarCache, days

FIRST, LAST = date(2022, 12, 20), date(2024, 1, 12)
CODES = ("600000.SH", "000001.SZ", "600001.SH", "001300.SZ", "000300.SH", "600999.SH")


def _frames_in(stream: bytes) -> int:
    """Count the frames of a stream, reading one after another as RFC 8878 says."""
    count = 0
    while stream:
        decompressor = zstd.ZstdDecompressor()
        decompressor.decompress(stream)
        stream = decompressor.unused_data
        count += 1
    return count


@pytest.fixture(scope="module")
def market() -> BarCache:
    """Three years' blocks of five codes, whose lives begin and end within them."""
    cache = BarCache()
    cache.final_until = f"{LAST:%Y%m%d}"
    whole = f"{FIRST.year}0101", f"{LAST:%Y%m%d}"
    cache.fill(CODES[:4], *whole)
    cache.fill(["000300.SH"], *whole, BarDataset(Kind.INDEX, Period.DAILY))
    return cache


@given(
    codes=st.lists(st.sampled_from(CODES), unique=True, min_size=1),
    first=st.dates(FIRST, LAST),
    length=st.integers(0, 400),
    period=st.sampled_from([Period.DAILY, Period.WEEKLY, Period.MONTHLY]),
)
def test_bound_frames_decode_to_the_plain_answer(
    market: BarCache, codes: list[str], first: date, length: int, period: Period
) -> None:
    end = min(first + timedelta(days=length), LAST)
    asked = [f"{first:%Y%m%d}", f"{end:%Y%m%d}"]
    codes = list(dict.fromkeys(["600000.SH", *codes]))
    question = KlineQuestion(STOCKS, codes, asked[0], asked[1], period)
    reader = KlineReader(
        market.store,
        market.catalog,
        market.fetch,
        lambda _: market.final_until,
        "files",
        0,
        market.reported.extend,
    )
    reading = reader.read(question)
    content = RowContent(reading)
    packed, body = content.zstd(), content.body()
    assert zstd.decompress(packed) == body
    answer = orjson.loads(body)
    rows = list(chain.from_iterable(answer["data"].values()))
    assert answer["meta"]["returned"] == len(rows)
    if period.stored:
        assert all(asked[0] <= row["trade_date"] <= asked[1] for row in rows)
    assert RowContent(RowSet.of(reading.rows, reading.meta)).body() == body
    assert market.calls == []


def test_whole_blocks_go_out_as_they_are_stored(market: BarCache) -> None:
    content = RowContent(market.read("600000.SH", start="20230101", end="20240103"))
    stored = market.store.table.items["stock.daily#600000.SH", "2023"]["data"]
    packed = content.zstd()
    assert stored in packed
    # Head, the whole year, and the rest: the joint, three days of the next year and the tail.
    assert _frames_in(packed) == 3
    assert market.store.table.items["stock.daily#600000.SH", "2024"]["data"] not in packed


def test_an_answer_without_frames_is_one_frame() -> None:
    content = RowContent(RowSet.of({"600000.SH": b'{"trade_date":"20240102"}'}, {"complete": True}))
    assert _frames_in(content.zstd()) == 1
    assert zstd.decompress(content.zstd()) == content.body()


@pytest.mark.parametrize("length", [0, 1, 40])
def test_a_frame_that_was_cut_never_goes_out(length: int) -> None:
    """Nor one with a flipped bit: neither has the seal that was written beside it."""
    cache = BarCache()
    cache.fill(["600000.SH"], "20240101", "20240131")
    item = cache.store.table.items["stock.daily#600000.SH", "2024"]
    item["data"] = item["data"][:length]
    reading = cache.read(start="20240101", end="20240131")
    assert zstd.decompress(RowContent(reading).zstd()) == RowContent(reading).body()
    assert len(days(reading)) == 22
    assert reading.meta["source"] == "upstream"


def test_a_block_without_a_seal_is_opened() -> None:
    cache = BarCache()
    cache.fill(["600000.SH"], "20240101", "20240131")
    whole = RowContent(cache.read(end="20240131"))
    del cache.store.table.items["stock.daily#600000.SH", "2024"]["seal"]
    again = RowContent(cache.read(end="20240131"))
    assert _frames_in(whole.zstd()) == 3
    assert _frames_in(again.zstd()) == 1
    assert (again.body(), again.etag) == (whole.body(), whole.etag)


def test_no_frame_is_opened_for_a_client_with_zstd(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = BarCache()
    cache.fill(["600000.SH", "000001.SZ"], "20230101", "20240131")
    monkeypatch.setattr(codec, "decode", None)
    kinds = frozenset({Kind.STOCK})
    rows = cache.read("600000.SH", "000001.SZ", start="20230101", end="20240131", kinds=kinds)
    content = RowContent(rows)
    packed = content.zstd()
    assert content.etag
    monkeypatch.undo()
    assert zstd.decompress(packed) == content.body()
