"""The client against a local cloud."""

from collections.abc import Iterator

import anyio
import httpx
import polars as pl
import pytest
from amazingdata_client import (
    AmazingDataClient,
    AsyncClient,
    Client,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    Token,
    UnauthorizedError,
)
from amazingdata_client.results import merged

from tests.e2e.conftest import LOGIN, LocalCloud

YEAR = ("20240101", "20241231")
JANUARY = ("20240101", "20240131")


class Recorder(httpx.HTTPTransport):
    """Sends requests, notes them, and wants bodies as they are, so that large ones need a link."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[httpx.Request] = []
        self.plain = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if self.plain:
            request.headers["Accept-Encoding"] = "identity"
        return super().handle_request(request)


@pytest.fixture(scope="module")
def wire() -> Recorder:
    return Recorder()


@pytest.fixture(scope="module")
def client(synthetic_cloud: LocalCloud, wire: Recorder) -> Iterator[Client]:
    with Client(synthetic_cloud.url, *LOGIN.values(), transport=wire) as logged_in:
        yield logged_in


@pytest.fixture(scope="module")
def stocks(client: Client) -> list[str]:
    """The stocks, with a year of daily bars filled, as a callback saw it."""
    seen: list[float] = []
    task = client.fill("stock", *YEAR)
    ended = client.wait(
        task, on_progress=lambda each: seen.append(each.progress), timeout=120, every=0.2
    )
    assert ended.status == "completed"
    assert seen == sorted(seen)
    assert seen[-1] == 100
    return client.codes("EXTRA_STOCK_A")


def test_who_and_what(client: Client) -> None:
    assert client.me().role == "admin"
    assert client.calendar("SH", "20240930", "20241009") == ["20240930", "20241008", "20241009"]
    code = client.codes("EXTRA_INDEX_A")[0]
    assert client.info(code).type == "index"
    assert client.securities(code)[0].code == code
    assert client.users()[0].username == "admin"
    assert "paths" in client.openapi()
    with pytest.raises(NotFoundError):
        client.info("999999.SH")
    with pytest.raises(InvalidInputError) as wrong:
        client.calendar("SH", "20240230", "20241009")
    assert [error.field for error in wrong.value.errors] == ["start_date"]


def test_a_token_that_is_refused_is_renewed(synthetic_cloud: LocalCloud) -> None:
    stale = Token("not.a.token", 9e9, 9e9)
    with Client(synthetic_cloud.url, *LOGIN.values(), token=stale) as client:
        assert client.me().username == "admin"
    with (
        Client(synthetic_cloud.url, token=stale) as stranger,
        pytest.raises((UnauthorizedError, ForbiddenError)),
    ):
        stranger.me()


def test_six_hundred_codes(client: Client, wire: Recorder, stocks: list[str]) -> None:
    unknown = [f"{number}.SZ" for number in range(990000, 990600 - len(stocks))]
    wire.seen.clear()
    result = client.kline([*stocks, *unknown], *JANUARY)
    assert [request.url.path for request in wire.seen] == ["/api/v1/stock/kline/batch"] * 2
    assert result.meta.unknown_codes == unknown
    assert result.meta.complete
    assert result.meta.returned == len(result) > 5000
    frame = client.kline(stocks, *JANUARY).require_complete().to_pandas()
    assert len(frame) == len(result)
    assert str(frame.dtypes["trade_date"]) == "datetime64[ns]"


def test_a_large_answer_comes_by_a_link(client: Client, wire: Recorder, stocks: list[str]) -> None:
    packed = client.kline(stocks, *YEAR)
    wire.seen.clear()
    wire.plain = True
    try:
        linked = client.kline(stocks, *YEAR)
    finally:
        wire.plain = False
    asked, followed = wire.seen
    assert "Authorization" in asked.headers
    assert "Authorization" not in followed.headers
    assert followed.url.path.split("/")[-2] == "answers"
    assert linked == packed
    assert len(packed) > 50_000


def test_portions_are_the_whole_and_leave_no_connection_in_use(
    client: Client, synthetic_cloud: LocalCloud, stocks: list[str]
) -> None:
    told: list[int] = []
    portions = client.iter_klines(stocks, *YEAR, progress=lambda done, _: told.append(done))
    together, whole = merged([*portions]), client.kline(stocks, *YEAR)
    assert together == whole
    assert told == sorted(told)
    assert told[-1] == len(stocks)
    pool = httpx.HTTPTransport()
    with Client(synthetic_cloud.url, *LOGIN.values(), transport=pool) as other:
        for portion in other.iter_klines(stocks, *YEAR, portion=5):
            assert len(portion.data) == 5
            break
        assert [each.is_idle() for each in pool._pool.connections] == [True]


def test_every_security_page_by_page(client: Client) -> None:
    every = client.securities(limit=None)
    assert len(every) == len({each.code for each in every}) > 500
    assert {each.code for each in client.securities(limit=501)} <= {each.code for each in every}
    assert any(each.delist_date for each in every)


def test_futures_statements_adjusted_prices(client: Client, stocks: list[str]) -> None:
    future = client.codes("EXTRA_FUTURE")[0]
    assert client.info(future).type == "future"
    bars = client.future_kline("IF2401.CFE", "20240102", "20240105").require_complete()
    series = client.continuous("if", "20240103", "20240105", adjust="backward")
    assert {*series.data} == {"IF.MAIN"}
    assert series.meta.expected == 3
    assert bars.to_polars().schema["open_interest"] == pl.Int64
    assert {each.variety for each in client.varieties()} >= {"IF"}
    assert client.main_contracts("20240105").trade_date == "20240105"
    adjusted = client.kline(stocks[:3], *JANUARY, adjust="forward")
    assert adjusted.meta.adjust
    assert adjusted.meta.adjust.mode == "forward"
    minutes = client.kline(stocks[0], "20240102", "20240102", "min30").to_pandas()
    assert f"{minutes['kline_time'][0]:%H:%M}" == "09:30"
    statements = client.balance_sheet(stocks[0], "20231231", "20231231")
    assert statements.to_pandas()["reporting_period"].notna().all()
    chart = client.chart(stocks[0], *JANUARY)
    assert len(chart.category_data) == len(chart.values)
    assert client.coverage("stock", *JANUARY, codes=stocks[:2]).total == 2


def test_the_asynchronous_client(synthetic_cloud: LocalCloud, stocks: list[str]) -> None:
    async def run() -> int:
        async with AsyncClient(synthetic_cloud.url, *LOGIN.values()) as client:
            results = []

            async def ask(code: str) -> None:
                results.append(await client.kline(code, *JANUARY))

            async with anyio.create_task_group() as group:
                for code in stocks[:5]:
                    group.start_soon(ask, code)
            task = await client.fill("stock", *JANUARY)
            assert (await client.wait(task, every=0.2)).missing_count == 0
            return sum(map(len, results))

    assert anyio.run(run) > 50


def test_the_api_documents_client(synthetic_cloud: LocalCloud) -> None:
    client = AmazingDataClient(synthetic_cloud.url, *LOGIN.values())
    batch = {"codes": ["600000.SH"], "start_date": JANUARY[0], "end_date": JANUARY[1]}
    response = client.request("POST", "/stock/kline/batch", json=batch)
    assert len(response.json()["data"]["600000.SH"]) == 22
    assert client.request("GET", "/cache/tasks/999999").status_code == 404
    client.close()
