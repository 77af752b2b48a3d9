"""What a status is: its dataset, whom it covers, and its lines."""

import pytest

from marketdata.blocks.block import BlockKey
from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.status.status import COLUMNS, STATUS, covers, status_lines


def test_the_dataset() -> None:
    assert (STATUS.name, STATUS.kind, STATUS.part_of("20240131")) == (
        "stock.status",
        Kind.STOCK,
        "2024",
    )
    assert STATUS.one_a_day
    assert BlockKey(STATUS.name, "600000.SH", "2024").one_a_day


@pytest.mark.parametrize(
    ("code", "kind", "covered"),
    [
        ("600000.SH", Kind.STOCK, True),
        ("000001.SZ", Kind.STOCK, True),
        ("830001.BJ", Kind.STOCK, False),
        ("510300.SH", Kind.ETF, False),
        ("000300.SH", Kind.INDEX, False),
    ],
)
def test_stocks_of_two_markets_have_a_status(code: str, kind: Kind, covered: bool) -> None:
    assert covers(Security(code, "", kind, code[-2:])) is covered


def test_columns_must_be_equally_long() -> None:
    columns: dict[str, list[object]] = {name: [None] for name in ("trade_date", *COLUMNS)}
    assert len(status_lines(columns)) == 1
    with pytest.raises(ValueError, match="longer"):
        status_lines(columns | {"is_st": [None, None]})
