"""The service's errors, in the language of the terminal."""

from typing import Any

import pytest
from amazingdata_client.cli import exits
from amazingdata_client.cli.chinese import ERRORS, ROWS

from marketdata.api.schema import keys
from tests.clients.conftest import Run
from tests.clients.samples import meta, sample_bar, sample_task
from tests.clients.scripted import ScriptedService, failure, success

REFUSED = [
    {
        "field": "start_date",
        "reason": "must be a day",
        "key": "not_a_day",
        "params": {"given": "20240230"},
    },
    {"field": "count", "reason": "is odd", "key": "of_tomorrow", "params": {}},
]


@pytest.fixture
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


def test_every_key_of_the_service_has_chinese_words() -> None:
    assert {key: said.chinese for key, said in keys.ERRORS.items()} == ERRORS
    assert {key: said.chinese for key, said in keys.ROWS.items()} == ROWS


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "没有任务 7。"),
        ({"LC_MESSAGES": "zh_TW", "LANG": "C"}, "没有任务 7。"),
        ({"LANG": "zh_CN.UTF-8"}, "没有任务 7。"),
        ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "there is no task 7"),
        ({"LANG": "en_US.UTF-8"}, "there is no task 7"),
        ({}, "there is no task 7"),
    ],
)
def test_the_terminal_says_which_language_it_speaks(
    variables: dict[str, str],
    told: str,
    run: Run,
    scripted: ScriptedService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    refused = failure(404, "there is no task 7", key="unknown_task", params={"task": 7})
    scripted.on("GET /cache/tasks/7", refused)
    assert run("tasks", "show", "7").stderr == f"error: {told}\n"


@pytest.mark.usefixtures("chinese")
def test_wrong_parameters_are_named_and_an_unknown_key_is_told_in_english(
    run: Run, scripted: ScriptedService
) -> None:
    scripted.on("GET /cache/quarantine", failure(400, "start_date: must be a day", errors=REFUSED))
    found = run("quarantine")
    day = "须为存在的日期，如 20240131 或 2024-01-31，而不是“20240230”"
    assert found.stderr == f"error: start_date：{day}；count：is odd\n"
    assert found.exit_code == exits.USAGE


@pytest.mark.usefixtures("chinese")
def test_a_list_of_values_is_written_as_in_chinese(run: Run, scripted: ScriptedService) -> None:
    params = {"codes": ["000009.SH", "000008.SH"]}
    scripted.on("GET /cache/tasks/7", failure(404, "no", key="unknown_codes", params=params))
    assert run("tasks", "show", "7").stderr == "error: 没有这些代码：000009.SH、000008.SH。\n"


@pytest.mark.usefixtures("chinese")
def test_a_task_that_failed_says_why(run: Run, scripted: ScriptedService) -> None:
    details = [
        {"key": "codes_failed", "params": {"failed": 1, "total": 3}, "message": "A: boom"},
        {"key": "took_too_long", "params": {}, "message": "it took too long"},
        {"key": "of_tomorrow", "params": {}, "message": "as yet unknown"},
    ]
    task = sample_task(status="failed", error_message="in English", error_details=details)
    scripted.on(f"GET /cache/tasks/{task['id']}", success({"task": task}))
    told = run("tasks", "watch", str(task["id"])).stderr
    assert "3 个代码中有 1 个出错。（A: boom）；耗时过长。；as yet unknown" in told
    assert "in English" not in told


@pytest.mark.usefixtures("chinese")
def test_why_a_row_was_set_aside(run: Run, scripted: ScriptedService) -> None:
    row = {"code": "600000.SH", "at": "20240102", "row": {}, "set_aside_at": "2024-01-03T00:00:00"}
    items = [row | {"reason": "negative"}, row | {"reason": "of_tomorrow"}]
    page = {"items": items, "total": 2, "page": 1, "page_size": 20}
    scripted.on("GET /cache/quarantine", success(page, {"truncated": False}))
    found = run("quarantine").stdout
    assert "数值小于 0" in found
    assert "of_tomorrow" in found


@pytest.mark.usefixtures("chinese")
def test_warnings_are_told_with_what_is_behind_them(run: Run, scripted: ScriptedService) -> None:
    def warning(key: str, **params: Any) -> dict[str, Any]:
        return {"key": key, "params": params, "message": f"{key} in English"}

    details = [
        warning("gaps_not_fetched", cause="upstream_busy"),
        warning("not_asked_anew", cause="source_failed"),
        warning("gaps_not_fetched", cause="of_tomorrow"),
        warning("of_tomorrow"),
    ]
    said = meta(warnings=[each["message"] for each in details], warning_details=details)
    older = meta(warnings=["the source was busy"])
    del older["warning_details"]
    bars = {"600000.SH": [sample_bar()]}
    scripted.on("POST /stock/kline/batch", success(bars, said), success(bars, older))
    ask = ("kline", "600000.SH", "--start", "20240102", "--end", "20240102")
    told = [line for line in run(*ask).stderr.splitlines() if line.startswith("warning")]
    assert told == [
        "warning: 部分缺口未能抓取。数据源正忙，请重试。",
        "warning: 未能再次询问数据源。数据源未能提供。（not_asked_anew in English）",
        "warning: gaps_not_fetched in English",
        "warning: of_tomorrow in English",
    ]
    assert "warning: the source was busy" in run(*ask).stderr
