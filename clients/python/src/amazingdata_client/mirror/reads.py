"""How much a download reads from its connection at once."""

from typing import Any

import httpx

AT_ONCE = 256 << 10
"""Bytes; asyncio takes no more from a socket either."""


def read_more(response: httpx.Response) -> None:
    """Have the connection of a response read `AT_ONCE`, whatever it is asked for.

    httpx reads 64 kB and has no setting for it. The stream below a response is public, and its
    `read` gives what is there, so a file that is cut loses nothing. A transport that shows no such
    stream, or one that can't be changed, reads as it does.
    """
    stream: Any = response.extensions.get("network_stream")
    if not hasattr(stream, "__dict__"):
        return
    # Of the class: a connection that is used again has this stream's own `read` already.
    read = type(stream).read

    def more(_: int, timeout: float | None = None) -> Any:
        return read(stream, AT_ONCE, timeout)

    stream.read = more
