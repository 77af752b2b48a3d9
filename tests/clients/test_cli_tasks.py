"""The command line: tasks, users, configs, and what it ends with."""

import json
from pathlib import Path

import click
import httpx
import pytest
from amazingdata_client.cli import exits, rows
from amazingdata_client.cli.app import amazingdata
from amazingdata_client.cli.session import Login
from click.testing import CliRunner

from tests.clients.conftest import Run
from tests.clients.samples import CONFIG, DAYS, FOUND, PLAN, USER, meta, sample_bar, sample_task
from tests.clients.scripted import ScriptedService, failure, success

README = Path(__file__).parents[2] / "clients/python/README.md"


def test_detecting(run: Run, scripted: ScriptedService) -> None:
    gaps = {f"{code}.SH": [["20240105", "20240108"]] for code in range(600000, 600025)}
    found = {**FOUND, "missing_count": 25, "missing": gaps, "error_codes": []}
    scripted.on(
        "POST /cache/detect-all-missing", success({"status": "running", "progress": 1.0, **FOUND})
    )
    scripted.on(
        "GET /cache/tasks/7", success({"task": sample_task(status="completed", progress=100.0)})
    )
    scripted.on("GET /cache/tasks/7/result", success(found))
    shown = run("detect", "stock", *DAYS)
    assert shown.exit_code == 0, shown.output
    assert "600000.SH" in shown.stdout
    assert "and 5 more codes" in shown.stderr
    assert "suspended: 1 day of 1 code" in shown.stderr
    strict = run("detect", "stock", *DAYS, "--require-complete", "--json", "--recheck-absent")
    assert strict.exit_code == exits.INCOMPLETE
    assert json.loads(strict.stdout)["missing"] == gaps
    assert scripted.bodies()[-1]["recheck_absent"]


def detected(scripted: ScriptedService, **changes: object) -> None:
    """Let every detect task end with the same result."""
    none: dict[str, object] = {"missing_count": 0, "missing_codes": [], "missing": {}}
    done = sample_task(task_type="detect", status="completed", progress=100.0)
    scripted.on(
        "POST /cache/detect-all-missing", success({"status": "running", "progress": 1.0, **FOUND})
    )
    scripted.on("GET /cache/tasks/7", success({"task": done}))
    found = {**FOUND, **none, "unconfirmed": {}, "error_codes": [], **changes}
    scripted.on("GET /cache/tasks/7/result", success(found))


def test_unconfirmed_days_are_shown_and_refused(run: Run, scripted: ScriptedService) -> None:
    detected(scripted, unconfirmed={"600003.SH": [["20240108", "20240109"]]})
    shown = run("detect", "stock", *DAYS)
    assert shown.exit_code == 0, shown.output
    assert "600003.SH" in shown.stdout
    assert "20240108–20240109" in shown.stdout
    words = "unconfirmed (not confirmed yet: the source gave no bar; it is asked again)"
    assert f"{words}: 1 day of 1 code" in shown.stderr
    assert "2 of 4 codes complete, 0 incomplete, 1 unconfirmed" in shown.stderr
    watched = run("tasks", "watch", "7")
    assert watched.exit_code == 0
    assert "0 incomplete, 1 unconfirmed" in watched.stderr
    assert json.loads(run("tasks", "result", "7").stdout)["unconfirmed"]
    refused = run("detect", "stock", *DAYS, "--require-complete")
    assert refused.exit_code == exits.INCOMPLETE
    assert "600003.SH on 20240108–20240109 is not confirmed yet" in refused.stderr


def test_a_strict_detect_refuses_days_that_nobody_explains(
    run: Run, scripted: ScriptedService
) -> None:
    runs = [
        {"from": "20240103", "to": "20240104", "reason": "no_bar"},
        {"from": "20240105", "to": "20240105", "reason": "suspended"},
    ]
    detected(scripted, absent={"600000.SH": runs, "600003.SH": runs[1:]})
    assert run("detect", "stock", *DAYS, "--require-complete").exit_code == 0
    strict = run("detect", "stock", *DAYS, "--strict")
    assert strict.exit_code == exits.INCOMPLETE
    assert "600000.SH has no bar on 20240103–20240104, and nobody says why" in strict.stderr
    assert "600003.SH" not in strict.stderr


def test_filling(run: Run, scripted: ScriptedService) -> None:
    done = sample_task(status="completed", progress=100.0, bar_count=44, success_count=300)
    scripted.on("POST /cache/fill-missing", success(sample_task()))
    scripted.on("GET /cache/tasks/7", success({"task": done}))
    filled = run("fill", "future", *DAYS, "--main", "--codes", "IF2401.CFE")
    assert filled.exit_code == 0, filled.output
    assert "300 of 300 codes done, 44 bars" in filled.stderr
    assert scripted.bodies()[0]["contract_type"] == "main"
    assert scripted.bodies()[0]["codes"] == ["IF2401.CFE"]
    started = run("fill", "stock", *DAYS, "--no-wait")
    assert started.stdout == "7\n"
    assert json.loads(run("fill", "stock", *DAYS, "--json").stdout)["bar_count"] == 44
    scripted.on("POST /cache/cache-all-missing", success(sample_task()))
    assert run("cache", "stock", *DAYS).exit_code == 0


def test_the_remarks_of_a_fill_are_printed(run: Run, scripted: ScriptedService) -> None:
    done = sample_task(
        status="completed", progress=100.0, error_message="2 remarks: see the result"
    )
    counts = dict.fromkeys(("total_count", "missing_count", "success_count", "error_count"), 1)
    counts |= dict.fromkeys(("bar_count", "upstream_calls", "quarantined_count"), 1)
    notes = ["imports/suspensions.csv line 3: '2024-01-04' is no day (YYYYMMDD)", "another"]
    lists = {"errors": {}, "quarantined": {}, "failed_batches": [], "notes": notes}
    scripted.on("GET /cache/tasks/7", success({"task": done}))
    scripted.on("GET /cache/tasks/7/result", success({"task_id": 7, **counts, **lists}))
    watched = run("tasks", "watch", "7")
    assert watched.exit_code == 0, watched.output
    assert all(note in watched.stderr for note in notes)
    scripted.on("GET /cache/tasks/7/result", failure(404, "task 7 has no result"))
    assert run("tasks", "watch", "7").exit_code == 0


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ({"status": "failed", "error_message": "no bundle"}, exits.TASK_FAILED),
        ({"status": "cancelled"}, exits.TASK_FAILED),
        ({"status": "completed", "error_count": 1}, exits.TASK_FAILED),
        ({"status": "running"}, exits.TRY_LATER),
    ],
)
def test_a_task_that_does_not_end_well(
    run: Run, scripted: ScriptedService, end: dict[str, object], code: int
) -> None:
    scripted.on("GET /cache/tasks/7", success({"task": sample_task(**end)}))
    assert run("tasks", "watch", "7", "--timeout", "0").exit_code == code


def test_tasks(run: Run, scripted: ScriptedService) -> None:
    done = sample_task(status="completed", progress=100.0)
    page = {"items": [sample_task()], "total": 1, "page": 1, "page_size": 20}
    scripted.on("GET /cache/tasks", success(page))
    scripted.on("GET /cache/tasks/7", success({"task": done}))
    scripted.on("GET /cache/tasks/7/result", success({**FOUND, "missing": {}, "error_codes": []}))
    scripted.on("POST /cache/tasks/7/cancel", failure(409, "task 7 has ended already"))
    scripted.on("POST /cache/tasks/7/retry", success({"task": sample_task(attempt=2)}))
    assert "fill" in run("tasks", "list").stdout
    assert json.loads(run("tasks", "list", "--json").stdout)["total"] == 1
    assert "completed" in run("tasks", "show", "7").stdout
    assert json.loads(run("tasks", "result", "7").stdout)["complete_count"] == 2
    assert run("tasks", "watch", "7").exit_code == 0
    assert json.loads(run("tasks", "watch", "7", "--json").stdout)["id"] == 7
    cancelled = run("tasks", "cancel", "7")
    assert cancelled.exit_code == exits.ERROR
    assert "error: task 7 has ended already" in cancelled.stderr
    assert run("tasks", "retry", "7").exit_code == 0
    assert json.loads(run("tasks", "retry", "7", "--no-wait", "--json").stdout)["attempt"] == 2


def test_users(run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted.on("GET /auth/users", success({"items": [USER], "total": 1}))
    scripted.on("POST /auth/users", success(USER))
    scripted.on("PATCH /auth/users/3", success({**USER, "is_active": False}))
    assert "wang" in run("users", "list").stdout
    assert json.loads(run("users", "list", "--json").stdout) == [USER]
    twice = "long-enough\nlong-enough\n"
    assert run("users", "create", "wang", stdin=twice).exit_code == 0
    monkeypatch.setenv("AMAZINGDATA_NEW_PASSWORD", "longer-still")
    assert run("users", "set-password", "3", "--json").exit_code == 0
    assert run("users", "update", "3", "--inactive").exit_code == 0
    assert [body.get("password") for body in scripted.bodies()] == [
        "long-enough",
        "longer-still",
        None,
    ]


def test_configs(run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAZINGDATA_SDK_PASSWORD", "vendor")
    scripted.on("GET /configs/sdk", success({"items": [CONFIG], "total": 1}))
    scripted.on("POST /configs/sdk", success(CONFIG))
    scripted.on("DELETE /configs/sdk/1", success(None))
    scripted.on("POST /configs/sdk/1/default", success(CONFIG))
    tried = {"success": False, "message": "refused", "response_time": 0.2}
    scripted.on("POST /configs/sdk/1/test", success(tried))
    assert "8600" in run("configs", "list").stdout
    assert json.loads(run("configs", "list", "--json").stdout)
    made = ("configs", "create", "main", "--username", "u", "--host", "h")
    assert "vendor" not in run(*made).output
    assert json.loads(run(*made, "--default", "--json").stdout)["has_password"]
    assert scripted.bodies()[-1]["is_default"]
    scripted.on("PATCH /configs/sdk/1", success(CONFIG))
    assert run("configs", "update", "1", "--name", "second").exit_code == 0
    assert scripted.bodies()[-1] == {"name": "second"}
    assert json.loads(run("configs", "update", "1", "--port", "8601", "--json").stdout)
    assert scripted.bodies()[-1] == {"port": 8601, "password": "vendor"}
    assert run("configs", "default", "1").exit_code == 0
    assert run("configs", "test", "1").exit_code == exits.ERROR
    assert json.loads(run("configs", "test", "1", "--json").stdout)["message"] == "refused"
    assert run("configs", "delete", "1").exit_code == 0


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (failure(400, "market: must be SH"), exits.USAGE),
        (failure(403, "this needs the role admin"), exits.NOT_ALLOWED),
        (failure(404), exits.ERROR),
        (failure(500, request_id="r-1"), exits.ERROR),
        (failure(429, retry_after=3600), exits.TRY_LATER),
    ],
)
def test_exit_codes_of_errors(
    run: Run, scripted: ScriptedService, answer: httpx.Response, code: int
) -> None:
    scripted.on("GET /auth/users", answer)
    ended = run("users", "list")
    assert ended.exit_code == code
    assert ended.stderr.startswith("error: ")
    assert ("(request r-1)" in ended.stderr) is (answer.status_code == 500)


def test_an_interrupt_has_its_own_code(run: Run, scripted: ScriptedService) -> None:
    def interrupted(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    scripted.on("GET /auth/users", interrupted)
    assert run("users", "list").exit_code == exits.INTERRUPTED


def test_so_has_one_while_rows_are_written(
    run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "print_json", interrupted)
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, meta()))
    found = run("kline", "600000.SH", *DAYS, "--json")
    assert (found.exit_code, found.stderr) == (exits.INTERRUPTED, "interrupted\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    assert "_AMAZINGDATA_COMPLETE" in run("completion", shell).stdout


def test_the_environment_says_where_and_who(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMAZINGDATA_USERNAME", "wang")
    monkeypatch.setenv("AMAZINGDATA_PASSWORD", "secret")
    login = Login.of_environment("http://here/api/v1/")
    assert (login.url, login.username, login.password) == ("http://here/api/v1", "wang", "secret")
    assert login.store.path.name == "logins.json"


def test_the_readme_lists_commands_and_exit_codes() -> None:
    readme = README.read_text(encoding="utf-8").replace("`", "")
    shown = amazingdata.list_commands(click.Context(amazingdata))
    assert f"The commands are {' '.join(shown)};" in readme
    helped = CliRunner().invoke(amazingdata, ["--help"]).stdout.partition("Commands:")[2]
    assert [line.split()[0] for line in helped.splitlines()[1 : len(shown) + 1]] == shown
    for line in exits.HELP.splitlines()[2:]:
        code, meaning = line.split(maxsplit=1)
        assert f"| {code} | {meaning} |" in readme


def test_every_command_has_help() -> None:
    def walk(group: click.Group, *path: str) -> None:
        for name, command in group.commands.items():
            assert command.help, (*path, name)
            if isinstance(command, click.Group):
                walk(command, *path, name)

    walk(amazingdata)


def test_a_verify_is_an_error_if_anything_was_damaged(run: Run, scripted: ScriptedService) -> None:
    said = "1 of 300 blocks were damaged and are cleared: fill what is missing"
    whole = sample_task(task_type="verify", status="completed", success_count=300)
    damaged = whole | {"success_count": 299, "error_count": 1, "error_message": said}
    scripted.on("POST /cache/verify", success(sample_task(task_type="verify")))
    scripted.on("GET /cache/tasks/7", success({"task": whole}), success({"task": damaged}))
    shown = run("verify", "stock", *DAYS)
    assert (shown.exit_code, "300 codes without damage" in shown.stderr) == (0, True)
    assert "clear_lost" not in scripted.bodies()[-1]
    shown = run("verify", "stock", *DAYS, "--clear-lost")
    assert (shown.exit_code, said in shown.stderr) == (5, True)
    assert scripted.bodies()[-1]["clear_lost"]


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("detect", "detect-all-missing"),
        ("fill", "fill-missing"),
        ("cache", "cache-all-missing"),
    ],
)
def test_a_dry_run_starts_nothing(
    run: Run, scripted: ScriptedService, command: str, call: str
) -> None:
    scripted.on(f"POST /cache/{call}", success(PLAN))
    shown = run(command, "stock", *DAYS, "--dry-run")
    assert shown.exit_code == 0, shown.output
    assert "not started: 300 codes × 22 days, 6,573 days in all" in shown.stderr
    assert "about 0:01:35, as task 7 did" in shown.stderr
    assert scripted.bodies()[-1]["dry_run"] is True
    printed = run(command, "stock", *DAYS, "--dry-run", "--json")
    assert json.loads(printed.stdout)["code_days"] == 6573


def test_a_dry_run_says_what_is_not_known(run: Run, scripted: ScriptedService) -> None:
    unknown = {"estimated_seconds": None, "estimated_from": None, "estimated_from_task": None}
    paced = {"source_requests": 12000, "estimated_from": "budget", "message": "nothing to do"}
    plans = PLAN | unknown | {"bounded": True}, PLAN | paced
    scripted.on("POST /cache/fill-missing", *map(success, plans))
    shown = run("fill", "stock", *DAYS, "--dry-run")
    assert "is not known" in shown.stderr
    assert "stops there" in shown.stderr
    shown = run("fill", "stock", *DAYS, "--dry-run")
    assert "12,000 requests" in shown.stderr
    assert "by the requests that the source may be sent" in shown.stderr
    assert "nothing to do" in shown.stderr
