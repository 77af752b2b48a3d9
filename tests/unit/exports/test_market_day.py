"""The object of a market day."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.exports import market_day
from marketdata.exports.entries import Change
from marketdata.exports.market_day import MarketDay

CODES = st.sampled_from([f"{number:06}.SH" for number in range(20)])
MIXED = st.builds("{:06}.{}".format, st.integers(0, 4), st.sampled_from(["BJ", "SH", "SZ"]))
PRICES = st.dictionaries(CODES, st.floats(0.01, 1000), max_size=12)


def day_of(prices: dict[str, float]) -> MarketDay:
    rows = [(code.encode(), orjson.dumps(price)) for code, price in sorted(prices.items())]
    day = MarketDay("20240102")
    for row in rows:
        day.add(b'"%b":{"close":%b}' % row)
    return day


def text_of(prices: dict[str, float]) -> bytes:
    return day_of(prices).text()


@given(PRICES, st.booleans())
def test_the_object_and_its_end_are_the_answer(prices: dict[str, float], stale: bool) -> None:
    day = day_of(prices)
    day.missing, day.unconfirmed = ["b", "a"], ["c"]
    text = day.text()
    end = market_day.ending({"revision": 1}, stale=stale)
    answer = orjson.loads(codec.decode(market_day.pack(text)) + end)
    assert answer["data"] == {code: {"close": price} for code, price in prices.items()}
    meta = answer["meta"]
    assert (meta["missing"], meta["stale"], meta["release"]) == (["a", "b"], stale, {"revision": 1})
    assert (meta["expected"], meta["complete"]) == (len(prices) + 3, False)


@given(PRICES, PRICES)
def test_what_is_no_longer_what_it_was_is_corrected(
    before: dict[str, float], after: dict[str, float]
) -> None:
    change = market_day.change_between(market_day.pack(text_of(before)), text_of(after))
    kept = all(after.get(code) == price for code, price in before.items())
    assert change is (Change.LATE if kept else Change.CORRECTED)


def test_the_same_rows_make_the_same_bytes() -> None:
    text = text_of({"600000.SH": 1.0})
    assert market_day.pack(text) == market_day.pack(bytes(text))
    assert market_day.digest_of(text) != market_day.digest_of(text_of({"600000.SH": 1.5}))


@given(st.dictionaries(MIXED, st.floats(0.01, 1000)), st.sets(MIXED))
def test_a_day_of_some_markets_is_the_day_made_of_their_codes(
    prices: dict[str, float], without: set[str]
) -> None:
    def made(markets: tuple[str, ...]) -> MarketDay:
        day = day_of({code: price for code, price in prices.items() if code.endswith(markets)})
        left = sorted(code for code in without - prices.keys() if code.endswith(markets))
        day.missing, day.unconfirmed = left[::3], left[1::3]
        day.absent = dict.fromkeys(left[2::3], "suspended")
        return day

    everything = day_of(prices)
    parts = [made((suffix,)) for suffix in (".BJ", ".SH", ".SZ")]
    for each in parts:
        everything.missing += each.missing
        everything.unconfirmed += each.unconfirmed
        everything.absent |= each.absent
    for market, part in zip(("BJ", "SH", "SZ"), parts, strict=True):
        found = market_day.of_markets(everything.text(), [market])
        assert found == (part.text(), part.counts)
    all_of_them = market_day.of_markets(everything.text(), ["SH", "BJ", "SZ"])
    assert all_of_them == (everything.text(), everything.counts)


def test_a_day_without_the_codes_of_a_market() -> None:
    text, counts = market_day.of_markets(text_of({"600000.SH": 1.0}), ["BJ"])
    assert counts.expected == 0
    assert orjson.loads(text + b"}}")["data"] == {}
