"""Candles in a terminal."""

from typing import Any

import pytest
from amazingdata_client.cli.chart import DOWN, UP, axis, candles, draw, draw_volume, in_words
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


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=1, max_size=50),
    st.integers(1, 6),
)
def test_volumes_stand_on_the_ground_and_the_largest_reaches_the_top(
    volumes: list[int | None], height: int
) -> None:
    shown = candles([of(1, 2, 3, 4) | {"volume": volume} for volume in volumes], len(volumes))
    picture = text(draw_volume(shown, height))
    assert len(picture) == height
    most = max((each or 0 for each in volumes), default=0)
    for at, volume in enumerate(volumes):
        column = "".join(row[at] for row in picture)
        assert " " not in column.lstrip()
        if not volume:
            assert not column.strip()
        elif volume == most:
            assert column == "█" * height


def test_a_volume_that_is_not_known_makes_no_sum() -> None:
    bars = [of(1, 2, 3, 4) | {"volume": 5}, of(1, 2, 3, 4) | {"volume": None}]
    assert [each.volume for each in candles(bars, 2)] == [5, None]
    assert candles(bars, 1)[0].volume is None


@given(st.integers(1, 120), st.booleans())
def test_labels_of_the_axis_begin_below_their_ticks(size: int, minutes: bool) -> None:
    times = [f"2024-01-{at % 28 + 1:02} 09:30:00" for at in range(size)]
    bars = [
        of(1, 2, 3, 4) | ({"kline_time": each} if minutes else {"trade_date": f"{20240101 + at}"})
        for at, each in enumerate(times)
    ]
    shown = candles(bars, size)
    ticks, labels = axis(shown)
    assert len(ticks) == size
    at = [place for place, tick in enumerate(ticks) if tick == "┴"]
    found = [labels[place:].split("  ")[0].strip() for place in at]
    if minutes:
        assert found == [times[place][5:16] for place in at]
    else:
        assert [each.replace("-", "") for each in found] == [f"{20240101 + place}" for place in at]
    assert len(labels) <= max(size, 11)


@pytest.mark.parametrize(
    ("volume", "label"),
    [(999_999, "999,999"), (123_456_789, "123.5 m"), (1.5e9, "1.5 bn"), (2e12, "2.0 tn")],
)
def test_a_volume_in_words(volume: float, label: str) -> None:
    assert in_words(volume) == label
