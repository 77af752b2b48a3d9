"""Each kind of data is final at its own hour, and what a source does not have is no gap."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest

from marketdata import deployment
from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import SHANGHAI
from marketdata.catalog.sessions import bar_times, sessions
from tests.integration.futures import LISTED
from tests.integration.market import CODES, DAYS, Row, open_market, put_bars, put_securities, row
from tests.integration.test_adjust import put_factors
from tests.support.hourly_source import HourlySource
from tests.support.service import Service

CODE, TODAY, YESTERDAY = CODES[2], DAYS[-1], DAYS[-2]
WEEK = {"security_type": "stock", "codes": [CODE], "start_date": DAYS[0], "end_date": TODAY}
HOURS = WEEK | {"period_type": "min60"}
FUTURE = "IF2001.CFE"

type SetTime = Callable[[str], None]


def hours(days: Sequence[str]) -> list[Row]:
    """Give the bars of each hour of some days."""
    bars: list[Row] = []
    for day in days:
        segments = sessions(Kind.STOCK, "SH", CODE, day)
        assert segments is not None
        bar = row(CODE, day)
        times = bar_times(segments, "SH", day, Period.MIN60)
        bars += [{"trade_date": day, "kline_time": time} | bar for time in times]
    return bars


@pytest.fixture
def at(service: Service, monkeypatch: pytest.MonkeyPatch) -> SetTime:
    """Open the market of such a source; gives what sets the clock on the last of its days."""
    open_market(service)
    put_bars(service, CODE, hours(DAYS), "stock/min60")

    def source() -> HourlySource:
        return HourlySource(deployment.bucket(), deployment.now, deployment.settings().final_time)

    monkeypatch.setattr(deployment, "source", source)

    def set_time(time: str) -> None:
        moment = datetime.fromisoformat(f"{TODAY}T{time}").replace(tzinfo=SHANGHAI)
        monkeypatch.setattr(deployment, "now", lambda: moment)
        deployment.reset()

    return set_time


def ask(service: Service, period: str) -> tuple[set[str], Any]:
    """Read the week; gives the days that have bars, and what is said of the others."""
    found, meta = service.rows("/stock/kline", CODE, DAYS[0], TODAY, period)
    return {bar["trade_date"] for bar in found}, meta


def detected(service: Service, scope: Any) -> dict[str, Any]:
    task = service.post("/cache/detect-all-missing", scope)["task_id"]
    return {**service.result(task), "message": service.task(task)["error_message"]}


def test_a_day_is_final_for_daily_bars_and_pending_for_minutes(
    service: Service, at: SetTime
) -> None:
    at("18:00")
    assert service.post("/cache/detect-all-missing", WEEK)["daily_stats"].keys() == {*DAYS}
    assert service.post("/cache/detect-all-missing", HOURS)["daily_stats"].keys() == {*DAYS[:-1]}
    assert service.run("fill-missing", **WEEK)["bar_count"] == len(DAYS)
    assert service.run("fill-missing", **HOURS)["bar_count"] == 4 * len(DAYS[:-1])
    days, meta = ask(service, "daily")
    assert (days, meta["pending"], meta["complete"]) == ({*DAYS}, [], True)
    days, meta = ask(service, "min60")
    assert (days, meta["missing"], meta["complete"]) == ({*DAYS[:-1]}, {}, True)
    assert meta["pending"] == [[TODAY, TODAY]]
    for scope, until in ((WEEK, TODAY), (HOURS, YESTERDAY)):
        query = {**scope, "codes": CODE}
        _, envelope = service.call("GET", "/cache/coverage", query=query)
        assert envelope["meta"]["final_until"] == until
    at("20:00")
    assert detected(service, HOURS)["missing"] == {CODE: [[TODAY, TODAY]]}
    assert service.run("fill-missing", **HOURS)["bar_count"] == 4
    days, meta = ask(service, "min60")
    assert (days, meta["pending"], meta["complete"]) == ({*DAYS}, [], True)


def test_reads_fetch_what_is_final(service: Service, at: SetTime) -> None:
    at("17:29")
    days, meta = ask(service, "daily")
    assert (days, meta["pending"]) == ({*DAYS[:-1]}, [[TODAY, TODAY]])
    at("17:30")
    days, meta = ask(service, "daily")
    assert (days, meta["pending"], meta["source"]) == ({*DAYS}, [], "mixed")
    days, meta = ask(service, "min60")
    assert (days, meta["pending"]) == ({*DAYS[:-1]}, [[TODAY, TODAY]])


def test_a_schedule_goes_by_its_own_dataset(service: Service, at: SetTime) -> None:
    at("17:29")
    service.call("GET", "/base/codes", query={"security_type": "SH_A"})
    for time, end in (("17:29", YESTERDAY), ("17:31", TODAY)):
        at(time)
        assert deployment.planner().scheduled("stock", time).scope.end == end


def test_adjusted_bars_wait_for_their_factors_and_do_not_fail(
    service: Service, at: SetTime
) -> None:
    """Its factors of the day are known half an hour after its bars."""
    at("17:45")
    put_factors(service, CODE, YESTERDAY)
    days, meta = ask(service, "daily")
    assert TODAY in days
    query = {"codes": CODE, "start_date": DAYS[0], "end_date": TODAY, "adjust": "forward"}
    _, envelope = service.call("GET", "/stock/kline", query=query)
    days, meta = {bar["trade_date"] for bar in envelope["data"][CODE]}, envelope["meta"]
    assert (days, meta["pending"], meta["complete"]) == ({*DAYS[:-1]}, [[TODAY, TODAY]], True)
    assert (meta["expected"], meta["returned"]) == (len(DAYS) - 1, len(DAYS) - 1)
    assert meta["adjust"]["failed"] == {}
    at("18:00")
    put_factors(service, CODE, TODAY)
    _, envelope = service.call("GET", "/stock/kline", query=query)
    assert (len(envelope["data"][CODE]), envelope["meta"]["pending"]) == (len(DAYS), [])
    assert envelope["meta"]["adjust"]["failed"] == {}


def test_what_the_deployment_says_wins_everywhere(
    service: Service, at: SetTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("18:00")
    service.call("GET", "/base/codes", query={"security_type": "SH_A"})
    monkeypatch.setenv("FINAL_TIME", "18:01")
    at("18:00")
    for period in ("daily", "min60"):
        days, meta = ask(service, period)
        assert (days, meta["pending"]) == ({*DAYS[:-1]}, [[TODAY, TODAY]])
    at("18:01")
    for period in ("daily", "min60"):
        days, meta = ask(service, period)
        assert (days, meta["pending"]) == ({*DAYS}, [])


def test_what_the_service_says_of_itself_goes_by_the_daily_bars_of_stocks(
    service: Service, at: SetTime
) -> None:
    """Without a catalog the source's times are not known, and it is not asked for them."""
    at("17:15")
    _, envelope = service.call("GET", "/status")
    assert (envelope["data"]["final_day"], service.calls("upstream")) == (TODAY, [])
    service.call("GET", "/base/codes", query={"security_type": "SH_A"})
    _, envelope = service.call("GET", "/status")
    assert envelope["data"]["final_day"] == YESTERDAY


def test_the_service_says_what_its_source_has_and_when_the_next_day_comes(
    service: Service, at: SetTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("17:45")
    _, envelope = service.call("GET", "/status")
    assert (envelope["data"]["covers"], envelope["data"]["next_final"]) == ([], {})
    service.call("GET", "/base/codes", query={"security_type": "SH_A"})
    _, envelope = service.call("GET", "/status")
    since = {each["dataset"]: each["since"] for each in envelope["data"]["covers"]}
    due = envelope["data"]["next_final"]
    assert since["stock.daily"] == "19901219"
    assert not {name for name in since if name.startswith("future") or "income" in name}
    assert since.keys() == due.keys()
    hours = datetime.fromisoformat(due["stock.min60"]), datetime.fromisoformat(due["stock.daily"])
    assert f"{hours[0].astimezone(SHANGHAI):%Y%m%d %H:%M}" == f"{TODAY} 20:00"
    assert hours[1].date() > hours[0].date()
    monkeypatch.setenv("FINAL_TIME", "18:00")
    at("17:45")
    _, envelope = service.call("GET", "/status")
    assert datetime.fromisoformat(envelope["data"]["next_final"]["stock.min60"]) < hours[0]


@pytest.fixture
def futures(service: Service, at: SetTime) -> Service:
    """A source that lists futures, and has no bars of them."""
    put_securities(service, f"{CODE},x,stock,19991110,", f"{FUTURE},{LISTED[FUTURE]}")
    at("18:00")
    return service


def test_reads_say_what_a_source_does_not_have(futures: Service) -> None:
    found, meta = futures.rows("/future/kline", FUTURE, DAYS[0], TODAY)
    assert (found, meta["complete"], meta["expected"]) == ([], True, 0)
    assert meta["missing"] == meta["unconfirmed"] == {}
    assert meta["outside"] == {
        FUTURE: [{"from": DAYS[0], "to": TODAY, "reason": "not_covered"}],
    }
    assert [each["operation"] for each in futures.calls("upstream")] == ["refresh_catalog"]


def test_statements_that_a_source_does_not_have_are_no_gap(futures: Service) -> None:
    query = {"codes": CODE, "start_date": "20190101", "end_date": TODAY}
    _, envelope = futures.call("GET", "/finance/income", query=query)
    meta = envelope["meta"]
    assert (envelope["data"], meta["missing"], meta["complete"]) == ({CODE: []}, {}, True)
    assert meta["outside"] == {
        CODE: [{"from": "20190331", "to": "20190930", "reason": "not_covered"}],
    }
    assert [each["operation"] for each in futures.calls("upstream")] == ["refresh_catalog"]


SCOPES = (
    {"security_type": "future"},
    {"security_type": "future", "contract_type": "main"},
    {"security_type": "finance", "period_type": "income"},
)


@pytest.mark.parametrize("scope", SCOPES)
def test_tasks_have_nothing_to_do_and_say_why(futures: Service, scope: dict[str, str]) -> None:
    span = {"start_date": "20190101", "end_date": TODAY}
    said = "the source files has no "
    for kind in ("fill-missing", "cache-all-missing"):
        task = futures.run(kind, **scope, **span)
        assert (task["status"], task["batch_count"], task["upstream_calls"]) == ("completed", 0, 0)
        assert (task["total_count"], task["success_count"], task["missing_count"]) == (0, 0, 0)
        assert task["error_message"].startswith(said)
    found = detected(futures, scope | span)
    assert (found["missing_count"], found["missing"], found["daily_stats"]) == (0, {}, {})
    assert found["message"].startswith(said)
    reasons = {run["reason"] for runs in found["outside"].values() for run in runs}
    assert "not_covered" in reasons
    assert found["by_reason"]["not_covered"]["codes"] == len(found["outside"])


def test_what_a_source_does_not_have_is_never_late(futures: Service) -> None:
    futures.call("GET", "/base/codes", query={"security_type": "SH_A"})
    assert deployment.newest_day().age(Kind.FUTURE) == 0
    futures.schedule("future")
    _, envelope = futures.call("GET", "/cache/tasks")
    (task,) = envelope["data"]["items"]
    assert (task["status"], task["total_count"]) == ("completed", 0)
