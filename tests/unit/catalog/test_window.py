"""The days that a question is about, against a day-by-day reading of the same rules."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import bits_of, days_of, span
from marketdata.catalog.calendar import last_known_day, trading_days
from marketdata.catalog.securities import Security, lives
from marketdata.catalog.window import Window, common_market
from marketdata.finance.periods import QUARTERS

FIRST = date(2023, 10, 1)
PARTS = ("2023", "2024", "2023-12", "2024-02")
DAYS = st.integers(0, 400).map(lambda offset: f"{FIRST + timedelta(offset):%Y%m%d}")


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start, end = sorted([draw(DAYS), draw(DAYS)])
    return Window(start, end, coverage_start=draw(st.none() | DAYS), final_until=draw(DAYS))


@st.composite
def securities(draw: st.DrawFn) -> Security:
    listed, gone = draw(st.none() | DAYS), draw(st.none() | DAYS)
    kind = draw(st.sampled_from([Kind.STOCK, Kind.INDEX]))
    security = Security("600000.SH", "", kind, "SH", listed, gone)
    if listed is None or not draw(st.booleans()):
        return security
    # A life that ended before this one began, with a pause of any length.
    born, ended = sorted(day for day in (draw(DAYS), draw(DAYS)))
    return replace(security, earlier=((born, ended),)) if ended < listed else security


def naive_alive(security: Security, day: str) -> bool:
    """Read the dates as they were given."""
    dates = [*security.earlier, (security.list_date, security.delist_date)]
    if security.kind is Kind.INDEX:
        dates = [(None, security.delist_date)]
    return any((first or day) <= day <= (last or day) for first, last in dates)


@given(windows(), securities(), st.sampled_from(PARTS))
def test_a_day_is_expected_if_everything_holds_on_it(
    window: Window, security: Security, part: str
) -> None:
    expected = [
        day
        for day in trading_days("SH", window.start, window.end)
        if (window.coverage_start or "99991231") <= day <= window.final_until
        and naive_alive(security, day)
    ]
    found = window.expected(security, part)
    assert found == bits_of(part, expected)
    assert set(days_of(part, found)) <= set(expected)


@given(windows(), securities(), st.sampled_from(PARTS))
def test_one_range_is_what_two_bit_sets_were(window: Window, security: Security, part: str) -> None:
    days = span(
        part,
        max(window.start, window.covered_from),
        min(window.end, window.final_until),
    )
    alive = 0
    for first, last in lives(security):
        alive |= span(part, first, last)
    both = days & window.calendar.bits("SH", part) & alive
    assert window.expected(security, part) == both


@given(windows(), securities())
def test_a_day_is_outside_before_the_first_life_after_one_or_before_the_coverage(
    window: Window, security: Security
) -> None:
    firsts = [first for first, _ in lives(security)]
    for day in trading_days("SH", window.start, window.end):
        reason = "delisted"
        if naive_alive(security, day):
            reason = "not_covered" if window.coverage_start is None else "before_coverage"
        elif all(day < first for first in firsts):
            reason = "not_listed"
        assert window.why_outside(security, day) == reason


def test_a_window_that_passes_the_calendars_end_knows_it() -> None:
    last = last_known_day()
    after = f"{int(last[:4]) + 1}0131"
    beyond = Window("20240101", after, "19901219", "20241231")
    assert beyond.beyond_known
    ((first, end),) = beyond.unannounced()
    assert last < first < end <= after
    assert max(beyond.pending("SH")) <= last
    within = replace(beyond, end=last)
    assert (within.beyond_known, within.unannounced()) == (False, [])
    # Quarters end on the same days for ever.
    statements = replace(beyond, calendar=QUARTERS)
    assert (statements.beyond_known, statements.unannounced()) == (False, [])


def test_between_two_lives_a_code_is_delisted() -> None:
    security = Security(
        "600018.SH", "", Kind.STOCK, "SH", "20061026", None, (("20000719", "20060926"),)
    )
    window = Window("20060101", "20061231", "19901219", "20261231")
    expected = days_of("2006", window.expected(security, "2006"))
    assert [day for day in expected if day > "20060920"][:6] == [
        *("20060921", "20060922", "20060925", "20060926", "20061026", "20061027")
    ]
    days = ("20000718", "20060927", "20061025")
    assert [window.why_outside(security, day) for day in days] == [
        *("not_listed", "delisted", "delisted")
    ]


def test_the_common_market_is_the_one_that_opened_first() -> None:
    codes = ["832000.BJ", "600000.SH", "000001.SZ"]
    securities = [Security(code, "", Kind.STOCK, code[-2:]) for code in codes]
    assert common_market(securities) == "SH"
    assert common_market(securities[:1]) == "BJ"


@given(windows(), st.sampled_from(PARTS), st.lists(securities(), max_size=5))
def test_many_securities_are_expected_as_one_is(
    window: Window, part: str, some: list[Security]
) -> None:
    expected = window.expecting(part)
    assert [expected(each) for each in some] == [window.expected(each, part) for each in some]
