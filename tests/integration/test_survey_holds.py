"""Counts that no longer hold: what was cleared, listed or left over since."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from marketdata import deployment
from marketdata.blocks import store as blocks
from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.store import BlockStore
from marketdata.kline.bars import BarDataset
from marketdata.tasks import survey
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, put_securities, rows
from tests.integration.test_damage import busy
from tests.integration.test_overview import LATE, at, fill, held
from tests.support.faults import Event, Handler
from tests.support.service import Service


@pytest.fixture(autouse=True)
def _in_january(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, LATE)


def fill_and_lose(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill the market, and lose the bars of its first code."""
    monkeypatch.setattr(blocks, "INLINE_BYTES", 10)
    open_market(service)
    fill(service, DAYS[0], DAYS[-1])
    (lost,) = service.cloud.bucket.keys(f"blocks/stock.daily/{CODES[0]}/")
    service.cloud.bucket.delete(lost)


def test_what_a_read_had_cleared_is_missing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_and_lose(service, monkeypatch)
    service.faults["upstream"] = busy
    service.rows("/stock/kline", CODES[0], DAYS[0], DAYS[-1])
    assert service.calls("upstream")[-1]["operation"] == "clear_damaged"
    before = held(service)
    assert (before["percent"], before["waiting"]) == (100, 1)
    service.schedule("age")
    after = held(service)
    assert (after["missing_codes"], after["missing"], after["waiting"]) == (1, len(DAYS), 0)


def test_what_a_verify_cleared_before_it_failed_is_missing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_and_lose(service, monkeypatch)

    def broken(handle: Handler, event: Event) -> Any:
        if event["operation"] == "finish":
            raise RuntimeError
        return handle(event)

    service.faults["finish_task"] = broken
    assert service.run("verify", **WEEKS)["status"] == "failed"
    service.schedule("age")
    assert (held(service)["missing_codes"], held(service)["missing"]) == (1, len(DAYS))


def test_codes_that_were_listed_later_are_counted(service: Service) -> None:
    open_market(service, CODES[1:])
    for code in CODES:
        put_bars(service, code, [rows(code)[0] | {"trade_date": "20181228"}, *rows(code)])
    fill(service, "20181228", DAYS[-1])
    before = held(service)
    assert before["percent"] == 100
    put_securities(service, *(f"{code},{code},stock,19991110," for code in CODES))
    service.schedule("catalog")
    deployment.reset()
    service.schedule("age")
    found = held(service)
    days = before["expected"] // 5
    assert (found["since"], found["missing"], found["missing_codes"]) == ("20181228", days, 1)


def test_an_earlier_count_never_replaces_a_later_one(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    fill(service, DAYS[0], DAYS[2])
    read, others = BlockStore.coverage_by_part, list[Any]()

    def meanwhile(store: BlockStore, dataset: str, parts: Sequence[str]) -> Any:
        found = read(store, dataset, parts)
        if not others:
            others.append("a fill")
            at(monkeypatch, LATE + timedelta(minutes=1))
            fill(service, DAYS[0], DAYS[-1])
        return found

    monkeypatch.setattr(BlockStore, "coverage_by_part", meanwhile)
    deployment.survey().count(BarDataset(Kind.STOCK, Period.DAILY), ["2020"])
    assert others
    assert (held(service)["present"], held(service)["missing"]) == (len(CODES) * len(DAYS), 0)


def test_what_was_cleared_while_it_was_counted_is_counted_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    fill(service, DAYS[0], DAYS[-1])
    read, cleared = BlockStore.coverage_by_part, BlockKey("stock.daily", CODES[0], "2020")

    def meanwhile(store: BlockStore, dataset: str, parts: Sequence[str]) -> Any:
        found = read(store, dataset, parts)
        store.update(cleared, None, lambda block: Block(version=block.version))
        deployment.survey().doubt([cleared])
        return found

    with monkeypatch.context() as patch:
        patch.setattr(BlockStore, "coverage_by_part", meanwhile)
        deployment.survey().count(BarDataset(Kind.STOCK, Period.DAILY), ["2020"])
    assert held(service)["missing"] == len(DAYS)


def test_minutes_that_were_left_over_are_counted_later(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MOST_PARTS", 1)
    monkeypatch.setattr(survey, "ROUNDS", 1)
    parts = {"2019-11": "20191129", "2019-12": "20191227", "2020-01": DAYS[0]}
    open_market(service)
    for code in CODES:
        put_bars(service, code, [hour(code, day) for day in parts.values()], "stock/min60")
    asked = {"security_type": "stock", "period_type": "min60"}
    asked |= {"start_date": "20191101", "end_date": DAYS[-1]}
    service.run("fill-missing", **asked)
    for stored in (6, 12, 18):
        assert held(service, "stock.min60")["rows"] == stored
        deployment.survey().refresh()
    for part in parts:
        key = BlockKey("stock.min60", CODES[0], part)
        service.blocks.update(key, None, lambda block: Block(version=block.version))
    service.run("detect-all-missing", **asked)
    for stored in (17, 16, 15):
        assert held(service, "stock.min60")["rows"] == stored
        deployment.survey().refresh()


def test_what_the_range_needs_is_counted_later_if_there_was_no_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    fill(service, DAYS[0], DAYS[-1])
    for code in CODES:
        put_bars(service, code, [rows(code)[0] | {"trade_date": "20171229"}, *rows(code)])
    monkeypatch.setattr(survey, "ROUNDS", 1)
    fill(service, "20171229", "20171229")
    assert held(service)["since"] == DAYS[0]
    monkeypatch.undo()
    at(monkeypatch, LATE)
    deployment.survey().refresh()
    found = held(service)
    assert (found["since"], found["missing_codes"]) == ("20171229", len(CODES))


def hour(code: str, day: str) -> dict[str, Any]:
    """Give a bar of an hour."""
    time = f"{day[:4]}-{day[4:6]}-{day[6:]} 10:30:00"
    return rows(code)[0] | {"trade_date": day, "kline_time": time}
