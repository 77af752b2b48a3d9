"""Bars of days on which their code did not live, against a reading row by row."""

from datetime import date, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Catalog, Dates, Security
from marketdata.ingest.bar_lives import NAMED, outside_lives
from marketdata.sources.source import BarRequest
from tests.support.frames import STOCK, bar, frame_of

FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 30).map(lambda offset: f"{FIRST + timedelta(offset):%Y%m%d}")
CODES = ("600000.SH", "600001.SH", "600002.SH", "600003.SH")
"""The last one is in no catalog."""


def security(code: str, first: str | None, last: str | None, *earlier: Dates) -> Security:
    return Security(code, "", Kind.STOCK, "SH", first, last, earlier)


def find(
    rows: list[tuple[str, str]], *securities: Security, start: str = "20240101"
) -> tuple[list[bool], list[str]]:
    frame = frame_of(STOCK, [bar(code=code, trade_date=day) for code, day in rows])
    request = BarRequest(STOCK, CODES, start, "20240131")
    mask, notes = outside_lives(frame, request, Catalog(securities, "", "files", {}))
    return list(mask), notes


def test_bars_before_after_and_between_lives_are_found_and_counted() -> None:
    twice = security("600000.SH", "20240110", "20240112", ("20240103", "20240104"))
    days = ["20240102", "20240103", "20240104", "20240105", "20240110", "20240112", "20240115"]
    mask, notes = find([("600000.SH", day) for day in days], twice)
    assert mask == [True, False, False, True, False, False, True]
    assert notes == ["3 bars of 600000.SH outside its life"]


def test_one_bar_is_one_bar() -> None:
    _, notes = find([("600000.SH", "20240102")], security("600000.SH", "20240103", None))
    assert notes == ["1 bar of 600000.SH outside its life"]


def test_what_was_not_requested_is_left_to_the_checks() -> None:
    known = security("600000.SH", "20240110", None)
    rows = [("600000.SH", "20231229"), ("600009.SH", "20240102"), ("600003.SH", "20240102")]
    assert find(rows, known) == ([False, False, False], [])


def test_an_index_may_be_older_than_its_publication() -> None:
    index = Security("600000.SH", "", Kind.INDEX, "SH", "20240110")
    assert find([("600000.SH", "20240102")], index) == ([False], [])


def test_an_empty_frame_and_one_with_holes() -> None:
    known = security("600000.SH", "20240110", None)
    assert find([], known) == ([], [])
    frame = frame_of(STOCK, [bar(trade_date="20240102"), bar(trade_date="20240103")])
    frame.loc[1, ["code", "trade_date"]] = pd.NA
    request = BarRequest(STOCK, ("600000.SH",), "20240101", "20240131")
    mask, _ = outside_lives(frame, request, Catalog([known], "", "files", {}))
    assert list(mask) == [True, False]


def test_many_codes_are_summed_up() -> None:
    codes = [f"{600000 + at}.SH" for at in range(NAMED + 2)]
    frame = frame_of(STOCK, [bar(code=code, trade_date="20240102") for code in codes])
    catalog = Catalog([security(code, "20240103", None) for code in codes], "", "files", {})
    request = BarRequest(STOCK, tuple(codes), "20240101", "20240131")
    _, notes = outside_lives(frame, request, catalog)
    assert len(notes) == NAMED + 1
    assert notes[-1] == "2 bars of 2 other codes outside their lives"


@st.composite
def markets(draw: st.DrawFn) -> list[Security]:
    found = []
    for code in CODES[:3]:
        first, last = sorted([draw(DAYS), draw(DAYS)])
        known = security(code, first, draw(st.sampled_from([last, None])))
        ended = draw(DAYS)
        if ended < first and draw(st.booleans()):
            known = security(code, known.list_date, known.delist_date, (None, ended))
        found.append(known)
    return found


@given(markets(), st.lists(st.tuples(st.sampled_from(CODES), DAYS)), DAYS)
def test_a_bar_is_outside_if_its_code_does_not_live_on_its_day(
    market: list[Security], rows: list[tuple[str, str]], start: str
) -> None:
    dates = {each.code: [*each.earlier, (each.list_date, each.delist_date)] for each in market}
    expected = [
        day >= start
        and code in dates
        and not any((first or day) <= day <= (last or day) for first, last in dates[code])
        for code, day in rows
    ]
    mask, notes = find(rows, *market, start=start)
    assert mask == expected
    assert sum(int(note.split()[0]) for note in notes) == sum(expected)
