"""The lines of rows in a file of the source `files`, looked for only once they failed a check."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from math import isclose, isinf, isnan
from typing import Any

from marketdata.catalog.securities import our_code
from marketdata.sources.files.tables import NOTHING, LineError, number_of, read_table
from marketdata.sources.source import Place, RowsByCode

type Fields = dict[str, str]

type Written = defaultdict[tuple[str, ...], list[tuple[int, Fields]]]
"""The lines of a file and their fields by what they are of."""

DUST = 1e-5
"""By as much a number may differ from the one that was written: the check puts dust right."""


def places(
    path: str, content: bytes | None, key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[Place | None]:
    """Return where each row is written in a code's own file.

    Parameters
    ----------
    path : str
        The file, below the folder of all files.
    content : bytes or None
        Its content; None if it is not there any more.
    key : sequence of str
        The columns that say of what a row is, such as its day. Where several lines are of the same,
        a row gets the one whose other values are most like its own, and each line goes to one row.
    rows : sequence of mapping
        Rows as the source gave them.

    Returns
    -------
    list of Place or None
        None for a row that the file does not have.
    """
    written: Written = defaultdict(list)
    for line, record in _records(content):
        written[_key_of(record, key)].append((line, record))
    return _places(path, written, key, rows)


def places_by_code(
    path: str, content: bytes | None, key: Sequence[str], rows: RowsByCode
) -> dict[str, list[Place | None]]:
    """Return where each row is written, by code, in a file that has all codes; see `places`."""
    wanted = {(code, _key_of(row, key)) for code, its in rows.items() for row in its}
    written: dict[str, Written] = {code: defaultdict(list) for code in rows}
    for line, record in _records(content, any_case=True):
        of = our_code(record.pop("code", "")), _key_of(record, key)
        if of in wanted:
            written[of[0]][of[1]].append((line, record))
    return {code: _places(path, written[code], key, its) for code, its in rows.items()}


def _records(content: bytes | None, *, any_case: bool = False) -> Iterator[tuple[int, Fields]]:
    """Yield the lines of a file and their fields by their columns' names."""
    # Somebody may have written another file in the meantime.
    with suppress(LineError):
        table = read_table(content or b"", (), any_case=any_case)
        for line, fields in table.rows:
            pairs = zip(table.names, fields, strict=False)
            yield line, {name: text.strip() for name, text in pairs}


def _places(
    path: str, written: Written, key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> list[Place | None]:
    found: list[Place | None] = []
    for row in rows:
        same = written.get(_key_of(row, key))
        if not same:
            found.append(None)
            continue
        nearest = min(same, key=lambda each: _differing(each[1], row))
        same.remove(nearest)
        found.append(Place(path, nearest[0]))
    return found


def _key_of(row: Mapping[str, Any], key: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(row.get(name) or "") for name in key)


def _differing(record: Fields, row: Mapping[str, Any]) -> int:
    """Return how many of a row's values are written otherwise."""
    return sum(not _is(text, row[name]) for name, text in record.items() if name in row)


def _is(text: str, value: Any) -> bool:
    if value is None or isinstance(value, str):
        return text == (value or "")
    try:
        number = number_of(text)
    except ValueError:
        # What is no number came as none: as null, or as infinite so that it is set aside.
        return isnan(value) if text in NOTHING else isinf(value)
    return isclose(number, value, abs_tol=DUST)
