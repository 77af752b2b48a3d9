"""Tables that fit a width: words are cut and columns left out, but no number and no id. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

GAP = 2
"""Blanks between two columns."""
SHORTEST = 8
"""Words are not cut below this width; before that, a column is left out."""
SHORTEST_NAME = 12
"""Nor names of columns below this one."""
CUT = "…"
KEYS = frozenset({"id", "code", "contract", "variety", "path"})
"""Columns that identify something, whose texts are never cut."""
IMPORTANT = ("kline_time", "trade_date", "close", "status", "missing", "volume")
"""Columns that find their place before the others, after the first one."""
UNKNOWN = "–"
_WORD = re.compile(r"(?<!\S)[^\s0-9]+(?!\S)")
_DIGIT = re.compile("[0-9]")


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its cells as they are shown, and how they are aligned."""

    name: str
    cells: Sequence[str]
    number: bool = False

    def width(self) -> int:
        """Return the width at which nothing of it is cut."""
        return max(map(_length, (self.name, *self.cells)))

    def least(self) -> int:
        """Return the width below which it is left out."""
        name = min(_length(self.name), SHORTEST_NAME)
        cells = max(map(_length, self.cells), default=0)
        if self.number or self.name in KEYS or all(map(_is_whole, self.cells)):
            return max(cells, name)
        return max(min(cells, SHORTEST), name)

    def shown(self, width: int) -> list[str]:
        """Return the name and the cells, each exactly that wide."""
        return [_padded(cut(text, width), width, self.number) for text in (self.name, *self.cells)]


@dataclass(frozen=True)
class Fitted:
    """A table that fits: its lines, with the header first, and the columns that are left out."""

    lines: Sequence[str]
    left_out: Sequence[str]


def fitted(columns: Sequence[Column], width: int) -> Fitted:
    """Fit a table into a width; only its first column may be wider.

    Parameters
    ----------
    columns : sequence of Column
        At least one, in their order; the first one always stays.
    width : int
        Characters of a line.
    """
    natural = {each.name: each.width() for each in columns}
    if _total(natural.values()) <= width:
        return Fitted(_lines(columns, natural), [])
    least = {each.name: each.least() for each in columns}
    first, *others = least
    staying, room = [first], width - least[first]
    for name in sorted(others, key=_rank):
        if GAP + least[name] <= room:
            staying.append(name)
            room -= GAP + least[name]
    widths = _shared_out({name: natural[name] for name in staying}, least, width)
    kept = [each for each in columns if each.name in widths]
    return Fitted(_lines(kept, widths), [name for name in least if name not in widths])


def cut(text: str, width: int) -> str:
    """Cut a text to a width, with … at its end; a number before … would look cut, so there is none.

    A text without words, such as a day, a time or a code, is not cut.
    """
    if _length(text) <= width or _is_whole(text):
        return text
    end, room = 0, width - 1
    while (size := cell_len(text[end])) <= room:
        end, room = end + 1, room - size
    begins = end
    while begins and not text[begins - 1].isspace():
        begins -= 1
    if begins < end and _DIGIT.search(text[begins:].split(maxsplit=1)[0]):
        end = begins
    return text[:end].rstrip() + CUT


def _is_whole(text: str) -> bool:
    return text == UNKNOWN or _WORD.search(text) is None


def _rank(name: str) -> int:
    return IMPORTANT.index(name) if name in IMPORTANT else len(IMPORTANT)


def _shared_out(natural: Mapping[str, int], least: Mapping[str, int], width: int) -> dict[str, int]:
    """Narrow the widest columns until all fit, none below its least width."""
    widths = dict(natural)
    while _total(widths.values()) > width:
        spare = [name for name, each in widths.items() if each > least[name]]
        if not spare:
            break
        widths[max(spare, key=lambda name: widths[name])] -= 1
    return widths


def _total(widths: Iterable[int]) -> int:
    each = list(widths)
    return sum(each) + GAP * (len(each) - 1)


def _lines(columns: Sequence[Column], widths: Mapping[str, int]) -> list[str]:
    shown = [each.shown(widths[each.name]) for each in columns]
    return [(" " * GAP).join(line).rstrip() for line in zip(*shown, strict=True)]


def _padded(text: str, width: int, right: bool) -> str:  # noqa: FBT001
    pad = " " * (width - _length(text))
    return pad + text if right else text + pad


def _length(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)
