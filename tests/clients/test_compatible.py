"""The client of the API document, used as the document does."""

import httpx
import pytest
from amazingdata_client import AmazingDataClient, UnauthorizedError
from backports import zstd

from tests.clients.samples import meta, sample_bar
from tests.clients.scripted import PASSWORD, URL, USERNAME, ScriptedService, failure, success


@pytest.fixture
def client(scripted: ScriptedService) -> AmazingDataClient:
    return AmazingDataClient(URL, USERNAME, PASSWORD, transport=httpx.MockTransport(scripted))


def test_it_logs_in_at_once(client: AmazingDataClient, scripted: ScriptedService) -> None:
    assert scripted.logins == 1
    assert client.base_url == URL
    assert client.token == "token-1"
    assert client.get_headers() == {"Authorization": "Bearer token-1"}


def test_a_wrong_password_is_told(scripted: ScriptedService) -> None:
    with pytest.raises(UnauthorizedError):
        AmazingDataClient(URL, USERNAME, "wrong", transport=httpx.MockTransport(scripted))


def test_somebody_else_logs_in(client: AmazingDataClient, scripted: ScriptedService) -> None:
    before = client.client
    client.login(USERNAME, PASSWORD)
    assert client.token == "token-2"
    with pytest.raises(UnauthorizedError):
        client.login("li", "wrong")
    assert client.token == "token-2"
    client.close()
    for closed in (before, client.client):
        with pytest.raises(RuntimeError, match="closed"):
            closed.me()


def test_the_documents_batch(client: AmazingDataClient, scripted: ScriptedService) -> None:
    packed = zstd.compress(success({"600000.SH": [sample_bar()]}, meta()).content)
    headers = {"Content-Encoding": "zstd", "Content-Type": "application/json"}
    scripted.on("POST /stock/kline/batch", httpx.Response(200, content=packed, headers=headers))
    response = client.request(
        "post", "/stock/kline/batch", json={"codes": ["600000.SH"]}, headers={"X": "replaced"}
    )
    assert response.status_code == 200
    assert response.json()["data"] == {"600000.SH": [sample_bar()]}
    assert "X" not in scripted.seen[0].headers


def test_an_error_is_an_answer(client: AmazingDataClient, scripted: ScriptedService) -> None:
    scripted.on("GET /cache/tasks/9", failure(404, "there is no task 9"))
    response = client.request("GET", "/cache/tasks/9", params={"page": 1}, timeout=60)
    assert response.status_code == 404
    assert response.json()["message"] == "there is no task 9"


def test_a_refused_token_is_replaced(client: AmazingDataClient, scripted: ScriptedService) -> None:
    scripted.on("GET /auth/me", success({}))
    scripted.revoke()
    assert client.request("GET", "/auth/me").status_code == 200
    assert client.token == "token-2"
