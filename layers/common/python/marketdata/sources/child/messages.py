"""The messages between the two processes: a JSON head, followed by arrays of numbers.

Pickle is not used, for two reasons. The child may run pandas from a vendor's bundle and the parent
its own, and a frame pickled by one version cannot be read by another. And reading a pickle means
executing it, while the child is full of third-party code.

A message consists of the length of the head and the length of head and arrays (8 bytes each,
little endian), the head, and the float64 arrays one after another. In the head, an array is
`{"float64": [first, count]}`, counted in numbers.
"""

import json
import socket
import struct
import time
from typing import Any

import numpy as np
import numpy.typing as npt

type Numbers = npt.NDArray[np.float64]

_LENGTHS = struct.Struct("<QQ")
_CHUNK = 1 << 20


class DisconnectedError(Exception):
    """The other process is gone."""


def pack(message: Any) -> bytes:
    """Serialize a message of JSON types, with one-dimensional float64 arrays anywhere in it.

    Raises
    ------
    TypeError
        The message contains a value of another type.
    """
    arrays: list[bytes] = []
    count = 0

    def place(value: object) -> dict[str, list[int]]:
        nonlocal count
        if not (isinstance(value, np.ndarray) and value.dtype == np.float64):
            raise TypeError(f"{type(value).__name__} cannot be sent")
        first, count = count, count + value.size
        arrays.append(value.tobytes())
        return {"float64": [first, value.size]}

    head = json.dumps(message, default=place).encode()
    body = b"".join([head, *arrays])
    return _LENGTHS.pack(len(head), len(body)) + body


def unpack(head: bytes, numbers: bytes) -> Any:
    """Deserialize a message."""
    array = np.frombuffer(numbers, dtype=np.float64)

    def find(value: dict[str, Any]) -> Any:
        if value.keys() != {"float64"}:
            return value
        first, count = value["float64"]
        return array[first : first + count]

    return json.loads(head, object_hook=find)


def send(channel: socket.socket, message: Any, seconds: float | None = None) -> None:
    """Send a message; raises the errors of `receive`."""
    channel.settimeout(seconds)
    try:
        channel.sendall(pack(message))
    except ConnectionError as error:
        raise DisconnectedError from error


def receive(channel: socket.socket, seconds: float | None = None) -> Any:
    """Wait for a message.

    Parameters
    ----------
    channel : socket
        A connected stream socket.
    seconds : float, optional
        How long to wait for the complete message; None waits for ever.

    Raises
    ------
    DisconnectedError
        The other process is gone.
    TimeoutError
        The message did not arrive in time.
    """
    until = None if seconds is None else time.monotonic() + seconds
    head_length, length = _LENGTHS.unpack(_read(channel, _LENGTHS.size, until))
    body = _read(channel, length, until)
    return unpack(body[:head_length], body[head_length:])


def _read(channel: socket.socket, length: int, until: float | None) -> bytes:
    parts, left = [], length
    while left:
        # A timeout of 0 would make the socket non-blocking, which raises another error.
        channel.settimeout(None if until is None else max(until - time.monotonic(), 1e-3))
        try:
            part = channel.recv(min(left, _CHUNK))
        except ConnectionError as error:
            raise DisconnectedError from error
        if not part:
            raise DisconnectedError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
