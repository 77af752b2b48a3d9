"""The rows of a block of statements: united by key, chosen by period and type. Pure.

As in a block of bars, rows are lines of JSON, here sorted by `RowKey`; `kline.block` packs them.
"""

from collections.abc import Iterable, Sequence

from marketdata.finance.statement import key_of


def merge(old: Sequence[bytes], new: Sequence[bytes]) -> list[bytes]:
    """Unite rows of one company and statement.

    Parameters
    ----------
    old, new : sequence of bytes
        Rows in any order.

    Returns
    -------
    list of bytes
        Sorted by key, one row for every key of either; where both have one, that of `new`, and
        within one sequence the later.
    """
    by_key = {key_of(line): line for line in (*old, *new)}
    return [by_key[key] for key in sorted(by_key)]


def newest(lines: Iterable[bytes], start: str, end: str, statement_type: str) -> dict[str, bytes]:
    """Choose the row of each period that was announced last.

    Parameters
    ----------
    lines : iterable of bytes
        Rows of one company and statement, sorted by key.
    start, end : str
        First and last day, YYYYMMDD, within which the periods end.
    statement_type : str
        Only rows of this type.

    Returns
    -------
    dict
        Row by period, in the order of time. A row without a date of announcement counts as
        announced before all others.
    """
    chosen = {}
    for line in lines:
        key = key_of(line)
        if key.type == statement_type and start <= key.period <= end:
            chosen[key.period] = line
    return chosen
