"""The service as far as the client's tests need it: scripted answers behind a real login."""

import json
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

URL = "http://service/api/v1"
USERNAME, PASSWORD = "wang", "correct-horse"

Script = httpx.Response | httpx.TransportError | Callable[[httpx.Request], httpx.Response]


def success(data: Any, meta: Any = None, **headers: str) -> httpx.Response:
    """Return a successful response of the API."""
    envelope = {"code": 200, "message": "success", "data": data}
    if meta is not None:
        envelope["meta"] = meta
    return _json(200, envelope, headers)


def failure(status: int, message: str = "no", **details: Any) -> httpx.Response:
    """Return an error response of the service; `retry_after` becomes the header."""
    headers = {"Retry-After": str(details.pop("retry_after"))} if "retry_after" in details else {}
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        details.setdefault("request_id", "request-1")
    body = {"code": status, "message": message, "data": None, **details}
    return _json(status, body, headers)


def _json(status: int, body: Any, headers: dict[str, str]) -> httpx.Response:
    # httpx's own `json` cannot write half a surrogate pair, which JSON can.
    kind = {"Content-Type": "application/json"}
    return httpx.Response(status, content=json.dumps(body), headers=kind | headers)


@dataclass
class ScriptedService:
    """Answers `/auth/login` by itself, and every other call as a test wrote down.

    Attributes
    ----------
    seen : list
        Every request but the logins.
    logins : int
        How often somebody logged in.
    life : int
        Seconds that a token is good for.
    """

    seen: list[httpx.Request] = field(default_factory=list)
    logins: int = 0
    life: int = 86400
    scripts: dict[str, deque[Script]] = field(default_factory=lambda: defaultdict(deque))
    valid: set[str] = field(default_factory=set)

    def on(self, call: str, *answers: Script) -> None:
        """Set the responses to a call such as "GET /auth/me"; the last one is repeated."""
        self.scripts[call].extend(answers)

    def revoke(self) -> None:
        """Make every token invalid, as a new password does."""
        self.valid.clear()

    def bodies(self, *methods: str) -> list[Any]:
        """Return the JSON bodies of all requests that have one."""
        asked = [each for each in self.seen if each.content]
        return [json.loads(each.content) for each in asked if each.method in methods or not methods]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer a request, as the handler of `httpx.MockTransport`."""
        if request.url.path.endswith("/auth/login"):
            return self._log_in(request)
        self.seen.append(request)
        if request.url.host == "service" and not self._knows(request):
            return failure(401, "the token is missing, invalid or expired")
        script = self.scripts[f"{request.method} {request.url.path.removeprefix('/api/v1')}"]
        answer = script.popleft() if len(script) > 1 else script[0]
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)

    def _knows(self, request: httpx.Request) -> bool:
        return request.headers.get("Authorization", "").removeprefix("Bearer ") in self.valid

    def _log_in(self, request: httpx.Request) -> httpx.Response:
        if json.loads(request.content) != {"username": USERNAME, "password": PASSWORD}:
            return failure(401, "the user name or the password is wrong")
        self.logins += 1
        token = f"token-{self.logins}"
        self.valid.add(token)
        return success({"access_token": token, "token_type": "bearer", "expires_in": self.life})
