"""Rows of codes become rows of days."""

from itertools import batched
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.codec import JOINT
from marketdata.exports.market_day import MarketDay
from marketdata.exports.market_year import Sorter

DAYS = [f"202401{number:02}" for number in range(2, 8)]
OTHERS = ["20240101", "20240108"]
"""Days before and after those that are published."""

MARKETS = st.dictionaries(
    st.sampled_from([f"{number:06}.SH" for number in range(20)]),
    st.just(DAYS) | st.sets(st.sampled_from(DAYS + OTHERS), min_size=1).map(sorted),
)


def row_of(code: str, day: str) -> dict[str, Any]:
    return {"trade_date": day, "close": float(hash((code, day)) % 997), "amount": None}


@given(MARKETS, st.integers(1, 5))
def test_each_day_gets_its_rows_sorted_by_code(market: dict[str, list[str]], at_once: int) -> None:
    days = {day: MarketDay(day) for day in DAYS}
    sorter, lines = Sorter(days.values()), b""
    for some in batched(sorted(market), at_once, strict=False):
        for code in some:
            text = JOINT.join(orjson.dumps(row_of(code, day)) for day in market[code])
            lines += sorter.take(code.encode(), text)
        sorter.hand_out()
    wanted = [(code, day) for code in sorted(market) for day in market[code] if day in days]
    rows = [orjson.loads(line) for line in lines.splitlines()]
    assert rows == [{"code": code} | row_of(code, day) for code, day in wanted]
    for day, found in days.items():
        data = orjson.loads(found.text() + b"}}")["data"]
        mine = [(code, row_of(code, day)) for code, its in wanted if its == day]
        assert list(data.items()) == mine
        assert found.counts.returned == len(mine)
