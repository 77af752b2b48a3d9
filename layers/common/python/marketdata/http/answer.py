"""What a call answers, before it is known in which form it fits the wire (`http/wire.py`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON body and headers.

    Attributes
    ----------
    status : int
        HTTP status; the envelope's `code` is the same number.
    body : bytes
        JSON, UTF-8; empty only where HTTP wants no body (304).
    headers : mapping
        Headers beside those that every answer has; a name given here wins over those.
    """

    status: int
    body: bytes
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
        return cls(status, orjson.dumps(envelope), headers or {})

    @classmethod
    def encoded(
        cls, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Self:
        """Take an envelope that is JSON already."""
        return cls(status, body, headers or {})

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
        return cls(status, orjson.dumps(envelope), headers or {})
