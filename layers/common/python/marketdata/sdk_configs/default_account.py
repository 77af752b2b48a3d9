"""As whom data is fetched: the default SDK config with its password."""

from dataclasses import dataclass, field
from typing import Protocol

from marketdata.errors import UpstreamSetupError
from marketdata.sdk_configs.config import SdkConfig
from marketdata.sdk_configs.connection import Resolve, addresses_of, resolve


class DefaultConfig(Protocol):
    """Where the default config is; `records.SdkConfigs` is one."""

    def default(self) -> SdkConfig | None: ...
    def password(self, config_id: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Account:
    """What a login needs; `host` is an address that may be contacted, and not a name."""

    username: str
    password: str = field(repr=False)
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class DefaultAccount:
    """The account of the default config, whichever that is at the moment.

    Parameters
    ----------
    configs : DefaultConfig
        Where it is.
    private : bool
        Whether private addresses may be contacted, see `addresses.may_contact`.
    resolve : Resolve
        The network.
    """

    configs: DefaultConfig
    private: bool
    resolve: Resolve = resolve

    def revision(self) -> SdkConfig:
        """Give the config, which differs after every change of it; its password is not in it.

        Raises
        ------
        UpstreamSetupError
            There is none.
        """
        config = self.configs.default()
        if config is None:
            raise UpstreamSetupError("AmazingData: there is no default SDK config (/configs/sdk)")
        return config

    def account(self) -> Account:
        """Give the account.

        Raises
        ------
        UpstreamError
            There is none, or its host has no address that may be contacted.
        """
        config = self.revision()
        address = addresses_of(config.host, private=self.private, resolve=self.resolve)[0]
        password = self.configs.password(config.id)
        return Account(config.username, password, str(address), config.port)
