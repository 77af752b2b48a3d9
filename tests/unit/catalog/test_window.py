"""The days that a question is about, of a life and of a market."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import days_of, first_day, last_day
from marketdata.catalog.securities import Security
from marketdata.catalog.window import common_market, life_bits

some_days = st.dates(date(1990, 1, 1), date(2030, 12, 31)).map("{:%Y%m%d}".format)
parts = st.one_of(
    st.integers(1990, 2030).map(str),
    st.tuples(st.integers(1990, 2030), st.integers(1, 12)).map(lambda ym: f"{ym[0]}-{ym[1]:02}"),
)


@settings(deadline=None)
@given(parts, st.one_of(st.none(), some_days), st.one_of(st.none(), some_days))
def test_life_bits_are_the_days_between(part: str, listed: str | None, gone: str | None) -> None:
    security = Security("600000.SH", "", Kind.STOCK, "SH", listed, gone)
    first, last = first_day(part), last_day(part)
    all_days = (first + timedelta(days=later) for later in range((last - first).days + 1))
    expected = [
        day
        for day in map("{:%Y%m%d}".format, all_days)
        if (listed or "0") <= day <= (gone or "9") and security.alive(day, day)
    ]
    assert days_of(part, life_bits(security, part)) == expected


def test_the_common_market_is_the_one_that_opened_first() -> None:
    codes = ["832000.BJ", "600000.SH", "000001.SZ"]
    securities = [Security(code, "", Kind.STOCK, code[-2:]) for code in codes]
    assert common_market(securities) == "SH"
    assert common_market(securities[:1]) == "BJ"
