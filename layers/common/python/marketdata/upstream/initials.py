"""The pinyin initials of names, by which people look for securities: `wly` for 五粮液.

Only the upstream function imports the library, when it saves a catalog; whoever searches reads what
it stored.
"""

from functools import lru_cache
from itertools import product

from marketdata.catalog.search import folded

MOST_READINGS = 16
"""So many readings of a name are kept; two or three of its characters may have more than one."""


def initials_of(name: str) -> str:
    """Return the readings of a name in first letters, separated by blanks, the likeliest first.

    Other characters than Chinese ones stay as they are, without blanks and signs. Empty where that
    is no help, because the name itself is found as easily.
    """
    plain = "".join(each for each in folded(name) if each.isalnum())
    if plain.isascii():
        return ""
    likely = "".join(_letters(plain))
    others = ("".join(each) for each in product(*map(_first_letters, plain)))
    readings = dict.fromkeys([likely])
    for each in others:
        if len(readings) >= MOST_READINGS:
            break
        readings[each] = None
    return " ".join(readings)


def _letters(text: str) -> list[str]:
    """Return the first letters as the words of the text are read: 银行 is yh, 行动 is xd."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  it takes 0.2 s and 40 MB

    return lazy_pinyin(text, style=Style.FIRST_LETTER)


@lru_cache(maxsize=8192)
def _first_letters(character: str) -> tuple[str, ...]:
    """Return the first letters of all readings of one character, the commonest first."""
    from pypinyin import Style, pinyin  # noqa: PLC0415  see above

    (readings,) = pinyin(character, style=Style.FIRST_LETTER, heteronym=True)
    return tuple(dict.fromkeys(readings))
