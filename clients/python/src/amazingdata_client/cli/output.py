"""How results are printed: tables for people, lines of full values for pipes, JSON for programs."""

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from amazingdata_client.cli.moments import in_beijing
from amazingdata_client.cli.table import UNKNOWN, Column, fitted

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NUMBERS = (int, float, Decimal)
NAMES = frozenset({"id", "port"})
"""Integers that identify something, and are written without thousands separators."""
NOTHING = "nothing found"
SEARCHED = 100
"""So many rows are searched for times, which begin in the first ones if there are any."""
NAMED = 10
"""So many columns that were left out are named."""

_OBEYED = r"\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff"
_CONTROLS = re.compile(rf"[\x00-\x1f{_OBEYED}]")
_CONTROLS_OF_JSON = re.compile(f"[{_OBEYED}]")
"""JSON itself writes the others as escapes."""


def visible(text: str) -> str:
    """Replace what a terminal would obey or cannot show, whoever has written it."""
    return text if text.isprintable() else _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)


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
    fields = plain(item)
    if width() is None:
        click.echo("\n".join(f"{visible(name)}\t{full(value)}" for name, value in fields.items()))
    else:
        broad = max(map(len, fields), default=0)
        click.echo(
            "\n".join(
                f"{visible(name):<{broad}}  {visible(cell(value, name))}"
                for name, value in fields.items()
            )
        )
    _tell_zone([fields], list(fields))


def print_many(
    items: "Sequence[DataclassInstance]", columns: Sequence[str] = (), *, as_json: bool
) -> None:
    """Print a list of objects: as JSON, or as a table of the named columns (default: all)."""
    if as_json:
        print_json(items)
    elif items:
        print_table(map(asdict, items), columns)
    else:
        say(NOTHING)


def print_lines(lines: Sequence[str], *, as_json: bool) -> None:
    """Print strings: as JSON, or one per line."""
    if as_json:
        print_json(lines)
    elif lines:
        click.echo("\n".join(map(visible, lines)))
    else:
        say(NOTHING)


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = ()) -> None:
    """Print rows: on a terminal as a table that fits it, otherwise all values between tabs.

    Parameters
    ----------
    rows : iterable of mappings
        A key that one of them lacks is not known there.
    columns : sequence of str
        The keys to show; default: all.
    """
    shown = list(rows)
    names = list(columns or columns_of(shown))
    if not names:
        return
    broad = width()
    if broad is None:
        click.echo("\t".join(map(visible, names)))
        sys.stdout.writelines(
            "\t".join([full(row.get(name)) for name in names]) + "\n" for row in shown
        )
        # Here, where a reader that has gone is noticed.
        sys.stdout.flush()
    else:
        names = _print_fitted(shown, names, broad)
    _tell_zone(shown[:SEARCHED], names)


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the keys of all rows, in the order in which they come first."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _print_fitted(rows: Sequence[Mapping[str, Any]], names: Sequence[str], broad: int) -> list[str]:
    """Print what fits, and return the names of its columns."""
    made = fitted([_column(rows, name) for name in names], broad)
    header, *lines = made.lines
    click.echo("\n".join([click.style(header, bold=True), *lines]))
    if made.left_out:
        more = f" and {len(made.left_out) - NAMED:,} more" if len(made.left_out) > NAMED else ""
        named = f"{', '.join(made.left_out[:NAMED])}{more}"
        say(f"too narrow for {named}; --json or a pipe has every column")
    return [name for name in names if visible(name) not in made.left_out]


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Column:
    values = [row.get(name) for row in rows]
    number = any(isinstance(each, NUMBERS) and not isinstance(each, bool) for each in values)
    return Column(visible(name), [visible(cell(each, name)) for each in values], number)


def cell(value: Any, name: str = "") -> str:
    """Format a value for people, in the column of that name."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Every digit that it has, and two decimals at least, so that prices stand in line.
        whole, point, fraction = f"{value:,}".partition(".")
        return f"{whole}.{fraction:0<2}" if point and "e" not in fraction else f"{value:,}"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, int):
        return str(value) if name in NAMES else f"{value:,}"
    return in_beijing(value) if isinstance(value, str) else _compact(value)


def full(value: Any) -> str:
    """Format a value for a program: nothing is rounded, and what is not known is empty."""
    if isinstance(value, str):
        return in_beijing(value if value.isprintable() else visible(value))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, NUMBERS) else visible(_compact(value))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _tell_zone(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    """Say once in a command which zone its times are in, if there are any."""
    values = ((name, row.get(name)) for row in rows for name in names)
    if not any(name == "kline_time" or in_beijing(each) != each for name, each in values):
        return
    context = click.get_current_context(silent=True)
    if context is None or not context.meta.get(__name__):
        say("times are those of Beijing (Asia/Shanghai)")
    if context is not None:
        context.meta[__name__] = True


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as "1 day" or "2,000 days"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def console() -> Console:
    """Return what prints in colours, on a terminal only."""
    return Console(soft_wrap=True, highlight=False)


def width() -> int | None:
    """Return how many characters a line of the terminal has; None where output goes elsewhere."""
    out = console()
    return out.width if out.is_terminal else None


def say(text: str) -> None:
    """Print a message for people to stderr, so that programs do not read it as data."""
    click.echo(visible(text), err=True)
