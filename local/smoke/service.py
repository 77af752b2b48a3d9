"""The deployment as the checks call it, and what they see."""

import gzip
import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Self

import httpx
from backports import zstd

API = "/api/v1"
SECONDS = 60
"""How long to wait for an answer: a cold start with a catalog to fetch takes its time."""
DAYS = 90
PLAIN = "plain"

UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    PLAIN: bytes,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": zstd.decompress,
}


class DifferenceError(Exception):
    """The deployment does not do what was expected; the text says what it does."""


class NotCheckedError(Exception):
    """The deployment or the login lacks what the check needs; the text says what."""


def expect(condition: object, seen: str) -> None:
    """Raise a `DifferenceError` with what was seen unless the condition holds."""
    if not condition:
        raise DifferenceError(seen)


@dataclass(frozen=True)
class Seen:
    """An answer as it came over the wire, still packed."""

    status: int
    headers: httpx.Headers
    raw: bytes
    seconds: float

    @property
    def coding(self) -> str:
        """The content coding; `PLAIN` if there is none."""
        found: str = self.headers.get("Content-Encoding", PLAIN)
        return found

    @property
    def body(self) -> bytes:
        """The body, unpacked."""
        unpack = UNPACK.get(self.coding)
        expect(unpack, f"{self}: unknown coding")
        try:
            return unpack(self.raw) if unpack else b""
        except (OSError, EOFError, zlib.error, zstd.ZstdError):
            raise DifferenceError(f"{self}: the body is not in that coding") from None

    def json(self) -> Any:
        """Return the body's JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise DifferenceError(f"{self}: the body is no JSON") from None

    def envelope(self, status: int) -> dict[str, Any]:
        """Return the envelope, which must be there, with this status in it and outside."""
        expect(self.status == status, f"{self} instead of {status}")
        body = self.json()
        expect(isinstance(body, dict) and body.get("code") == status, f"{self}: no envelope")
        expect("message" in body and "data" in body, f"{self}: no envelope")
        kind = self.headers.get("Content-Type", "")
        expect(kind.startswith("application/json"), f"{self}: Content-Type {kind}")
        self.has(X_Content_Type_Options="nosniff")
        found: dict[str, Any] = body
        return found

    def has(self, **headers: str) -> None:
        """Check headers, named with underscores, for a text that they must contain."""
        for name, text in headers.items():
            field = name.replace("_", "-")
            value = self.headers.get(field)
            expect(value is not None and text in value, f"{self}: {field}: {value}")

    def __str__(self) -> str:
        """Return status, coding and the beginning of a plain body."""
        start = self.raw[:80].decode(errors="replace") if self.coding == PLAIN else ""
        return f"{self.status} {self.coding} {start}".rstrip()


class Service:
    """A deployment, and who is logged in.

    Parameters
    ----------
    url : str
        The stage, with or without `/api/v1`, such as "https://….amazonaws.com/prod".
    username, password : str
        A login, best an administrator's.
    transport : httpx transport, optional
        For tests.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.root = url.rstrip("/").removesuffix(API)
        self._login = {"username": username, "password": password}
        self._http = httpx.Client(timeout=SECONDS, transport=transport)

    def __enter__(self) -> Self:
        """Return the service."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self._http.close()

    def send(self, method: str, url: str, *, leave_out: str = "", **content: Any) -> Seen:
        """Send a request to any URL, as it stands, and return the answer, as it comes.

        Parameters
        ----------
        method, url : str
            The request; redirects are not followed.
        leave_out : str
            A header that httpx adds by itself and that is not to be sent.
        **content
            Arguments of `httpx.Client.build_request`.
        """
        headers = {"Accept-Encoding": "identity"} | dict(content.pop("headers", {}))
        request = self._http.build_request(method, url, headers=headers, **content)
        request.headers.pop(leave_out, None)
        started = time.perf_counter()
        answer = self._http.send(request, stream=True)
        try:
            raw = b"".join(answer.iter_raw())
        finally:
            answer.close()
        return Seen(answer.status_code, answer.headers, raw, time.perf_counter() - started)

    def ask(self, method: str, path: str, *, token: str | None = None, **content: Any) -> Seen:
        """Send a request to a path below the stage.

        Parameters
        ----------
        token : str, optional
            Sent in place of the login's; "" sends none.
        method, path, **content
            See `send`.
        """
        bearer = self.token if token is None else token
        login = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        headers = login | dict(content.pop("headers", {}))
        return self.send(method, self.root + path, headers=headers, **content)

    def call(self, method: str, path: str, **content: Any) -> Any:
        """Call the API, which must succeed, and return `data`."""
        return self.ask(method, API + path, **content).envelope(200)["data"]

    @cached_property
    def token(self) -> str:
        """The login's token."""
        found: str = self.call("POST", "/auth/login", token="", json=self._login)["access_token"]
        return found

    @cached_property
    def role(self) -> str:
        """The role of whoever is logged in."""
        found: str = self.call("GET", "/auth/me")["role"]
        return found

    @cached_property
    def codes(self) -> list[str]:
        """The stocks, of which there must be one."""
        query = {"security_type": "EXTRA_STOCK_A"}
        found: list[str] = self.call("GET", "/base/codes", params=query)
        expect(found, "the deployment knows no stock")
        return found

    @cached_property
    def question(self) -> dict[str, str]:
        """The query of the first stock's bars of the last `DAYS` days, which are cached then."""
        query = {"codes": self.codes[0], **last_days(DAYS)}
        self.call("GET", "/stock/kline", params=query)
        return query


def last_days(count: int) -> dict[str, str]:
    """Return a range of days that ends yesterday, as parameters of a call."""
    today = datetime.now(UTC).date()
    first, last = today - timedelta(days=count), today - timedelta(days=1)
    return {"start_date": f"{first:%Y%m%d}", "end_date": f"{last:%Y%m%d}"}
