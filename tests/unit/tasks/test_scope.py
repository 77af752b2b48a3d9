"""What a task covers."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.securities import Catalog, Security
from marketdata.details import Detail
from marketdata.tasks.scope import Scope, in_scope, not_covered, parts_of, window_of

SECURITIES = [
    Security("600000.SH", "old", Kind.STOCK, "SH", "19991110"),
    Security("600004.SH", "new", Kind.STOCK, "SH", "20200107"),
    Security("600006.SH", "gone", Kind.STOCK, "SH", "19991110", "20191231"),
    Security("000300.SH", "an index", Kind.INDEX, "SH", "20050408"),
]
SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")
FIRST_DAYS = {"stock.daily": "20000101"}


def catalog(first_days: Mapping[str, str | None] = FIRST_DAYS) -> Catalog:
    return Catalog(SECURITIES, "", "files", first_days)


def codes(scope: Scope) -> list[str]:
    return [security.code for security in in_scope(catalog(), scope)]


def test_scope() -> None:
    assert codes(SCOPE) == ["600000.SH", "600004.SH"]
    assert codes(replace(SCOPE, start="20191201")) == ["600000.SH", "600004.SH", "600006.SH"]
    assert codes(replace(SCOPE, codes=("600004.SH", "600006.SH"))) == ["600004.SH"]
    assert codes(replace(SCOPE, kind=Kind.INDEX)) == ["000300.SH"]


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        ("20190601", "20200131", ["2019", "2020"]),
        ("00010101", "20011231", ["2000", "2001"]),
        ("20190101", "99991231", ["2019", "2020"]),
        ("20210101", "99991231", []),
        ("19900101", "19991231", []),
    ],
)
def test_parts_in_which_nothing_can_be_are_left_out(start: str, end: str, parts: list[str]) -> None:
    scope = replace(SCOPE, start=start, end=end)
    assert parts_of(scope, window_of(scope, catalog(), "20200110", 0)) == parts


def test_a_source_without_a_beginning_has_the_calendars() -> None:
    scope = replace(SCOPE, start="00010101")
    assert parts_of(scope, window_of(scope, catalog({}), "20200110", 0))[0] == "1990"


def test_a_source_that_has_no_such_data_has_no_parts_and_that_is_said() -> None:
    without = catalog({"stock.daily": None})
    assert parts_of(SCOPE, window_of(SCOPE, without, "20200110", 0)) == []
    said = "the source files has no stock.daily: there is nothing to do"
    assert not_covered(SCOPE, without) == [Detail("upstream_lacks_data", said)]
    assert not_covered(SCOPE, catalog()) == []
