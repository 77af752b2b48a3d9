"""Codes, lives and the catalog."""

import re

import orjson
import pytest

from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import (
    CODE_PATTERN,
    FIRST_DATE,
    SECURITY_TYPES,
    Catalog,
    Security,
    life,
    market_of,
    security_of,
    variety_of,
)
from marketdata.kline.bars import BarDataset

FUTURE = Security("IF2401.CFE", "沪深300股指2401", Kind.FUTURE, "CFE", "20231120", "20240119")
STOCK = Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "19991110")
INDEX = Security("000300.SH", "沪深300", Kind.INDEX, "SH", "20050408")


@pytest.mark.parametrize("code", ["600000.SH", "IF2401.CFE", "TA501.CZC", "T2403.CFE", "430017.BJ"])
def test_codes(code: str) -> None:
    assert re.search(CODE_PATTERN, code)


@pytest.mark.parametrize("code", ["", "600000", "600000.sh", "60.SH", "IFX2401.CFE", "６００.SH"])
def test_what_is_no_code(code: str) -> None:
    assert not re.search(CODE_PATTERN, code)


def test_parts_of_a_code() -> None:
    assert market_of("000001.SZ") == "SZ"
    assert [variety_of(code) for code in ("IF2401.CFE", "TA501.CZC", "RB", "600000.SH")] == [
        *("IF", "TA", "RB", "")
    ]
    assert {each.kind for each in SECURITY_TYPES.values()} == set(Kind)


def test_a_future_lives_until_its_last_trading_day() -> None:
    assert life(FUTURE)[1] == "20240119"
    assert FUTURE.alive("20240119", "20240301")
    assert not FUTURE.alive("20240120", "20240301")
    assert not FUTURE.alive("20230101", "20231119")


def test_an_index_has_no_first_day() -> None:
    assert life(INDEX)[0] < "20040101"
    assert INDEX.alive("20050104", "20050104")
    assert not STOCK.alive("19991109", "19991109")


def test_a_catalog_finds_lists_and_survives_json() -> None:
    catalog = Catalog([FUTURE, STOCK, INDEX], "2024-01-02T08:50:00+08:00", "files", {})
    assert len(catalog) == 3
    assert catalog.get("600000.SH") is STOCK
    assert catalog.get("600001.SH") is None
    assert catalog.of_kind(Kind.FUTURE) == [FUTURE]
    assert catalog.of_kind(Kind.FUTURE, "20240122") == []
    assert catalog.of_kind(Kind.STOCK, "20240122") == [STOCK]
    rows = orjson.loads(orjson.dumps(catalog.to_rows()))
    first_days = {"stock.daily": "19991110"}
    again = Catalog.from_rows(rows, catalog.refreshed_at, catalog.source, first_days)
    assert again.to_rows() == catalog.to_rows()
    assert again.get("IF2401.CFE") == FUTURE
    assert (again.refreshed_at, again.source) == (catalog.refreshed_at, "files")
    assert again.coverage_start(BarDataset.parse("stock.daily")) == "19991110"
    assert again.coverage_start(BarDataset.parse("stock.min1")) == FIRST_DATE


def test_rows_that_cannot_be_read() -> None:
    row = {"code": "600000.SH", "name": "x", "type": "stock", "list_date": "", "delist_date": None}
    assert security_of(row) == Security("600000.SH", "x", Kind.STOCK, "SH")
    with pytest.raises(ValueError, match="bond"):
        security_of(row | {"type": "bond"})
    with pytest.raises(KeyError):
        security_of({"code": "600000.SH"})
