"""Statements as of a day: later announcements have no influence, and holes are named."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.dataset import Dataset
from marketdata.finance.reader import StatementQuestion, StatementReader
from marketdata.finance.statement import (
    CONSOLIDATED,
    Statement,
    key_of,
    known_since,
    merge_statements,
    newest,
    replaced,
    statement_line,
)
from marketdata.kline.gaps import FetchRows
from marketdata.kline.rows import RowSet
from tests.support.statement_cache import BANK, CATALOG, INCOME, StatementCache, income

AS_OF = "20111115"
PERIOD = "20110930"
DATES = st.none() | st.sampled_from(["20111028", AS_OF, "20111116", "20120331"])


def read(
    cache: StatementCache, as_of: str | None = AS_OF, *, fetch: FetchRows = lambda *_: None
) -> RowSet:
    reader = StatementReader(cache.store, CATALOG, fetch, "20121231", "files", 0, lambda _: None)
    question = StatementQuestion(INCOME, [BANK.code], "20110701", "20110930", CONSOLIDATED, as_of)
    return reader.read(question)


def revenues(rows: RowSet) -> list[float]:
    text = rows.rows[BANK.code]
    return [row["opera_rev"] for row in orjson.loads(b"[%b]" % text)]


def stored(*rows: Any) -> StatementCache:
    cache = StatementCache()
    cache.ingest(*rows, final_until="20111231")
    return cache


def test_a_restatement_is_not_known_before_it_is_announced() -> None:
    first, later = income(opera_rev=1.5), income(ann_date="20120331", opera_rev=1.25)
    cache = stored(first, later)
    assert revenues(read(cache)) == [1.5]
    assert revenues(read(cache, "20120331")) == [1.25]
    assert revenues(read(cache, None)) == [1.25]


def test_later_announcements_change_nothing() -> None:
    before = read(stored(income(opera_rev=1.5)))
    after = read(stored(income(opera_rev=1.5), income(ann_date="20111116", opera_rev=9.0)))
    assert (after.rows, after.meta) == (before.rows, before.meta)
    assert (before.meta["complete"], before.meta["announced_later"]) == (True, {})


def test_a_correction_under_the_first_date_leaves_a_hole_and_no_figure() -> None:
    """Where the source has replaced what it corrects, nobody knows any more what was known then."""
    rows = read(stored(income(actual_ann_date="20120331", opera_rev=1.25)))
    assert revenues(rows) == []
    assert rows.meta["announced_later"] == {BANK.code: [PERIOD]}
    assert not rows.meta["complete"]
    assert revenues(read(stored(income(actual_ann_date=AS_OF, opera_rev=1.25)))) == [1.25]


def test_a_row_of_which_nobody_knows_since_when_is_left_out() -> None:
    rows = read(stored(income(ann_date=None)))
    assert (revenues(rows), rows.meta["announced_later"]) == ([], {BANK.code: [PERIOD]})
    assert not rows.meta["complete"]


def test_what_was_not_due_yet_is_no_hole() -> None:
    """On 20111030 the third quarter's report is neither due nor announced."""
    cache = stored(income(ann_date="20111031"))
    rows = read(cache, "20111030")
    assert (revenues(rows), rows.meta["announced_later"]) == ([], {})
    assert rows.meta["complete"]


def test_what_may_have_been_announced_is_a_hole_until_it_is_stored() -> None:
    """The report was not due on 20111030, and may have been public all the same."""
    cache = StatementCache()
    asked: list[tuple[list[str], str, str]] = []

    def fetch(dataset: Dataset, codes: list[str], start: str, end: str, seconds: float) -> object:
        assert (dataset, seconds > 0) == (INCOME, True)
        asked.append((codes, start, end))
        return cache.ingest(income(), codes=codes, start=start, end=end, final_until="20111231")

    assert not read(cache, "20111030").meta["complete"]
    assert read(cache, "20111030").meta["missing"] == {BANK.code: [[PERIOD, PERIOD]]}
    found = read(cache, "20111030", fetch=fetch)
    assert asked == [([BANK.code], PERIOD, PERIOD)]
    assert (revenues(found), found.meta["complete"]) == ([1.5e9], True)


def test_what_is_absent_of_the_type_does_not_depend_on_the_day() -> None:
    rows = read(stored(income(statement_type="2"), income(ann_date="20120331")))
    assert rows.meta["absent"] == {}


def test_an_answer_without_a_day_says_nothing_of_it() -> None:
    assert "announced_later" not in read(stored(income()), None).meta


@pytest.mark.parametrize(
    ("ann_date", "actual", "known"),
    [
        ("20111028", None, "20111028"),
        ("20111028", "20120331", "20120331"),
        ("20120331", "20111028", "20120331"),
        (None, "20120331", "20120331"),
        (None, None, ""),
    ],
)
def test_since_when_a_row_is_known(ann_date: str | None, actual: str | None, known: str) -> None:
    row = income(ann_date=ann_date, actual_ann_date=actual, report_type='","actual_ann_date":"1')
    assert known_since(statement_line(Statement.INCOME, row)) == known


@given(st.lists(st.tuples(DATES, DATES), max_size=8))
def test_only_what_was_public_counts(dates: list[tuple[str | None, str | None]]) -> None:
    lines = [
        statement_line(
            Statement.INCOME,
            income(ann_date=announced, actual_ann_date=actual, opera_rev=float(at)),
        )
        for at, (announced, actual) in enumerate(dates)
    ]
    merged = merge_statements([], lines)
    public = [line for line in merged if known_since(line) and known_since(line) <= AS_OF]
    found = newest(merged, "20110101", "20111231", CONSOLIDATED, AS_OF)
    assert found == newest(public, "20110101", "20111231", CONSOLIDATED)
    assert found == newest(public, "20110101", "20111231", CONSOLIDATED, AS_OF)


def test_what_was_announced_and_replaced_is_a_hole_before_it_was_due() -> None:
    """A correction under the first date proves that a first report was public then."""
    cache = stored(income(ann_date="20111020", actual_ann_date="20120331"))
    for as_of in ("20111020", "20111025", "20111101", "20120330"):
        rows = read(cache, as_of)
        assert (revenues(rows), rows.meta["announced_later"]) == ([], {BANK.code: [PERIOD]})
        assert not rows.meta["complete"]
    before, after = read(cache, "20111019"), read(cache, "20120331")
    assert (before.meta["complete"], before.meta["announced_later"]) == (True, {})
    assert (after.meta["complete"], len(revenues(after))) == (True, 1)


def test_an_earlier_row_is_no_proof_that_a_replaced_one_said_the_same() -> None:
    first = income(opera_rev=1.5)
    second = income(ann_date="20111110", actual_ann_date="20120331", opera_rev=1.25)
    rows = read(stored(first, second))
    assert (revenues(rows), rows.meta["announced_later"]) == ([1.5], {BANK.code: [PERIOD]})
    assert not rows.meta["complete"]
    assert read(stored(first, second), "20111109").meta["complete"]


def test_the_latest_date_of_announcement_wins() -> None:
    """On a day as without one, even if another row's figures were public later."""
    corrected = income(actual_ann_date="20120331", opera_rev=1.25)
    rows = read(stored(corrected, income(ann_date="20111110", opera_rev=1.5)), "20120401")
    assert (revenues(rows), rows.meta["complete"]) == ([1.5], True)


@given(st.lists(st.tuples(DATES, DATES), max_size=8))
def test_no_answer_is_complete_if_its_newest_announcement_is_lost(
    dates: list[tuple[str | None, str | None]],
) -> None:
    lines = merge_statements(
        [],
        [
            statement_line(Statement.INCOME, income(ann_date=announced, actual_ann_date=actual))
            for announced, actual in dates
        ],
    )
    found = replaced(lines, "20110101", "20111231", CONSOLIDATED, AS_OF)
    announced = [line for line in lines if "" < key_of(line).announced <= AS_OF]
    chosen = newest(lines, "20110101", "20111231", CONSOLIDATED, AS_OF)
    assert (found == {PERIOD}) is (bool(announced) and announced[-1] != chosen.get(PERIOD))
