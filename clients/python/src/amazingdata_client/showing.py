"""How a result shows itself: one line, and in a notebook a table of its first and last rows."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Protocol

ENDS = 5
"""Rows that are shown of the beginning and of the end."""


class Shown(Protocol):
    """A result with rows."""

    @property
    def data(self) -> Mapping[str, Any]:
        """What there is of each code."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows."""

    @property
    def meta(self) -> Any:
        """How complete they are."""

    def __len__(self) -> int: ...


def summary(result: Shown) -> str:
    """Return "KlineResult: 291 codes × 585,096 rows, complete"."""
    state = "complete" if result.meta.complete else "not complete"
    codes, rows = len(result.data), len(result)
    return f"{type(result).__name__}: {_many(codes, 'code')} × {_many(rows, 'row')}, {state}"


def html(result: Shown) -> str:
    """Return the summary and the first and last rows as HTML, for notebooks."""
    rows = result.rows
    names = list(dict.fromkeys(name for row in [*rows[:ENDS], *rows[-ENDS:]] for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    if len(rows) <= 2 * ENDS:
        body = _lines(rows, names)
    else:
        gap = f"<tr><td colspan={len(names)}>…</td></tr>"
        body = _lines(rows[:ENDS], names) + gap + _lines(rows[-ENDS:], names)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    return f"<p>{escape(summary(result))}</p>{table}"


def _lines(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> str:
    return "".join(
        f"<tr>{''.join(f'<td>{_cell(row.get(name))}</td>' for name in names)}</tr>" for row in rows
    )


def _cell(value: Any) -> str:
    return "" if value is None else escape(str(value))


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"
