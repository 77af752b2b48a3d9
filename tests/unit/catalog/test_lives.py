"""The lives of one code: joined, continued, taken apart, against a reading day by day."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.lives import add_life, continued, each_life, life_on
from marketdata.catalog.securities import (
    Catalog,
    Dates,
    Security,
    dates_of,
    life,
    lives,
    row_of,
    security_of,
)

SHANGGANG = ("20000719", "20060926")
"""600018.SH as 上港集箱, until it was listed anew as 上港集团."""


def stock(*dates: Dates, name: str = "") -> Security:
    *earlier, (first, last) = dates
    return Security("600018.SH", name, Kind.STOCK, "SH", first, last, tuple(earlier))


def future(first: str | None, last: str | None, *earlier: Dates) -> Security:
    return Security("TA409.CZC", "PTA409", Kind.FUTURE, "CZC", first, last, earlier)


def add(*rows: Security) -> Security:
    found: dict[str, Security] = {}
    for row in rows:
        add_life(found, row)
    (security,) = found.values()
    return security


@pytest.mark.parametrize("turned", [False, True])
def test_two_rows_of_a_code_are_one_security_with_two_lives(turned: bool) -> None:
    rows = [stock(SHANGGANG, name="上港集箱"), stock(("20061026", None), name="上港集团")]
    found = add(*(rows[::-1] if turned else rows))
    assert found == stock(SHANGGANG, ("20061026", None), name="上港集团")
    assert lives(found) == [SHANGGANG, ("20061026", "99991231")]
    assert life(found) == ("20000719", "99991231")
    assert found.alive("20060926", "20060926")
    assert found.alive("20060920", "20061231")
    assert not found.alive("20060927", "20061025")


@pytest.mark.parametrize(
    "other",
    [("20060926", None), ("19990101", "20000719"), ("19990101", None), (None, None), SHANGGANG],
)
def test_lives_that_share_a_day_are_refused_by_name(other: Dates) -> None:
    found = {"600018.SH": stock(SHANGGANG)}
    with pytest.raises(ValueError, match=r"600018\.SH is listed twice for the same days"):
        add_life(found, stock(other))
    assert found == {"600018.SH": stock(SHANGGANG)}


def test_a_code_of_two_types_is_refused_by_name() -> None:
    fund = Security("600018.SH", "", Kind.ETF, "SH", "20100101")
    with pytest.raises(ValueError, match=r"600018\.SH is listed as stock and as etf"):
        add(stock(SHANGGANG), fund)


def test_a_renamed_code_is_two_securities() -> None:
    rows = [
        Security("000022.SZ", "深赤湾A", Kind.STOCK, "SZ", "19930505", "20181225"),
        Security("001872.SZ", "招商港口", Kind.STOCK, "SZ", "20181226"),
        Security("430047.BJ", "诺思兰德", Kind.STOCK, "BJ", "20211115", "20250506"),
        Security("920047.BJ", "诺思兰德", Kind.STOCK, "BJ", "20250507"),
    ]
    found: dict[str, Security] = {}
    for row in rows:
        add_life(found, row)
    assert [*found.values()] == rows
    assert [each.code for each in Catalog(rows, "", "", {}).of_kind(Kind.STOCK, "20181225")] == [
        "000022.SZ"
    ]


def test_a_code_that_comes_back_keeps_its_earlier_life() -> None:
    old, new = future("20130916", "20140912"), future("20230918", "20240913")
    assert continued(old, new) == future("20230918", "20240913", ("20130916", "20140912"))
    assert continued(continued(old, new), new) == continued(old, new)
    last = future("20330918", "20340913")
    assert len(lives(continued(continued(old, new), last))) == 3


def test_a_code_that_comes_back_without_a_first_day_does_too() -> None:
    """The vendor gives futures none; what is told apart is the year of the delivery."""
    found = continued(future(None, "20140912"), future(None, "20240913"))
    assert lives(found) == [("00010101", "20140912"), ("20140913", "20240913")]
    corrected = continued(future(None, "20240930"), future(None, "20240913"))
    assert corrected == future(None, "20240913")
    assert continued(future(None, "20240115"), future(None, None)) == future(None, None)


def test_the_source_is_right_about_days_that_it_names() -> None:
    """A last day that is put right, or taken back, makes no second life."""
    for listed in [("20000719", "20060925"), ("20000719", None), (None, None)]:
        assert continued(stock(SHANGGANG), stock(listed)) == stock(listed)
    both = stock(SHANGGANG, ("20061026", None))
    assert continued(both, stock(("20000720", None))) == stock(("20000720", None))
    assert continued(both, stock(("20000719", "20060925"), ("20061026", None))) == stock(
        ("20000719", "20060925"), ("20061026", None)
    )


def test_another_type_is_another_security() -> None:
    fund = Security("600018.SH", "", Kind.ETF, "SH", "20100101")
    assert continued(stock(SHANGGANG), fund) == fund


def test_each_life_is_a_security_of_its_own() -> None:
    both = stock(SHANGGANG, ("20061026", None))
    assert each_life(both) == [stock(SHANGGANG), stock(("20061026", None))]
    assert life_on(both, "20061026") == stock(("20061026", None))
    assert life_on(both, "20061025") is None
    alone = stock(SHANGGANG)
    assert each_life(alone) == [alone]


def test_an_index_has_one_life() -> None:
    index = Security("000300.SH", "", Kind.INDEX, "SH", "20200101", None, ((None, "20100101"),))
    assert lives(index) == (("00010101", "99991231"),)
    assert each_life(index) == [index]


FIRST = date(2001, 1, 1)
SPANS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), min_size=1, max_size=4)


@st.composite
def with_lives(draw: st.DrawFn) -> Security:
    """Draw a stock with lives that follow on each other, of which the ends may be open."""
    dates: list[Dates] = []
    day = FIRST
    for pause, length in draw(SPANS):
        first = day + timedelta(pause)
        day = first + timedelta(length)
        dates.append((f"{first:%Y%m%d}", f"{day:%Y%m%d}"))
    if draw(st.booleans()):
        dates[-1] = (dates[-1][0], None)
    if draw(st.booleans()):
        dates[0] = (None, dates[0][1])
    return stock(*dates)


@given(with_lives(), st.integers(0, 500))
def test_it_lives_on_a_day_if_one_of_its_lives_has_it(security: Security, offset: int) -> None:
    day = f"{FIRST + timedelta(offset):%Y%m%d}"
    alive = any((first or day) <= day <= (last or day) for first, last in dates_of(security))
    assert security.alive(day, day) == alive
    assert (life_on(security, day) is not None) == alive
    assert sum(each.alive(day, day) for each in each_life(security)) == alive


@given(with_lives(), st.randoms())
def test_rows_may_come_in_any_order(security: Security, random: Random) -> None:
    rows = [stock(dates) for dates in dates_of(security)]
    random.shuffle(rows)
    assert add(*rows) == security


@given(with_lives())
def test_lives_survive_the_store(security: Security) -> None:
    assert security_of(row_of(security)) == security
    assert continued(security, security) == security


def test_a_row_of_before_there_were_lives_is_read() -> None:
    row = {"code": "600018.SH", "name": "", "type": "stock", "list_date": None, "delist_date": ""}
    assert security_of(row) == stock((None, None))
