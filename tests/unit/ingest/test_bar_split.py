"""Frames cut into the lines of blocks."""

import math
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.days import bits_of
from marketdata.ingest.bar_split import split_frame
from tests.support.frames import FUTURE, MINUTES, STOCK, bar, frame_of, future_bar, minute_bar

DAYS = ["20231228", "20231229", "20240102", "20240103"]


def rows(lines: list[bytes]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in lines]


def test_numbers_are_pythons_own_and_null_is_null() -> None:
    bars = [
        future_bar(),
        future_bar(trade_date="20230118", amount=math.nan, open_interest=math.nan),
    ]
    cut = split_frame(FUTURE, frame_of(FUTURE, bars))["V2401.DCE", "2023"]
    first, second = rows(cut.lines)
    assert first == {name: value for name, value in bars[0].items() if name != "code"}
    assert (second["amount"], second["open_interest"], second["settle"]) == (None, None, 6610.0)
    assert {type(first[name]) for name in ("volume", "open_interest")} == {int}
    assert {type(first[name]) for name in ("open", "amount", "settle")} == {float}


def test_a_large_count_keeps_every_digit() -> None:
    cut = split_frame(STOCK, frame_of(STOCK, [bar(volume=2.0**53 - 1)]))["600000.SH", "2024"]
    assert rows(cut.lines)[0]["volume"] == 2**53 - 1


def test_minutes_go_by_month() -> None:
    bars = [
        minute_bar("09:30", trade_date="20240131"),
        minute_bar("09:30", trade_date="20240201"),
        minute_bar("09:31", trade_date="20240201"),
    ]
    cuts = split_frame(MINUTES, frame_of(MINUTES, bars))
    assert {part: len(cut.lines) for (_, part), cut in cuts.items()} == {"2024-01": 1, "2024-02": 2}
    assert cuts["600000.SH", "2024-02"].present == 1
    assert rows(cuts["600000.SH", "2024-02"].lines)[1]["kline_time"] == "2024-02-01 09:31:00"


def test_nothing_gives_nothing() -> None:
    assert split_frame(STOCK, frame_of(STOCK, [])) == {}


@settings(deadline=None)
@given(
    times=st.lists(
        st.tuples(st.sampled_from(["600000.SH", "000001.SZ"]), st.sampled_from(DAYS)), unique=True
    ),
    data=st.data(),
)
def test_every_bar_is_in_its_own_block(times: list[tuple[str, str]], data: st.DataObject) -> None:
    """In whatever order the source gives them."""
    closes = {time: data.draw(st.sampled_from([6.4, 6.6])) for time in times}
    bars = [
        future_bar(code=code, trade_date=day, open=6.6, high=6.7, low=6.5, close=close)
        for (code, day), close in closes.items()
    ]
    cuts = split_frame(FUTURE, frame_of(FUTURE, bars))
    assert cuts.keys() == {(code, day[:4]) for code, day in times}
    for (code, part), cut in cuts.items():
        days = [day for each, day in times if each == code and day[:4] == part]
        assert [row["trade_date"] for row in rows(cut.lines)] == days
        assert cut.present == bits_of(part, days)
        outside = [day for day in days if closes[code, day] == 6.4]
        assert cut.close_outside == bits_of(part, outside)
