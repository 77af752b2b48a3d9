"""Connections to the vendor's SDK servers, for administrators."""

from typing import Any

from marketdata.api.configs import ConfigBody, ConfigChanges
from marketdata.api.parameters import read_number
from marketdata.api.router import Answer, Call, Role, Router
from marketdata.aws.encryption import EncryptionKey
from marketdata.aws.tables import Table
from marketdata.sdk_configs.records import SdkConfigs
from marketdata.settings import settings
from marketdata.upstream.client import try_connection

router = Router()
handler = router.handler


def _configs() -> SdkConfigs:
    return SdkConfigs(Table(settings().control_table), EncryptionKey(settings().kms_key))


def _config_id(call: Call[Any]) -> int:
    return read_number(call.path["id"], "id")


@router.get("/configs/sdk", role=Role.ADMIN, summary="获取SDK配置列表")
def list_configs(_call: Call[None]) -> Answer:
    """Give every config, the oldest first; never a password."""
    items = [config.view() for config in _configs().all()]
    return Answer.success({"items": items, "total": len(items)})


@router.post("/configs/sdk", body=ConfigBody, role=Role.ADMIN, summary="创建SDK配置")
def create_config(call: Call[ConfigBody]) -> Answer:
    """Add a config; where there is no default, it becomes the default."""
    fields = call.parameters.model_dump(exclude={"password"})
    password = call.parameters.password.get_secret_value()
    return Answer.success(_configs().create(password=password, **fields).view())


@router.get("/configs/sdk/{id}", role=Role.ADMIN, summary="获取SDK配置")
def read_config(call: Call[None]) -> Answer:
    """Give one config."""
    return Answer.success(_configs().get(_config_id(call)).view())


@router.patch("/configs/sdk/{id}", body=ConfigChanges, role=Role.ADMIN, summary="修改SDK配置")
def change_config(call: Call[ConfigChanges]) -> Answer:
    """Change the given fields; which config is the default is changed by a call of its own."""
    changes = call.parameters
    config = _configs().change(_config_id(call), changes.fields(), changes.new_password())
    return Answer.success(config.view())


@router.delete("/configs/sdk/{id}", role=Role.ADMIN, summary="删除SDK配置")
def delete_config(call: Call[None]) -> Answer:
    """Remove a config. Removing the default leaves none, until one is made or created."""
    _configs().delete(_config_id(call))
    return Answer.success(None)


@router.post("/configs/sdk/{id}/default", role=Role.ADMIN, summary="设为默认SDK配置")
def make_default(call: Call[None]) -> Answer:
    """Make a config the default in place of whichever was."""
    return Answer.success(_configs().make_default(_config_id(call)).view())


@router.post("/configs/sdk/{id}/test", role=Role.ADMIN, summary="测试SDK连接")
def test_connection(call: Call[None]) -> Answer:
    """Connect to the config's host, within 5 s, and log in where the SDK is installed."""
    config = _configs().get(_config_id(call))
    return Answer.success(try_connection(config.id)._asdict())
