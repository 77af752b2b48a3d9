"""SDK configs over their calls, against the table of the template."""

import json
from typing import Any

import pytest

from marketdata.api.configs import router
from marketdata.aws.encryption import EncryptionKey
from tests.integration.configs.calls import (
    BODY,
    OF_ONE,
    ONE,
    PASSWORD,
    ROUTES,
    ask,
    create,
    data_of,
    defaults,
    listed,
    password,
    reasons,
)
from tests.support.cloud import Cloud
from tests.support.events import USER


def test_there_are_none_at_first() -> None:
    assert data_of(ask("GET", "/configs/sdk")) == {"items": [], "total": 0}


def test_the_documents_example() -> None:
    created = create()
    assert created.pop("created_at") == created.pop("updated_at")
    assert created == {
        "id": 1,
        "name": "生产环境SDK",
        "username": "your_username",
        "host": "140.206.44.234",
        "port": 8600,
        "local_path": None,
        "is_default": True,
        "has_password": True,
    }
    assert [each["id"] for each in listed()] == [1]
    assert data_of(ask("GET", ONE, 1)) == listed()[0]


def test_what_may_be_left_out() -> None:
    body = {name: BODY[name] for name in ("name", "username", "password", "host")}
    create()
    created = data_of(ask("POST", "/configs/sdk", body=body))
    assert (created["port"], created["local_path"], created["is_default"]) == (8600, None, False)


def test_configs_come_in_the_order_of_their_ids() -> None:
    for number in range(12):
        create(name=f"SDK {number}", is_default=False)
    assert [each["id"] for each in listed()] == list(range(1, 13))


@pytest.mark.parametrize(
    "host", ["sdk.example.com", "sdk_1.intranet", "::1", "fe80::1", "127.1", " localhost "]
)
def test_hosts(host: str) -> None:
    assert create(host=host)["host"] == host.strip()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "", "must have at least 1 characters"),
        ("name", "  ", "must have at least 1 characters"),
        ("name", "x" * 101, "must have at most 100 characters"),
        ("name", None, "must be a string"),
        ("username", "", "must have at least 1 characters"),
        ("username", 7, "must be a string"),
        ("password", "", "must have 1 to 256 characters"),
        ("password", None, "must be a string"),
        ("password", "x" * 257, "must have 1 to 256 characters"),
        ("host", "", "must have at least 1 characters"),
        ("host", "http://sdk.example.com", "must be a host name or an IP address"),
        ("host", "sdk.example.com/x", "must be a host name or an IP address"),
        ("host", "[::1]", "must be a host name or an IP address"),
        ("host", "fe80::1%eth0", "must be a host name or an IP address"),
        ("host", "user@host", "must be a host name or an IP address"),
        ("host", "a b", "must be a host name or an IP address"),
        ("host", "例.中国", "must be a host name or an IP address"),
        ("host", "x" * 254, "must have at most 253 characters"),
        ("port", 0, "must be at least 1"),
        ("port", -1, "must be at least 1"),
        ("port", 65536, "must be at most 65535"),
        ("port", "8600", "must be a whole number"),
        ("port", 8600.5, "must be a whole number"),
        ("port", True, "must be a whole number"),
        ("port", None, "must be a whole number"),
        ("local_path", "x" * 256, "must have at most 255 characters"),
        ("local_path", 1, "must be a string"),
    ],
)
def test_wrong_fields(field: str, value: Any, reason: str) -> None:
    body = BODY | {field: value}
    assert reasons(ask("POST", "/configs/sdk", body=body))[field].startswith(reason)
    create()
    assert reasons(ask("PATCH", ONE, 1, body={field: value}))[field].startswith(reason)
    assert len(listed()) == 1


@pytest.mark.parametrize("field", ["name", "username", "password", "host"])
def test_missing_fields(field: str) -> None:
    body = {name: value for name, value in BODY.items() if name != field}
    assert reasons(ask("POST", "/configs/sdk", body=body)) == {field: "is required"}


def test_a_default_is_true_or_false() -> None:
    body = BODY | {"is_default": "yes"}
    assert reasons(ask("POST", "/configs/sdk", body=body)) == {
        "is_default": "must be true or false"
    }


def test_unknown_fields() -> None:
    body = BODY | {"id": 7, "has_password": False}
    assert reasons(ask("POST", "/configs/sdk", body=body)).keys() == {"id", "has_password"}


def test_a_wrong_password_is_not_repeated() -> None:
    wrong = {"secret": PASSWORD}
    assert ask("POST", "/configs/sdk", body=BODY | {"password": wrong})[0] == 400
    assert ask("POST", "/configs/sdk", raw_body=json.dumps(BODY).encode()[:-1])[0] == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "测试"},
        {"local_path": "/tmp/sdk/"},
        {"name": "测试", "local_path": None},
    ],
)
def test_a_change_changes_what_it_names(
    changes: dict[str, Any], cloud: Cloud, key: EncryptionKey
) -> None:
    before = create()
    create(is_default=False)
    after = data_of(ask("PATCH", ONE, 1, body=changes))
    assert after.pop("updated_at") >= before.pop("updated_at")
    assert after == before | changes
    assert password(cloud, key) == PASSWORD
    assert data_of(ask("GET", ONE, 2))["name"] == BODY["name"]


def test_a_path_can_be_removed() -> None:
    create(local_path="/tmp/sdk/")
    assert data_of(ask("PATCH", ONE, 1, body={"local_path": None}))["local_path"] is None


def test_a_new_password(cloud: Cloud, key: EncryptionKey) -> None:
    create(password="first")
    changed = data_of(ask("PATCH", ONE, 1, body={"password": PASSWORD}))
    assert changed["has_password"] is True
    assert password(cloud, key) == PASSWORD


def test_a_change_of_nothing() -> None:
    create()
    assert (
        "must have at least one of name, username"
        in (reasons(ask("PATCH", ONE, 1, body={}))["body"])
    )


def test_the_default_is_changed_by_its_own_call() -> None:
    create()
    answer = ask("PATCH", ONE, 1, body={"is_default": False})
    assert reasons(answer) == {"is_default": "is not a parameter of this call"}


def test_delete() -> None:
    create()
    create()
    assert data_of(ask("DELETE", ONE, 1)) is None
    assert [each["id"] for each in listed()] == [2]
    assert ask("DELETE", ONE, 1)[0] == 404
    assert create()["id"] == 3


@pytest.mark.parametrize(("method", "resource"), OF_ONE)
@pytest.mark.parametrize("config_id", ["0", "2", "999999999999999999"])
def test_unknown_ids(method: str, resource: str, config_id: str, cloud: Cloud) -> None:
    create()
    body = {"name": "n"} if method == "PATCH" else None
    status, envelope = ask(method, resource, config_id, body=body)
    assert (status, envelope["message"]) == (404, f"there is no SDK config {int(config_id)}")
    assert defaults() == [1]
    assert len(list(cloud.control.query("configs"))) == 1


@pytest.mark.parametrize(("method", "resource"), OF_ONE)
@pytest.mark.parametrize("config_id", ["one", "-1", "1.0", "1" * 19])
def test_ids_that_are_none(method: str, resource: str, config_id: str) -> None:
    body = {"name": "n"} if method == "PATCH" else None
    assert reasons(ask(method, resource, config_id, body=body)).keys() == {"id"}


@pytest.mark.parametrize(("method", "resource"), ROUTES)
def test_roles(method: str, resource: str) -> None:
    status, envelope = ask(method, resource, 1, user=USER)
    assert (status, envelope["message"]) == (403, "this needs the role admin")
    assert envelope["data"] is None
    assert ask(method, resource, 1, user=None)[0] == 401


def test_the_template_knows_every_route(template: dict[str, Any]) -> None:
    events = template["Resources"]["ConfigsFunction"]["Properties"]["Events"].values()
    declared = {(each["Properties"]["Method"], each["Properties"]["Path"]) for each in events}
    assert declared == {(method, f"/api/v1{path}") for method, path in ROUTES}
    assert router.routes.keys() == set(ROUTES)
