"""The overview of `GET /status`: how complete what is held is, and how its tasks are doing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from marketdata import deployment
from marketdata.blocks import store as blocks
from marketdata.blocks.block import Block, BlockKey
from marketdata.tasks import survey
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, rows
from tests.support.events import USER
from tests.support.service import Service

LATE = datetime(2020, 1, 10, 10, 0, tzinfo=UTC)
"""18:00 in Shanghai on the last day of the market, which is final by then."""


@pytest.fixture(autouse=True)
def _in_january(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, LATE)


def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(deployment, "now", lambda: moment)


def status(service: Service) -> Any:
    code, envelope = service.call("GET", "/status", USER)
    assert code == 200, envelope
    return envelope["data"]


def dataset(service: Service, name: str = "stock.daily") -> Any:
    (found,) = [each for each in status(service)["datasets"] if each["dataset"] == name]
    return found


def held(service: Service, name: str = "stock.daily") -> Any:
    return dataset(service, name)["held"]


def fill(service: Service, start: str, end: str, **more: Any) -> Any:
    return service.run("fill-missing", **WEEKS | {"start_date": start, "end_date": end, **more})


def test_nothing_is_known_of_an_empty_cache(service: Service) -> None:
    found = status(service)
    assert (found["datasets"], found["tasks"]["looked_at"]) == ([], 0)
    assert found["store"] == {
        "blocks": None,
        "rows": None,
        "table_bytes": None,
        "objects": None,
        "object_bytes": None,
        "as_of": None,
        "unknown": dict.fromkeys(("table_bytes", "objects", "object_bytes"), "never_counted"),
    }


def test_what_is_covered_but_was_never_filled_is_unknown(service: Service) -> None:
    open_market(service)
    service.call("GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"})
    found = dataset(service)
    assert (found["final_day"], found["held"], found["unknown"]) == (
        DAYS[-1],
        None,
        "never_counted",
    )


def test_a_fill_is_counted_at_its_end(service: Service) -> None:
    open_market(service)
    fill(service, *(DAYS[2], DAYS[-1]))
    found = held(service)
    days = len(CODES) * 5
    assert found == {
        # Not from the first of January: nobody asked for earlier days.
        "since": DAYS[2],
        "until": DAYS[-1],
        "newest_day": DAYS[-1],
        "expected": days,
        "present": days,
        "absent": 0,
        "unconfirmed": 0,
        "missing": 0,
        "percent": 100.0,
        "missing_codes": 0,
        "newest_missing": 0,
        "blocks": len(CODES),
        "rows": days,
        "as_of": LATE.isoformat(),
        "waiting": 0,
    }
    store = status(service)["store"]
    # moto counts no bytes, as the local cloud does not.
    assert (store["table_bytes"], store["unknown"]) == (None, {"table_bytes": "nowhere_counted"})
    assert (store["blocks"], store["rows"]) == (len(CODES), days)
    # Its files, work lists and results are in the bucket.
    assert store["objects"] > len(CODES)
    assert store["object_bytes"] > 0
    assert store["as_of"] == LATE.isoformat()


def test_a_hole_is_never_rounded_away(service: Service) -> None:
    open_market(service)
    bars = [row for row in rows(CODES[0]) if row["trade_date"] != DAYS[3]]
    put_bars(service, CODES[0], bars)
    fill(service, DAYS[0], DAYS[-1])
    found = held(service)
    # A file that goes on after a day has none of it: that is no hole.
    assert (found["absent"], found["missing"], found["percent"]) == (1, 0, 100.0)
    put_bars(service, CODES[1], rows(CODES[1])[:-1])
    service.run("cache-all-missing", **WEEKS)
    found = held(service)
    assert found["percent"] == 100.0  # what was stored stays
    lost = BlockKey("stock.daily", CODES[1], "2020")
    service.blocks.update(lost, None, lambda block: Block(version=block.version))
    service.run("detect-all-missing", **WEEKS)
    found = held(service)
    assert (found["missing"], found["missing_codes"], found["newest_missing"]) == (7, 1, 1)
    assert found["percent"] == int(10_000 * 35 / 42) / 100 < 100


def test_an_earlier_part_makes_the_range_longer_and_its_holes_count(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    fill(service, DAYS[2], DAYS[-1])
    put_bars(service, CODES[0], [rows(CODES[0])[0] | {"trade_date": "20171229"}, *rows(CODES[0])])
    fill(service, "20171229", "20171229", codes=[CODES[0]])
    found = held(service)
    # One code of six is not what is held, but it is stored.
    assert (found["since"], found["missing"], found["blocks"]) == (DAYS[2], 0, 7)
    for code in CODES[1:3]:
        put_bars(service, code, [rows(code)[0] | {"trade_date": "20171229"}, *rows(code)])
    fill(service, "20171229", "20171229", codes=list(CODES[1:3]))
    found = held(service)
    # Two whole years between, and the first two days of 2020, of six codes; and three on one day.
    lacking = 6 * (243 + 244 + 2) + 3
    assert (found["since"], found["missing"]) == ("20171229", lacking)
    assert (found["missing_codes"], found["newest_missing"]) == (6, 0)


def test_what_was_filled_long_ago_lacks_what_came_since(service: Service) -> None:
    open_market(service)
    put_bars(service, CODES[0], [rows(CODES[0])[0] | {"trade_date": "20181228"}, *rows(CODES[0])])
    fill(service, "20181228", "20181228")
    found = held(service)
    assert (found["since"], found["until"], found["newest_day"]) == (
        "20181228",
        DAYS[-1],
        "20181228",
    )
    assert (found["missing_codes"], found["newest_missing"]) == (6, 6)


def test_what_a_verify_cleared_is_missing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "INLINE_BYTES", 10)
    open_market(service)
    fill(service, DAYS[0], DAYS[-1])
    (lost,) = service.cloud.bucket.keys(f"blocks/stock.daily/{CODES[0]}/")
    service.cloud.bucket.delete(lost)
    service.run("verify", **WEEKS)
    assert (held(service)["missing_codes"], held(service)["missing"]) == (1, len(DAYS))


def test_the_age_of_the_counts_is_that_of_the_oldest(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    for code in CODES:
        put_bars(service, code, [rows(code)[0] | {"trade_date": "20191227"}, *rows(code)])
    fill(service, "20191227", DAYS[-1])
    at(monkeypatch, LATE + timedelta(hours=2))
    service.run("detect-all-missing", **WEEKS)
    assert held(service)["as_of"] == LATE.isoformat()
    # By the notes of changes, nothing else has changed since.
    service.schedule("age")
    assert held(service)["as_of"] == (LATE + timedelta(hours=2)).isoformat()


def test_days_that_become_final_are_counted_by_the_schedule(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    fill(service, DAYS[0], DAYS[-1])
    at(monkeypatch, LATE + timedelta(days=3))
    deployment.reset()
    found = dataset(service)
    # Nobody has counted it yet, and the answer says so.
    assert (found["final_day"], found["held"]["until"]) == ("20200113", DAYS[-1])
    service.schedule("age")
    found = held(service)
    assert (found["until"], found["newest_day"]) == ("20200113", DAYS[-1])
    assert (found["missing"], found["missing_codes"], found["newest_missing"]) == (6, 6, 6)
    assert found["as_of"] == (LATE + timedelta(days=3)).isoformat()


def test_what_reads_stored_is_counted_by_the_schedule(service: Service) -> None:
    open_market(service)
    service.rows("/stock/kline", CODES[0], DAYS[0], DAYS[-1])
    assert held(service) is None
    service.schedule("age")
    found = held(service)
    assert (found["present"], found["missing_codes"]) == (7, 5)


def test_older_parts_wait_and_are_not_told_of(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MOST_PARTS", 1)
    monkeypatch.setattr(survey, "ROUNDS", 1)
    open_market(service)
    for code in CODES:
        early = [rows(code)[0] | {"trade_date": day} for day in ("20181228", "20191227")]
        put_bars(service, code, [*early, *rows(code)])
    fill(service, "20180101", DAYS[-1])
    assert held(service)["since"] == DAYS[0]
    service.schedule("age")
    assert held(service)["since"][:4] == "2019"
    deployment.survey().refresh()
    assert held(service)["since"][:4] == "2018"


def test_tasks_at_work_and_those_that_went_wrong(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    put_bars(service, CODES[0], [row | {"low": -1.0} for row in rows(CODES[0])])
    fill(service, DAYS[0], DAYS[-1])
    found = status(service)
    assert found["tasks"] | {"since": None} == {
        "running": 0,
        "failed": 1,
        "looked_at": 1,
        "since": None,
    }
    (stock,) = [each for each in found["datasets"] if each["dataset"] == "stock.daily"]
    assert (stock["running"], stock["failed"]) == (0, 1)
    assert stock["held"]["missing_codes"] == 1
    at(monkeypatch, datetime.now(UTC) + timedelta(days=8))
    assert status(service)["tasks"]["failed"] == 0


def test_a_count_that_fails_fails_no_task(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    open_market(service)
    monkeypatch.setattr(survey.Survey, "count", broken)
    task = fill(service, DAYS[0], DAYS[-1])
    assert (task["status"], task["error_count"]) == ("completed", 0)
    assert held(service) is None


def test_a_bucket_with_too_many_objects_has_no_size(service: Service) -> None:
    open_market(service)
    service.call("GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"})
    deployment.store_size().count(most=1)
    store = status(service)["store"]
    assert (store["objects"], store["object_bytes"]) == (None, None)
    assert store["unknown"]["objects"] == "too_many"
    # What took long is not counted while somebody waits.
    deployment.store_size().count(most=1, give_up=True)
    assert status(service)["store"] == store
