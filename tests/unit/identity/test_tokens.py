"""Bearer tokens: what is accepted, and what is not."""

import json
import time
from typing import Any

import jwt
import pytest
from jwt.api_jws import PyJWS

from marketdata.errors import StorageError, UnauthorizedError
from marketdata.identity import tokens
from marketdata.identity.roles import Role
from marketdata.identity.users import User

SECRET = "arn:aws:secretsmanager:us-east-1:1:secret:key"
NEW, OLD, OLDER = "n" * 64, "o" * 64, "x" * 64
USER = User(7, "li", "", Role.USER, is_active=True, generation=2)

TOKENS = tokens.Tokens(SECRET)


class Keys(dict[str, str]):
    """The versions of the signing key by stage."""

    def read(self, arn: str, stage: str = "AWSCURRENT", at_most: float = 0) -> str | None:
        return self.get(stage)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Keys:
    known = Keys(AWSCURRENT=NEW)
    monkeypatch.setattr(tokens, "read_secret", known.read)
    return known


def claims(**change: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "sub": "7",
        "username": "li",
        "role": "user",
        "gen": 2,
        "iat": now,
        "exp": now + 60,
        "iss": tokens.ISSUER,
        "jti": "1",
    }
    return {name: value for name, value in (good | change).items() if value is not None}


def signed(key: str = NEW, algorithm: str = "HS256", **change: Any) -> str:
    """Sign claims, right or wrong: `jwt.encode` would refuse some of the wrong ones."""
    return PyJWS().encode(json.dumps(claims(**change)).encode(), key, algorithm)


def test_a_token_names_its_user() -> None:
    assert TOKENS.verify(TOKENS.issue(USER)).user_id == 7


def test_what_a_token_says() -> None:
    said = jwt.decode(TOKENS.issue(USER), options={"verify_signature": False})
    assert tuple(said) == tokens.CLAIMS
    assert (said["sub"], said["username"], said["role"]) == ("7", "li", "user")
    assert said["exp"] - said["iat"] == 86_400
    assert abs(said["iat"] - time.time()) < 5
    assert TOKENS.verify(signed()) == (7, 2, "1")


def test_no_two_tokens_are_the_same() -> None:
    assert TOKENS.issue(USER) != TOKENS.issue(USER)


def test_a_rotation_ends_no_session(keys: Keys) -> None:
    keys["AWSCURRENT"] = OLD
    token = TOKENS.issue(USER)
    keys |= {"AWSCURRENT": NEW, "AWSPREVIOUS": OLD}
    assert TOKENS.verify(token).user_id == 7
    assert TOKENS.verify(TOKENS.issue(USER)).user_id == 7
    keys |= {"AWSCURRENT": OLDER, "AWSPREVIOUS": NEW}
    with pytest.raises(UnauthorizedError):
        TOKENS.verify(token)


def test_nothing_is_signed_without_a_key(keys: Keys) -> None:
    keys.clear()
    with pytest.raises(StorageError):
        TOKENS.issue(USER)
    with pytest.raises(UnauthorizedError):
        TOKENS.verify(signed())


@pytest.mark.parametrize("claim", tokens.CLAIMS)
def test_every_claim_must_be_there(claim: str) -> None:
    assert TOKENS.verify(signed()).user_id == 7
    with pytest.raises(UnauthorizedError):
        TOKENS.verify(signed(NEW, "HS256", **{claim: None}))


@pytest.mark.parametrize(
    "change",
    [
        {"exp": int(time.time()) - 1},
        {"iat": int(time.time()) + 3600},
        {"iss": "somebody-else"},
        {"sub": "admin"},
        {"sub": 7},
        {"gen": "first"},
        {"gen": []},
        {"exp": "tomorrow"},
    ],
)
def test_wrong_claims(change: dict[str, Any]) -> None:
    with pytest.raises(UnauthorizedError):
        TOKENS.verify(signed(NEW, "HS256", **change))


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b.c",
        "not a token",
        "é.ü.ß",
        signed(OLD),
        signed(algorithm="HS512"),
        signed("", "none"),
        signed()[:-2],
        signed() + "x",
    ],
)
def test_forged_and_broken_tokens(token: str) -> None:
    with pytest.raises(UnauthorizedError):
        TOKENS.verify(token)
