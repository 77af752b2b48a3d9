"""Candles in a terminal."""

from typing import Any

from amazingdata_client.cli.chart import DOWN, UP, candles, draw
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.samples import sample_bar

PRICES = st.lists(st.floats(0.01, 1000), min_size=4, max_size=4).map(sorted)


def of(low: float, opened: float, closed: float, high: float) -> dict[str, Any]:
    return sample_bar(open=opened, high=high, low=low, close=closed)


def text(shown: list[list[tuple[str, str]]]) -> list[str]:
    return ["".join(character for character, _ in row) for row in shown]


def test_bodies_and_wicks() -> None:
    up, down = of(1, 2, 4, 5), of(1, 5, 3, 5)
    picture = draw(candles([up, down], 10), 4)
    assert text(picture) == ["│┃", "┃┃", "┃╿", "││"]
    assert [colour for _, colour in picture[0]] == [UP, DOWN]


def test_a_flat_line() -> None:
    assert text(draw(candles([of(3, 3, 3, 3)], 1), 2)) == ["╹", " "]


def test_neighbours_are_put_together() -> None:
    bars = [of(1, 2, 3, 4), of(0.5, 3, 2.5, 9), of(2, 2.5, 2.6, 3)]
    first, second = candles(bars, 2)
    assert (first.open, first.high, first.low, first.close) == (2, 9, 0.5, 2.5)
    assert second.close == 2.6


def test_bars_without_prices_are_left_out() -> None:
    assert candles([sample_bar(open=None)], 5) == []


@given(st.lists(PRICES, min_size=1, max_size=50), st.integers(1, 20), st.integers(1, 30))
def test_every_candle_reaches_from_its_high_to_its_low(
    prices: list[list[float]], most: int, height: int
) -> None:
    shown = candles([of(*each) for each in prices], most)
    assert 1 <= len(shown) <= most
    picture = text(draw(shown, height))
    assert len(picture) == height
    columns = ["".join(row[each] for row in picture) for each in range(len(shown))]
    assert all(column.strip() and " " not in column.strip() for column in columns)
    assert picture[0].strip()
    moved = max(each.high for each in shown) > min(each.low for each in shown)
    assert bool(picture[-1].strip()) is (moved or height == 1)
