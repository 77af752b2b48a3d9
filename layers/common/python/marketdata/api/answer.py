"""The answer of a call, before `api.wire` chooses the form in which it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, Self

import orjson

from marketdata.errors import NO_PARAMS, Param


class Content(Protocol):
    """A body that is built in the form in which it is sent, such as `api.row_answer.RowContent`."""

    def body(self) -> bytes:
        """Return the JSON, UTF-8; empty only if HTTP allows no body (304)."""

    def zstd(self) -> bytes:
        """Return the same as a zstd stream; empty if it would have to be compressed first."""


class Text(NamedTuple):
    """Finished JSON, too short to be worth compressing here."""

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
        Headers beside those of every answer, which they override.
    meta : mapping or None
        Facts about the data in the body, for the access line; None if there are none.
    """

    status: int
    content: Content
    headers: Mapping[str, str] = field(default_factory=dict)
    meta: Mapping[str, Any] | None = None

    @classmethod
    def success(
        cls,
        data: Any,
        *,
        meta: Mapping[str, Any] | None = None,
        message: str = "success",
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """Put data into the envelope.

        Parameters
        ----------
        data : Any
            Anything that orjson can serialize; NaN becomes null.
        meta : mapping, optional
            Facts about the data; None leaves `meta` out.
        message : str
            A message for people.
        status : int
            HTTP status, 2xx.
        headers : mapping, optional
            Further headers.
        """
        envelope = {"code": status, "message": message, "data": data}
        if meta is not None:
            envelope["meta"] = meta
        return cls(status, Text(orjson.dumps(envelope)), headers or {}, meta)

    @classmethod
    def encoded(
        cls, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Self:
        """Wrap an envelope that is already JSON."""
        return cls(status, Text(body), headers or {})

    @classmethod
    def failure(
        cls,
        status: int,
        message: str,
        key: str,
        params: Mapping[str, Param] = NO_PARAMS,
        *,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> Self:
        """Put an error into the envelope: `data` is null, and `details` stand beside it.

        Parameters
        ----------
        status : int
            HTTP status.
        message : str
            What went wrong, in English.
        key, params : str, mapping
            The same for machines, see `errors.MarketDataError`.
        headers : mapping, optional
            Further headers.
        details : Any
            What else to say.
        """
        envelope = {"code": status, "message": message, "data": None}
        envelope |= {"key": key, "params": params, **details}
        return cls(status, Text(orjson.dumps(envelope)), headers or {})
