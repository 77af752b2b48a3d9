"""How sessions end: by a logout, and by a new password of one's own."""

import time
from typing import Any

import pytest

from functions.auth import app as auth
from functions.authorizer import app as authorizer
from marketdata.identity import passwords
from marketdata.identity.limits import NETWORK_LIMIT
from marketdata.identity.roles import Role
from marketdata.identity.tokens import LIFETIME_SECONDS
from marketdata.identity.users import Users
from tests.integration.test_auth import METHOD_ARN, UNAUTHORIZED
from tests.support.cloud import Cloud
from tests.support.events import proxy_event, read

OLD, NEW = "tidal basin 1937 ochre", "correct-horse-battery"


@pytest.fixture(autouse=True)
def li(cloud: Cloud) -> None:
    Users(cloud.control).create("li", passwords.hash_password(OLD), Role.USER, "li@firm.cn")


def post(path: str, user: dict[str, str] | None, **body: Any) -> tuple[int, Any]:
    response = auth.handler(proxy_event("POST", path, body=body or None, user=user), None)
    return response["statusCode"], read(response)


def log_in(password: str = OLD) -> str:
    status, body = post("/auth/login", None, username="li", password=password)
    assert status == 200, body
    token: str = body["data"]["access_token"]
    return token


def authorize(token: str) -> dict[str, str]:
    event = {"authorizationToken": f"Bearer {token}", "methodArn": METHOD_ARN}
    context: dict[str, str] = authorizer.handler(event, None)["context"]
    return context


def refuse(token: str) -> None:
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(token)


def change(user: dict[str, str], old: str = OLD, new: str = NEW) -> tuple[int, Any]:
    return post("/auth/password", user, old_password=old, new_password=new)


def wrong(answer: tuple[int, Any]) -> dict[str, str]:
    status, body = answer
    assert status == 400, body
    return {each["field"]: each["reason"] for each in body["errors"]}


def test_a_logout_ends_this_session_and_no_other() -> None:
    one, other = log_in(), log_in()
    user = authorize(one)
    for _ in range(2):
        assert post("/auth/logout", user) == (
            200,
            {"code": 200, "message": "success", "data": None},
        )
        refuse(one)
    assert authorize(other)
    assert authorize(log_in())


def test_what_a_logout_leaves_expires_after_the_token(cloud: Cloud) -> None:
    user = authorize(log_in())
    post("/auth/logout", user)
    item = cloud.control.get(f"ended#{user['session']}", "-")
    assert item is not None
    assert item["expires"] == pytest.approx(time.time() + LIFETIME_SECONDS, abs=5)


def test_a_new_password_ends_all_sessions_but_the_one_that_it_returns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    mine, other = log_in(), log_in()
    status, body = change(authorize(mine))
    assert (status, body["data"].keys()) == (200, {"access_token", "token_type", "expires_in"})
    refuse(mine)
    refuse(other)
    assert authorize(body["data"]["access_token"])["username"] == "li"
    assert post("/auth/login", None, username="li", password=OLD)[0] == 401
    assert authorize(log_in(NEW))


def test_a_wrong_old_password_changes_nothing_and_counts_for_the_lockout() -> None:
    token = log_in()
    user = authorize(token)
    for _ in range(NETWORK_LIMIT.failures):
        assert wrong(change(user, old="a guess")) == {"old_password": "is wrong"}
    assert change(user)[0] == 429
    assert authorize(token)
    assert post("/auth/login", None, username="li", password=OLD)[0] == 429


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("short", "must have at least 10 characters"),
        ("x" * 257, "must have at most 256 characters"),
        ("correct\x1bhorse", "must not contain control characters"),
        ("password1234", "is too easy to guess"),
        ("li@firm.cn", "is too easy to guess"),
        (OLD, "must not be the old one"),
    ],
)
def test_a_new_password_must_be_new_and_good(new: str, reason: str) -> None:
    token = log_in()
    found = wrong(change(authorize(token), new=new))
    assert found.keys() == {"new_password"}
    assert found["new_password"].startswith(reason)
    assert authorize(token)


def test_of_two_changes_at_once_one_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    user = authorize(log_in())
    matches = passwords.matches

    def overtaken(hashed: str, password: str) -> bool:
        monkeypatch.setattr(passwords, "matches", matches)
        assert change(user, new="another-fine-password")[0] == 200
        return matches(hashed, password)

    monkeypatch.setattr(passwords, "matches", overtaken)
    assert change(user)[0] == 409
    assert log_in("another-fine-password")


def test_who_was_deactivated_changes_no_password(cloud: Cloud) -> None:
    user = authorize(log_in())
    Users(cloud.control).change(int(user["user_id"]), {"is_active": False})
    assert change(user)[0] == 403


def test_an_outdated_hash_does_not_keep_a_password_from_being_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = authorize(log_in())
    monkeypatch.setattr(passwords, "is_outdated", lambda _: True)
    assert change(user)[0] == 200
