"""A password goes to the server that it was given for, and to no other."""

from typing import Any

import pytest

from marketdata.aws.encryption import EncryptionKey, KeyRefusedError
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.errors import InvalidInputError
from marketdata.identity.users import Users
from marketdata.sdk_configs.records import SdkConfigs
from tests.integration.configs.calls import (
    BODY,
    ONE,
    PASSWORD,
    ROUTES,
    ask,
    create,
    data_of,
    password,
    reasons,
)
from tests.support.cloud import Cloud

ELSEWHERE: list[dict[str, Any]] = [
    {"host": "sdk.example.com"},
    {"port": 1},
    {"username": "li"},
    {"name": "测试", "host": "::1", "port": 65535},
]


@pytest.mark.parametrize("changes", ELSEWHERE)
def test_a_new_server_or_account_needs_the_password_again(
    changes: dict[str, Any], cloud: Cloud, key: EncryptionKey
) -> None:
    before = create()
    refused = ask("PATCH", ONE, 1, body=changes)
    assert reasons(refused) == {"password": "is required with another host, port or username"}
    assert data_of(ask("GET", ONE, 1)) == before
    after = data_of(ask("PATCH", ONE, 1, body=changes | {"password": "another"}))
    assert after == before | changes | {"updated_at": after["updated_at"]}
    assert password(cloud, key) == "another"


def test_the_same_server_and_account_do_not(cloud: Cloud, key: EncryptionKey) -> None:
    create()
    same = {name: BODY[name] for name in ("host", "port", "username")}
    assert data_of(ask("PATCH", ONE, 1, body=same | {"name": "n"}))["name"] == "n"
    assert password(cloud, key) == PASSWORD


@pytest.mark.parametrize("change", [{"host": "sdk.example.com"}, {"port": 1}])
def test_a_record_that_was_moved_has_no_password(
    change: dict[str, Any], cloud: Cloud, key: EncryptionKey
) -> None:
    create()
    cloud.control.write(Write.change("configs", "0000000001", change))
    with pytest.raises(KeyRefusedError):
        password(cloud, key)


def test_a_connection_that_was_begun_elsewhere_gets_no_new_password(
    cloud: Cloud, key: EncryptionKey
) -> None:
    create()
    configs = SdkConfigs(cloud.control, key)
    begun = configs.get(1)
    ask("PATCH", ONE, 1, body={"host": "sdk.example.com", "password": "another"})
    with pytest.raises(KeyRefusedError):
        configs.password(begun)


def test_a_password_from_before_is_still_read(cloud: Cloud, key: EncryptionKey) -> None:
    create()
    old = key.encrypt("from before", {"config_id": "1"})
    cloud.control.write(Write.change("configs", "0000000001", {"secret": old}))
    assert password(cloud, key) == "from before"


def test_a_new_password_is_for_the_server_as_it_is_when_both_change_at_once(
    cloud: Cloud, key: EncryptionKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    create()
    write = Table.write

    def overtaken(table: Table, attempt: Write) -> Any:
        monkeypatch.setattr(Table, "write", write)
        moved = {"host": "sdk.example.com", "password": "first"}
        assert ask("PATCH", ONE, 1, body=moved)[0] == 200
        return write(table, attempt)

    monkeypatch.setattr(Table, "write", overtaken)
    assert ask("PATCH", ONE, 1, body={"password": "second"})[0] == 200
    assert data_of(ask("GET", ONE, 1))["host"] == "sdk.example.com"
    assert password(cloud, key) == "second"


def test_what_was_the_same_server_no_longer_is(
    cloud: Cloud, key: EncryptionKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    create()
    configs = SdkConfigs(cloud.control, key)
    write = Table.write

    def overtaken(table: Table, attempt: Write) -> Any:
        monkeypatch.setattr(Table, "write", write)
        configs.change(1, {"host": "sdk.example.com"}, "another")
        return write(table, attempt)

    monkeypatch.setattr(Table, "write", overtaken)
    with pytest.raises(InvalidInputError, match="password"):
        configs.change(1, {"host": BODY["host"]})


@pytest.mark.parametrize(("method", "resource"), ROUTES)
def test_who_is_no_admin_any_more_does_nothing_by_what_the_gateway_kept(
    method: str, resource: str, cloud: Cloud, key: EncryptionKey
) -> None:
    create()
    before = list(cloud.control.query("configs"))
    Users(cloud.control).change(1, {"role": "user"})
    body = {"PATCH": {"name": "n"}, "POST": BODY}.get(method) if "{" not in resource else None
    body = {"name": "n"} if method == "PATCH" else body
    status, envelope = ask(method, resource, 1 if "{" in resource else None, body=body)
    assert (status, envelope["data"]) == (403, None)
    assert list(cloud.control.query("configs")) == before
