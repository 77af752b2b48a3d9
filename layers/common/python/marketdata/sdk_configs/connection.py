"""The test of an SDK config: first a TCP connection, then a login if the SDK is installed.

The host is resolved once, all of its addresses are checked, and the connection goes to a checked
address, so a name that resolves differently the second time (DNS rebinding) gains nothing.
"""

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol

from marketdata.errors import (
    NotFoundError,
    StorageError,
    UpstreamError,
    UpstreamFaultError,
    UpstreamNetworkError,
    UpstreamTimeoutError,
)
from marketdata.sdk_configs.addresses import Address, may_contact, read_address
from marketdata.sdk_configs.config import SdkConfig

LIMIT_SECONDS = 5.0
"""The limit for resolving and connecting together."""

NOT_INSTALLED = "connected; the SDK is not installed, so the login was not tried"

type Resolve = Callable[[str, float], Sequence[Address]]
type Connect = Callable[[Address, int, float], None]
type Login = Callable[[SdkConfig, Address, str], None]
"""Logs in at an address with a password; raises an UpstreamError if that fails."""


class Configs(Protocol):
    """The store of configs and passwords; `sdk_configs.records.SdkConfigs` is one."""

    def get(self, config_id: int) -> SdkConfig: ...
    def password(self, config: SdkConfig) -> str: ...


def resolve(host: str, seconds: float) -> list[Address]:
    """Resolve a host to its addresses.

    Parameters
    ----------
    host : str
        A name, or an address in any notation that the system accepts (`0x7f.1` is 127.0.0.1).
    seconds : float
        How long to wait.

    Raises
    ------
    UpstreamFaultError
        The host has no address.
    UpstreamTimeoutError
        The name servers did not answer in time.
    """
    answers = SimpleQueue[list[Address]]()
    # The system's resolver has no time limit, so it runs in a thread that can be abandoned.
    Thread(target=lambda: answers.put(_ask_system(host)), daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise UpstreamTimeoutError(f"{host} was not resolved in {LIMIT_SECONDS:g} s") from None
    if not found:
        raise UpstreamFaultError(f"{host} cannot be resolved", key=UpstreamNetworkError.key)
    return found


def _ask_system(host: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(read_address(str(place[0])) for *_, place in found))


def connect(address: Address, port: int, seconds: float) -> None:
    """Open a TCP connection and close it; raises OSError if that fails."""
    socket.create_connection((str(address), port), timeout=seconds).close()


def addresses_of(host: str, *, private: bool, resolve: Resolve) -> Sequence[Address]:
    """Return the addresses of a host, all of which may be contacted.

    Parameters
    ----------
    host : str
        See `resolve`.
    private : bool
        See `sdk_configs.addresses.may_contact`.
    resolve : Resolve
        The resolver.

    Raises
    ------
    UpstreamFaultError
        The host has no address, or one that may not be contacted.
    UpstreamTimeoutError
        The name servers did not answer in time.
    """
    addresses = resolve(host, LIMIT_SECONDS)
    for address in addresses:
        if not may_contact(address, private=private):
            raise UpstreamFaultError(
                f"the address {address} may not be contacted", key="address_refused"
            )
    return addresses


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """Tests SDK configs.

    Parameters
    ----------
    configs : Configs
        The store of the configs.
    private : bool
        Whether private addresses may be contacted, see `sdk_configs.addresses.may_contact`.
    login : Login or None
        Logs in; None if the SDK is not installed.
    resolve, connect : callable
        Access to the network.
    clock : callable
        A monotonic clock, in seconds.
    """

    configs: Configs
    private: bool
    login: Login | None
    resolve: Resolve = resolve
    connect: Connect = connect
    clock: Callable[[], float] = time.monotonic

    def run(self, config_id: int) -> dict[str, Any]:
        """Test a config.

        Returns
        -------
        dict
            `success`; `message`, in English; `key`, the same for machines; `response_time`, the
            duration in seconds. An unreachable host and a wrong account are results like any other.
        """
        began = self.clock()
        try:
            success, (key, message) = True, self._try(config_id)
        except (UpstreamError, NotFoundError, StorageError) as error:
            success, key, message = False, error.key, str(error)
        seconds = round(self.clock() - began, 6)
        return {"success": success, "message": message, "key": key, "response_time": seconds}

    def _try(self, config_id: int) -> tuple[str, str]:
        config = self.configs.get(config_id)
        address = self._reach(config.host, config.port)
        if self.login is None:
            return "reached", NOT_INSTALLED
        self.login(config, address, self.configs.password(config))
        return "connected", "connected and logged in"

    def _reach(self, host: str, port: int) -> Address:
        """Connect to one of a host's addresses and return that address."""
        deadline = self.clock() + LIMIT_SECONDS
        addresses = addresses_of(host, private=self.private, resolve=self.resolve)
        failure: OSError = TimeoutError()
        for tried, address in enumerate(addresses):
            # Each address gets its share, or a silent first one would use up all of the time.
            seconds = (deadline - self.clock()) / (len(addresses) - tried)
            if seconds <= 0:
                break
            try:
                self.connect(address, port, seconds)
            except OSError as error:
                failure = error
            else:
                return address
        raise _unreachable(f"{host} port {port}", failure)


def _unreachable(place: str, failure: OSError) -> UpstreamError:
    match failure:
        case TimeoutError():
            return UpstreamTimeoutError(f"{place} did not answer in {LIMIT_SECONDS:g} s")
        case ConnectionRefusedError():
            return UpstreamFaultError(
                f"{place} refused the connection", key=UpstreamNetworkError.key
            )
    return UpstreamFaultError(f"{place} cannot be reached", key=UpstreamNetworkError.key)
