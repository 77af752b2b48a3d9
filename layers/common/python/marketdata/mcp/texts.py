"""Texts that a source wrote: to an agent they are data, so they are cut, cleaned and kept apart.

A security's name may say anything, even what looks like an instruction. Such texts are only ever
in the field `source_texts` of an answer, or quoted in an error: on one line and short. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import category

import orjson

FIELD = "source_texts"
NAMES = "names"
NAME_CHARACTERS, WARNING_CHARACTERS = 40, 200
MOST_WARNINGS = 5

BLANKS = frozenset({"Cc", "Zl", "Zp", "Zs"})
"""Categories of characters that part words, or may: each is read as a blank."""
HIDDEN = frozenset({"Cf", "Cn", "Co", "Cs"})
"""Categories of characters that are not seen, or mean something to somebody only: formats (which
join, part and turn lines, and the tags in which a whole text can be hidden), what is not assigned,
what is private, and halves of pairs."""

_FILLERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
"""Letters, marks and signs that are not seen either: fillers, and selectors of variants."""


def cleaned(text: str, characters: int) -> str:
    """Return a text on one line, without characters that cannot be seen, and cut."""
    plain = " ".join("".join(map(_seen, _FILLERS.sub("", text))).split())
    return plain if len(plain) <= characters else f"{plain[: characters - 1]}…"


def quoted(text: str) -> str:
    """Return a text between quotes that nothing in it can end, cleaned and cut."""
    return orjson.dumps(cleaned(text, WARNING_CHARACTERS)).decode()


def cleaned_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return the name of each code, cleaned and cut."""
    return {code: cleaned(name, NAME_CHARACTERS) for code, name in names.items()}


def source_texts(warnings: Iterable[str]) -> dict[str, Any]:
    """Return the field of an answer that holds them; empty if there are none.

    Parameters
    ----------
    warnings : iterable of str
        What reading the rows has left to say, which may quote the source.
    """
    told = list(dict.fromkeys(cleaned(each, WARNING_CHARACTERS) for each in warnings))
    return {FIELD: {"warnings": told[:MOST_WARNINGS]}} if told else {}


def _seen(character: str) -> str:
    if character.isascii():
        return character if character.isprintable() else " "
    kind = category(character)
    if kind in BLANKS:
        return " "
    return "" if kind in HIDDEN else character
