"""The main job on small files: fill, read, detect."""

from datetime import datetime
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws.objects import Bucket
from marketdata.catalog.calendar import SHANGHAI, last_known_day
from marketdata.errors import UpstreamFaultError
from tests.integration.market import (
    CODES,
    DAYS,
    WEEKS,
    check_counters,
    check_filled,
    open_market,
    put_bars,
    put_securities,
    rows,
)
from tests.support.faults import Event, Handler
from tests.support.service import Service


def test_a_fill_makes_everything_complete(service: Service) -> None:
    open_market(service)
    check_counters(service.run("fill-missing", **WEEKS), batches=1)
    check_filled(service)


def test_a_fill_asks_for_what_is_missing_only(service: Service) -> None:
    open_market(service)
    half = WEEKS | {"end_date": "20200106"}
    assert service.run("fill-missing", **half, codes=CODES[:3])["bar_count"] == 9
    service.invocations.clear()
    task = service.run("fill-missing", **WEEKS | {"start_date": "20200106"}, codes=CODES[:3])
    assert (task["missing_count"], task["bar_count"]) == (3, 3 * 4)
    (event,) = service.calls("upstream")
    assert (event["codes"], event["start"], event["end"]) == (
        list(CODES[:3]),
        "20200107",
        "20200110",
    )
    assert service.run("fill-missing", **WEEKS)["missing_count"] == 3
    check_filled(service)


def test_caching_all_fetches_all_again(service: Service) -> None:
    open_market(service)
    service.run("fill-missing", **WEEKS)
    changed = [row | {"close": row["open"]} for row in rows("600000.SH")]
    put_bars(service, "600000.SH", changed)
    task = service.run("cache-all-missing", **WEEKS)
    check_counters(task, batches=1)
    found, _ = service.rows("/stock/kline", "600000.SH", "20200101", "20200110")
    assert found == changed


def test_days_without_a_bar_are_asked_for_once(service: Service) -> None:
    open_market(service)
    quiet = [day for day in DAYS if day not in {"20200103", "20200108"}]
    put_bars(service, "600000.SH", rows("600000.SH", quiet))
    service.put_file("suspensions.csv", "code,trade_date\n600000.SH,20200108\n")
    service.run("fill-missing", **WEEKS)
    found, meta = service.rows("/stock/kline", "600000.SH", "20200101", "20200110")
    assert found == rows("600000.SH", quiet)
    assert meta["absent"] == {
        "600000.SH": [
            {"date": "20200103", "reason": "no_bar"},
            {"date": "20200108", "reason": "suspended"},
        ]
    }
    assert service.run("fill-missing", **WEEKS)["missing_count"] == 0
    put_bars(service, "600000.SH", rows("600000.SH"))
    task = service.run("fill-missing", **WEEKS, recheck_absent=True)
    assert task["missing_count"] == 1
    check_filled(service)


def test_lives_are_respected(service: Service) -> None:
    put_securities(
        service,
        "600000.SH,old,stock,19991110,20200103",
        "600004.SH,new,stock,20200108,",
        "600006.SH,gone,stock,19991110,20191231",
        "600007.SH,to come,stock,20200113,",
    )
    put_bars(service, "600000.SH", rows("600000.SH", DAYS[:2]))
    put_bars(service, "600004.SH", rows("600004.SH", DAYS[4:]))
    found = service.post("/cache/detect-all-missing", WEEKS)
    assert (found["total_count"], found["missing_count"]) == (2, 2)
    assert found["daily_stats"].keys() == {*DAYS[:2], *DAYS[4:]}
    task = service.run("fill-missing", **WEEKS)
    assert (task["total_count"], task["bar_count"]) == (2, 5)
    _, meta = service.rows("/stock/kline", "600004.SH", "20200101", "20200110")
    assert meta["outside"]["600004.SH"] == [
        {"from": "20200102", "to": "20200107", "reason": "not_listed"}
    ]
    assert meta["complete"]


def test_what_detect_finds(service: Service) -> None:
    open_market(service)
    service.run("fill-missing", **WEEKS | {"end_date": "20200103"}, codes=[CODES[0]])
    service.run("fill-missing", **WEEKS | {"start_date": "20200107"}, codes=[CODES[0]])
    service.run("fill-missing", **WEEKS, codes=list(CODES[2:]))
    found = service.post("/cache/detect-all-missing", WEEKS)
    assert (found["total_count"], found["complete_count"], found["missing_count"]) == (6, 4, 2)
    assert found["missing_codes"] == [CODES[0], CODES[1]]
    assert found["daily_stats"]["20200106"] == {
        "expected": 6,
        "present": 4,
        "absent": 0,
        "unconfirmed": 0,
        "missing": 2,
    }
    assert service.result(found["task_id"])["missing"] == {
        CODES[0]: [["20200106", "20200106"]],
        CODES[1]: [["20200102", "20200110"]],
    }


def test_a_range_over_many_parts_is_detected_in_groups(service: Service) -> None:
    open_market(service)
    scope = WEEKS | {"start_date": "20170101", "end_date": "20200110", "period_type": "min1"}
    found = service.post("/cache/detect-all-missing", scope)
    assert sorted(len(event["parts"]) for event in service.calls("detect_missing")) == [13, 24]
    assert found["missing_count"] == 6
    missing = service.result(found["task_id"])["missing"]["600000.SH"]
    assert missing == [["20170103", "20200110"]], "joined over the borders of the parts"


def test_a_boundless_range_costs_no_more_than_the_calendar(service: Service) -> None:
    open_market(service)
    scope = WEEKS | {"start_date": "00010101", "end_date": last_known_day()}
    found = service.post("/cache/detect-all-missing", scope)
    parts = [part for event in service.calls("detect_missing") for part in event["parts"]]
    assert min(parts) == "1990"
    assert len(parts) < 50
    assert found["missing_count"] == 6


def test_a_range_in_the_future_needs_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as the calendar is known; what lies beyond it fails, see test_calendar_end.py."""
    open_market(service)
    year = last_known_day()[:4]
    now = datetime(int(year), 11, 27, 20, tzinfo=SHANGHAI)
    monkeypatch.setattr(deployment, "now", lambda: now)
    scope = WEEKS | {"start_date": f"{year}1201", "end_date": f"{year}1231"}
    found = service.post("/cache/detect-all-missing", scope)
    assert (found["status"], found["missing_count"]) == ("completed", 0)
    assert service.run("fill-missing", **scope)["batch_count"] == 0


def test_five_hundred_codes(service: Service) -> None:
    codes = [f"{number:06d}.SZ" for number in range(1, 501)]
    put_securities(service, *(f"{code},{code},stock,19991110," for code in codes))

    def closed(handle: Handler, event: Event) -> Any:
        if "batches" in event:
            raise UpstreamFaultError("closed")
        return handle(event)

    service.faults["upstream"] = closed
    task = service.run("fill-missing", **WEEKS, codes=codes)
    assert (task["status"], task["batch_count"], task["error_count"]) == ("failed", 2, 500)
    assert task["codes"] == codes
    assert task["error_message"] == (
        "500 of 500 codes have errors: "
        + "; ".join(f"{code}: closed" for code in codes[:5])
        + "; and 495 more"
    )
    assert service.result(task["id"])["errors"] == dict.fromkeys(codes, "closed")


def test_a_file_that_was_written_anew_is_asked_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day that a file had no row of was absent by its word; the new file has one."""
    open_market(service)
    quiet = [day for day in DAYS if day != DAYS[2]]
    put_bars(service, "600000.SH", rows("600000.SH", quiet))
    service.run("fill-missing", **WEEKS)
    assert service.run("fill-missing", **WEEKS)["batch_count"] == 0
    assert service.rows("/stock/kline", "600000.SH", "20200101", "20200110")[1]["complete"]
    put_bars(service, "600000.SH", rows("600000.SH"))
    listed = Bucket.modified
    monkeypatch.setattr(
        Bucket, "modified", lambda *args: ((key, at + 120) for key, at in listed(*args))
    )
    assert service.run("fill-missing", **WEEKS)["bar_count"] == 1
    assert service.rows("/stock/kline", "600000.SH", "20200101", "20200110")[0] == rows("600000.SH")
