"""Codes and days of BaoStock and ours stand for one another."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.sources.baostock.codes import code_of, day_of, their_code, their_day

CODES = st.builds("{:06}.{}".format, st.integers(0, 999_999), st.sampled_from(["SH", "SZ"]))


@given(CODES)
def test_codes_go_there_and_back(code: str) -> None:
    theirs = their_code(code)
    assert theirs is not None
    assert len(theirs) == 9
    assert code_of(theirs) == code


def test_an_index_and_a_bank_with_the_same_digits_stay_apart() -> None:
    assert code_of("sh.000001") == "000001.SH"
    assert code_of("sz.000001") == "000001.SZ"


@pytest.mark.parametrize("code", ["430047.BJ", "IF2401.CFE", "600000", "60000.SH", "６00000.SH"])
def test_codes_that_it_cannot_have_are_refused(code: str) -> None:
    assert their_code(code) is None


@given(st.text())
def test_what_is_no_code_of_theirs_is_none(text: str) -> None:
    assert (code_of(text) is None) or (their_code(code_of(text) or "") == text)


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_days_go_there_and_back(day: date) -> None:
    ours = f"{day:%Y%m%d}"
    assert day_of(their_day(ours)) == ours


@pytest.mark.parametrize("text", ["", "20240102", "2024-02-30", "2024-1-02", "2024-01-02 "])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_of(text) is None
