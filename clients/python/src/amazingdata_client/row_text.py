"""The rows of an answer, which stay text until somebody reads them. Pure.

Bars are asked for by the million, mostly for a frame. Objects for each row and each of its values
take ten times as long and as much memory as the columns do that a frame is made of, and the rows
of a code nearly always have the same columns, with a number or a day in each. So the text of such
rows is kept, and its columns are read by taking away all that is no number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from amazingdata_client.errors import BadAnswerError
from amazingdata_client.parsing import loads

Rows = Sequence[Mapping[str, Any]]

_DATA = b'"data":{'
_CODE = re.compile(rb'"([^"\\]+)":\[')
_NAME = re.compile("[A-Za-z_]+")
_DAY = re.compile(r"\d{8}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_DASHES = 2
"""Those of a time."""
_NUMERIC = b"0123456789.-"
_NO_NUMBERS = bytes(each for each in range(256) if each not in _NUMERIC + b",")


@dataclass(frozen=True, eq=False)
class RowText:
    """The rows of a code, each with the same columns in the same order, and none of them null.

    It equals other rows if they have the same values.

    Attributes
    ----------
    text : bytes
        The rows, as JSON objects with commas between them.
    names : tuple of str
        Their columns: days, times and numbers.
    count : int
        How many rows there are.
    timed : bool
        Whether they have a time.
    """

    text: bytes
    names: tuple[str, ...]
    count: int
    timed: bool

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.count

    def __eq__(self, other: object) -> bool:
        """Check whether other rows, of text or not, are the same."""
        return self.rows == (other.rows if isinstance(other, RowText) else other)

    __hash__ = None  # type: ignore[assignment]

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows themselves."""
        rows: list[dict[str, Any]] = _parsed(self.text)
        return rows

    def columns(self) -> dict[str, list[Any]]:
        """Return the numbers of each column, one per row.

        A day is the number YYYYMMDD, a time YYYYMMDDhhmmss.
        """
        signs = b"-" if self.timed else b""
        numbers = _parsed(self.text.translate(None, _NO_NUMBERS + signs))
        width = len(self.names)
        return {name: numbers[place::width] for place, name in enumerate(self.names)}


def _parsed(text: bytes) -> Any:
    try:
        return loads(b"[%b]" % text)
    except ValueError as error:
        raise BadAnswerError(f"the rows of an answer are no JSON: {error}") from error


def read(body: bytes) -> Any:
    """Read the body of an answer; where its `data` has the rows of codes, they stay text.

    What is wrong with such a row is seen only when they are read.

    Raises
    ------
    ValueError
        It is no JSON.
    """
    begin = body.find(_DATA) + len(_DATA)
    # Not the `data` of something within the answer.
    if begin < len(_DATA) or body.find(b"{", 1) != begin - 1:
        return loads(body)
    by_code, end = _by_code(body, begin)
    if body[end : end + 1] != b"}":
        return loads(body)
    rest = loads(body[:begin] + body[end:])
    if not isinstance(rest, dict) or rest.get("data") != {}:
        return loads(body)
    return rest | {"data": by_code}


def _by_code(body: bytes, at: int) -> tuple[dict[str, Rows | RowText], int]:
    """Return the rows of each code, and where what is no such rows begins."""
    found: dict[str, Rows | RowText] = {}
    while code := _CODE.match(body, at):
        end = body.find(b"]", code.end())
        text = body[code.end() : end]
        try:
            found[code[1].decode()] = row_text(text) or loads(b"[%b]" % text)
        except ValueError:
            break
        at = end + 1
        if body[at : at + 1] != b",":
            break
        at += 1
    return found, at


def row_text(text: bytes) -> RowText | None:
    """Return rows whose columns can be read without them; None if they are of another kind."""
    try:
        first = loads(text[: text.find(b"}") + 1])
    except ValueError:
        return None
    shape = _shape(first) if isinstance(first, dict) else None
    if not shape:
        return None
    # Rows are lines of their own.
    rest = text.translate(None, _NUMERIC + b"\n")
    count = (len(rest) + 1) // (len(shape) + 1)
    if rest != b",".join([shape] * count):
        return None
    times = sum(map(_is_time, first.values()))
    # The dashes of times could not be told from signs.
    if times and text.count(b"-") != _DASHES * times * count:
        return None
    return RowText(text, tuple(first), count, timed=times > 0)


def _shape(row: Mapping[str, Any]) -> bytes | None:
    """Return what is left of a row without its numbers, as the service writes it."""
    parts = []
    for name, value in row.items():
        if isinstance(value, str) and (_DAY.fullmatch(value) or _is_time(value)):
            left = f'"{value}"'
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            left = ""
        else:
            return None
        if not _NAME.fullmatch(name):
            return None
        parts.append(f'"{name}":{left}')
    return f"{{{','.join(parts)}}}".encode().translate(None, _NUMERIC)


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and _TIME.fullmatch(value) is not None
