"""Periods, and what is stored of them."""

import pytest

from marketdata.blocks.dataset import Period


@pytest.mark.parametrize(
    ("period", "stored", "intraday", "source", "part"),
    [
        (Period.DAILY, True, False, Period.DAILY, "2024"),
        (Period.MIN1, True, True, Period.MIN1, "2024-03"),
        (Period.MIN60, True, True, Period.MIN60, "2024-03"),
        (Period.WEEKLY, False, False, Period.DAILY, "2024"),
        (Period.MONTHLY, False, False, Period.DAILY, "2024"),
    ],
)
def test_period(period: Period, stored: bool, intraday: bool, source: Period, part: str) -> None:
    assert (period.stored, period.intraday, period.base) == (stored, intraday, source)
    assert period.part_of("20240315") == part
