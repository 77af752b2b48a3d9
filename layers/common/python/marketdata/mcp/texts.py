"""Texts that a source wrote: to an agent they are data, so they are cut, cleaned and kept apart.

A security's name may say anything, even what looks like an instruction. Such texts are only ever
in the field `source_texts` of an answer, on one line and short. Pure.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marketdata.api.parameters import CONTROLS

FIELD = "source_texts"
NAME_CHARACTERS, WARNING_CHARACTERS = 40, 200
MOST_WARNINGS = 5

_CONTROLS = re.compile(f"[{CONTROLS}]")


def cleaned(text: str, characters: int) -> str:
    """Return a text on one line, without characters that cannot be seen, and cut."""
    plain = " ".join(_CONTROLS.sub(" ", text).split())
    return plain if len(plain) <= characters else f"{plain[: characters - 1]}…"


def source_texts(
    names: Mapping[str, str] | None = None, warnings: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the field of an answer that holds them; empty if there are none.

    Parameters
    ----------
    names : mapping, optional
        The name of each code.
    warnings : iterable of str
        What reading the rows has left to say, which may quote the source.
    """
    said: dict[str, Any] = {}
    if names:
        said["names"] = {code: cleaned(name, NAME_CHARACTERS) for code, name in names.items()}
    told = [cleaned(each, WARNING_CHARACTERS) for each in warnings]
    if told:
        said["warnings"] = told[:MOST_WARNINGS]
    return {FIELD: said} if said else {}
