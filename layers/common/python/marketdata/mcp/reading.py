"""What the tools have in common: asking the API's own calls, and rows of an answer in one form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from marketdata import deployment
from marketdata.api.answer import Answer
from marketdata.api.call import Call, Headers
from marketdata.catalog.calendar import today
from marketdata.details import messages
from marketdata.errors import InvalidInputError
from marketdata.kline.rows import RowSet
from marketdata.mcp.completeness import told_of
from marketdata.mcp.figures import RETURN, figures_of, growth, span_of, values_of
from marketdata.mcp.fitting import Draft
from marketdata.mcp.links import csv_link
from marketdata.mcp.texts import cleaned_names, source_texts

MOST_READ = 50_000
"""The rows of a question: figures are about all of them, so each is parsed."""


def asked(handle: Callable[[Call[Any]], Answer], parameters: Any = None) -> Any:
    """Return the envelope that one of the API's calls answers; errors as the call's."""
    call = Call(None, parameters, {}, Headers(None), "", "")
    return orjson.loads(handle(call).content.body())


def check_rows(rows: int, field: str) -> None:
    """Refuse a question about more rows than are read for one.

    Raises
    ------
    InvalidInputError
        It is; the error names the field.
    """
    if rows > MOST_READ:
        reason = f"must ask for less: about {rows:,} rows, at most {MOST_READ:,} in one question"
        raise InvalidInputError(field, reason)


def check_not_future(field: str, day: str) -> None:
    """Refuse a day after today.

    Raises
    ------
    InvalidInputError
        It is one; the error names the field.
    """
    if day > (now := today(deployment.now())):
        raise InvalidInputError(field, f"must not be after today, {now}")


def names_of(codes: Sequence[str]) -> dict[str, str]:
    """Return the name of each known code, cleaned."""
    catalog = deployment.catalog()
    found = ((code, catalog.get(code)) for code in codes)
    return cleaned_names({code: security.name for code, security in found if security})


def rows_by_code(
    rows: RowSet,
    columns: Sequence[str],
    all_columns: Sequence[str],
    limit: int | None,
    *,
    keep: Callable[[Mapping[str, Any]], bool] | None = None,
    facts: Mapping[str, Any] | None = None,
    names: bool = True,
    change_of: Callable[[str], str] = lambda _: RETURN,
) -> Draft:
    """Return an answer of rows by code: figures about all of them, and a link to all.

    Parameters
    ----------
    rows : RowSet
        All rows.
    columns, all_columns : sequence of str
        Those to show, of which the first is the row's day, and those of the file.
    limit : int, optional
        How many rows are wanted.
    keep : callable, optional
        Checks whether a parsed row is to be counted and shown; figures and file have all of them.
    facts : mapping, optional
        Further fields.
    names : bool
        Whether to tell the names of the codes.
    change_of : callable
        Returns what the change of a code's closes is called.
    """
    parsed: dict[str, Sequence[Mapping[str, Any]]] = {
        code: orjson.loads(b"[%b]" % text) for code, text in rows.rows.items()
    }
    whole = {code: [values_of(row, columns) for row in found] for code, found in parsed.items()}
    figures = {
        code: span_of(found) | figures_of(columns, found) | growth(parsed[code], change_of(code))
        for code, found in whole.items()
        if found
    }
    groups = whole
    if keep:
        groups = {
            code: [values_of(row, columns) for row in found if keep(row)]
            for code, found in parsed.items()
        }
    said = told_of(rows.meta) | {**(facts or {})} | {"statistics": figures}
    said |= source_texts(messages(rows.meta.get("warnings", ())))

    def link() -> Mapping[str, Any]:
        return csv_link(_filled(parsed, all_columns), all_columns)

    named = names_of([*groups]) if names else {}
    return Draft(said, columns, groups, limit, link, names=named)


def _filled(
    parsed: Mapping[str, Sequence[Mapping[str, Any]]], columns: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the rows with all columns, null where a row has no such column."""
    for code, found in parsed.items():
        for row in found:
            yield code, {name: row.get(name) for name in columns}
