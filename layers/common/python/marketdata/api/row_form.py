"""In which form a call wants its rows: some of their columns, one array a column, a CSV table."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from backports import zstd

from marketdata.api.call import Call, Headers
from marketdata.api.parameters import Names, Parameters, one_of
from marketdata.api.wire import weights
from marketdata.blocks import codec
from marketdata.errors import InvalidInputError
from marketdata.kline.forms import RowFormat, meta_line

CSV_TYPE = "text/csv; charset=utf-8; header=present"
COMPLETE_HEADER = "X-Complete"
"""A CSV table has no place for `meta`; this header of it says whether it is complete."""


class FormQuery(Parameters):
    """Which columns are wanted, and how they are arranged."""

    fields: Names | None = None
    format: Annotated[str, one_of(RowFormat)] | None = None
    meta_line: bool = False


class Form(NamedTuple):
    """The form of an answer's rows.

    Attributes
    ----------
    format : RowFormat
        How they are arranged.
    columns : tuple of str
        Their columns, those of time first.
    whole : bool
        Whether these are all columns, in the order in which they are stored.
    meta_line : bool
        Whether a CSV table begins with a line that says `meta`.
    """

    format: RowFormat = RowFormat.ROWS
    columns: tuple[str, ...] = ()
    whole: bool = True
    meta_line: bool = False

    @property
    def stored(self) -> bool:
        """Whether the rows are wanted as they are stored."""
        return self.format is RowFormat.ROWS and self.whole

    @property
    def mark(self) -> bytes:
        """What distinguishes the form in an entity tag; empty for rows as they are stored."""
        if self.stored:
            return b""
        columns = "" if self.whole else ",".join(self.columns)
        return f"{self.format} {columns} {self.meta_line:d}".encode()

    def headers(self, meta: Mapping[str, Any]) -> dict[str, str]:
        """Return the headers that the form asks for."""
        if self.format is not RowFormat.CSV:
            return {}
        complete = meta["complete"] and (meta.get("status") or meta)["complete"]
        return {"Content-Type": CSV_TYPE, COMPLETE_HEADER: str(complete).lower()}

    def csv(self, table: bytes, meta: Mapping[str, Any]) -> "Written":
        """Return a CSV table as the content of an answer."""
        return Written((meta_line(meta) if self.meta_line else b"") + table)


AS_STORED = Form()


class Written(NamedTuple):
    """A body that was written for this answer."""

    text: bytes

    def body(self) -> bytes:
        """Return it."""
        return self.text

    def zstd(self) -> bytes:
        """Return it as a zstd stream."""
        return zstd.compress(self.text, options=codec.ANSWER_OPTIONS)


def form_of(call: Call[Any], times: Sequence[str], columns: Sequence[str]) -> Form:
    """Return the form that a call asks for, by its parameters or its Accept header.

    Parameters
    ----------
    call : Call
        A call whose parameters are a `FormQuery`.
    times, columns : sequence of str
        The columns of the rows that say of when they are; the others, from which to choose.

    Raises
    ------
    InvalidInputError
        A field is no column, or there is no CSV table for the line of `meta`.
    """
    asked: FormQuery = call.parameters
    found = RowFormat(asked.format) if asked.format else _accepted(call.headers)
    if asked.meta_line and found is not RowFormat.CSV:
        raise InvalidInputError(
            "meta_line", "is only possible with format csv", key="only_with", needed="format csv"
        )
    if asked.fields is None:
        return Form(found, (*times, *columns), meta_line=asked.meta_line)
    unknown = [name for name in asked.fields if name not in {*times, *columns}]
    if unknown or not asked.fields:
        given = f", not {unknown[0][:40]!r}" if unknown else ""
        reason = f"must be some of {', '.join(columns)}{given}"
        raise InvalidInputError("fields", reason, key="not_one_of", allowed=[*columns])
    chosen = tuple(dict.fromkeys((*times, *asked.fields)))
    whole = chosen == (*times, *columns)
    return Form(found, chosen, whole, asked.meta_line)


def _accepted(headers: Headers) -> RowFormat:
    """Return CSV if the Accept header names it and prefers nothing to it (RFC 9110, 12.5.1)."""
    wanted = headers.get("Accept")
    if "text/csv" not in wanted.lower():
        return RowFormat.ROWS
    named = weights(wanted)
    csv = named.get("text/csv", 0)
    others = ("application/json", "application/*", "*/*")
    json = next((named[name] for name in others if name in named), 0)
    return RowFormat.CSV if 0 < csv >= json else RowFormat.ROWS
