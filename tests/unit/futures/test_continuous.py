"""Continuous series: which contract is held when, and what happens to prices at a roll."""

from itertools import pairwise
from typing import Any, NamedTuple

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import codec
from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.futures.continuous import (
    UNMOVED,
    Adjust,
    Closes,
    Hold,
    Method,
    Move,
    Roll,
    factor_of,
    holds,
    lacking,
    move_on,
    moves,
    rolls,
    rows_of,
)
from marketdata.futures.main_contracts import Main, MainHistory
from marketdata.futures.varieties import Variety

DAYS = trading_days("CFE", "20240101", "20240229")
RATIO, DIFFERENCE = Method.RATIO, Method.DIFFERENCE
PRICES = ("open", "high", "low", "close", "settle")
A, B = "IF2401.CFE", "IF2402.CFE"
ROLL = Roll(DAYS[5], DAYS[4], A, B)
VARIETY = Variety("IF", "CFE", "", ())


class RolledMarket(NamedTuple):
    """Who is main, and every contract's closes on every day."""

    history: MainHistory
    closes: dict[tuple[str, str], float | None]

    def until(self, day: str) -> "RolledMarket":
        """Give what was known after the close of a day."""
        following = DAYS[DAYS.index(day) + 1]
        rows = tuple(row for row in self.history.rows if row.trade_date <= following)
        known = {key: close for key, close in self.closes.items() if key[1] <= day}
        return RolledMarket(MainHistory(rows, min(day, self.history.computed_until)), known)


@st.composite
def markets(draw: st.DrawFn) -> RolledMarket:
    """Draw the history of some contracts, the last of which is main to the end, and prices."""
    count = draw(st.integers(1, 6))
    starts = sorted(draw(st.sets(st.integers(1, 20), min_size=count, max_size=count)))
    codes = [f"IF24{number + 1:02}.CFE" for number in range(count)]
    rows = tuple(Main(DAYS[at], code) for at, code in zip(starts, codes, strict=True))
    prices = st.integers(1, 1_000_000).map(lambda ticks: ticks / 5)
    closes: dict[tuple[str, str], float | None] = {
        (code, day): draw(prices) for code in codes for day in DAYS[:25]
    }
    return RolledMarket(MainHistory(rows, DAYS[24]), closes)


def bar(day: str, close: float | None) -> dict[str, Any]:
    return {
        "trade_date": day,
        **dict.fromkeys(PRICES, close),
        "volume": 7,
        "amount": 70.0,
        "open_interest": 9,
    }


def series(
    market: RolledMarket, adjust: Adjust = Adjust.NONE, method: Method = RATIO
) -> list[dict[str, Any]]:
    """Join the bars of a market's contracts, as the reader does."""
    changes = rolls(market.history, VARIETY)
    factors = [factor_of(roll, market.closes, method) for roll in changes]
    moved = moves(factors, adjust, method)
    found: list[bytes] = []
    days = [day for day in DAYS if any(day == on for _, on in market.closes)]
    for first, last, contract in holds(market.history, days):
        own = days[days.index(first) : days.index(last) + 1]
        bars = [bar(day, market.closes[contract, day]) for day in own]
        move = move_on(first, changes, moved)
        if move is not None:
            text = codec.JOINT.join(map(orjson.dumps, bars))
            found.append(rows_of(text, contract, move))
    rows: list[dict[str, Any]] = orjson.loads(b"[%b]" % codec.JOINT.join(found))
    return rows


@given(markets())
def test_unadjusted_they_are_the_contracts_own_bars(market: RolledMarket) -> None:
    days = DAYS[DAYS.index(market.history.rows[0].trade_date) : 25]
    rows = series(market)
    assert [row["trade_date"] for row in rows] == days
    for row in rows:
        contract = row.pop("contract")
        assert row == bar(row["trade_date"], market.closes[contract, row["trade_date"]])
        held = [
            each.contract for each in market.history.rows if each.trade_date <= row["trade_date"]
        ]
        assert contract == held[-1]


@pytest.mark.parametrize("adjust", [Adjust.FORWARD, Adjust.BACKWARD])
@given(market=markets())
def test_a_ratio_keeps_the_return_of_what_was_held(market: RolledMarket, adjust: Adjust) -> None:
    for before, after in pairwise(series(market, adjust)):
        assert before["close"] > 0
        day, earlier, held = after["trade_date"], before["trade_date"], after["contract"]
        own = (market.closes[held, day] or 0) / (market.closes[held, earlier] or 0)
        assert after["close"] / before["close"] == pytest.approx(own, rel=1e-9)


@pytest.mark.parametrize("adjust", [Adjust.FORWARD, Adjust.BACKWARD])
@given(market=markets())
def test_a_difference_keeps_the_points_of_what_was_held(
    market: RolledMarket, adjust: Adjust
) -> None:
    for before, after in pairwise(series(market, adjust, DIFFERENCE)):
        day, earlier, held = after["trade_date"], before["trade_date"], after["contract"]
        own = (market.closes[held, day] or 0) - (market.closes[held, earlier] or 0)
        assert after["close"] - before["close"] == pytest.approx(own, abs=1e-6)


@given(markets())
def test_forward_and_backward_differ_by_one_constant(market: RolledMarket) -> None:
    forward, backward = series(market, Adjust.FORWARD), series(market, Adjust.BACKWARD)
    ratios = [one["close"] / other["close"] for one, other in zip(forward, backward, strict=True)]
    assert ratios == pytest.approx([ratios[0]] * len(ratios), rel=1e-9)
    forward = series(market, Adjust.FORWARD, DIFFERENCE)
    backward = series(market, Adjust.BACKWARD, DIFFERENCE)
    offsets = [one["close"] - other["close"] for one, other in zip(forward, backward, strict=True)]
    assert offsets == pytest.approx([offsets[0]] * len(offsets), abs=1e-6)


@pytest.mark.parametrize("method", Method)
@given(market=markets())
def test_one_contract_keeps_its_prices(market: RolledMarket, method: Method) -> None:
    raw = series(market)
    first, last = raw[0]["contract"], raw[-1]["contract"]
    for adjust, contract in ((Adjust.FORWARD, last), (Adjust.BACKWARD, first)):
        moved = series(market, adjust, method)
        assert [row for row in moved if row["contract"] == contract] == [
            row for row in raw if row["contract"] == contract
        ]


@pytest.mark.parametrize("method", Method)
@given(market=markets(), cut=st.integers(1, 24))
def test_later_days_change_nothing(market: RolledMarket, cut: int, method: Method) -> None:
    """Nobody looks ahead: neither who is main, nor a price counted from the beginning."""
    day = DAYS[cut]
    for adjust in (Adjust.NONE, Adjust.BACKWARD):
        known = [row for row in series(market, adjust, method) if row["trade_date"] <= day]
        assert series(market.until(day), adjust, method) == known


@given(markets(), st.data())
def test_beyond_a_roll_without_a_close_nothing_is_joined(
    market: RolledMarket, data: st.DataObject
) -> None:
    changes = rolls(market.history, VARIETY)
    if not changes:
        return
    roll = data.draw(st.sampled_from(changes))
    code = data.draw(st.sampled_from([roll.old, roll.new]))
    missing = data.draw(st.sampled_from([None, 0.0]))
    torn = market._replace(closes=market.closes | {(code, roll.close_date): missing})
    forward = [row["trade_date"] for row in series(torn, Adjust.FORWARD)]
    backward = [row["trade_date"] for row in series(torn, Adjust.BACKWARD)]
    assert min(forward) == roll.trade_date
    assert max(backward) == roll.close_date
    assert len(series(torn)) == len(forward) + len(backward)
    assert lacking(roll, torn.closes) == (
        f"the roll of {roll.trade_date} from {roll.old} to {roll.new} has no factor: "
        f"{code} had no close on {roll.close_date}"
    )


def test_who_is_held_on_which_days() -> None:
    history = MainHistory(
        (Main(DAYS[1], A), Main(DAYS[3]), Main(DAYS[5], A), Main(DAYS[6], B)), DAYS[7]
    )
    assert holds(history, DAYS) == [
        Hold(DAYS[1], DAYS[2], A),
        Hold(DAYS[5], DAYS[5], A),
        Hold(DAYS[6], DAYS[8], B),
    ]
    assert holds(history, DAYS[2:6]) == [Hold(DAYS[2], DAYS[2], A), Hold(DAYS[5], DAYS[5], A)]
    assert holds(history, []) == []
    assert holds(MainHistory(), DAYS) == []


def test_a_later_contract_of_the_same_code_is_another_one() -> None:
    code = "TA409.CZC"
    contract = Security(
        code, "", Kind.FUTURE, "CZC", "20230915", "20240913", (("20130916", "20140915"),)
    )
    history = MainHistory(
        (Main("20140702", code), Main("20140804"), Main("20240702", code)), "20240731"
    )
    (found,) = rolls(history, Variety("TA", "CZC", "PTA", (contract,)))
    assert found == Roll("20240702", "20240701", code, code)
    closes = {(code, "20240701"): 10.0}
    assert factor_of(found, closes, RATIO) is None
    assert "a later contract of the code TA409.CZC" in lacking(found, closes)


def test_a_contract_that_goes_on_after_unknown_days_does_not_roll() -> None:
    history = MainHistory(
        (Main(DAYS[1], A), Main(DAYS[3]), Main(DAYS[5], A), Main(DAYS[6]), Main(DAYS[8], B)),
        DAYS[9],
    )
    assert rolls(history, VARIETY) == [Roll(DAYS[8], DAYS[7], A, B)]


@pytest.mark.parametrize(
    ("closes", "ratio", "difference"),
    [
        ({(A, DAYS[4]): 4000.0, (B, DAYS[4]): 4010.0}, 1.0025, 10.0),
        ({(A, DAYS[4]): 0.3, (B, DAYS[4]): 0.1}, 0.1 / 0.3, -0.2),
        ({(A, DAYS[4]): 4000.0, (B, DAYS[4]): 4000.0}, 1.0, 0.0),
        ({(A, DAYS[4]): 4000.0}, None, None),
        ({(A, DAYS[4]): 0.0, (B, DAYS[4]): 4010.0}, None, None),
    ],
)
def test_the_factor_of_a_roll(
    closes: Closes, ratio: float | None, difference: float | None
) -> None:
    assert factor_of(ROLL, closes, RATIO) == ratio
    assert factor_of(ROLL, closes, DIFFERENCE) == difference


def test_equal_closes_are_a_factor() -> None:
    assert moves([0.0, 5.0], Adjust.BACKWARD, DIFFERENCE) == [UNMOVED, UNMOVED, Move(offset=-5.0)]


def test_what_is_no_price_does_not_move() -> None:
    traded = orjson.dumps(bar(DAYS[0], 10.0))
    idle = orjson.dumps(bar(DAYS[1], 0.0) | {"settle": 9.0, "open": None})
    text = rows_of(codec.JOINT.join((traded, idle)), A, Move(offset=-20.0))
    one, other = orjson.loads(b"[%b]" % text)
    assert [one[name] for name in PRICES] == [-10.0] * 5
    assert (one["volume"], one["amount"], one["open_interest"], one["contract"]) == (7, 70.0, 9, A)
    # A day without a trade has prices of 0 or null, and still a settlement price.
    assert [other[name] for name in PRICES] == [None, 0.0, 0.0, 0.0, -11.0]


def test_unmoved_rows_keep_their_text() -> None:
    text = orjson.dumps(bar(DAYS[0], 0.1 + 0.2))
    assert rows_of(text, A, UNMOVED) == text[:-1] + b',"contract":"IF2401.CFE"}'
