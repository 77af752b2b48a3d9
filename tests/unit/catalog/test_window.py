"""The days that a question is about, against a day-by-day reading of the same rules."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import bits_of, days_of, span
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security, life
from marketdata.catalog.window import Window, common_market

FIRST = date(2023, 10, 1)
PARTS = ("2023", "2024", "2023-12", "2024-02")
DAYS = st.integers(0, 400).map(lambda offset: f"{FIRST + timedelta(offset):%Y%m%d}")


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start, end = sorted([draw(DAYS), draw(DAYS)])
    return Window(start, end, coverage_start=draw(DAYS), final_until=draw(DAYS))


@st.composite
def securities(draw: st.DrawFn) -> Security:
    listed, gone = draw(st.none() | DAYS), draw(st.none() | DAYS)
    kind = draw(st.sampled_from([Kind.STOCK, Kind.INDEX]))
    return Security("600000.SH", "", kind, "SH", listed, gone)


@given(windows(), securities(), st.sampled_from(PARTS))
def test_a_day_is_expected_if_everything_holds_on_it(
    window: Window, security: Security, part: str
) -> None:
    born, gone = life(security)
    expected = [
        day
        for day in trading_days("SH", window.start, window.end)
        if window.coverage_start <= day <= window.final_until and born <= day <= gone
    ]
    found = window.expected(security, part)
    assert found == bits_of(part, expected)
    assert set(days_of(part, found)) <= set(expected)


@given(windows(), securities(), st.sampled_from(PARTS))
def test_one_range_is_what_two_bit_sets_were(window: Window, security: Security, part: str) -> None:
    days = span(
        part,
        max(window.start, window.coverage_start),
        min(window.end, window.final_until),
    )
    both = days & window.calendar.bits("SH", part) & span(part, *life(security))
    assert window.expected(security, part) == both


def test_the_common_market_is_the_one_that_opened_first() -> None:
    codes = ["832000.BJ", "600000.SH", "000001.SZ"]
    securities = [Security(code, "", Kind.STOCK, code[-2:]) for code in codes]
    assert common_market(securities) == "SH"
    assert common_market(securities[:1]) == "BJ"
