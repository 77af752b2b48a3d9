"""Factors count from the listing and change on ex-dates; those of later days do not count yet."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.errors import UpstreamBlacklistedError, UpstreamFaultError
from marketdata.kline.adjust.steps import Steps
from marketdata.sources.baostock.codes import their_day
from marketdata.sources.baostock.factors import steps_in
from marketdata.sources.source import FactorRequest, FetchedFactors
from tests.support.clocks import clock
from tests.unit.sources.baostock.scripted import STOCKS, ScriptedSession, Told, source_of

LISTED, FINAL = "19991110", "20240329"
DAYS = trading_days("SH", LISTED, FINAL)[1:]


def answer(*rows: tuple[str, str]) -> Mapping[str, list[str]]:
    return {
        "code": ["sh.600000" for _ in rows],
        "dividOperateDate": [their_day(day) for day, _ in rows],
        "backAdjustFactor": [factor for _, factor in rows],
    }


def fetch(tell: Told, *codes: str, now: str = "2024-03-29T21:00") -> FetchedFactors:
    session = ScriptedSession(lambda *_: tell)
    return source_of(session, STOCKS, clock(now)).fetch_factors(FactorRequest(Kind.STOCK, codes))


def test_the_factor_is_one_from_the_listing_to_the_first_ex_date() -> None:
    found = steps_in(answer(("20230721", "11.9"), ("20220721", "11.5")), STOCKS[0], FINAL)
    assert found == Steps((LISTED, "20220721", "20230721"), (1.0, 11.5, 11.9), FINAL)


@given(st.lists(st.sampled_from(DAYS), unique=True, max_size=20), st.randoms())
def test_every_ex_date_is_a_step(days: list[str], random: object) -> None:
    rows = [(day, f"{1 + place / 7:.6f}") for place, day in enumerate(sorted(days), 1)]
    random.shuffle(rows)  # type: ignore[attr-defined]
    found = steps_in(answer(*rows), STOCKS[0], FINAL)
    assert found.days == (LISTED, *sorted(days))
    assert found.factors == (1.0, *(float(factor) for _, factor in sorted(rows)))
    assert found.until == FINAL


def test_later_ex_dates_do_not_count_yet() -> None:
    found = steps_in(answer(("20240401", "2")), STOCKS[0], FINAL)
    assert found == Steps((LISTED,), (1.0,), FINAL)


def test_a_code_that_never_paid_has_one_step() -> None:
    assert steps_in(answer(), STOCKS[0], FINAL) == Steps((LISTED,), (1.0,), FINAL)


def test_an_ex_date_before_the_listing_is_the_first_known_day() -> None:
    """The days before it are those of another code."""
    found = steps_in(answer(("19980105", "2"), ("20050104", "3")), STOCKS[0], FINAL)
    assert found.days == ("19980105", "20050104")


@pytest.mark.parametrize("factor", ["", "0", "-1", "--"])
def test_a_factor_that_is_none_makes_all_unusable(factor: str) -> None:
    with pytest.raises(ValueError, match="factor"):
        steps_in(answer(("20220721", "2"), ("20230721", factor)), STOCKS[0], FINAL)


def test_nothing_is_made_up_for_an_unknown_code() -> None:
    with pytest.raises(ValueError, match="listed"):
        steps_in(answer(), None, FINAL)


def test_unknown_codes_fail_and_beijing_is_not_asked_for() -> None:
    found = fetch([], "600000.SH", "600999.SH", "430047.BJ")
    assert set(found.steps) == {"600000.SH"}
    assert set(found.failed) == {"600999.SH"}
    assert found.failed["600999.SH"].startswith("BaoStock: ")


def test_factors_are_final_at_six() -> None:
    assert fetch([], "600000.SH", now="2024-03-29T17:59").steps["600000.SH"].until == "20240328"
    assert fetch([], "600000.SH", now="2024-03-29T18:00").steps["600000.SH"].until == "20240329"


def test_a_code_before_its_listing_has_none() -> None:
    new = Security("688001.SH", "华兴源创", Kind.STOCK, "SH", "20240401")
    session = ScriptedSession(lambda *_: [])
    found = source_of(session, [new]).fetch_factors(FactorRequest(Kind.STOCK, (new.code,)))
    assert not session.asked
    assert found == FetchedFactors()


def test_one_fault_is_of_its_code_and_a_refusal_ends_it() -> None:
    told: list[Told] = [UpstreamFaultError("odd"), [], UpstreamBlacklistedError("refused")]
    session = ScriptedSession(lambda *_: told.pop(0))
    codes = ("600000.SH", "000001.SZ", "600001.SH")
    found = source_of(session).fetch_factors(FactorRequest(Kind.STOCK, codes))
    assert set(found.steps) == {"000001.SZ"}
    assert set(found.failed) == {"600000.SH", "600001.SH"}
    assert "2024-03-30 03:00" in found.failed["600001.SH"]


def test_a_refusal_of_everything_is_raised() -> None:
    with pytest.raises(UpstreamBlacklistedError):
        fetch(UpstreamBlacklistedError("refused"), "600000.SH", "000001.SZ")
