"""How a result shows itself: one line, and in a notebook a table of its first and last rows."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Protocol

from amazingdata_client.errors import IncompleteError

ENDS = 5
"""Rows that are shown of the beginning and of the end."""


class Shown(Protocol):
    """A result with rows."""

    @property
    def codes(self) -> list[str]:
        """The codes that it has."""

    def require_complete(self) -> Any:
        """Raise an `IncompleteError` if anything is missing."""

    def ends(self, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the first and the last rows."""

    def __len__(self) -> int: ...


def summary(result: Shown) -> str:
    """Return "KlineResult: 291 codes × 585,096 rows, complete"."""
    try:
        result.require_complete()
        state = "complete"
    except IncompleteError:
        state = "not complete"
    codes, rows = len(result.codes), len(result)
    return f"{type(result).__name__}: {_many(codes, 'code')} × {_many(rows, 'row')}, {state}"


def html(result: Shown) -> str:
    """Return the summary and the first and last rows as HTML, for notebooks."""
    first, last = result.ends(ENDS)
    names = list(dict.fromkeys(name for row in [*first, *last] for name in row))
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    between = len(result) - len(first) - len(last)
    gap = f"<tr><td colspan={len(names)}>…</td></tr>" if between > 0 else ""
    # Of few rows, the last ones are among the first ones, too.
    rest = last[max(0, -between) :]
    body = _lines(first, names) + gap + _lines(rest, names)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if first else ""
    return f"<p>{escape(summary(result))}</p>{table}"


def _lines(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> str:
    return "".join(
        f"<tr>{''.join(f'<td>{_cell(row.get(name))}</td>' for name in names)}</tr>" for row in rows
    )


def _cell(value: Any) -> str:
    return "" if value is None else escape(str(value))


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"
