"""Every example of the API's document, as written there, but for the base URL.

Left as they are, so that what users copy is what is tested: the words are theirs, not ours.
"""
# ruff: noqa: RET504, RET505, TRY002
# mypy: disable-error-code="no-untyped-def, no-untyped-call, no-any-return"

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests

from local.openapi.document import Key
from tests.e2e.conftest import LocalCloud
from tests.support.conformance import check_body

type Headers = dict[str, str]


@pytest.fixture(scope="module")
def base_url(synthetic_cloud: LocalCloud) -> str:
    return synthetic_cloud.url


@pytest.fixture(scope="module")
def token(base_url: str) -> str:
    """2.1"""
    response = requests.post(
        f"{base_url}/auth/login", json={"username": "admin", "password": "admin123"}
    )
    token = response.json()["data"]["access_token"]
    return token


@pytest.fixture(scope="module")
def headers(token: str) -> Headers:
    headers = {"Authorization": f"Bearer {token}"}
    return headers


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    """What stands for the SDK's server: it takes connections."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        yield port


def check(key: Key, response: requests.Response) -> Any:
    """See that an answer is a success as the description has it, and give its data."""
    envelope = response.json()
    assert response.status_code == envelope["code"] == 200, envelope
    check_body(key, 200, envelope)
    return envelope["data"]


def test_login(base_url: str) -> None:
    """2.1"""
    response = requests.post(
        f"{base_url}/auth/login", json={"username": "admin", "password": "admin123"}
    )
    data = check(("POST", "/auth/login"), response)
    assert response.json()["message"] == "登录成功"
    assert (data["token_type"], data["expires_in"]) == ("bearer", 86400)


def test_me(base_url: str, headers: Headers) -> None:
    """2.2"""
    response = requests.get(f"{base_url}/auth/me", headers=headers)
    user_info = response.json()["data"]
    assert check(("GET", "/auth/me"), response) == user_info
    assert user_info.keys() >= {"id", "username", "email", "role", "is_active"}
    assert (user_info["username"], user_info["is_active"]) == ("admin", True)


def test_sdk_configs(base_url: str, headers: Headers, server: int) -> None:
    """3.1 to 3.3; the config that is tested stands for one whose server is on this machine."""
    here = {"host": "127.0.0.1", "port": server, "password": "secret"}
    requests.patch(f"{base_url}/configs/sdk/1", headers=headers, json=here)
    response = requests.post(
        f"{base_url}/configs/sdk",
        headers=headers,
        json={
            "name": "生产环境SDK",
            "username": "your_username",
            "password": "your_password",
            "host": "140.206.44.234",
            "port": 8600,
            "is_default": True,
        },
    )
    created = check(("POST", "/configs/sdk"), response)
    assert (created["name"], created["is_default"]) == ("生产环境SDK", True)
    assert "your_password" not in response.text

    response = requests.get(f"{base_url}/configs/sdk", headers=headers)
    configs = response.json()["data"]["items"]
    assert check(("GET", "/configs/sdk"), response)["total"] == len(configs)
    assert configs[-1] == created

    response = requests.post(f"{base_url}/configs/sdk/1/test", headers=headers, timeout=60)
    result = response.json()["data"]
    assert check(("POST", "/configs/sdk/{id}/test"), response) == result
    assert result["success"], result


def test_codes(base_url: str, headers: Headers) -> None:
    """4.1"""
    response = requests.get(
        f"{base_url}/base/codes", params={"security_type": "EXTRA_STOCK_A"}, headers=headers
    )
    codes = response.json()["data"]
    assert check(("GET", "/base/codes"), response) == codes
    assert "600000.SH" in codes


def test_calendar(base_url: str, headers: Headers) -> None:
    """4.2"""
    response = requests.get(
        f"{base_url}/base/calendar",
        params={"market": "SH", "start_date": "20240101", "end_date": "20240131"},
        headers=headers,
    )
    trading_days = response.json()["data"]
    assert check(("GET", "/base/calendar"), response) == trading_days
    assert (len(trading_days), trading_days[0], trading_days[-1]) == (22, "20240102", "20240131")


def test_info(base_url: str, headers: Headers) -> None:
    """4.3"""
    response = requests.get(f"{base_url}/base/codes/600000.SH/info", headers=headers)
    info = response.json()["data"]
    assert check(("GET", "/base/codes/{code}/info"), response) == info
    assert (info["code"], info["market"], info["type"]) == ("600000.SH", "SH", "stock")


def test_stock_klines(base_url: str, headers: Headers) -> None:
    """5.1"""
    response = requests.get(
        f"{base_url}/stock/kline",
        params={
            "codes": "600000.SH,000001.SZ",
            "start_date": "20240101",
            "end_date": "20240131",
            "period": "daily",
        },
        headers=headers,
    )
    kline_data = response.json()["data"]
    assert check(("GET", "/stock/kline"), response) == kline_data
    bars = kline_data["600000.SH"]
    assert bars
    assert [bar["trade_date"] for bar in bars] == sorted(bar["trade_date"] for bar in bars)


def test_chart(base_url: str, headers: Headers) -> None:
    """5.2"""
    response = requests.get(
        f"{base_url}/stock/kline/600000.SH/chart",
        params={"start_date": "20240101", "end_date": "20240131", "period": "daily"},
        headers=headers,
    )
    chart_data = response.json()["data"]
    assert check(("GET", "/stock/kline/{code}/chart"), response) == chart_data
    assert 0 < len(chart_data["categoryData"]) == len(chart_data["values"])


def test_batch(base_url: str, headers: Headers) -> None:
    """5.3"""
    response = requests.post(
        f"{base_url}/stock/kline/batch",
        headers=headers,
        json={
            "codes": ["600000.SH", "000001.SZ"],
            "start_date": "20240101",
            "end_date": "20240131",
            "period": "daily",
        },
    )
    assert check(("POST", "/stock/kline/batch"), response)["600000.SH"]


def test_batch_body(base_url: str, headers: Headers) -> None:
    """5.3, the body that stands by itself."""
    body = {
        "codes": ["600000.SH", "000001.SZ", "000002.SZ"],
        "start_date": "20240101",
        "end_date": "20240131",
        "period": "daily",
    }
    response = requests.post(f"{base_url}/stock/kline/batch", headers=headers, json=body)
    check(("POST", "/stock/kline/batch"), response)


def test_future_klines(base_url: str, headers: Headers) -> None:
    """6.1"""
    response = requests.get(
        f"{base_url}/future/kline",
        params={
            "codes": "IF2401.CFE",
            "start_date": "20240101",
            "end_date": "20240131",
            "period": "daily",
        },
        headers=headers,
    )
    bars = check(("GET", "/future/kline"), response)["IF2401.CFE"]
    assert bars[0].keys() >= {"trade_date", "open", "high", "low", "close", "volume"}
    assert bars[0].keys() >= {"settle", "open_interest"}


def test_varieties(base_url: str, headers: Headers) -> None:
    """6.2"""
    response = requests.get(f"{base_url}/cache/future-varieties", headers=headers)
    varieties = response.json()["data"]["varieties"]
    check(("GET", "/cache/future-varieties"), response)
    assert "IF" in varieties


def test_main_contracts(base_url: str, headers: Headers) -> None:
    """6.3"""
    response = requests.get(f"{base_url}/cache/main-contracts", headers=headers)
    main_contracts = response.json()["data"]["main_contracts"]
    assert check(("GET", "/cache/main-contracts"), response)["main_contracts"] == main_contracts


def test_detect(base_url: str, headers: Headers) -> None:
    """7.1"""
    response = requests.post(
        f"{base_url}/cache/detect-all-missing",
        headers=headers,
        json={
            "security_type": "stock",
            "period_type": "daily",
            "start_date": "20240101",
            "end_date": "20240131",
            "contract_type": "all",
        },
    )
    result = response.json()["data"]
    assert check(("POST", "/cache/detect-all-missing"), response) == result
    assert result["status"] == "completed"
    assert result["total_count"] == result["complete_count"] + result["missing_count"]
    assert len(result["daily_stats"]) == 22


def test_cache_all_and_its_progress(base_url: str, headers: Headers) -> None:
    """7.2, 7.4 and 7.5"""
    response = requests.post(
        f"{base_url}/cache/cache-all-missing",
        headers=headers,
        json={
            "security_type": "stock",
            "period_type": "daily",
            "start_date": "20240101",
            "end_date": "20240131",
        },
    )
    task_id = response.json()["data"]["task_id"]
    started = check(("POST", "/cache/cache-all-missing"), response)
    assert started["total_count"] > 0

    response = requests.get(f"{base_url}/cache/tasks/{task_id}", headers=headers)
    task_status = response.json()["data"]["task"]
    assert check(("GET", "/cache/tasks/{task_id}"), response)["task"] == task_status
    assert task_status["id"] == task_id

    response = requests.get(
        f"{base_url}/cache/tasks", params={"page": 1, "page_size": 10}, headers=headers
    )
    tasks = response.json()["data"]["items"]
    check(("GET", "/cache/tasks"), response)
    assert task_id in [task["id"] for task in tasks]


@pytest.mark.parametrize("statement", ["balance-sheet", "income", "cash-flow"])
def test_statements(base_url: str, headers: Headers, statement: str) -> None:
    """8.1 to 8.3"""
    response = requests.get(
        f"{base_url}/finance/{statement}",
        params={"codes": "600000.SH", "start_date": "20230101", "end_date": "20231231"},
        headers=headers,
    )
    assert check(("GET", f"/finance/{statement}"), response)["600000.SH"]


@pytest.mark.parametrize(
    ("path", "bearer", "status"),
    [("/base/codes", "", 400), ("/auth/me", "wrong", 401), ("/cache/tasks/999999", "", 404)],
)
def test_error_codes(base_url: str, headers: Headers, path: str, bearer: str, status: int) -> None:
    """9"""
    sent = {"Authorization": f"Bearer {bearer}"} if bearer else headers
    response = requests.get(f"{base_url}{path}", headers=sent)
    assert response.status_code == response.json()["code"] == status


class AmazingDataClient:
    """10.1"""

    def __init__(self, base_url, username, password):
        self.base_url = base_url
        self.token = None
        self.login(username, password)

    def login(self, username, password):
        response = requests.post(
            f"{self.base_url}/auth/login", json={"username": username, "password": password}
        )
        self.token = response.json()["data"]["access_token"]

    def get_headers(self):
        return {"Authorization": f"Bearer {self.token}"}

    def request(self, method, path, **kwargs):
        kwargs["headers"] = self.get_headers()
        return requests.request(method, f"{self.base_url}{path}", **kwargs)


def wait_for_task(client, task_id, timeout=300):
    """10.3"""
    start_time = time.time()
    while time.time() - start_time < timeout:
        response = client.request("GET", f"/cache/tasks/{task_id}")
        task = response.json()["data"]["task"]

        if task["status"] == "completed":
            return task
        elif task["status"] == "failed":
            raise Exception(task["error_message"])

        time.sleep(2)

    raise Exception("任务超时")


@pytest.fixture(scope="module")
def client(base_url: str) -> Any:
    return AmazingDataClient(base_url, "admin", "admin123")


def test_a_batch_loop(client: Any) -> None:
    """10.2"""
    codes = client.request("GET", "/base/codes", params={"security_type": "EXTRA_STOCK_A"})
    codes = codes.json()["data"]
    batch_size = 50
    answered = 0

    for i in range(0, len(codes), batch_size):
        batch = codes[i : i + batch_size]
        response = client.request(
            "POST",
            "/stock/kline/batch",
            json={"codes": batch, "start_date": "20240101", "end_date": "20240131"},
        )
        answered += len(check(("POST", "/stock/kline/batch"), response))
    assert answered == len(codes) > batch_size


def test_a_polling_loop(client: Any) -> None:
    """10.3 and 7.3"""
    response = client.request(
        "POST",
        "/cache/fill-missing",
        json={
            "security_type": "stock",
            "period_type": "daily",
            "start_date": "20240101",
            "end_date": "20240131",
        },
    )
    task_id = response.json()["data"]["task_id"]
    assert check(("POST", "/cache/fill-missing"), response)["missing_count"] >= 0
    result = wait_for_task(client, task_id)
    assert (result["progress"], result["error_count"]) == (100, 0)


def test_a_failed_task_ends_the_polling_loop(client: Any) -> None:
    """10.3: what the loop raises is the task's own message."""

    class Failed:
        def request(self, method: str, path: str) -> Any:
            class Answer:
                def json(self) -> Any:
                    return {"data": {"task": {"status": "failed", "error_message": "why"}}}

            return Answer()

    with pytest.raises(Exception, match="why"):
        wait_for_task(Failed(), 1)
