"""One login and its calls: tokens, retries, links to large answers."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from amazingdata_client._async.runtime import Lock, sleep
from amazingdata_client.answers import ACCEPT_ENCODING, Envelope, envelope, error_of, unpacked
from amazingdata_client.errors import BadAnswerError, NoAnswerError, NotLoggedInError
from amazingdata_client.retry import PATIENT, Retry
from amazingdata_client.tokens import Token
from amazingdata_client.version import __version__

if TYPE_CHECKING:
    from typing_extensions import Self

SAFE = frozenset({"GET", "HEAD", "PATCH", "PUT", "DELETE"})
"""Methods of calls that may be done twice."""
HEADERS = {
    "Accept-Encoding": ACCEPT_ENCODING,
    "User-Agent": f"amazingdata-client/{__version__}",
}


class AsyncSession:
    """A connection to the service.

    Logs in at the first call, renews the token before it ends, and once when the service refuses
    it all the same.

    Parameters
    ----------
    base_url : str
        Of the API, such as "http://localhost:8000/api/v1".
    username, password : str, optional
        Without them only calls with a given `token` are possible, for as long as it is good.
    token : Token, optional
        Of an earlier login.
    timeout : float
        Seconds that the service may be silent during a call.
    retry : Retry
        How patiently calls are repeated.
    transport : httpx transport, optional
        For proxies, certificates of one's own, and tests.
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
        """Give the client itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close it."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def login(self) -> Token:
        """Log in now instead of at the first call (`POST /auth/login`).

        Raises
        ------
        NotLoggedInError
            Name or password was not given.
        UnauthorizedError
            They are wrong.
        ForbiddenError
            The user is not active.
        TooManyRequestsError
            Too many logins failed; `retry_after` says when to try again.
        """
        async with self._lock:
            self.token = await self._granted()
        return self.token

    async def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Call the API and give the answer as it is, errors too, decoded and after the 303.

        Parameters
        ----------
        method : str
            HTTP method.
        path : str
            Below `base_url`, with its slash.
        **content
            `params`, `json`, `timeout` and what else httpx takes.
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
        """Call the API and give what it answers.

        Parameters
        ----------
        method, path, params, json
            As for `request`.
        repeatable : bool, optional
            Whether doing it twice is the same as doing it once; by default what HTTP says of the
            method. A call that is not is only repeated where it surely was not done.

        Raises
        ------
        AmazingDataError
            See `amazingdata_client.errors`.
        """
        again = method in SAFE if repeatable is None else repeatable
        content = {"params": params, "json": json}
        return envelope(
            await self._found(await self._authorized(method, path, content, repeatable=again))
        )

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
        """Give a token that should do; whoever comes while another one logs in has that token."""
        async with self._lock:
            token = self.token
            can_renew = None not in self._credentials
            if token is None or token == refused or (can_renew and time.time() > token.renew_at):
                token = self.token = await self._granted()
            return token

    async def _granted(self) -> Token:
        username, password = self._credentials
        if username is None or password is None:
            raise NotLoggedInError("log in first: this needs a user name and a password")
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
        headers = {"Authorization": f"Bearer {token.access_token}"} if token else {}
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
        """Send a request, and again while that may help; give the last answer."""
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
                raise NoAnswerError(f"no answer from {url}: {why}") from outcome

    async def _outcome(
        self, method: str, url: str, content: Mapping[str, Any]
    ) -> httpx.Response | httpx.TransportError:
        try:
            return await self._http.request(method, url, **content)
        except httpx.TransportError as error:
            return error
        except httpx.DecodingError as error:
            raise BadAnswerError(f"{url} answered with a damaged body: {error}") from error

    async def _found(self, response: httpx.Response) -> httpx.Response:
        """Follow the link under which a large answer lies.

        The link is signed by itself: the bucket refuses a request with a second authorization, and
        the token is none of its business.
        """
        if response.status_code != httpx.codes.SEE_OTHER:
            return response
        link = response.headers["Location"]
        large = await self._patiently("GET", link, {}, repeatable=True)
        if not large.is_success:
            raise BadAnswerError(f"the link to a large answer gave: {error_of(large)}")
        return large
