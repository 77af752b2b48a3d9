"""The shape of a chart."""

from hypothesis import given
from hypothesis import strategies as st

from marketdata.kline.bars import Bar
from marketdata.kline.chart import chart

PRICES = st.none() | st.floats(0, 1e6)


@st.composite
def rows(draw: st.DrawFn, intraday: bool) -> Bar:
    """Draw a bar."""
    row: Bar = {
        "trade_date": draw(st.dates()).isoformat().replace("-", ""),
        "open": draw(PRICES),
        "high": draw(PRICES),
        "low": draw(PRICES),
        "close": draw(PRICES),
        "volume": draw(st.none() | st.integers(0)),
        "amount": None,
    }
    if intraday:
        row["kline_time"] = draw(st.datetimes()).isoformat(" ", "seconds")
    return row


@given(bars=st.lists(rows(intraday=False)) | st.lists(rows(intraday=True)))
def test_shape(bars: list[Bar]) -> None:
    drawn = chart(bars)
    assert list(drawn) == ["categoryData", "values", "volumes"]
    assert {len(drawn["categoryData"]), len(drawn["values"]), len(drawn["volumes"])} == {len(bars)}
    for number, bar in enumerate(bars):
        candle, volume = drawn["values"][number], drawn["volumes"][number]
        assert drawn["categoryData"][number] == bar.get("kline_time", bar["trade_date"])
        assert candle == [bar["open"], bar["close"], bar["low"], bar["high"], bar["volume"]]
        assert volume[:2] == [number, bar["volume"]]
        assert volume[2] in (1, -1)


def candle(opening: float | None, closing: float | None) -> Bar:
    """Give a bar of which only open and close matter."""
    return {
        "trade_date": "20240102",
        "open": opening,
        "high": 3.0,
        "low": 1.0,
        "close": closing,
        "volume": 7,
        "amount": None,
    }


def test_sign_is_1_where_open_is_above_close() -> None:
    bars = [candle(2.0, 1.0), candle(1.0, 2.0), candle(2.0, 2.0), candle(None, 2.0)]
    assert [sign for *_, sign in chart([*bars, candle(2.0, None)])["volumes"]] == [
        1,
        -1,
        -1,
        -1,
        -1,
    ]
