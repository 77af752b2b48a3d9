"""A server with the synthetic market, and a caller that is logged in."""

from collections.abc import Iterator

import pytest

from tests.standin.baostock.server import BaoStockServer
from tests.support.baostock import EVENING, Caller, market_at


@pytest.fixture
def server() -> Iterator[BaoStockServer]:
    """Serve the synthetic market without faults."""
    with BaoStockServer(market_at(EVENING)) as server:
        yield server


@pytest.fixture
def caller(server: BaoStockServer) -> Iterator[Caller]:
    """Call it."""
    with Caller(server) as caller:
        yield caller.log_in()
