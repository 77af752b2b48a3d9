"""What the upstream function answers to whom."""

import pytest

from functions.upstream import app
from marketdata.errors import InvalidInputError
from marketdata.ingest.report import IngestReport
from tests.integration.market import CODES, DAYS, open_market, put_bars, put_securities, row
from tests.support.service import Service

FETCH = {
    "operation": "fetch_bars",
    "dataset": "stock.daily",
    "codes": ["600000.SH", "600008.SH"],
    "start": "20200102",
    "end": "20200110",
}
OF_A_TASK = {"task_id": 1, "attempt": 1, "batch": 1, "work": 14, "closing": 2}


@pytest.fixture(autouse=True)
def market(service: Service) -> None:
    open_market(service)
    # A file that has later rows says that there are none before.
    put_bars(service, "600008.SH", [row("600000.SH", DAYS[0]) | {"trade_date": "20200113"}])


def test_a_reader_learns_what_was_stored(service: Service) -> None:
    answer = service.invoke("upstream", FETCH)
    assert IngestReport(**answer) == IngestReport(len(DAYS), 1, {}, {})


def test_a_map_gets_nothing_back(service: Service) -> None:
    """The answers of all items together may not exceed 256 KB."""
    answer = service.invoke("upstream", {"batches": [FETCH | OF_A_TASK]})
    assert answer == {"left": 0, "batches": [], "pause": 0}
    assert service.rows("/stock/kline", "600000.SH", "20200101", "20200110")[1]["complete"]


def test_a_refreshed_catalog_counts_at_once(service: Service) -> None:
    """A day is marked absent only for a code that the catalog has."""
    service.invoke("upstream", FETCH)
    listed = [f"{code},{code},stock,19991110," for code in (*CODES, "600008.SH")]
    put_securities(service, *listed)
    answer = service.invoke("upstream", {"operation": "refresh_catalog"})
    assert answer["securities"] == len(listed)
    service.invoke("upstream", FETCH)
    stored = service.blocks.coverage("stock.daily", "2020")
    assert stored["600008.SH"].coverage.absent.bit_count() == len(DAYS)


def test_an_operation_that_does_not_exist() -> None:
    with pytest.raises(InvalidInputError, match="operation: must be one of fetch_bars, "):
        app.handler({"operation": "drop_tables"}, None)
