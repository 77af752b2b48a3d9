"""Which new passwords are refused, and what is said of them."""

import pytest

from marketdata.errors import InvalidInputError
from marketdata.identity.strength import require_strong

WORDS = ["zhaozilong", "trader@changshan.cn"]


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "          ",
        "1234567890",
        "qwertyuiop",
        "aaaaaaaaaaaaaaaaaaaa",
        "P@ssw0rd2024",
        "5201314520",
        "shanghai2026",
        "amazingdata",
        "AmazingData2026",
        "zhaozilong",
        "Zhaozilong1",
        "trader@changshan.cn",
        "12345678901234567890" * 12,
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInputError, match="is too easy to guess") as caught:
        require_strong(password, "new_password", WORDS)
    assert caught.value.field == "new_password"


@pytest.mark.parametrize(
    "password",
    [
        "correct-horse-battery",
        "K7#qm2!xzP",
        "我爱喝龙井茶不加糖呀",
        "tidal basin 1937 ochre",
        "x" + "K7#qm2!xzP" * 25,
    ],
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    require_strong(password, "password", WORDS)


def test_the_reason_says_why() -> None:
    with pytest.raises(InvalidInputError, match="top-10 common password"):
        require_strong("password", "password", [])
