"""The calls about tasks: who may, what is refused and how, pages, results."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.service import TaskService
from marketdata.tasks.task import TaskKind, new_task
from tests.integration.market import CODES, WEEKS, open_market
from tests.support.conformance import check_body
from tests.support.events import USER
from tests.support.faults import Gate
from tests.support.service import Service

STARTS = ("/cache/detect-all-missing", "/cache/cache-all-missing", "/cache/fill-missing")
TASK = "/cache/tasks/{task_id}"
PROMISED = {
    "/cache/detect-all-missing": {
        "task_id": int,
        "status": str,
        "total_count": int,
        "complete_count": int,
        "missing_count": int,
        "error_count": int,
        "daily_stats": dict,
        "missing_codes": list,
    },
    "/cache/cache-all-missing": {
        "task_id": int,
        "status": str,
        "total_count": int,
        "progress": float,
    },
    "/cache/fill-missing": {"task_id": int, "missing_count": int, "status": str},
}
"""What the API's document promises of each answer."""


@pytest.fixture(autouse=True)
def market(service: Service) -> None:
    open_market(service)


def refusal(service: Service, resource: str, body: Any) -> str:
    """Send a body that is refused, and give the field that is named."""
    status, envelope = service.call("POST", resource, body=body)
    assert (status, envelope["data"]) == (400, None)
    (error,) = envelope["errors"]
    assert envelope["message"] == f"{error['field']}: {error['reason']}"
    field: str = error["field"]
    return field


def make_tasks(service: Service, count: int) -> None:
    """Write the records of tasks that were never started."""
    records = TaskRecords(service.cloud.control)
    scope = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")
    for number in range(count):
        request = f"request-{number}"
        make = partial(new_task, kind=TaskKind.FILL, scope=scope, user="li", request=request)
        records.claim(request, make, lambda _: True)


@pytest.mark.parametrize("resource", STARTS)
def test_the_answer_holds_what_the_document_promises(service: Service, resource: str) -> None:
    data = service.post(resource, WEEKS)
    for name, kind in PROMISED[resource].items():
        assert isinstance(data[name], kind), name
    task = service.wait(data["task_id"])
    for name, kind in {
        "id": int,
        "status": str,
        "progress": float,
        "total_count": int,
        "success_count": int,
        "error_count": int,
    }.items():
        assert isinstance(task[name], kind), name


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (WEEKS | {"security_type": "bond"}, "security_type"),
        (WEEKS | {"security_type": 1}, "security_type"),
        ({name: WEEKS[name] for name in ("start_date", "end_date")}, "security_type"),
        ({name: WEEKS[name] for name in ("security_type", "end_date")}, "start_date"),
        (WEEKS | {"start_date": "20200230"}, "start_date"),
        (WEEKS | {"end_date": "2020/01/10"}, "end_date"),
        (WEEKS | {"start_date": "20200111"}, "start_date"),
        (WEEKS | {"period_type": "weekly"}, "period_type"),
        (WEEKS | {"contract_type": "some"}, "contract_type"),
        (WEEKS | {"contract_type": "main"}, "contract_type"),
        (WEEKS | {"codes": []}, "codes"),
        (WEEKS | {"codes": "600000.SH"}, "codes"),
        (WEEKS | {"codes": [600000]}, "codes"),
        (WEEKS | {"codes": ["600000" * 7]}, "codes"),
        (WEEKS | {"codes": [f"{number:06d}.SH" for number in range(501)]}, "codes"),
        (WEEKS | {"recheck_absent": "yes"}, "recheck_absent"),
        (WEEKS | {"securityType": "stock"}, "securityType"),
        ([WEEKS], "body"),
        (None, "body"),
    ],
)
def test_a_wrong_body_is_named(service: Service, body: Any, field: str) -> None:
    for resource in STARTS:
        assert refusal(service, resource, body) == field
    assert service.call("GET", "/cache/tasks")[1]["data"]["total"] == 0


def test_unknown_codes(service: Service) -> None:
    body = WEEKS | {"codes": ["600000.SH", "999999.SH", "IF2401.CFE"]}
    status, envelope = service.call("POST", "/cache/fill-missing", body=body)
    assert (status, envelope["message"]) == (404, "there is no stock 999999.SH, IF2401.CFE")


def test_codes_may_be_written_in_any_case(service: Service) -> None:
    task = service.run("fill-missing", **WEEKS, codes=[" 600000.sh", "600000.SH"])
    assert (task["codes"], task["success_count"]) == (["600000.SH"], 1)


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        *((resource, None) for resource in STARTS),
        (f"{TASK}/cancel", {"task_id": "1"}),
        (f"{TASK}/retry", {"task_id": "1"}),
    ],
)
def test_only_admins_change_anything(
    service: Service, resource: str, path: Mapping[str, str] | None
) -> None:
    body = None if path else WEEKS
    assert service.call("POST", resource, USER, body=body, path=path)[0] == 403
    assert service.call("GET", "/cache/tasks")[1]["data"]["total"] == 0


def test_users_may_look(service: Service) -> None:
    task = service.run("fill-missing", **WEEKS)
    path = {"task_id": str(task["id"])}
    assert service.call("GET", "/cache/tasks", USER)[0] == 200
    assert service.call("GET", TASK, USER, path=path)[1]["data"]["task"] == task
    assert service.call("GET", f"{TASK}/result", USER, path=path)[0] == 200


@pytest.mark.parametrize(
    ("method", "suffix"),
    [("GET", ""), ("GET", "/result"), ("POST", "/cancel"), ("POST", "/retry")],
)
def test_a_task_that_does_not_exist(service: Service, method: str, suffix: str) -> None:
    for number in ("7", "0", "1" + "0" * 17):
        status, envelope = service.call(method, TASK + suffix, path={"task_id": number})
        assert (status, envelope["message"]) == (404, f"there is no task {int(number)}")
    for text in ("x", "-1", "1.5", "1" + "0" * 18, "٣"):
        status, envelope = service.call(method, TASK + suffix, path={"task_id": text})
        assert (status, envelope["errors"][0]["field"]) == (400, "task_id")


def test_no_tasks(service: Service) -> None:
    status, envelope = service.call("GET", "/cache/tasks")
    assert (status, envelope["data"]) == (
        200,
        {"items": [], "total": 0, "page": 1, "page_size": 20},
    )


def test_pages(service: Service) -> None:
    make_tasks(service, 25)

    def page(**query: str) -> list[int]:
        _, envelope = service.call("GET", "/cache/tasks", query=query)
        assert envelope["data"]["total"] == 25
        return [task["id"] for task in envelope["data"]["items"]]

    assert page() == list(range(25, 5, -1))
    assert page(page="2") == [5, 4, 3, 2, 1]
    assert page(page="2", page_size="10") == list(range(15, 5, -1))
    assert page(page="3", page_size="10") == [5, 4, 3, 2, 1]
    assert page(page="4", page_size="10") == []
    assert page(page_size="100") == list(range(25, 0, -1))


def test_only_some_tasks(service: Service) -> None:
    service.put_file("stock/daily/600000.SH.csv", "nonsense\n")
    with_error = service.run("fill-missing", **WEEKS)["id"]
    detected = service.run("detect-all-missing", **WEEKS)["id"]
    sound = service.run("fill-missing", **WEEKS, codes=[CODES[0]])["id"]
    make_tasks(service, 2)
    waiting = [sound + 2, sound + 1]

    def listed(**query: str) -> list[int]:
        _, envelope = service.call("GET", "/cache/tasks", query=query)
        check_body(("GET", "/cache/tasks"), 200, envelope)
        assert envelope["data"]["total"] == len(envelope["data"]["items"])
        return [task["id"] for task in envelope["data"]["items"]]

    assert listed(with_errors="true") == [with_error]
    assert listed(with_errors="false") == [*waiting, sound, detected, with_error]
    assert listed(status="completed") == [sound, detected, with_error]
    assert listed(status="completed", task_type="fill") == [sound, with_error]
    assert listed(status="pending") == waiting
    assert listed(task_type="verify") == []
    _, second = service.call(
        "GET", "/cache/tasks", query={"task_type": "fill", "page_size": "3", "page": "2"}
    )
    assert [task["id"] for task in second["data"]["items"]] == [with_error]
    assert second["data"]["total"] == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "done"}, "status"),
        ({"task_type": "export"}, "task_type"),
        ({"with_errors": "often"}, "with_errors"),
        ({"page": "0"}, "page"),
        ({"page": "-1"}, "page"),
        ({"page": "x"}, "page"),
        ({"page": ["1", "2"]}, "page"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "101"}, "page_size"),
        ({"size": "5"}, "size"),
    ],
)
def test_a_wrong_page(service: Service, query: dict[str, str], field: str) -> None:
    status, envelope = service.call("GET", "/cache/tasks", query=query)
    assert (status, [error["field"] for error in envelope["errors"]]) == (400, [field])


def test_a_running_task_has_no_result(service: Service) -> None:
    service.call("GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"})
    with Gate() as gate:
        service.faults["upstream"] = gate
        task_id = service.start("fill-missing", **WEEKS)
        status, envelope = service.call("GET", f"{TASK}/result", path={"task_id": str(task_id)})
    assert (status, envelope["message"]) == (404, f"task {task_id} is running and has no result")
    service.wait(task_id)
    assert service.result(task_id)["bar_count"] == 7 * len(CODES)


def test_the_newest_attempt_has_no_result_yet(service: Service) -> None:
    service.put_file("stock/daily/600000.SH.csv", "nonsense\n")
    task_id = service.run("fill-missing", **WEEKS)["id"]
    assert service.result(task_id)["error_count"] == 1
    with Gate() as gate:
        service.faults["upstream"] = gate
        service.post(f"{TASK}/retry", task_id=task_id)
        assert service.call("GET", f"{TASK}/result", path={"task_id": str(task_id)})[0] == 404
    service.wait(task_id)


def test_detect_answers_in_time_and_goes_on(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TaskService.wait, "__defaults__", (0.2,))
    with Gate() as gate:
        service.faults["detect_missing"] = gate
        found = service.post("/cache/detect-all-missing", WEEKS)
    assert (found["status"] in {"pending", "running"}, found["missing_codes"]) == (True, [])
    assert PROMISED["/cache/detect-all-missing"].keys() <= found.keys()
    assert service.wait(found["task_id"])["missing_count"] == len(CODES)


def test_times_and_names_of_a_task(service: Service) -> None:
    task = service.run("fill-missing", **WEEKS)
    assert (task["task_type"], task["security_type"], task["period_type"]) == (
        "fill",
        "stock",
        "daily",
    )
    assert (task["created_by"], task["attempt"], task["codes"]) == ("admin", 1, None)
    iso = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
    times = [task[name] for name in ("created_at", "updated_at", "ended_at")]
    assert all(iso.fullmatch(time) for time in times)
    assert sorted(times) == [times[0], *sorted(times[1:])]


def test_requests_that_are_no_json(service: Service) -> None:
    status, envelope = service.call("POST", "/cache/fill-missing", raw_body=b"{'a'")
    assert (status, envelope["errors"][0]["field"]) == (400, "body")
