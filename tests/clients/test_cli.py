"""The command line: logging in, and what it reads."""

import json
from pathlib import Path

import httpx
import polars as pl
import pytest
from amazingdata_client import Token
from amazingdata_client._sync import session
from amazingdata_client.cli import exits
from amazingdata_client.cli.session import Login
from amazingdata_client.cli.store import Profile, Store

from tests.clients.conftest import Run
from tests.clients.samples import DAYS, SECURITY, SECURITY_INFO, USER, meta, sample_bar
from tests.clients.scripted import (
    PASSWORD,
    URL,
    USERNAME,
    Script,
    ScriptedService,
    failure,
    success,
)


def test_logging_in_and_out(run: Run, scripted: ScriptedService, store: Store) -> None:
    person = Login(URL, None, None, store, httpx.MockTransport(scripted))
    scripted.on("GET /auth/me", success(USER))
    assert run("whoami", login=person).exit_code == 4
    wrong = run("login", "--username", USERNAME, "--password-stdin", login=person, stdin="x\n")
    assert wrong.exit_code == 4
    assert store.find(URL) is None
    right = run("login", login=person, stdin=f"{USERNAME}\n{PASSWORD}\n")
    assert right.exit_code == 0, right.stderr
    assert PASSWORD not in store.path.read_text() + right.output
    assert "wang" in run("whoami", login=person).stdout
    assert scripted.logins == 1
    scripted.on("POST /auth/logout", success(None))
    assert run("logout", login=person).exit_code == 0
    assert scripted.seen[-1].headers["Authorization"] == "Bearer token-1"
    assert "not logged in" in run("logout", login=person).stderr
    assert run("whoami", login=person).exit_code == 4


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the list of the waits between retries, none of which is waited for."""
    waited: list[float] = []
    monkeypatch.setattr(session, "sleep", waited.append)
    return waited


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("answer", "code"),
    [(failure(401), 0), (failure(500), exits.ERROR), (httpx.ReadError("x"), exits.TRY_LATER)],
    ids=["no session any more", "a fault", "no service"],
)
def test_a_logout_deletes_the_token_whatever_the_service_says(
    run: Run,
    scripted: ScriptedService,
    store: Store,
    answer: Script,
    code: int,
) -> None:
    store.save(Profile(URL, "wang", Token("token-1", 9e9, 9e9)))
    scripted.valid.add("token-1")
    scripted.on("POST /auth/logout", answer)
    ran = run("logout")
    assert ran.exit_code == code
    assert ("the token stays good until 2255-" in ran.stderr) is (code != 0)
    assert store.find(URL) is None
    assert scripted.logins == 0


def test_a_logout_is_repeated_twice_and_soon(
    run: Run, scripted: ScriptedService, store: Store, waits: list[float]
) -> None:
    lost = httpx.ReadError("reset")
    for answers, asked, code in (
        ([lost, failure(503), success(None)], 3, 0),
        ([lost], 3, exits.TRY_LATER),
        ([failure(503, retry_after=20)], 1, exits.TRY_LATER),
    ):
        store.save(Profile(URL, "wang", Token("token-1", 9e9, 9e9)))
        scripted.valid.add("token-1")
        scripted.seen.clear()
        scripted.scripts.clear()
        scripted.on("POST /auth/logout", *answers)
        assert run("logout").exit_code == code
        assert len(scripted.seen) == asked
    assert max(waits) <= 1


@pytest.mark.usefixtures("waits")
def test_a_wait_for_the_service_is_told_once(run: Run, scripted: ScriptedService) -> None:
    for outcomes, told in (
        ([httpx.ConnectError("refused")] * 3, "no answer from the service (refused), trying again"),
        ([httpx.ReadTimeout("")], "no answer from the service (ReadTimeout), trying again"),
        ([failure(504, retry_after=1)], "no answer from the service (504), trying again in 2 s"),
        ([failure(503, retry_after=20)] * 2, "asks to wait (503), trying again in 21 s"),
        ([failure(429, retry_after=3)], "asks to wait (429), trying again in 4 s"),
    ):
        scripted.scripts.clear()
        scripted.on("GET /auth/me", *outcomes, success(USER))
        found = run("whoami")
        assert found.exit_code == 0
        assert found.stderr.count("trying again") == 1
        assert told in found.stderr


def test_a_new_password_of_ones_own(run: Run, scripted: ScriptedService, store: Store) -> None:
    person = Login(URL, None, None, store, httpx.MockTransport(scripted))
    store.save(Profile(URL, "wang", Token("token-1", 9e9, 9e9)))
    scripted.valid.add("token-1")
    granted = {"access_token": "token-2", "token_type": "bearer", "expires_in": 86400}
    scripted.on("POST /auth/password", success(granted))
    changed = run("password", login=person, stdin="old\nstaple-battery\nstaple-battery\n")
    assert changed.exit_code == 0, changed.stderr
    assert scripted.bodies() == [{"old_password": "old", "new_password": "staple-battery"}]
    saved = store.find(URL)
    assert saved is not None
    assert (saved.username, saved.token.access_token) == ("wang", "token-2")
    assert "staple" not in store.path.read_text() + changed.output


def test_a_password_that_is_refused_leaves_the_login(
    run: Run, scripted: ScriptedService, store: Store
) -> None:
    store.save(Profile(URL, "wang", Token("token-1", 9e9, 9e9)))
    scripted.valid.add("token-1")
    scripted.on("POST /auth/password", failure(400, "old_password: is wrong"))
    refused = run("password", stdin="staple-battery\nstaple-battery\n")
    assert (refused.exit_code, refused.stderr.splitlines()[-1]) == (
        exits.USAGE,
        "error: old_password: is wrong",
    )
    assert store.find(URL) is not None


def test_a_kept_token_of_somebody_else_is_not_used(
    run: Run, scripted: ScriptedService, store: Store
) -> None:
    store.save(Profile(URL, "li", Token("token-of-li", 9e9, 9e9)))
    scripted.on("GET /auth/me", success(USER))
    assert json.loads(run("whoami", "--json").stdout)["username"] == "wang"
    assert scripted.seen[0].headers["Authorization"] == "Bearer token-1"


def test_what_there_is(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", success(["600000.SH", "600003.SH"]))
    scripted.on("GET /base/calendar", success(["20240102"]))
    scripted.on("GET /base/codes/600000.SH/info", success(SECURITY_INFO))
    scripted.on("GET /base/securities", success({"items": [SECURITY], "total": 1}))
    assert "浦发银行" in run("search", "浦发").stdout
    assert json.loads(run("search", "浦发", "--json").stdout) == [SECURITY]
    assert run("codes", "stock").stdout == "600000.SH\n600003.SH\n"
    assert json.loads(run("codes", "stock", "--json").stdout) == ["600000.SH", "600003.SH"]
    assert run("calendar", "sh", "20240101", "20240102").stdout == "20240102\n"
    assert json.loads(run("calendar", "SH", "20240101", "20240102", "--json").stdout)
    assert "浦发银行" in run("info", "600000.SH").stdout
    assert json.loads(run("info", "600000.SH", "--json").stdout)["delist_date"] is None
    assert run("codes", "bond").exit_code == exits.USAGE


@pytest.mark.parametrize(
    ("call", "command", "answer"),
    [
        ("GET /base/codes", ("codes", "stock"), []),
        ("GET /base/securities", ("search", "x"), {"items": [], "total": 0}),
    ],
)
def test_nothing_is_no_line_of_data(
    run: Run, scripted: ScriptedService, call: str, command: tuple[str, ...], answer: object
) -> None:
    scripted.on(call, success(answer))
    found = run(*command)
    assert (found.exit_code, found.stdout, found.stderr) == (0, "", "nothing found\n")
    assert json.loads(run(*command, "--json").stdout) == []


def test_klines_in_every_form(run: Run, scripted: ScriptedService, tmp_path: Path) -> None:
    holes = sample_bar("20240103", open=None, volume=None)
    said = meta(warnings=["the source was busy"])
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar(), holes]}, said))
    ask = ("kline", "600000.SH", *DAYS)
    table = run(*ask)
    assert table.stdout.splitlines()[2] == "600000.SH\t20240103\t\t9.19\t9.1\t9.15\t\t915.0"
    assert "synthetic data" in table.stderr
    assert "warning: the source was busy" in table.stderr
    assert run(*ask, "--csv", "-").stdout.splitlines()[1].startswith("600000.SH,20240102,9.11,")
    document = json.loads(run(*ask, "--json").stdout)
    assert document["data"]["600000.SH"] == [sample_bar(), holes]
    assert document["meta"]["complete"]
    parquet = tmp_path / "bars.parquet"
    assert run(*ask, "--parquet", str(parquet)).exit_code == 0
    assert pl.read_parquet(parquet)["volume"].to_list() == [100, None]
    chart = run(*ask, "--chart").stdout
    assert "600000.SH  20240102 to 20240102" in chart
    assert "┃" in chart
    assert "9.19" in chart
    assert "2024-01-02" in chart.splitlines()[-1]


def test_the_last_bars_at_prices_of_a_day(run: Run, scripted: ScriptedService) -> None:
    said = meta(first={"600000.SH": "20240102"})
    scripted.on("POST /stock/kline/batch", success({"600000.SH": []}, said))
    options = ("--count", "5", "--adjust", "forward", "--anchor", "20240103", "--fields", "close")
    found = run("kline", "600000.SH", *options, "--csv", "-")
    assert found.stdout.splitlines()[0] == "code,trade_date,close"
    assert scripted.bodies()[-1] == {
        "codes": ["600000.SH"],
        "count": 5,
        "period": "daily",
        "adjust": "forward",
        "adjust_anchor": "20240103",
        "fields": ["close"],
    }


def test_no_cell_of_a_csv_file_is_a_formula(run: Run, scripted: ScriptedService) -> None:
    row = {"trade_date": "20240102", "name": "=1+1", "other": "@SUM(A1)", "close": -1.5}
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [row]}, meta()))
    table = run("kline", "600000.SH", *DAYS, "--csv", "-").stdout
    assert table.splitlines()[1] == "600000.SH,20240102,'=1+1,'@SUM(A1),-1.5"


def test_nothing_to_show_is_no_error(run: Run, scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", success({"600000.SH": []}, meta()))
    assert "trade_date" in run("kline", "600000.SH", *DAYS, "--csv", "-").stdout
    assert "has no bars" in run("kline", "600000.SH", *DAYS, "--chart").stderr
    assert "trade_date" in run("kline", "600000.SH", *DAYS).stdout


def test_what_is_missing(run: Run, scripted: ScriptedService, tmp_path: Path) -> None:
    gaps = meta(complete=False, missing={"600000.SH": [["20240103", "20240105"]]})
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, gaps))
    tolerant = run("kline", "600000.SH", *DAYS)
    assert tolerant.exit_code == 0
    assert "lacks 20240103–20240105" in tolerant.stderr
    out = tmp_path / "bars.csv"
    strict = run("kline", "600000.SH", *DAYS, "--require-complete", "--csv", str(out))
    assert strict.exit_code == exits.INCOMPLETE
    assert not out.exists()


@pytest.mark.parametrize(
    ("warnings", "told"),
    [
        (["the calendar is known until 2026-12-31 only"],) * 2,
        ([], ["20270101–20270131 not final yet"]),
    ],
)
@pytest.mark.parametrize("option", ["--require-complete", "--strict"])
def test_beyond_the_calendar_nothing_is_complete(
    run: Run, scripted: ScriptedService, warnings: list[str], told: list[str], option: str
) -> None:
    beyond = meta(complete=False, pending=[["20270101", "20270131"]], warnings=warnings)
    scripted.on("POST /stock/kline/batch", success({"600000.SH": []}, beyond))
    days = ("--start", "20270101", "--end", "20270131")
    refused = run("kline", "600000.SH", *days, option)
    assert refused.exit_code == exits.INCOMPLETE
    assert f"incomplete: {told[0]}" in refused.stderr
    assert not refused.stdout


def test_days_in_doubt_are_told(run: Run, scripted: ScriptedService) -> None:
    doubts = meta(
        complete=False,
        unconfirmed={"600000.SH": [["20240103", "20240103"]]},
        unknown_sessions={"600000.SH": [["20240104", "20240104"]]},
        unfinished=[["20240129", "20240131"]],
    )
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, doubts))
    tolerant = run("kline", "600000.SH", *DAYS)
    assert tolerant.exit_code == 0
    for told in (
        "20240103 is not confirmed yet: the source gave no bar; it is asked again",
        "sessions on 20240104 that nobody knows",
        "the last week or month is unfinished (20240129–20240131)",
    ):
        assert told in tolerant.stderr
    assert run("kline", "600000.SH", *DAYS, "--require-complete").exit_code == exits.INCOMPLETE


def test_days_that_do_not_count_are_told_of_a_complete_answer(
    run: Run, scripted: ScriptedService
) -> None:
    spans = [
        {"from": "20240101", "to": "20240105", "reason": "not_listed"},
        {"from": "20240115", "to": "20240119", "reason": "delisted"},
    ]
    outside = {"600000.SH": spans} | dict.fromkeys([f"{code}.SZ" for code in range(7)], spans[:1])
    said = meta(expected=0, returned=0, outside=outside, pending=[["20240122", "20240131"]])
    scripted.on("POST /stock/kline/batch", success({"600000.SH": []}, said))
    told = run("kline", "600000.SH", *DAYS).stderr
    assert "0 bars, complete" in told
    assert "not final yet, so not counted: 20240122–20240131" in told
    days = "20240101–20240105 (not listed), 20240115–20240119 (delisted)"
    assert f"not counted of 600000.SH: {days}" in told
    assert "not counted either: days of 3 more codes" in told


def test_an_unfinished_week_is_told_of_a_complete_answer(
    run: Run, scripted: ScriptedService
) -> None:
    said = meta(unfinished=[["20240129", "20240131"]])
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, said))
    asked = run("kline", "600000.SH", *DAYS, "--period", "weekly", "--require-complete")
    assert asked.exit_code == 0
    assert "1 bar, complete" in asked.stderr
    assert "the last week or month is unfinished (20240129–20240131)" in asked.stderr


def test_a_strict_reader_refuses_days_that_nobody_explains(
    run: Run, scripted: ScriptedService
) -> None:
    said = meta(absent={"600000.SH": [{"date": "20240103", "reason": "no_bar"}]})
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, said))
    assert run("kline", "600000.SH", *DAYS, "--require-complete").exit_code == 0
    strict = run("kline", "600000.SH", *DAYS, "--strict")
    assert strict.exit_code == exits.INCOMPLETE
    assert "600000.SH has no bar on 20240103, and nobody says why" in strict.stderr


def test_continuous_futures(run: Run, scripted: ScriptedService) -> None:
    said = meta(no_main={"IF.MAIN": [["20240103", "20240105"]]})
    said["rolls"] = {"IF.MAIN": [], "RB.MAIN": []}
    torn = said | {"complete": False, "missing": said["no_main"]}
    bars = {"IF.MAIN": [sample_bar(settle=1.5, contract="IF2401.CFE")]}
    scripted.on("GET /future/continuous", success(bars, said), success(bars, torn))
    ask = ("continuous", "if", "rb", *DAYS, "--rule", "volume", "--method", "difference")
    table = run(*ask)
    assert table.exit_code == 0, table.output
    assert "IF2401.CFE" in table.stdout
    assert "IF.MAIN: 0 rolls" in table.stderr
    assert "the main contract of IF.MAIN is not known on 20240103–20240105" in table.stderr
    asked = scripted.seen[-1].url.params
    assert (asked["varieties"], asked["rule"], asked["method"]) == ("IF,RB", "volume", "difference")
    assert run(*ask, "--require-complete").exit_code == exits.INCOMPLETE
    assert run("continuous", *DAYS).exit_code == exits.USAGE
    scripted.on("GET /future/kline", success(bars, meta()))
    assert "contract" in run("kline", "if.main", *DAYS).stdout


def test_of_many_series_only_some_are_told(run: Run, scripted: ScriptedService) -> None:
    said = meta(rolls={f"V{at}.MAIN": [] for at in range(15)})
    scripted.on("GET /future/continuous", success({}, said))
    told = run("continuous", "V1", *DAYS).stderr
    assert told.count("0 rolls") == 5
    assert "… and of 10 more; --json has them all" in told


def test_futures_are_asked_for_elsewhere(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /future/kline", success({"IF2401.CFE": [sample_bar(settle=1.5)]}, meta()))
    assert "settle" in run("kline", "if2401.cfe", *DAYS).stdout
    for wrong in (
        ("kline", "IF2401.CFE", "600000.SH", *DAYS),
        ("kline", "IF2401.CFE", "--adjust", "forward", *DAYS),
        ("kline", "IF2401.CFE", "--anchor", "20240101", *DAYS),
        ("kline", "600000.SH", "--count", "5", *DAYS),
        ("kline", "600000.SH", "--count", "0"),
        ("kline", "600000.SH", "--start", "20240101"),
        ("kline", "600000.SH", "--end", "20240101"),
        ("kline", "600000.SH", "--chart", "--fields", "close", *DAYS),
        ("kline", "600000.SH", "600003.SH", "--chart", *DAYS),
        ("kline", *DAYS),
    ):
        assert run(*wrong).exit_code == exits.USAGE
