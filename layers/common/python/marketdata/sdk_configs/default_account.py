"""The account that data is fetched with: the default SDK config and its password."""

from dataclasses import dataclass, field
from typing import Protocol

from marketdata.errors import UpstreamSetupError
from marketdata.sdk_configs.config import SdkConfig
from marketdata.sdk_configs.connection import Resolve, addresses_of, resolve


class DefaultConfig(Protocol):
    """The store of the default config; `sdk_configs.records.SdkConfigs` is one."""

    def default(self) -> SdkConfig | None: ...
    def password(self, config: SdkConfig) -> str: ...


@dataclass(frozen=True, slots=True)
class Account:
    """The credentials and the server of a login; `host` is a checked address, not a name."""

    username: str
    password: str = field(repr=False)
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class DefaultAccount:
    """The account of the config that is the default at the moment.

    Parameters
    ----------
    configs : DefaultConfig
        The store of the config.
    private : bool
        Whether private addresses may be contacted, see `sdk_configs.addresses.may_contact`.
    resolve : Resolve
        The resolver.
    """

    configs: DefaultConfig
    private: bool
    resolve: Resolve = resolve

    def revision(self) -> SdkConfig:
        """Return the default config, without its password; it differs after every change.

        Raises
        ------
        UpstreamSetupError
            There is no default config.
        """
        config = self.configs.default()
        if config is None:
            raise UpstreamSetupError("AmazingData: there is no default SDK config (/configs/sdk)")
        return config

    def account(self) -> Account:
        """Return the account.

        Raises
        ------
        UpstreamError
            There is no default config, or its host has no address or one that may not be
            contacted.
        """
        config = self.revision()
        address = addresses_of(config.host, private=self.private, resolve=self.resolve)[0]
        password = self.configs.password(config)
        return Account(config.username, password, str(address), config.port)
