"""How answers are shown: to people as tables, to programs as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import click
from rich.console import Console
from rich.table import Table

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

NUMBERS = (int, float)
NAMES = frozenset({"id", "port"})
"""Whole numbers that count nothing, and are written without separators."""


def plain(value: Any) -> Any:
    """Give what JSON can write of an answer."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return value


def print_json(value: Any) -> None:
    """Print an answer as JSON."""
    click.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
    """Print rows as a table, numbers to the right.

    Parameters
    ----------
    rows : iterable of mappings
        All with the same keys.
    columns : sequence of str
        Which of them to show; by default all.
    """
    shown = list(rows)
    names = columns or list(shown[0] if shown else ())
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        number = any(isinstance(row[name], NUMBERS) for row in shown)
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in shown:
        table.add_row(*(cell(row[name], name) for name in names))
    console().print(table)


def print_facts(facts: Mapping[str, Any]) -> None:
    """Print one thing: a line for each of its fields."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in facts.items():
        table.add_row(name, cell(value, name))
    console().print(table)


def cell(value: Any, name: str = "") -> str:
    """Write a value as a table shows it in the column of that name."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        whole, _, fraction = f"{value:,.4f}".partition(".")
        return f"{whole}.{fraction.rstrip('0'):0<2}"
    counts = isinstance(value, int) and name not in NAMES
    return f"{value:,}" if counts else str(value)


def console() -> Console:
    """Give the terminal; where there is none, lines are as long as they need to be."""
    out = Console(soft_wrap=True, highlight=False)
    return out if out.is_terminal else Console(width=10_000, soft_wrap=True, highlight=False)


def say(text: str) -> None:
    """Tell people something that programs must not read as data."""
    click.echo(text, err=True)
