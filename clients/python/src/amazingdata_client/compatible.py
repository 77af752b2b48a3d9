"""The client of the API document (10.1), so that programs written after it run as they are."""

from typing import Any

import httpx

from amazingdata_client._sync.client import Client
from amazingdata_client.errors import AmazingDataError


class AmazingDataClient:
    """The API document's client: the same constructor, `request` with raw answers.

    What it gains: it renews its token, and repeats calls that may succeed later. Answers are of
    httpx instead of requests: `json()`, `status_code`, `text`, `content` and `headers` are the
    same. An error is an answer, not an exception, as it was; only a service that cannot be reached
    raises `NoAnswerError`, and a login that is refused `AmazingDataError`.

    Parameters
    ----------
    base_url : str
        Of the API, such as "http://localhost:8000/api/v1".
    username, password : str
        Logged in with at once.
    """

    def __init__(
        self,
        base_url: str,
        username: str,
        password: str,
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.base_url = base_url
        self._transport = transport
        self.client = self._logged_in(username, password)

    @property
    def token(self) -> str | None:
        """The present token."""
        return self.client.token.access_token if self.client.token else None

    def login(self, username: str, password: str) -> None:
        """Log in, as somebody else too."""
        before, self.client = self.client, self._logged_in(username, password)
        before.close()

    def close(self) -> None:
        """Close the connections, which the document's client never does."""
        self.client.close()

    def get_headers(self) -> dict[str, str]:
        """Give the header that other HTTP clients need."""
        return {"Authorization": f"Bearer {self.token}"}

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Call the API.

        Parameters
        ----------
        method : str
            HTTP method.
        path : str
            Below the base URL, with its slash.
        **kwargs
            `params`, `json`, `timeout`; headers are replaced, as in the API document.
        """
        kwargs.pop("headers", None)
        return self.client.request(method.upper(), path, **kwargs)

    def _logged_in(self, username: str, password: str) -> Client:
        client = Client(self.base_url, username, password, transport=self._transport)
        try:
            client.login()
        except AmazingDataError:
            client.close()
            raise
        return client
