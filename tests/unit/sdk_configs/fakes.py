"""A config without a table, and a network without wires."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from marketdata.errors import NotFoundError
from marketdata.sdk_configs.addresses import Address, read_address
from marketdata.sdk_configs.config import SdkConfig
from marketdata.sdk_configs.connection import ConnectionTest

CONFIG = SdkConfig(
    id=3,
    name="生产环境SDK",
    username="li",
    host="sdk.example.com",
    port=8600,
    local_path=None,
    is_default=True,
    created_at="2026-01-01T00:00:00+00:00",
    updated_at="2026-01-01T00:00:00+00:00",
)
SERVER = "140.206.44.234"
OTHER = "140.206.44.235"


@dataclass
class FakeConfigs:
    """One config."""

    config: SdkConfig = CONFIG
    passwords_read: int = 0

    def get(self, config_id: int) -> SdkConfig:
        if config_id != self.config.id:
            raise NotFoundError(f"there is no SDK config {config_id}")
        return self.config

    def password(self, config: SdkConfig) -> str:
        assert config == self.config
        self.passwords_read += 1
        return "hunter2"


@dataclass
class FakeNetwork:
    """Names, servers and the time that passes while they are asked.

    Attributes
    ----------
    addresses : list
        What each resolution gives, one after the other, the last one for ever.
    failures : dict
        What happens at an address; nothing where a server listens.
    contacted : list
        Where connections were tried, with the time they were given.
    now : float
        The clock.
    """

    addresses: list[Sequence[str]] = field(default_factory=lambda: [[SERVER]])
    failures: dict[str, OSError] = field(default_factory=dict)
    contacted: list[tuple[str, int, float]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)
    slow: float = 0.0
    now: float = 100.0

    def clock(self) -> float:
        return self.now

    def resolve(self, host: str, seconds: float) -> list[Address]:
        self.now += self.slow
        self.resolved.append(host)
        found = self.addresses[min(len(self.resolved), len(self.addresses)) - 1]
        return [read_address(text) for text in found]

    def connect(self, address: Address, port: int, seconds: float) -> None:
        self.contacted.append((str(address), port, seconds))
        failure = self.failures.get(str(address))
        if failure:
            self.now += seconds if isinstance(failure, TimeoutError) else 0.0
            raise failure
        self.now += 0.25

    def test(self, **options: Any) -> ConnectionTest:
        options = {"private": False, "login": None, "configs": FakeConfigs()} | options
        return ConnectionTest(
            resolve=self.resolve, connect=self.connect, clock=self.clock, **options
        )
