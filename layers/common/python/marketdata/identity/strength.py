"""The strength of new passwords, as zxcvbn estimates it.

zxcvbn knows the passwords that are used most often, names, words, dates, keyboard patterns, and how
people vary them, and estimates how many guesses a password withstands.
"""

from collections.abc import Sequence

from marketdata.errors import InvalidInputError

STRONG = 3
"""The least of zxcvbn's scores, 0 to 4, that is enough: some 10⁸ guesses and more."""

LONGEST = 32
"""Characters that are looked at: the time that zxcvbn takes grows much faster than their number."""

OWN_WORDS = ("amazingdata", "amazingdata-cloud")


def require_strong(password: str, field: str, words: Sequence[str]) -> None:
    """Check that a password is hard to guess.

    Parameters
    ----------
    password : str
        In plain text.
    field : str
        The name of the parameter.
    words : sequence of str
        What else a guesser would try first: the user's name and e-mail address.

    Raises
    ------
    InvalidInputError
        It is easy to guess; the error says why.
    """
    # It takes 35 ms and 13 MB to load, which no login may wait for.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    known = [*OWN_WORDS, *words, *(word.partition("@")[0] for word in words)]
    found = zxcvbn(password[:LONGEST], user_inputs=known)
    if found["score"] < STRONG:
        advice = [found["feedback"]["warning"], *found["feedback"]["suggestions"]]
        reason = " ".join(["is too easy to guess.", *filter(None, advice)])
        raise InvalidInputError(field, reason, key="weak_password")
