"""The series that a verify task opens."""

from collections import Counter

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.securities import Catalog
from marketdata.finance.statement import Statement
from marketdata.tasks.scope import Scope
from marketdata.tasks.verify import TURNS, WEEK, series_in_turn, series_of

FIRST_DAYS = {"stock.daily": "20230601", "future.daily": "20230601", "stock.min60": "20240305"}
CATALOG = Catalog([], "", "files", FIRST_DAYS)
UNTIL = "20240520"


def test_daily_bars_come_with_their_documents() -> None:
    stocks = Scope(Kind.STOCK, Period.DAILY, "20000101", "20991231")
    assert series_of(stocks, CATALOG, UNTIL) == [
        "stock.daily#2023",
        "stock.daily#2024",
        "factor.stock#all",
    ]
    futures = Scope(Kind.FUTURE, Period.DAILY, "20240101", "20240131")
    assert series_of(futures, CATALOG, UNTIL) == [
        "future.daily#2024",
        "factor.future#all",
        "main#all",
    ]


def test_minutes_and_statements_are_alone() -> None:
    minutes = Scope(Kind.STOCK, Period.MIN60, "20240101", "20240430")
    assert series_of(minutes, CATALOG, UNTIL) == ["stock.min60#2024-03", "stock.min60#2024-04"]
    statements = Scope(Kind.STOCK, Statement.INCOME, "20240101", "20240430")
    assert series_of(statements, CATALOG, UNTIL) == ["finance.income#2024"]


def test_what_the_source_does_not_have_has_no_series() -> None:
    catalog = Catalog([], "", "files", FIRST_DAYS | {"stock.min60": None})
    minutes = Scope(Kind.STOCK, Period.MIN60, "20240101", "20240430")
    assert series_of(minutes, catalog, UNTIL) == []


def test_every_series_has_one_turn_in_twelve_weeks() -> None:
    start = 1_767_225_600
    turns = [series_in_turn(CATALOG, UNTIL, start + week * WEEK) for week in range(TURNS)]
    seen = Counter(name for turn in turns for name in turn)
    assert set(seen.values()) == {1}
    everything = {"stock.daily#2023", "stock.min60#2024-05", "stock.min1#2020-02", "catalog#all"}
    everything |= {"finance.cash_flow#2001", "factor.etf#all", "main#all", "future.min5#1999-12"}
    everything |= {"constituents#all", "industries#all", "index.weights#2024-05"}
    assert everything <= seen.keys()
    assert "stock.daily#2022" not in seen
    assert series_in_turn(CATALOG, UNTIL, start + TURNS * WEEK) == turns[0]
    sizes = sorted(map(len, turns))
    assert sizes[-1] < 1.2 * sizes[0]
