"""What a call answers, before it is known in which form it fits the wire (`http/wire.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import orjson


class Content(Protocol):
    """A body that is made in the form in which it goes out; `kline.rows.RowSet` is one."""

    def body(self) -> bytes:
        """Give its JSON, UTF-8; empty only where HTTP wants no body (304)."""

    def zstd(self) -> bytes:
        """Give the same as a zstd stream; empty where there is none that is cheaper to make."""


@dataclass(frozen=True, slots=True)
class Text:
    """JSON that is there already, and too short to be packed here."""

    json: bytes

    def body(self) -> bytes:
        return self.json

    def zstd(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON body and headers.

    Attributes
    ----------
    status : int
        HTTP status; the envelope's `code` is the same number.
    content : Content
        The body.
    headers : mapping
        Headers beside those that every answer has; a name given here wins over those.
    """

    status: int
    content: Content
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def success(
        cls,
        data: Any,
        *,
        meta: Any = None,
        message: str = "success",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Put data into the envelope.

        Parameters
        ----------
        data : Any
            What orjson can write; NaN becomes null.
        meta : Any
            What there is to know about the data; None leaves `meta` out.
        message : str
            For a human.
        status : int
            HTTP status, 2xx.
        headers : mapping, optional
            Further headers.
        """
        envelope = {"code": status, "message": message, "data": data}
        if meta is not None:
            envelope["meta"] = meta
        return cls(status, Text(orjson.dumps(envelope)), headers or {})

    @classmethod
    def encoded(
        cls, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Self:
        """Take an envelope that is JSON already."""
        return cls(status, Text(body), headers or {})

    @classmethod
    def failure(
        cls,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> Self:
        """Put an error into the envelope; `data` is null, `details` stand beside it."""
        envelope = {"code": status, "message": message, "data": None, **details}
        return cls(status, Text(orjson.dumps(envelope)), headers or {})
