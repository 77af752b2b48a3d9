"""Texts of others that would run in the terminal of whoever reads them."""

import json
from collections.abc import Sequence

import pytest
from amazingdata_client.cli import exits, output

from tests.clients.conftest import Run
from tests.clients.samples import CONFIG, DAYS, SECURITY, USER, meta, sample_bar, sample_task
from tests.clients.scripted import ScriptedService, failure, success

HOSTILE = "[/red]\t\x1b[2J\x07\x9b2J\x7f\u202e:bomb: [bold]x\u061c\u200b\u200e\u200f\ufeff\ud800"
SHOWN = "[/red]��[2J��2J��:bomb: [bold]x������"
OBEYED = {
    *map(chr, [*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0)]),
    *"\u061c\u200b\u200e\u200f\u202e\ufeff\ud800",
}
CONNECTION = {name: HOSTILE if isinstance(said, str) else said for name, said in CONFIG.items()}
TESTED = {"success": False, "message": HOSTILE, "response_time": 0.1}


@pytest.fixture(autouse=True)
def hostile(scripted: ScriptedService) -> None:
    scripted.on("GET /auth/me", success(USER | {"email": HOSTILE}))
    scripted.on("GET /auth/users", success({"items": [USER | {"email": HOSTILE}], "total": 1}))
    scripted.on("GET /configs/sdk", success({"items": [CONNECTION], "total": 1}))
    scripted.on("POST /configs/sdk/1/test", success(TESTED))
    scripted.on("GET /base/securities", success({"items": [SECURITY | {"name": HOSTILE}]}))
    scripted.on("GET /base/codes", success([HOSTILE, "600000.SH"]))
    bars = {HOSTILE: [sample_bar() | {HOSTILE: HOSTILE}]}
    scripted.on("POST /stock/kline/batch", success(bars, meta(warnings=[HOSTILE])))
    ended = sample_task(status="completed", batches_done=HOSTILE)
    scripted.on("GET /cache/tasks/7", success({"task": ended}))
    scripted.on("GET /auth/users/1", failure(404, HOSTILE))
    scripted.on("PATCH /auth/users/1", failure(404, HOSTILE))


@pytest.mark.parametrize(
    "arguments",
    [
        ["whoami"],
        ["users", "list"],
        ["configs", "list"],
        ["configs", "test", "1"],
        ["search", "x"],
        ["codes", "stock"],
        ["kline", "600000.SH", *DAYS],
        ["kline", "600000.SH", *DAYS, "--csv", "-"],
        ["kline", "600000.SH", *DAYS, "--chart"],
        ["users", "update", "1", "--inactive"],
        ["tasks", "watch", "7"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
@pytest.mark.parametrize("columns", [None, 200], ids=["pipe", "terminal"])
def test_a_text_is_shown_and_not_obeyed(
    run: Run, arguments: Sequence[str], columns: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "width", lambda: columns)
    ran = run(*arguments)
    assert ran.exception is None or isinstance(ran.exception, SystemExit)
    assert SHOWN in ran.output
    # In a pipe there are tabs between the values, which have none themselves.
    assert not OBEYED & {*(ran.output if columns else ran.output.replace("\t", " "))}


@pytest.mark.parametrize(
    "arguments",
    [["whoami"], ["users", "list"], ["search", "x"], ["codes", "stock"], ["configs", "list"]],
    ids=" ".join,
)
def test_json_says_it_exactly_and_in_escapes(run: Run, arguments: Sequence[str]) -> None:
    printed = run(*arguments, "--json").stdout
    assert not OBEYED & {*printed}
    assert json.dumps(HOSTILE) in json.dumps(json.loads(printed))


def test_an_error_is_one_line(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /base/calendar", failure(404, "no\nlogged in as admin"))
    ran = run("calendar", "SH", "20240101", "20240102")
    assert ran.exit_code == exits.ERROR
    assert ran.stderr == "error: no�logged in as admin\n"
