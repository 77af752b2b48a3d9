"""What administrators do with users, and what becomes of the users' sessions."""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from functions.auth import app as auth
from functions.authorizer import app as authorizer
from local.rotate_key import rotate
from marketdata.aws import secrets
from marketdata.aws.clients import client
from marketdata.aws.tables import Table
from marketdata.identity import passwords
from marketdata.identity.tokens import FRESH_SECONDS
from marketdata.identity.users import Users
from tests.support.cloud import Cloud
from tests.support.events import ADMIN, proxy_event, read

METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/api/v1/base/codes"
LI = {"username": "li", "password": "correct-horse", "role": "user", "email": "li@example.com"}
USERS, ONE = "/auth/users", "/auth/users/{user_id}"
UNAUTHORIZED = r"^Unauthorized$"


def call(
    method: str, path: str, body: Any = None, user_id: int | None = None
) -> tuple[int, dict[str, Any]]:
    at = {} if user_id is None else {"user_id": str(user_id)}
    response = auth.handler(proxy_event(method, path, body=body, path=at, user=ADMIN), None)
    return response["statusCode"], read(response)


def change(user_id: int, **fields: Any) -> tuple[int, dict[str, Any]]:
    return call("PATCH", ONE, fields, user_id)


def log_in(username: str, password: str) -> tuple[int, str]:
    body = {"username": username, "password": password}
    response = auth.handler(proxy_event("POST", "/auth/login", body=body), None)
    return response["statusCode"], (read(response)["data"] or {}).get("access_token", "")


def authorize(token: str) -> dict[str, str]:
    event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": METHOD_ARN}
    context: dict[str, str] = authorizer.handler(event, None)["context"]
    return context


@pytest.fixture
def li(cloud: Cloud) -> int:
    """A user beside the admin."""
    log_in(**cloud.admin)
    status, body = call("POST", USERS, LI)
    assert status == 200
    user_id: int = body["data"]["id"]
    return user_id


def test_a_created_user_logs_in_and_is_listed(cloud: Cloud, li: int) -> None:
    view = {"id": li, "is_active": True} | {k: v for k, v in LI.items() if k != "password"}
    assert call("GET", ONE, user_id=li)[1]["data"] == view
    listed = call("GET", USERS)[1]["data"]
    assert (listed["total"], listed["items"][1]) == (2, view)
    assert authorize(log_in("li", LI["password"])[1])["role"] == "user"
    assert "correct-horse" not in json.dumps(list(cloud.control.query("users")), default=str)


def test_what_is_not_said_of_a_new_user(li: int) -> None:
    _, body = call("POST", USERS, {"username": "wang", "password": "staple-9-battery"})
    assert (body["data"]["role"], body["data"]["email"]) == ("user", "")


def test_a_name_is_given_once(li: int) -> None:
    status, body = call("POST", USERS, LI)
    assert (status, body["message"]) == (409, "the user name li is taken")


def test_a_deactivated_user_is_refused_until_activated_again(li: int) -> None:
    token = log_in("li", LI["password"])[1]
    assert change(li, is_active=False)[1]["data"]["is_active"] is False
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(token)
    assert log_in("li", LI["password"])[0] == 403
    change(li, is_active=True)
    assert authorize(token)["username"] == "li"


def test_a_role_changes_under_a_session(li: int) -> None:
    token = log_in("li", LI["password"])[1]
    change(li, role="admin")
    assert authorize(token)["role"] == "admin"


def test_a_new_password_ends_the_sessions_before(li: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    token = log_in("li", LI["password"])[1]
    assert authorize(token)
    change(li, password="a-new-password")
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(token)
    assert log_in("li", LI["password"])[0] == 401
    assert authorize(log_in("li", "a-new-password")[1])


def test_a_login_that_a_new_password_overtakes_is_worth_nothing(
    li: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches = passwords.matches

    def overtaken(hashed: str, password: str) -> bool:
        monkeypatch.setattr(passwords, "matches", matches)
        assert change(li, password="a-new-password")[0] == 200
        return matches(hashed, password)

    monkeypatch.setattr(passwords, "matches", overtaken)
    token = log_in("li", LI["password"])[1]
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(token)


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "        ",
        "          ",
        "Password2024!",
        "1234567890",
        "zhaozilong",
        "zhao@firm.cn",
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(li: int, password: str) -> None:
    new = {"username": "zhaozilong", "email": "zhao@firm.cn", "password": password}
    status, body = call("POST", USERS, new)
    assert (status, [each["field"] for each in body["errors"]]) == (400, ["password"])
    change(li, email="zhao@firm.cn")
    assert change(li, password=password)[0] == (200 if password == "zhaozilong" else 400)


def test_nobody_gets_a_password_who_is_not_there(li: int) -> None:
    assert change(99, password="a-new-password")[0] == 404


@pytest.mark.parametrize("fields", [{"is_active": False}, {"role": "user"}])
def test_nobody_shuts_themselves_out(li: int, fields: dict[str, Any]) -> None:
    status, body = change(1, **fields)
    assert (status, body["data"]) == (409, None)
    assert call("GET", ONE, user_id=1)[1]["data"]["is_active"] is True
    assert change(1, role="admin", is_active=True, email="a@b.cn")[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", ONE, {"role": "user"}),
        ("PATCH", ONE, {"is_active": False}),
        ("PATCH", ONE, {"password": "a-new-password"}),
        ("POST", USERS, LI | {"username": "zhao", "role": "admin"}),
        ("GET", ONE, None),
        ("GET", USERS, None),
    ],
)
def test_who_is_no_admin_any_more_does_nothing_by_what_the_gateway_kept(
    cloud: Cloud, li: int, method: str, path: str, body: dict[str, Any]
) -> None:
    change(li, role="admin")
    kept = {"user_id": str(li), "username": "li", "role": "admin"}
    change(li, role="user")
    before = list(cloud.control.query("users"))
    at = {"user_id": "1"} if path == ONE else {}
    response = auth.handler(proxy_event(method, path, body=body, path=at, user=kept), None)
    assert (response["statusCode"], read(response)["data"]) == (403, None)
    assert list(cloud.control.query("users")) == before


def test_who_was_demoted_cannot_promote_themselves(cloud: Cloud, li: int) -> None:
    Users(cloud.control).change(1, {"role": "user"})
    for fields in ({"role": "admin"}, {"role": "admin", "is_active": True}, {"email": "a@b.cn"}):
        assert change(1, **fields)[0] == 403
    kept = Users(cloud.control).get(1)
    assert kept is not None
    assert (kept.role, kept.email) == ("user", "")


def test_a_hash_that_is_renewed_does_not_undo_a_reset(cloud: Cloud, li: int) -> None:
    users = Users(cloud.control)
    found = users.find("li")
    assert found is not None
    change(li, password="a-new-password")
    users.rehash(li, found[1], "the same password as before")
    assert log_in("li", "a-new-password")[0] == 200


def test_a_user_who_is_not_there(li: int) -> None:
    assert call("GET", ONE, user_id=99)[0] == change(99, is_active=False)[0] == 404


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"username": "two words"}, {"username"}),
        ({"password": "short"}, {"password"}),
        ({"role": "root"}, {"role"}),
        ({"email": "nowhere"}, {"email"}),
        ({"email": "li@\x1b[31m.cn"}, {"email"}),
        ({"password": "correct\nhorse"}, {"password"}),
        ({"is_active": True}, {"is_active"}),
    ],
)
def test_wrong_input_names_its_fields(
    cloud: Cloud, wrong: dict[str, Any], fields: set[str]
) -> None:
    status, body = call("POST", USERS, LI | wrong)
    assert status == 400
    assert {error["field"] for error in body["errors"]} == fields


@pytest.mark.parametrize("body", [{}, {"username": "other"}, {"is_active": "no"}, {"role": None}])
def test_wrong_changes(li: int, body: dict[str, Any]) -> None:
    assert call("PATCH", ONE, body, li)[0] == 400


def test_a_new_key_is_believed_at_once_and_the_last_one_still(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(secrets, "time", SimpleNamespace(time=lambda: now))
    before = log_in(**cloud.admin)[1]
    assert authorize(before)
    kept = dict(secrets._kept)
    rotate(client("secretsmanager"), cloud.signing_secret)
    secrets._kept.clear()
    after = log_in(**cloud.admin)[1]
    # A process that read the keys before the rotation, and not just now.
    secrets._kept.clear()
    secrets._kept.update(kept)
    now += FRESH_SECONDS + 1
    assert authorize(before)
    assert authorize(after)
    rotate(client("secretsmanager"), cloud.signing_secret)
    secrets._kept.clear()
    assert authorize(after)
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(before)


def test_a_leaked_key_signs_nothing_more_after_two_rotations(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr(secrets, "time", SimpleNamespace(time=lambda: now))
    log_in(**cloud.admin)
    for _ in range(2):
        rotate(client("secretsmanager"), cloud.signing_secret)
    now += FRESH_SECONDS + 1
    # The same process as before: it has the leaked key in memory.
    after = log_in(**cloud.admin)[1]
    secrets._kept.clear()
    assert authorize(after)


def test_forged_tokens_do_not_have_the_keys_read_each_time(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = log_in(**cloud.admin)[1][:-4] + "AAAA"
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(forged)
    monkeypatch.setattr(secrets, "_fetch", lambda *_: pytest.fail("read again"))
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(forged)


def test_users_are_read_by_one_query(li: int, monkeypatch: pytest.MonkeyPatch) -> None:
    get, read_alone = Table.get, list[str]()

    def noting(table: Table, pk: str, sk: str) -> Any:
        read_alone.append(sk)
        return get(table, pk, sk)

    monkeypatch.setattr(Table, "get", noting)
    assert call("GET", USERS)[1]["data"]["total"] == 2
    assert read_alone == ["0000000001"], "only the caller"
