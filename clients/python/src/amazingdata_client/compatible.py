"""The client from the API document (10.1), so that programs based on it run unchanged."""

from typing import Any

import httpx

from amazingdata_client._sync.client import Client
from amazingdata_client.errors import AmazingDataError


class AmazingDataClient:
    """The client from the API document: the same constructor, and `request` with raw responses.

    In addition it renews its token and retries calls that may succeed later. Responses come from
    httpx instead of requests; `json()`, `status_code`, `text`, `content` and `headers` are the
    same. As in the document, an error is a response, not an exception. Only an unreachable service
    raises `NoAnswerError`, and a failed login `AmazingDataError`.

    Parameters
    ----------
    base_url : str
        Base URL of the API, such as "http://localhost:8000/api/v1".
    username, password : str
        Credentials for the login, which happens at once.
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
        """The current access token."""
        return self.client.token.access_token if self.client.token else None

    def login(self, username: str, password: str) -> None:
        """Log in again, possibly as another user."""
        before, self.client = self.client, self._logged_in(username, password)
        before.close()

    def close(self) -> None:
        """Close all connections."""
        self.client.close()

    def get_headers(self) -> dict[str, str]:
        """Return the authorization header, for use with another HTTP client."""
        return {"Authorization": f"Bearer {self.token}"}

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Call the API, and return the response.

        Parameters
        ----------
        method : str
            HTTP method.
        path : str
            Path below the base URL, with its leading slash.
        **kwargs
            `params`, `json` and `timeout`; as in the API document, `headers` are ignored.

        Raises
        ------
        NoAnswerError
            The service cannot be reached.
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
