"""As whom data is fetched."""

from dataclasses import dataclass

import pytest

from marketdata.errors import UpstreamFaultError, UpstreamSetupError
from marketdata.sdk_configs.config import SdkConfig
from marketdata.sdk_configs.default_account import Account, DefaultAccount
from tests.unit.sdk_configs.fakes import CONFIG, SERVER, FakeNetwork


@dataclass
class Configs:
    """The default config, if there is one."""

    config: SdkConfig | None = CONFIG

    def default(self) -> SdkConfig | None:
        return self.config

    def password(self, config: SdkConfig) -> str:
        assert config == self.config
        return "hunter2"


def account(*addresses: str, configs: Configs | None = None) -> DefaultAccount:
    network = FakeNetwork(addresses=[addresses])
    return DefaultAccount(configs or Configs(), private=False, resolve=network.resolve)


def test_the_account_is_that_of_the_default_config_at_a_checked_address() -> None:
    assert account(SERVER).account() == Account("li", "hunter2", SERVER, 8600)
    assert account(SERVER).revision() == CONFIG
    assert "hunter2" not in repr(account(SERVER).account())


def test_an_address_that_may_not_be_contacted_is_none() -> None:
    with pytest.raises(UpstreamFaultError):
        account(SERVER, "127.0.0.1").account()


def test_without_a_default_config_nothing_is_set_up() -> None:
    nobody = account(SERVER, configs=Configs(None))
    with pytest.raises(UpstreamSetupError):
        nobody.revision()
    with pytest.raises(UpstreamSetupError):
        nobody.account()
