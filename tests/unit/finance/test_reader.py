"""The read path: what is answered, what `meta` claims, and which gaps are fetched."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Dataset, Kind
from marketdata.catalog.securities import Catalog, Security
from marketdata.details import messages
from marketdata.errors import InvalidInputError, NotFoundError, UpstreamBusyError
from marketdata.finance.reader import StatementQuestion, StatementReader
from marketdata.finance.statement import CONSOLIDATED, Statement, StatementRow
from marketdata.kline.rows import RowSet
from tests.support.answers import content_of
from tests.support.statement_cache import (
    BANK,
    CATALOG,
    GONE,
    INCOME,
    INDEX,
    YOUNG,
    StatementCache,
    income,
)

YEAR = ["20110331", "20110630", "20110930", "20111231"]
TODAY = "20111118"
"""A day on which the third quarter of 2011 is final and the year is not over."""


@dataclass
class StatementSource:
    """Stores what it has of what it is asked for, unless it is busy."""

    cache: StatementCache
    rows: Sequence[StatementRow] = ()
    busy: bool = False
    calls: list[tuple[list[str], str, str]] = field(default_factory=list)
    reported: list[BlockKey] = field(default_factory=list)

    def __call__(
        self, dataset: Dataset, codes: list[str], start: str, end: str, seconds: float
    ) -> object:
        assert (dataset, seconds > 0) == (INCOME, True)
        self.calls.append((codes, start, end))
        if self.busy:
            raise UpstreamBusyError("the upstream is busy")
        asked = [
            each
            for each in self.rows
            if each["code"] in codes and start <= str(each["reporting_period"]) <= end
        ]
        return self.cache.ingest(*asked, codes=codes, start=start, end=end, final_until="20110930")


@pytest.fixture
def source() -> StatementSource:
    return StatementSource(StatementCache())


def read(
    source: StatementSource,
    *codes: str,
    start: str = "20110101",
    end: str = "20111231",
    statement_type: str = CONSOLIDATED,
    catalog: Catalog = CATALOG,
    today: str = TODAY,
) -> RowSet:
    reader = StatementReader(
        source.cache.store, catalog, source, today, "files", 0, source.reported.extend
    )
    return reader.read(StatementQuestion(INCOME, codes or (BANK.code,), start, end, statement_type))


def periods(reading: RowSet, code: str = BANK.code) -> list[Any]:
    return [each["reporting_period"] for each in rows(reading, code)]


def rows(reading: RowSet, code: str = BANK.code) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(content_of(reading).body())["data"][code]
    return found


def of(days: Iterable[str], **values: Any) -> list[StatementRow]:
    return [income(day, **values) for day in days]


def test_a_filled_cache_answers_alone(source: StatementSource) -> None:
    source.cache.ingest(*of(YEAR[:3]), final_until="20110930")
    reading = read(source)
    assert not source.calls
    assert periods(reading) == YEAR[:3]
    assert reading.meta == {
        "complete": True,
        "expected": 3,
        "returned": 3,
        "missing": {},
        "absent": {},
        "unconfirmed": {},
        "outside": {},
        "unfinished": [],
        "pending": [["20111231", "20111231"]],
        "unknown_codes": [],
        "source": "cache",
        "upstream": "files",
        "warnings": [],
    }


def test_an_answers_rows_have_every_column(source: StatementSource) -> None:
    source.cache.ingest(income())
    [found] = rows(read(source))
    assert list(found)[:6] == [
        *("reporting_period", "statement_type", "report_type"),
        *("ann_date", "actual_ann_date", "security_name"),
    ]
    assert list(found)[6:] == list(Statement.INCOME.columns)
    assert (found["opera_rev"], found["ebit"]) == (1.5e9, None)


def test_gaps_are_fetched_once(source: StatementSource) -> None:
    source.rows = of(YEAR[1:3])
    first = read(source)
    assert source.calls == [([BANK.code], "20110331", "20110930")]
    assert periods(first) == YEAR[1:3]
    assert (first.meta["source"], first.meta["complete"]) == ("upstream", True)
    assert first.meta["absent"] == {BANK.code: [{"date": "20110331", "reason": "no_bar"}]}
    assert (first.meta["expected"], first.meta["returned"]) == (3, 2)
    second = read(source)
    assert len(source.calls) == 1
    assert (rows(second), second.meta["source"]) == (rows(first), "cache")


def test_cache_and_source_together(source: StatementSource) -> None:
    source.cache.ingest(income(), start="20110901", end="20110930")
    source.rows = of(YEAR[:2])
    reading = read(source)
    assert (periods(reading), reading.meta["source"]) == (YEAR[:3], "mixed")


def test_a_source_that_fails_does_not_fail_the_read(source: StatementSource) -> None:
    source.cache.ingest(income(), start="20110901", end="20110930")
    source.busy = True
    reading = read(source)
    assert periods(reading) == ["20110930"]
    assert reading.meta["missing"] == {BANK.code: [["20110331", "20110630"]]}
    assert (reading.meta["complete"], reading.meta["source"]) == (False, "cache")
    said = "some gaps were not fetched: the upstream is busy"
    assert messages(reading.meta["warnings"]) == [said]


def test_large_gaps_are_a_tasks_work(source: StatementSource) -> None:
    many = [Security(f"{600000 + n}.SH", "", Kind.STOCK, "SH", "19990101") for n in range(500)]
    catalog = Catalog(many, "", "files", {})
    codes = [each.code for each in many]
    reading = read(source, *codes, start="20100101", catalog=catalog)
    assert not source.calls
    [warning] = reading.meta["warnings"]
    assert "POST /cache/fill-missing" in warning.message
    assert (reading.meta["expected"], reading.meta["returned"]) == (3500, 0)
    assert reading.meta["missing"][codes[0]] == [["20100331", "20110930"]]


def test_more_than_a_function_can_hold_is_refused(source: StatementSource) -> None:
    many = [Security(f"{600000 + n}.SH", "", Kind.STOCK, "SH", "19990101") for n in range(500)]
    catalog = Catalog(many, "", "files", {})
    codes = [each.code for each in many]
    with pytest.raises(InvalidInputError, match=r"end_date: .* 27,500 periods"):
        read(source, *codes, start="19980101", catalog=catalog)


def test_the_newest_announcement_of_the_type_is_answered(source: StatementSource) -> None:
    source.cache.ingest(
        income(),
        income(ann_date="20120331", opera_rev=2.0),
        income(statement_type="6", opera_rev=3.0),
        income("20110630", statement_type="6", opera_rev=4.0),
    )
    assert [each["opera_rev"] for each in rows(read(source))] == [2.0]
    other = read(source, statement_type="6")
    assert [each["opera_rev"] for each in rows(other)] == [4.0, 3.0]


def test_periods_with_rows_of_other_types_only_are_named(source: StatementSource) -> None:
    source.cache.ingest(*of(YEAR[:2]), income(statement_type="6"), final_until="20110930")
    reading = read(source)
    assert reading.meta["absent"] == {BANK.code: [{"date": "20110930", "reason": "other_type"}]}
    assert (reading.meta["expected"], reading.meta["returned"]) == (3, 2)
    assert not source.calls


def test_statements_before_the_listing_are_asked_for_but_not_expected(
    source: StatementSource,
) -> None:
    source.rows = [income("20110630", code=YOUNG.code)]
    reading = read(source, YOUNG.code)
    assert periods(reading, YOUNG.code) == ["20110630"]
    assert (reading.meta["expected"], reading.meta["returned"]) == (1, 1)
    assert (reading.meta["absent"], reading.meta["complete"]) == ({}, True)
    assert reading.meta["outside"] == {
        YOUNG.code: [
            {"from": day, "to": day, "reason": "not_listed"} for day in ("20110331", "20110930")
        ]
    }
    read(source, YOUNG.code)
    assert len(source.calls) == 1


def test_years_before_the_prospectus_and_after_the_end_are_not_asked_for(
    source: StatementSource,
) -> None:
    reading = read(source, YOUNG.code, GONE.code, start="00010101", end="99991231")
    assert source.calls == [
        ([YOUNG.code, GONE.code], "19940331", "20110930"),
    ]
    assert reading.meta["expected"] == 4 * 12 - 1  # 1998 to the third quarter of 2009
    assert reading.meta["outside"][YOUNG.code] == [
        {"from": "19861231", "to": "20110930", "reason": "not_listed"}
    ]
    assert reading.meta["outside"][GONE.code] == [
        {"from": "19861231", "to": "19971231", "reason": "not_listed"},
        {"from": "20091231", "to": "20110930", "reason": "delisted"},
    ]
    assert reading.meta["pending"] == [["20111231", "99991231"]]


def test_periods_to_come_are_pending(source: StatementSource) -> None:
    reading = read(source, start="20111201", end="20120630")
    assert (periods(reading), source.calls) == ([], [])
    assert reading.meta["expected"] == 0
    assert reading.meta["pending"] == [["20111231", "20120630"]]


def test_a_statement_that_came_early_is_answered(source: StatementSource) -> None:
    source.cache.ingest(income("20111231", ann_date="20120110"), final_until="20110930")
    reading = read(source, start="20111201", today="20120120")
    assert periods(reading) == ["20111231"]
    assert reading.meta["pending"] == [["20111231", "20111231"]]


def test_unknown_codes(source: StatementSource) -> None:
    source.cache.ingest(*of(YEAR[:3]), final_until="20110930")
    reading = read(source, "600145.SH", BANK.code, INDEX.code)
    assert reading.meta["unknown_codes"] == ["600145.SH", INDEX.code]
    assert list(orjson.loads(content_of(reading).body())["data"]) == [BANK.code]
    with pytest.raises(NotFoundError, match=INDEX.code):
        read(source, INDEX.code)


def test_a_damaged_block_counts_as_missing(source: StatementSource) -> None:
    source.cache.ingest(*of(YEAR[:3]), final_until="20110930")
    source.cache.store.table.items[f"{INCOME.name}#{BANK.code}", "2011"]["data"] = b"no frame"
    source.busy = True
    assert read(source).meta["missing"] == {BANK.code: [["20110331", "20110930"]]}
    assert source.reported == [BlockKey(INCOME.name, BANK.code, "2011")]
    source.busy, source.rows = False, of(YEAR[:3])
    assert periods(read(source)) == YEAR[:3]
    assert len(source.reported) == 1


@pytest.mark.parametrize("wrong", [{"rows": 4}, {"present": b"\0" * 45 + b"\x01"}, {"rows": 0}])
def test_a_block_whose_item_claims_other_rows_counts_as_missing(
    source: StatementSource, wrong: dict[str, object]
) -> None:
    source.cache.ingest(*of(YEAR[:3]), final_until="20110930")
    source.cache.store.table.items[f"{INCOME.name}#{BANK.code}", "2011"] |= wrong
    source.busy = True
    reading = read(source)
    assert (periods(reading), reading.meta["complete"]) == ([], False)
    assert source.reported == [BlockKey(INCOME.name, BANK.code, "2011")]


def test_the_etag_changes_with_the_answer(source: StatementSource) -> None:
    source.cache.ingest(*of(YEAR[:3]), final_until="20110930")
    etag = content_of(read(source)).etag
    assert content_of(read(source)).etag == etag
    assert content_of(read(source, statement_type="6")).etag != etag
    source.cache.ingest(income(opera_rev=2.0), final_until="20110930")
    assert content_of(read(source)).etag != etag
