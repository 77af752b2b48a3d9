"""Does a config work? First a TCP connection, then a login where the SDK is there.

The host is resolved once, every address it has is checked, and the connection goes to a checked
address: a name that answers otherwise the second time (DNS rebinding) leads nowhere.
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
    UpstreamTimeoutError,
)
from marketdata.sdk_configs.addresses import Address, may_contact, read_address
from marketdata.sdk_configs.config import SdkConfig

LIMIT_SECONDS = 5.0
"""For resolving and connecting together."""

NOT_INSTALLED = "connected; the SDK is not installed, so the login was not tried"

type Resolve = Callable[[str, float], Sequence[Address]]
type Connect = Callable[[Address, int, float], None]
type Login = Callable[[SdkConfig, Address, str], None]
"""Logs in to an address with a password; raises an UpstreamError where that fails."""


class Configs(Protocol):
    """Where configs and passwords are; `records.SdkConfigs` is one."""

    def get(self, config_id: int) -> SdkConfig: ...
    def password(self, config_id: int) -> str: ...


def resolve(host: str, seconds: float) -> list[Address]:
    """Find the addresses of a host.

    Parameters
    ----------
    host : str
        A name, or an address in any notation that the system reads (`0x7f.1` is 127.0.0.1).
    seconds : float
        How long to wait.

    Raises
    ------
    UpstreamFaultError
        It has none.
    UpstreamTimeoutError
        The name servers did not answer in time.
    """
    answers = SimpleQueue[list[Address]]()
    # The system's resolver knows no limit, so it is left behind in a thread of its own.
    Thread(target=lambda: answers.put(_ask_system(host)), daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise UpstreamTimeoutError(f"{host} was not resolved in {LIMIT_SECONDS:g} s") from None
    if not found:
        raise UpstreamFaultError(f"{host} cannot be resolved")
    return found


def _ask_system(host: str) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(read_address(str(place[0])) for *_, place in found))


def connect(address: Address, port: int, seconds: float) -> None:
    """Open a TCP connection and close it; raises OSError where that fails."""
    socket.create_connection((str(address), port), timeout=seconds).close()


def addresses_of(host: str, *, private: bool, resolve: Resolve) -> Sequence[Address]:
    """Find the addresses of a host, all of which may be contacted.

    Parameters
    ----------
    host : str
        See `resolve`.
    private : bool
        See `addresses.may_contact`.
    resolve : Resolve
        The name servers.

    Raises
    ------
    UpstreamFaultError
        It has none, or one that may not be contacted.
    UpstreamTimeoutError
        The name servers did not answer in time.
    """
    addresses = resolve(host, LIMIT_SECONDS)
    for address in addresses:
        if not may_contact(address, private=private):
            raise UpstreamFaultError(f"the address {address} may not be contacted")
    return addresses


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """Tests SDK configs.

    Parameters
    ----------
    configs : Configs
        Where they are.
    private : bool
        Whether private addresses may be contacted, see `addresses.may_contact`.
    login : Login or None
        How to log in; None where the SDK is not installed.
    resolve, connect : callable
        The network.
    clock : callable
        Seconds that never run backwards.
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
            `success`; `message`, for humans; `response_time`, seconds that the test took. A host
            that is not there, and an account that is wrong, are results like any other.
        """
        began = self.clock()
        try:
            success, message = True, self._try(config_id)
        except (UpstreamError, NotFoundError, StorageError) as error:
            success, message = False, str(error)
        seconds = round(self.clock() - began, 6)
        return {"success": success, "message": message, "response_time": seconds}

    def _try(self, config_id: int) -> str:
        config = self.configs.get(config_id)
        address = self._reach(config.host, config.port)
        if self.login is None:
            return NOT_INSTALLED
        self.login(config, address, self.configs.password(config_id))
        return "connected and logged in"

    def _reach(self, host: str, port: int) -> Address:
        """Connect to one of a host's addresses and give it."""
        deadline = self.clock() + LIMIT_SECONDS
        addresses = addresses_of(host, private=self.private, resolve=self.resolve)
        failure: OSError = TimeoutError()
        for tried, address in enumerate(addresses):
            # Each gets its share, or a first one that is silent would use up the time of all.
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
            return UpstreamFaultError(f"{place} refused the connection")
    return UpstreamFaultError(f"{place} cannot be reached")
