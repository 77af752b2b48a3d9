"""Tasks: started, waited for, judged; users and configs beside them."""

import httpx
import pytest
from amazingdata_client import (
    DetectResult,
    FillResult,
    NoAnswerError,
    TaskCancelledError,
    TaskFailedError,
    TaskTimeoutError,
    VerifyResult,
)

from tests.clients.conftest import Calls
from tests.clients.samples import CONFIG, COUNTS, FOUND, PLAN, USER, sample_task
from tests.clients.scripted import ScriptedService, failure, success

RANGE = ("stock", "20240101", "20240131")


def test_a_fill_is_watched_to_its_end(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("POST /cache/fill-missing", failure(503), success({**sample_task(), "task_id": 7}))
    steps = [
        sample_task(progress=0.0),
        sample_task(progress=50.0),
        sample_task(progress=100.0, status="completed"),
    ]
    scripted.on("GET /cache/tasks/7", *(success({"task": step}) for step in steps))
    started = client.fill(*RANGE, codes="600000.SH,600000.SH", recheck_absent=True)
    seen: list[float] = []
    ended = client.wait(started, on_progress=lambda each: seen.append(each.progress), every=0)
    assert ended.status == "completed"
    assert seen == [0.0, 50.0, 100.0]
    refused, accepted = scripted.bodies("POST")
    assert refused == accepted
    assert accepted == {
        "security_type": "stock",
        "start_date": "20240101",
        "end_date": "20240131",
        "codes": ["600000.SH"],
        "recheck_absent": True,
    }


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ({"status": "failed", "error_message": "no bundle"}, TaskFailedError),
        ({"status": "completed", "error_count": 2}, TaskFailedError),
        ({"status": "cancelled"}, TaskCancelledError),
    ],
)
def test_a_bad_end_is_an_error(
    client: Calls, scripted: ScriptedService, end: dict[str, object], error: type[Exception]
) -> None:
    scripted.on("GET /cache/tasks/7", success({"task": sample_task(**end)}))
    with pytest.raises(error) as raised:
        client.wait(7)
    assert raised.value.task.status == end["status"]  # type: ignore[attr-defined]
    assert str(end.get("error_message", "")) in str(raised.value)


def test_a_deadline(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /cache/tasks/7", success({"task": sample_task(progress=12.5)}))
    with pytest.raises(TaskTimeoutError, match=r"12\.5%") as raised:
        client.wait(7, timeout=0.0)
    assert not raised.value.task.ended


def test_detecting(client: Calls, scripted: ScriptedService) -> None:
    scripted.on(
        "POST /cache/detect-all-missing",
        success({"status": "completed", "progress": 100.0, **FOUND}),
    )
    days = [{"from": "20240103", "to": "20240104", "reason": "suspended"}]
    gaps = {"600000.SH": [["20240105", "20240108"]]}
    whole = {**FOUND, "missing": gaps, "error_codes": [], "absent": {"600001.SH": days}}
    scripted.on("GET /cache/tasks/7/result", success({**whole, "outside": {}}))
    found = client.detect(*RANGE, contract_type="all", period_type="daily")
    assert found.ended
    assert found.daily_stats["20240102"].absent == 1
    result = client.task_result(7)
    assert isinstance(result, DetectResult)
    assert result.missing["600000.SH"][0].end == "20240108"
    assert result.absent["600001.SH"][0].reason == "suspended"


def test_what_a_fill_did(client: Calls, scripted: ScriptedService) -> None:
    done = {"success_count": 2, "bar_count": 44, "upstream_calls": 1, "quarantined_count": 0}
    lists = {"errors": {"600000.SH": "no"}, "quarantined": {}, "failed_batches": []}
    scripted.on("GET /cache/tasks/7/result", success({"task_id": 7, **COUNTS, **done, **lists}))
    result = client.task_result(7)
    assert isinstance(result, FillResult)
    assert result.errors == {"600000.SH": "no"}


def test_what_a_verify_found(client: Calls, scripted: ScriptedService) -> None:
    block = {"code": "600000.SH", "dataset": "stock.daily", "part": "2024", "damage": "lost"}
    counts = {"total_count": 4, "error_count": 1, "block_count": 9, "damaged_count": 1}
    found = {"task_id": 7, **counts, "by_damage": {"lost": 1}, "damaged": [block]}
    scripted.on("POST /cache/verify", success(sample_task(task_type="verify")))
    scripted.on("GET /cache/tasks/7/result", success(found))
    assert client.verify(*RANGE, codes=["600000.SH"]).task_type == "verify"
    result = client.task_result(7)
    assert isinstance(result, VerifyResult)
    assert (result.by_damage, result.damaged[0]["part"]) == ({"lost": 1}, "2024")


def test_lists_and_orders(client: Calls, scripted: ScriptedService) -> None:
    page = {"items": [sample_task()], "total": 1, "page": 2, "page_size": 5}
    scripted.on("GET /cache/tasks", success(page))
    scripted.on("POST /cache/tasks/7/cancel", success({"task": sample_task(status="cancelled")}))
    scripted.on("POST /cache/tasks/7/retry", success({"task": sample_task(attempt=2)}))
    scripted.on("POST /cache/cache-all-missing", success(sample_task(task_type="cache")))
    assert client.tasks(2, 5).items[0].id == 7
    assert dict(scripted.seen[0].url.params) == {"page": "2", "page_size": "5"}
    assert client.cancel_task(7).status == "cancelled"
    assert client.retry_task(7).attempt == 2
    assert client.cache_all(*RANGE).task_type == "cache"


def test_coverage(client: Calls, scripted: ScriptedService) -> None:
    days = {"expected": 24, "present": 20, "absent": {"suspended": 1}}
    days |= {"unconfirmed": 1, "missing": 2, "short": 1}
    row = {"code": "600000.SH", "name": "浦发银行", "parts": {"2024": days}}
    page = {"parts": ["2024"], "items": [row], "total": 1, "page": 1, "page_size": 20}
    said = {"upstream": "synthetic", "final_until": "20240131", "unknown_codes": ["600999.SH"]}
    scripted.on("GET /cache/coverage", success(page, said))
    found = client.coverage(*RANGE, codes=["600000.SH"])
    assert (found.final_until, found.unknown_codes) == ("20240131", ["600999.SH"])
    held = found.items[0].parts["2024"]
    assert held.absent == {"suspended": 1}
    assert (held.unconfirmed, held.missing, held.short) == (1, 2, 1)
    assert dict(scripted.seen[0].url.params)["codes"] == "600000.SH"


def test_users(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /auth/users", success({"items": [USER], "total": 1}))
    scripted.on("GET /auth/users/3", success(USER))
    scripted.on("POST /auth/users", success(USER))
    scripted.on("PATCH /auth/users/3", success({**USER, "is_active": False}))
    assert client.users() == [client.user(3)]
    client.create_user("wang", "long-enough", email="w@example.com")
    assert not client.update_user(3, is_active=False).is_active
    assert scripted.bodies("POST", "PATCH") == [
        {
            "username": "wang",
            "password": "long-enough",
            "role": "user",
            "email": "w@example.com",
        },
        {"is_active": False},
    ]


def test_configs(client: Calls, scripted: ScriptedService) -> None:
    scripted.on("GET /configs/sdk", success({"items": [CONFIG], "total": 1}))
    scripted.on("GET /configs/sdk/1", success(CONFIG))
    scripted.on("POST /configs/sdk", success(CONFIG))
    scripted.on("PATCH /configs/sdk/1", success({**CONFIG, "port": 8601}))
    scripted.on("DELETE /configs/sdk/1", success(None))
    scripted.on("POST /configs/sdk/1/default", success(CONFIG))
    tried = {"success": True, "message": "fine", "response_time": 0.2}
    scripted.on("POST /configs/sdk/1/test", success(tried))
    assert client.configs() == [client.config(1)]
    assert client.create_config("main", username="u", password="p", host="h").has_password
    assert client.update_config(1, port=8601).port == 8601
    assert client.make_default_config(1).is_default
    assert client.test_config(1).response_time == 0.2
    assert client.delete_config(1) is None
    created, changed = scripted.bodies("POST", "PATCH")[:2]
    assert created["port"] == 8600
    assert "local_path" not in created
    assert changed == {"port": 8601}


def test_a_cancel_whose_answer_is_lost_is_not_repeated(
    client: Calls, scripted: ScriptedService
) -> None:
    scripted.on("POST /cache/tasks/7/cancel", httpx.ReadError("lost"))
    with pytest.raises(NoAnswerError):
        client.cancel_task(7)
    assert len(scripted.seen) == 1


def test_a_dry_run_gives_the_plan(client: Calls, scripted: ScriptedService) -> None:
    for call in ("detect-all-missing", "fill-missing", "cache-all-missing"):
        scripted.on(f"POST /cache/{call}", success(PLAN))
    plans = [
        client.detect(*RANGE, dry_run=True),
        client.fill(*RANGE, dry_run=True, codes="600000.SH"),
        client.cache_all(*RANGE, dry_run=True),
    ]
    assert [plan.code_days for plan in plans] == [6573] * 3
    assert all(body["dry_run"] is True for body in scripted.bodies())
