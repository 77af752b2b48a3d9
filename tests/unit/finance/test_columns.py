"""The columns of statements."""

import pytest

from marketdata.finance.statement import HEADER, TEXTS, Statement


@pytest.mark.parametrize(
    ("statement", "count"),
    [(Statement.BALANCE_SHEET, 179), (Statement.INCOME, 110), (Statement.CASH_FLOW, 120)],
)
def test_the_columns_are_the_sdks(statement: Statement, count: int) -> None:
    """The vendor counts its seven header columns too."""
    assert len(set(statement.columns)) == len(statement.columns) == count - 7
    assert not set(statement.columns) & {*HEADER, "code"}
    assert all(name == name.lower() for name in statement.columns)


def test_texts_are_columns() -> None:
    assert set().union(*(each.columns for each in Statement)) >= TEXTS
