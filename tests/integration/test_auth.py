"""Login, the authorizer and the user behind a token, against the tables of the template."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt
import pytest

from functions.auth import app as auth
from functions.authorizer import app as authorizer
from marketdata import deployment
from marketdata.aws import secrets
from marketdata.aws.clients import client
from marketdata.aws.writes import Write
from marketdata.errors import ConflictError
from marketdata.identity import passwords
from marketdata.identity.roles import Role
from marketdata.identity.users import User, Users
from tests.support.cloud import Cloud
from tests.support.events import proxy_event, read

METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/api/v1/base/codes"
UNAUTHORIZED = r"^Unauthorized$"
WRONG = {
    "code": 401,
    "message": "the user name or the password is wrong",
    "data": None,
    "key": "wrong_login",
    "params": {},
}


def post_login(username: str, password: str) -> dict[str, Any]:
    body = {"username": username, "password": password}
    return auth.handler(proxy_event("POST", "/auth/login", body=body), None)


def token_of(response: dict[str, Any]) -> str:
    assert response["statusCode"] == 200
    token: str = read(response)["data"]["access_token"]
    return token


def authorize(token: str) -> dict[str, Any]:
    event = {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": METHOD_ARN}
    return authorizer.handler(event, None)


def deactivate(cloud: Cloud, user: User) -> None:
    change = "SET is_active = :no"
    cloud.control.write(Write("users", f"{user.id:010d}", update=change, values={":no": False}))


@pytest.fixture
def li(cloud: Cloud) -> User:
    hashed = passwords.hash_password("right")
    return Users(cloud.control).create("li", hashed, Role.USER, "li@example.com")


def test_the_first_admin_logs_in(cloud: Cloud) -> None:
    response = post_login(**cloud.admin)
    envelope = read(response)
    assert (envelope["code"], envelope["message"]) == (200, "登录成功")
    assert envelope["data"].keys() == {"access_token", "token_type", "expires_in"}
    assert envelope["data"]["token_type"] == "bearer"
    assert envelope["data"]["expires_in"] == 86_400
    assert response["headers"]["Cache-Control"] == "no-store"


def test_the_whole_way_from_the_password_to_the_user(cloud: Cloud) -> None:
    token = token_of(post_login(**cloud.admin))
    policy = authorize(token)
    session = jwt.decode(token, options={"verify_signature": False})["jti"]
    assert policy["principalId"] == "1"
    assert policy["context"] == {
        "user_id": "1",
        "username": "admin",
        "role": "admin",
        "session": session,
    }
    assert policy["policyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/*/*",
        }
    ]
    me = auth.handler(proxy_event("GET", "/auth/me", user=policy["context"]), None)
    assert read(me) == {
        "code": 200,
        "message": "success",
        "data": {
            "id": 1,
            "username": "admin",
            "email": "",
            "role": "admin",
            "is_active": True,
        },
    }


def test_the_admins_secret_is_worth_nothing_once_the_admin_exists(cloud: Cloud) -> None:
    Users(cloud.control).create("admin", passwords.hash_password("changed"), Role.ADMIN)
    assert read(post_login(**cloud.admin)) == WRONG
    assert post_login("admin", "changed")["statusCode"] == 200


def test_a_wrong_first_password_makes_no_admin(cloud: Cloud) -> None:
    assert read(post_login("admin", "guess")) == WRONG
    assert Users(cloud.control).find("admin") is None


def test_two_first_logins_at_once_make_one_admin(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    hash_password = passwords.hash_password

    def overtaken(password: str) -> str:
        monkeypatch.setattr(passwords, "hash_password", hash_password)
        post_login(**cloud.admin)
        return hash_password(password)

    monkeypatch.setattr(passwords, "hash_password", overtaken)
    assert token_of(post_login(**cloud.admin))
    assert len(list(cloud.control.query("users"))) == 1


@pytest.mark.usefixtures("atomic")
def test_many_first_logins_at_once_make_one_admin(cloud: Cloud) -> None:
    admin = cloud.admin
    with ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(lambda _: post_login(**admin), range(4)))
    assert [response["statusCode"] for response in responses] == [200] * 4
    assert len(list(cloud.control.query("users"))) == 1


def test_nobody_learns_which_users_exist(cloud: Cloud, li: User) -> None:
    wrong, unknown = post_login("li", "wrong"), post_login("nobody", "wrong")
    assert read(wrong) == read(unknown) == WRONG
    assert wrong["headers"] == unknown["headers"]


def test_a_password_is_checked_for_unknown_users_too(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def matches(hashed: str, password: str) -> bool:
        checked.append(hashed)
        return True

    monkeypatch.setattr(passwords, "matches", matches)
    assert read(post_login("nobody", "any")) == WRONG
    assert checked == [passwords.NOBODYS]


def test_a_deactivated_user_is_refused(cloud: Cloud, li: User) -> None:
    token = token_of(post_login("li", "right"))
    assert authorize(token)["context"]["role"] == "user"
    deactivate(cloud, li)
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(token)
    assert post_login("li", "right")["statusCode"] == 403
    assert read(post_login("li", "wrong")) == WRONG


def test_a_removed_user_is_refused(cloud: Cloud, li: User) -> None:
    token = token_of(post_login("li", "right"))
    context = authorize(token)["context"]
    cloud.control.write(Write("users", f"{li.id:010d}"))
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(token)
    me = auth.handler(proxy_event("GET", "/auth/me", user=context), None)
    assert me["statusCode"] == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic YTpi", "x"])
def test_the_authorizer_refuses_what_is_no_token(cloud: Cloud, header: str) -> None:
    event = {"type": "TOKEN", "authorizationToken": header, "methodArn": METHOD_ARN}
    with pytest.raises(Exception, match=UNAUTHORIZED) as caught:
        authorizer.handler(event, None)
    assert caught.value.__suppress_context__


def test_a_rotation_of_the_key_ends_no_session(cloud: Cloud) -> None:
    token = token_of(post_login(**cloud.admin))
    manager = client("secretsmanager")
    for accepted in (True, False):
        manager.put_secret_value(SecretId=cloud.signing_secret, SecretString=str(time.time()) * 8)
        secrets._kept.clear()
        if accepted:
            assert authorize(token)
            assert authorize(token_of(post_login(**cloud.admin)))
    with pytest.raises(Exception, match=UNAUTHORIZED):
        authorize(token)


def test_a_hash_of_older_parameters_is_replaced(
    cloud: Cloud, li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "is_outdated", lambda _: True)
    before = Users(cloud.control).find("li")
    assert post_login("li", "right")["statusCode"] == 200
    after = Users(cloud.control).find("li")
    assert before is not None
    assert after is not None
    assert before[0] == after[0] == li
    assert before[1] != after[1]
    assert post_login("li", "right")["statusCode"] == 200


def test_a_name_has_one_owner(cloud: Cloud, li: User) -> None:
    with pytest.raises(ConflictError, match="li is taken"):
        Users(cloud.control).create("li", "", Role.USER)
    other = Users(cloud.control).create("wang", "", Role.USER)
    assert other.id > li.id


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"username", "password"}),
        ({"username": "li"}, {"password"}),
        ({"username": "", "password": ""}, {"username", "password"}),
        ({"username": "li", "password": 123}, {"password"}),
        ({"username": "l" * 65, "password": "p" * 257}, {"username", "password"}),
        ({"username": "li", "password": "right", "passwort": "x"}, {"passwort"}),
        ([], {"body"}),
    ],
)
def test_wrong_input_names_its_fields(cloud: Cloud, body: Any, fields: set[str]) -> None:
    response = auth.handler(proxy_event("POST", "/auth/login", body=body), None)
    envelope = read(response)
    assert (response["statusCode"], envelope["data"]) == (400, None)
    assert {error["field"] for error in envelope["errors"]} == fields


def test_neither_cause_nor_password_leaks(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the store said no")

    monkeypatch.setattr(Users, "find", fail)
    response = post_login("li", "my-password")
    assert response["statusCode"] == 500
    assert "the store" not in json.dumps(response)
    assert "the store said" in caplog.text
    assert "my-password" not in caplog.text


def test_a_call_counts_for_the_plan_of_its_role(
    cloud: Cloud, li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USAGE_KEY", "51af3dc0-da77")
    deployment.reset()
    assert authorize(token_of(post_login("li", "right")))["usageIdentifierKey"] == (
        "user-51af3dc0-da77"
    )
    admin = authorize(token_of(post_login(**cloud.admin)))
    assert admin["usageIdentifierKey"] == "admin-51af3dc0-da77"
