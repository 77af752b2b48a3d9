"""Authorized calls: tokens, retries, and links to large responses."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from amazingdata_client import row_text
from amazingdata_client._async.runtime import Lock, sleep
from amazingdata_client.answers import ACCEPT_ENCODING, Envelope, envelope, error_of, unpacked
from amazingdata_client.errors import BadAnswerError, NoAnswerError, NotLoggedInError
from amazingdata_client.retry import PATIENT, Retry
from amazingdata_client.tokens import Token
from amazingdata_client.version import __version__

if TYPE_CHECKING:
    from typing_extensions import Self

SAFE = frozenset({"GET", "HEAD", "PATCH", "PUT", "DELETE"})
"""Methods that may be retried: repeating such a call changes nothing."""
HEADERS = {
    "Accept-Encoding": ACCEPT_ENCODING,
    "User-Agent": f"amazingdata-client/{__version__}",
}


class AsyncSession:
    """A connection to the service.

    It logs in before the first call and renews the token before it expires. If the service rejects
    a token nevertheless, it logs in once more and repeats the call.

    Parameters
    ----------
    base_url : str
        Base URL of the API, such as "http://localhost:8000/api/v1".
    username, password : str, optional
        Credentials. Without them, calls need a `token` and fail once it has expired.
    token : Token, optional
        The token of an earlier login.
    timeout : float
        Seconds to wait for the service to send data.
    retry : Retry
        When and how often to retry a call.
    transport : httpx transport, optional
        For proxies, custom certificates and tests.
    """

    def __init__(
        self,
        base_url: str,
        username: str | None = None,
        password: str | None = None,
        *,
        token: Token | None = None,
        timeout: float = 60.0,
        retry: Retry = PATIENT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.token = token
        self._credentials = (username, password)
        self._retry = retry
        self._lock = Lock()
        self._http = httpx.AsyncClient(headers=HEADERS, timeout=timeout, transport=transport)

    async def __aenter__(self) -> "Self":
        """Return the client."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the client."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def login(self) -> Token:
        """Log in now instead of at the first call (`POST /auth/login`).

        Returns
        -------
        Token
            The new token, which the client uses from now on.

        Raises
        ------
        NotLoggedInError
            The client has no user name or no password.
        UnauthorizedError
            The user name or the password is wrong.
        ForbiddenError
            The user has been deactivated.
        TooManyRequestsError
            Too many logins have failed; wait `retry_after` seconds.
        """
        async with self._lock:
            self.token = await self._granted()
        return self.token

    async def logout(self) -> None:
        """End the session (`POST /auth/logout`); without one, do nothing.

        The service refuses the token within five minutes, and this client forgets it: its next call
        logs in again.

        Raises
        ------
        AmazingDataError
            See `amazingdata_client.errors`; the token may still be good, and `logout` can be
            repeated.
        """
        token = self.token
        if token is None:
            return
        response = await self._sent("POST", "/auth/logout", {}, token, repeatable=True)
        # A token that is refused already has no session to be ended.
        if response.status_code != httpx.codes.UNAUTHORIZED:
            envelope(response)
        async with self._lock:
            # Another call may have logged in meanwhile.
            if self.token == token:
                self.token = None

    async def change_password(self, old_password: str, new_password: str) -> Token:
        """Change the user's own password (`POST /auth/password`), and go on with it.

        Parameters
        ----------
        old_password : str
            The present one.
        new_password : str
            At least ten characters, and hard to guess.

        Returns
        -------
        Token
            The new token, which the client uses from now on; all earlier ones are no longer good.

        Raises
        ------
        InvalidInputError
            The old password is wrong, or the new one is too easy to guess.
        TooManyRequestsError
            Too many old passwords were wrong; wait `retry_after` seconds.
        """
        now = time.time()
        body = {"old_password": old_password, "new_password": new_password}
        answer = await self.call("POST", "/auth/password", json=body)
        username, password = self._credentials
        async with self._lock:
            self._credentials = (username, password and new_password)
            self.token = Token.granted(answer.data, now)
        return self.token

    async def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Call the API and return the raw response, even if it is an error.

        The body is decompressed, and the link to a large response (303) is followed.

        Parameters
        ----------
        method : str
            HTTP method.
        path : str
            Path below `base_url`, with its leading slash.
        **content
            `params`, `json`, `timeout` and other arguments of `httpx.AsyncClient.request`.

        Raises
        ------
        NoAnswerError
            The service cannot be reached.
        """
        return await self._found(
            await self._authorized(method, path, content, repeatable=method in SAFE)
        )

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        repeatable: bool | None = None,
    ) -> Envelope:
        """Call the API and return the content of its response.

        Parameters
        ----------
        method, path, params, json
            See `request`.
        repeatable : bool, optional
            Whether the call is idempotent; default: whether its method is. Other calls are only
            retried if the service certainly did not execute them.

        Returns
        -------
        Envelope
            `data` and `meta`, as in the API document.

        Raises
        ------
        AmazingDataError
            See `amazingdata_client.errors`.
        """
        content = {"params": params, "json": json}
        return envelope(await self._answer(method, path, content, repeatable=repeatable))

    async def _rows(
        self, method: str, path: str, *, repeatable: bool | None = None, **content: Any
    ) -> Envelope:
        """Call the API as `call` does; the rows of codes stay text, see `row_text`."""
        response = await self._answer(method, path, content, repeatable=repeatable)
        return envelope(response, row_text.read)

    async def _answer(
        self, method: str, path: str, content: Mapping[str, Any], *, repeatable: bool | None
    ) -> httpx.Response:
        again = method in SAFE if repeatable is None else repeatable
        return await self._found(await self._authorized(method, path, content, repeatable=again))

    async def _authorized(
        self,
        method: str,
        path: str,
        content: Mapping[str, Any],
        *,
        repeatable: bool,
    ) -> httpx.Response:
        token = await self._current()
        response = await self._sent(method, path, content, token, repeatable=repeatable)
        if response.status_code != httpx.codes.UNAUTHORIZED or None in self._credentials:
            return response
        token = await self._current(refused=token)
        return await self._sent(method, path, content, token, repeatable=repeatable)

    async def _current(self, refused: Token | None = None) -> Token:
        """Return a valid token; concurrent calls wait for one login and share its token."""
        async with self._lock:
            token = self.token
            can_renew = None not in self._credentials
            if token is None or token == refused or (can_renew and time.time() > token.renew_at):
                token = self.token = await self._granted()
            return token

    async def _granted(self) -> Token:
        username, password = self._credentials
        if username is None or password is None:
            raise NotLoggedInError("not logged in: a user name and a password are required")
        now = time.time()
        body = {"json": {"username": username, "password": password}}
        response = await self._sent("POST", "/auth/login", body, repeatable=True)
        return Token.granted(envelope(response).data, now)

    async def _sent(
        self,
        method: str,
        path: str,
        content: Mapping[str, Any],
        token: Token | None = None,
        *,
        repeatable: bool,
    ) -> httpx.Response:
        headers = dict(content.get("headers", {}))
        if token:
            headers["Authorization"] = f"Bearer {token.access_token}"
        return await self._patiently(
            method, self.base_url + path, {**content, "headers": headers}, repeatable=repeatable
        )

    async def _patiently(
        self,
        method: str,
        url: str,
        content: Mapping[str, Any],
        *,
        repeatable: bool,
    ) -> httpx.Response:
        """Send a request, retry it while that may help, and return the last response."""
        tried = 0
        while True:
            outcome = await self._outcome(method, url, content)
            pause = self._retry.pause(outcome, tried, repeatable=repeatable)
            if pause is not None:
                await sleep(pause)
                tried += 1
            elif isinstance(outcome, httpx.Response):
                return unpacked(outcome)
            else:
                why = str(outcome) or type(outcome).__name__
                raise NoAnswerError(f"no response from {url}: {why}") from outcome

    async def _outcome(
        self, method: str, url: str, content: Mapping[str, Any]
    ) -> httpx.Response | httpx.TransportError:
        try:
            response = await self._http.request(method, url, **content)
        except httpx.TransportError as error:
            return error
        except httpx.DecodingError as error:
            raise BadAnswerError(f"{url} sent a corrupt body: {error}") from error
        # The stream it was read from refers to it: a body would stay until cycles are collected.
        response.stream = httpx.ByteStream(b"")
        return response

    async def _found(self, response: httpx.Response) -> httpx.Response:
        """Follow the link to a large response.

        The token is not sent along: the URL is signed, and the bucket rejects a request with a
        second authorization.
        """
        if response.status_code != httpx.codes.SEE_OTHER:
            return response
        link = response.headers["Location"]
        large = await self._patiently("GET", link, {}, repeatable=True)
        if not large.is_success:
            raise BadAnswerError(f"cannot download a large response: {error_of(large)}")
        return large
