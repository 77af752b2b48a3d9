"""The calls of the SDK configs, as an admin makes them."""

import json
from typing import Any

from functions.configs import app as configs
from marketdata.aws.encryption import EncryptionKey
from marketdata.sdk_configs.records import SdkConfigs
from tests.support.cloud import Cloud
from tests.support.events import ADMIN, proxy_event, read

PASSWORD = "hunter2-渔"
BODY = {
    "name": "生产环境SDK",
    "username": "your_username",
    "password": PASSWORD,
    "host": "140.206.44.234",
    "port": 8600,
    "is_default": True,
}
ONE = "/configs/sdk/{id}"
ROUTES = [
    ("GET", "/configs/sdk"),
    ("POST", "/configs/sdk"),
    ("GET", ONE),
    ("PATCH", ONE),
    ("DELETE", ONE),
    ("POST", f"{ONE}/default"),
    ("POST", f"{ONE}/test"),
]
OF_ONE = ROUTES[2:]


def ask(
    method: str, resource: str, config_id: int | str | None = None, **event: Any
) -> tuple[int, Any]:
    path = {} if config_id is None else {"id": str(config_id)}
    event = {"user": ADMIN} | event
    response = configs.handler(proxy_event(method, resource, path=path, **event), None)
    envelope = read(response)
    assert envelope["code"] == response["statusCode"]
    assert PASSWORD not in response["body"]
    assert PASSWORD not in json.dumps(envelope, ensure_ascii=False)
    return response["statusCode"], envelope


def data_of(answer: tuple[int, Any]) -> Any:
    status, envelope = answer
    assert (status, envelope["message"]) == (200, "success")
    return envelope["data"]


def create(**fields: Any) -> Any:
    return data_of(ask("POST", "/configs/sdk", body=BODY | fields))


def listed() -> list[Any]:
    found = data_of(ask("GET", "/configs/sdk"))
    assert found["total"] == len(found["items"])
    items: list[Any] = found["items"]
    return items


def defaults() -> list[int]:
    return [each["id"] for each in listed() if each["is_default"]]


def password(cloud: Cloud, key: EncryptionKey, config_id: int = 1) -> str:
    """Decrypt a config's password, as the upstream function does."""
    configs = SdkConfigs(cloud.control, key)
    return configs.password(configs.get(config_id))


def reasons(answer: tuple[int, Any]) -> dict[str, str]:
    status, envelope = answer
    assert status == 400
    return {each["field"]: each["reason"] for each in envelope["errors"]}
