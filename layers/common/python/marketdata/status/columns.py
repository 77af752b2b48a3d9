"""The columns of the status in the rows of bars, added without parsing either. Pure."""

from marketdata.blocks.codec import JOINT
from marketdata.kline.bars import DAY
from marketdata.status.status import COLUMNS

_BETWEEN = b"}" + JOINT + b"{"
_DAY = slice(DAY.start - 1, DAY.stop - 1)
"""The place of the day in a row without its first brace."""
_REST = slice(DAY.stop, None)
"""What follows the day and its quote in such a row."""

NOTHING = b"".join(b',"%b":null' % name.encode() for name in COLUMNS)
"""The columns where nothing is known."""


def add_status(bars: bytes, status: bytes) -> bytes:
    """Return the rows of bars with the columns of the status of their days.

    Parameters
    ----------
    bars : bytes
        Joined rows of daily bars of one code, at least one.
    status : bytes
        Joined rows of its status; a bar of another day gets nulls.
    """
    rows = _bodies(bars)
    known = {row[_DAY]: row[_REST] for row in _bodies(status)} if status else {}
    joined = [row + known.get(row[_DAY], NOTHING) for row in rows]
    return b"{%b}" % _BETWEEN.join(joined)


def columns_in(row: bytes) -> bytes:
    """Return the columns in a row of a status, from the comma before them on."""
    return row[DAY.stop + 1 : -1]


def _bodies(text: bytes) -> list[bytes]:
    """Return rows without their braces."""
    return text[1:-1].split(_BETWEEN)
