"""Tasks about main contracts."""

import pytest

from tests.integration.futures import FUTURES, MAINS, changes, open_futures_market
from tests.support.service import Service


@pytest.fixture(autouse=True)
def market(service: Service) -> None:
    open_futures_market(service)


def test_tasks_about_main_contracts(service: Service) -> None:
    service.run("fill-missing", **FUTURES)
    scope = FUTURES | {"start_date": "20200107", "end_date": "20200108", "contract_type": "main"}
    found = service.post("/cache/detect-all-missing", scope)
    assert (found["status"], found["total_count"], found["complete_count"]) == ("completed", 2, 2)
    assert found["daily_stats"]["20200107"]["expected"] == 2
    fetched = service.run("cache-all-missing", **scope)
    assert (fetched["status"], fetched["total_count"]) == ("completed", 2)
    assert fetched["contract_type"] == "main"
    assert fetched["error_message"] is None
    assert service.calls("upstream")[-1]["codes"] == ["IF2002.CFE", "V2005.DCE"]
    assert changes(service) == MAINS


def test_main_contracts_of_some_codes(service: Service) -> None:
    service.run("fill-missing", **FUTURES)
    scope = FUTURES | {"end_date": "20200108", "contract_type": "main"}
    codes = ["IF2002.CFE", "IF2003.CFE"]
    found = service.post("/cache/detect-all-missing", scope | {"codes": codes})
    assert found["total_count"] == 1
    task = service.run("fill-missing", **scope, codes=["IF2003.CFE"])
    assert task["status"] == "failed"
    assert task["error_message"] == (
        "none of the codes was a main contract from 20200101 to 20200108"
    )


@pytest.mark.parametrize("call", ["fill-missing", "cache-all-missing", "detect-all-missing"])
def test_main_contracts_that_nobody_knows_yet(service: Service, call: str) -> None:
    task = service.run(call, **FUTURES, contract_type="main")
    assert task["status"] == "failed"
    assert task["error_message"] == (
        "which contracts were main from 20200101 to 20200110 is not known: fill the daily bars of "
        "futures of that range with contract_type all first"
    )


def test_varieties_of_which_not_all_is_known_are_named(service: Service) -> None:
    service.put_file("future/daily/V2009.DCE.csv", "nonsense\n")
    service.run("fill-missing", **FUTURES)
    task = service.run("fill-missing", **FUTURES, contract_type="main")
    assert (task["status"], task["total_count"]) == ("completed", 0)
    assert task["error_message"] == "days whose main contract is not known: IF 1, V 7"
    found = service.run("detect-all-missing", **FUTURES, contract_type="main")
    assert (found["total_count"], found["error_message"]) == (2, task["error_message"])


def test_only_futures_have_main_contracts(service: Service) -> None:
    body = {**FUTURES, "security_type": "stock", "contract_type": "main"}
    status, envelope = service.call("POST", "/cache/fill-missing", body=body)
    assert status == 400
    reason = "main is only possible with security_type future"
    (error,) = envelope["errors"]
    assert (error["field"], error["reason"]) == ("contract_type", reason)
    needed = {"needed": "security_type future"}
    assert (error["key"], error["params"]) == ("only_with", needed)
    status, envelope = service.call(
        "POST", "/cache/fill-missing", body={**FUTURES, "contract_type": "near"}
    )
    assert envelope["errors"][0]["reason"] == "must be one of all, main"
