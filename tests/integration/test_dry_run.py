"""What a task would do: told without starting one, and as the task then does it."""

from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.blocks.dataset import Kind, Period
from marketdata.lease.spending import Allowance
from marketdata.tasks import dry_run
from marketdata.tasks.dry_run import DryRun
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import TaskKind
from tests.integration.market import CODES, DAYS, WEEKS, open_in_three_batches, open_market
from tests.support.conformance import check_body
from tests.support.events import ADMIN, USER
from tests.support.service import Service

FILL, CACHE, DETECT = "fill-missing", "cache-all-missing", "detect-all-missing"


def plan(service: Service, call: str, **changes: Any) -> Any:
    body = {**WEEKS, "dry_run": True, **changes}
    status, envelope = service.call("POST", f"/cache/{call}", ADMIN, body=body)
    assert status == 200, envelope
    check_body(("POST", f"/cache/{call}"), 200, envelope)
    return envelope["data"]


def written(service: Service) -> Any:
    """Give everything that is stored."""
    tables = (service.cloud.market, service.cloud.control)
    return [items_in(table.name) for table in tables], [*service.cloud.bucket.keys("")]


def items_in(table: str) -> Any:
    return client("dynamodb").scan(TableName=table)["Items"]


def test_a_fill_does_what_its_plan_says(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    open_in_three_batches(service, monkeypatch)
    before = written(service)
    told = plan(service, FILL)
    assert [told[name] for name in ("codes", "days", "code_days", "bars")] == [6, 7, 42, 42]
    assert (told["batch_count"], told["upstream_calls"], told["source_requests"]) == (3, 3, None)
    assert (told["estimated_seconds"], told["estimated_from"], told["bounded"]) == (
        None,
        None,
        False,
    )
    assert written(service) == before
    assert not service.invocations
    done = service.run(FILL, **WEEKS)
    assert (done["batch_count"], done["missing_count"]) == (3, len(CODES))
    assert (done["upstream_calls"], done["bar_count"]) == (3, 42)
    again = plan(service, FILL)
    assert (again["codes"], again["batch_count"], again["estimated_seconds"]) == (0, 0, 0)
    everything = plan(service, CACHE)
    assert (everything["codes"], everything["batch_count"]) == (len(CODES), 3)
    assert (everything["estimated_from"], everything["estimated_from_task"]) == ("task", done["id"])
    assert everything["estimated_seconds"] >= 1
    look = plan(service, DETECT)
    assert (look["codes"], look["days"], look["code_days"]) == (len(CODES), len(DAYS), 42)
    assert (look["upstream_calls"], look["batch_count"]) == (0, 1)
    # No code lived before.
    early = plan(service, DETECT, start_date="00010101")
    assert (early["code_days"], early["codes"]) == (early["days"] * len(CODES), len(CODES))


@pytest.mark.parametrize("call", [FILL, CACHE, DETECT])
def test_it_is_refused_as_the_task_is(service: Service, call: str) -> None:
    open_market(service)
    for changes in (
        {"start_date": "20200230"},
        {"start_date": "20200111"},
        {"codes": ["600999.SH"]},
        {"codes": ["600000"]},
        {"contract_type": "main"},
        {"period_type": "weekly"},
        {"dry_run": "perhaps"},
    ):
        body = {**WEEKS, "dry_run": True, **changes}
        told = service.call("POST", f"/cache/{call}", ADMIN, body=body)
        real = service.call("POST", f"/cache/{call}", ADMIN, body={**body, "dry_run": False})
        assert told[0] >= 400
        assert told == real or "dry_run" in changes
    assert service.call("POST", f"/cache/{call}", USER, body=body)[0] == 403
    future = {**WEEKS, "end_date": "20991231", "dry_run": True}
    assert service.call("POST", f"/cache/{call}", ADMIN, body=future)[0] == 409


def test_a_plan_that_takes_too_long_says_how_far_it_came(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_market(service)
    monkeypatch.setattr(dry_run, "MOST_CODE_DAYS", 5)
    told = plan(service, FILL, start_date="20190101", end_date="20201231")
    assert (told["bounded"], told["start_date"], told["end_date"]) == (True, "20190101", "20191231")
    assert told["codes"] == len(CODES)


def test_requests_that_are_counted_tell_how_long_it_takes(service: Service) -> None:
    open_market(service)
    made = deployment.dry_run()
    paced = DryRun(made.planner, made.records, Allowance(per_day=4, per_minute=2))
    scope = Scope(Kind.STOCK, Period.DAILY, WEEKS["start_date"], WEEKS["end_date"])
    told = paced.plan(TaskKind.FILL, scope)
    assert told["source_requests"] == len(CODES)
    # Four of six today, the other two a day later.
    assert told["estimated_seconds"] == 24 * 3600 + 60
    assert told["estimated_from"] == "budget"
