"""How results are printed: tables for people, JSON for programs."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NUMBERS = (int, float)
NAMES = frozenset({"id", "port"})
"""Integers that identify something, and are written without thousands separators."""

_OBEYED = r"\x7f-\x9f\u2028-\u202e\u2066-\u2069"
_CONTROLS = re.compile(rf"[\x00-\x1f{_OBEYED}]")
_CONTROLS_OF_JSON = re.compile(f"[{_OBEYED}]")
"""JSON itself writes the others as escapes."""


def visible(text: str) -> str:
    """Replace what a terminal would obey instead of showing it, whoever has written it."""
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


def plain(value: Any) -> Any:
    """Return a result as values that JSON can represent."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    return value


def print_json(value: Any) -> None:
    """Print a result as JSON."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=2)
    click.echo(_CONTROLS_OF_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def print_one(item: "DataclassInstance | Mapping[str, Any]", *, as_json: bool) -> None:
    """Print one object: as JSON, or one line per field."""
    if as_json:
        print_json(item)
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    for name, value in plain(item).items():
        table.add_row(_text(name), _text(cell(value, name)))
    console().print(table)


def print_many(
    items: "Sequence[DataclassInstance]", columns: Sequence[str] = (), *, as_json: bool
) -> None:
    """Print a list of objects: as JSON, or as a table of the named columns (default: all)."""
    if as_json:
        print_json(items)
    else:
        print_table(map(asdict, items), columns)


def print_lines(lines: Sequence[str], *, as_json: bool) -> None:
    """Print strings: as JSON, or one per line."""
    if as_json:
        print_json(lines)
    else:
        click.echo("\n".join(map(visible, lines)))


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
    """Print rows as a table, with numbers aligned to the right.

    Parameters
    ----------
    rows : iterable of mappings
        All with the same keys.
    columns : sequence of str
        The keys to show; default: all.
    """
    shown = list(rows)
    names = columns or list(shown[0] if shown else ())
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        number = any(isinstance(row[name], NUMBERS) for row in shown)
        table.add_column(_text(name), justify="right" if number else "left", no_wrap=True)
    for row in shown:
        table.add_row(*(_text(cell(row[name], name)) for name in names))
    console().print(table)


def _text(text: str) -> Text:
    """Return what rich shows as it is: in a plain string it would look for its markup."""
    return Text(visible(text))


def cell(value: Any, name: str = "") -> str:
    """Format a value for the column of that name."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        whole, _, fraction = f"{value:,.4f}".partition(".")
        return f"{whole}.{fraction.rstrip('0'):0<2}"
    counts = isinstance(value, int) and name not in NAMES
    return f"{value:,}" if counts else str(value)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as "1 day" or "2,000 days"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def console() -> Console:
    """Return the terminal; when output is redirected, lines are never wrapped."""
    out = Console(soft_wrap=True, highlight=False)
    return out if out.is_terminal else Console(width=10_000, soft_wrap=True, highlight=False)


def say(text: str) -> None:
    """Print a message for people to stderr, so that programs do not read it as data."""
    click.echo(visible(text), err=True)
