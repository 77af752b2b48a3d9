"""The write path: what is stored, what is marked, what is set aside."""

import math

import orjson
import pytest

from marketdata.blocks import codec
from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.days import days_of
from marketdata.finance.statement import StatementKey, key_of
from tests.support.statement_cache import BANK, INCOME, NOW, YOUNG, StatementCache, income

YEAR = ["20110331", "20110630", "20110930", "20111231"]


@pytest.fixture
def cache() -> StatementCache:
    return StatementCache()


def block(cache: StatementCache, code: str = BANK.code, part: str = "2011") -> Block:
    key = BlockKey(INCOME.name, code, part)
    return cache.store.read([key]).get(key, Block())


def keys(stored: Block) -> list[StatementKey]:
    return [key_of(line) for line in codec.lines(codec.decode(stored.frame))]


def days(stored: Block, name: str, part: str = "2011") -> list[str]:
    return days_of(part, getattr(stored.coverage, name))


def test_rows_are_stored_by_year_and_the_other_periods_are_absent(cache: StatementCache) -> None:
    found = cache.ingest(income(), income("20121231"), end="20121231")
    assert (found.bars, found.blocks, found.quarantined, found.failed) == (2, 2, {}, {})
    first, second = block(cache), block(cache, part="2012")
    assert (first.rows, keys(first)) == (1, [("20110930", "1", "20111028")])
    assert days(first, "present") == ["20110930"]
    assert days(first, "absent") == ["20110331", "20110630", "20111231"]
    assert days(second, "present", "2012") == ["20121231"]
    item = cache.store.table.get("finance.income#600000.SH", "2011")
    assert item is not None
    assert item["series"] == "finance.income#2011"


def test_all_announcements_and_types_are_kept(cache: StatementCache) -> None:
    cache.ingest(income(), income(statement_type="6"))
    cache.ingest(income(ann_date="20120331", opera_rev=2.0))
    stored = block(cache)
    assert keys(stored) == [
        ("20110930", "1", "20111028"),
        ("20110930", "1", "20120331"),
        ("20110930", "6", "20111028"),
    ]
    assert (stored.rows, days(stored, "present")) == (3, ["20110930"])


def test_a_newer_row_with_the_same_key_replaces_the_stored_one(cache: StatementCache) -> None:
    cache.ingest(income())
    cache.ingest(income(opera_rev=2.0))
    [read] = orjson.loads(b"[%b]" % codec.decode(block(cache).frame))
    assert read["opera_rev"] == 2.0


def test_the_same_again_writes_nothing(cache: StatementCache) -> None:
    assert cache.ingest(income(), income()).blocks == 1
    assert cache.ingest(income()).blocks == 0
    assert block(cache).version == 1


def test_a_statement_of_a_period_that_was_absent_is_present(cache: StatementCache) -> None:
    cache.ingest(income("20111231"))
    assert days(block(cache), "absent") == YEAR[:3]
    cache.ingest(income())
    assert days(block(cache), "absent") == YEAR[:2]


def test_what_may_still_come_is_believed_only_after_a_while(cache: StatementCache) -> None:
    cache.ingest(income("20110331"))
    stored = block(cache)
    assert days(stored, "absent") == []
    assert days(stored, "unconfirmed") == YEAR[1:]


def test_periods_that_are_not_final_are_never_absent_but_their_statements_are_kept(
    cache: StatementCache,
) -> None:
    cache.ingest(income(), final_until="20110630")
    stored = block(cache)
    assert days(stored, "present") == ["20110930"]
    assert days(stored, "absent") == ["20110331", "20110630"]


def test_periods_of_the_prospectus_are_marked_and_earlier_ones_are_not(
    cache: StatementCache,
) -> None:
    cache.ingest(income(code=YOUNG.code), codes=[YOUNG.code], start="20060101")
    assert days(block(cache, YOUNG.code), "present") == ["20110930"]
    assert len(days(block(cache, YOUNG.code, "2008"), "absent", "2008")) == 4
    assert block(cache, YOUNG.code, "2007").version == 0


def test_nothing_is_concluded_of_a_code_that_failed(cache: StatementCache) -> None:
    found = cache.ingest(income(), codes=[BANK.code, YOUNG.code], failed={YOUNG.code: "cut off"})
    assert found.failed == {YOUNG.code: "cut off"}
    known = block(cache, YOUNG.code).coverage
    assert (known.present, known.absent, known.unconfirmed) == (0, 0, 0)
    assert known.asked_since(NOW)


def test_a_later_period_proves_nothing_of_a_source_that_loses_rows(cache: StatementCache) -> None:
    cache.ingest(income("20110331"), income("20110930"), in_order=False)
    stored = block(cache)
    assert days(stored, "absent") == []
    assert days(stored, "unconfirmed") == ["20110630", "20111231"]


def test_a_bad_row_is_not_asked_for_again_at_once(cache: StatementCache) -> None:
    cache.ingest(income("20110331"), income("20110630", opera_rev=math.nan))
    known = block(cache).coverage
    assert known.asked_since(NOW) & ~known.unconfirmed


def test_bad_rows_are_set_aside_and_their_periods_stay_missing(cache: StatementCache) -> None:
    bad = (
        income("20110630", opera_rev=math.nan),
        income("20110331", opera_rev=math.inf, ebit=1.0),
        income(code=YOUNG.code),
        income("20110501"),
    )
    found = cache.ingest(income(), *bad)
    assert found.bars == 1
    assert found.quarantined == {
        BANK.code: {"not_a_number": 2, "not_a_period": 1},
        YOUNG.code: {"not_requested": 1},
    }
    stored = block(cache)
    assert (stored.rows, days(stored, "absent")) == (1, [])
    assert days(stored, "unconfirmed") == ["20111231"]
    other, key = sorted(cache.store.quarantine())
    assert other.startswith(f"quarantine/finance.income/{YOUNG.code}/")
    kept = cache.store.quarantine()[key]
    assert [each["reason"] for each in kept] == ["not_a_number", "not_a_number", "not_a_period"]
    assert [each["opera_rev"] for each in kept[:2]] == ["nan", "inf"]
    cache.ingest(income(), *bad)
    assert len(cache.store.quarantine()) == 2


def test_a_damaged_block_is_made_anew(cache: StatementCache) -> None:
    cache.ingest(income())
    item = cache.store.table.items["finance.income#600000.SH", "2011"]
    item["data"] = b"no frame"
    cache.ingest(income("20110630"))
    stored = block(cache)
    assert days(stored, "present") == ["20110630"]
    assert days(stored, "absent") == ["20110331"]
    assert days(stored, "unconfirmed") == ["20110930", "20111231"]


def test_a_code_that_the_catalog_does_not_know_has_rows_but_no_gaps(cache: StatementCache) -> None:
    cache.ingest(income(code="600145.SH"), codes=["600145.SH"])
    stored = block(cache, "600145.SH")
    assert (stored.rows, days(stored, "absent")) == (1, [])
