"""What the room of child processes must know of this vendor: its server, login and limits."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from marketdata.sources.baostock.error_codes import error_of
from marketdata.sources.child.limits import Limits
from marketdata.sources.child.vendor import FixedLogin, Start, Vendor

NAME = "BaoStock"
ADAPTER = "marketdata.sources.baostock.adapter"
SERVER = "public-api.baostock.com:10030"

LIMITS = Limits(load=60.0, login=60.0, call=60.0, logout=5.0)

PAUSE_SECONDS = 1.0
"""The time between two requests."""


def make_vendor(address: str, before_login: Callable[[], None]) -> Vendor:
    """Return BaoStock as a vendor.

    Its package takes whatever comes for the answer to its last question, so nothing of a process is
    used any more once something has failed in it.

    Parameters
    ----------
    address : str
        The server, "host:port"; empty for the public one.
    before_login : callable
        Called before each login, which may be refused by an UpstreamError.
    """
    host, _, port = (address or SERVER).rpartition(":")
    arguments = {"host": host, "port": int(port), "pause": PAUSE_SECONDS}
    folder = Path(tempfile.gettempdir()) / "baostock"
    return Vendor(
        NAME,
        "the package baostock",
        ADAPTER,
        start=lambda: Start(folder),
        login=FixedLogin(arguments, before=before_login),
        error_of=error_of,
        limits=LIMITS,
        fragile=True,
    )
