"""What people type around a command: days, addresses, paths; and how they leave it."""

from datetime import date
from pathlib import Path

import httpx
import pytest
from amazingdata_client.cli import days, exits
from amazingdata_client.cli.app import amazingdata
from amazingdata_client.cli.days import DAY
from amazingdata_client.cli.session import Login, base_url
from amazingdata_client.cli.store import Store
from click.testing import CliRunner

from tests.clients.conftest import Run
from tests.clients.samples import DAYS, meta, sample_bar, sample_day_meta, sample_task
from tests.clients.scripted import PASSWORD, URL, USERNAME, ScriptedService, success


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", "20240331"),
        ("-0d", "20240331"),
        ("-30d", "20240301"),
        ("-2w", "20240317"),
        ("-1m", "20240229"),
        ("-13m", "20230228"),
        ("-1y", "20230331"),
        (" -3M ", "20231231"),
        ("20240131", "20240131"),
        ("2024-01-31", "2024-01-31"),
        ("yesterday", "yesterday"),
        ("-30", "-30"),
        ("", ""),
    ],
)
def test_days_as_people_type_them(monkeypatch: pytest.MonkeyPatch, typed: str, meant: str) -> None:
    monkeypatch.setattr(days, "today", lambda: date(2024, 3, 31))
    assert DAY.convert(typed, None, None) == meant


def test_a_day_before_all_years_is_refused(run: Run) -> None:
    found = run("kline", "600000.SH", "--start", "-9999y", "--end", "today")
    assert (found.exit_code, "first year" in found.stderr) == (exits.USAGE, True)


def test_relative_days_reach_the_service(
    run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "today", lambda: date(2024, 3, 31))
    scripted.on("POST /stock/kline/batch", success({"600000.SH": []}, meta()))
    assert run("kline", "600000.SH", "--start", "-30d", "--end", "today").exit_code == 0
    asked = scripted.bodies()[-1]
    assert (asked["start_date"], asked["end_date"]) == ("20240301", "20240331")


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("GET /releases", ("releases", "-30d", "today")),
        ("GET /base/calendar", ("calendar", "SH", "-30d", "today")),
    ],
)
def test_relative_days_may_be_arguments(
    run: Run,
    scripted: ScriptedService,
    monkeypatch: pytest.MonkeyPatch,
    call: str,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.setattr(days, "today", lambda: date(2024, 3, 31))
    scripted.on(call, success([] if "calendar" in call else {"items": [], "total": 0}))
    assert run(*arguments).exit_code == 0
    asked = scripted.seen[-1].url.params
    assert (asked["start_date"], asked["end_date"]) == ("20240301", "20240331")
    assert run(*arguments, "--nonsense").exit_code == exits.USAGE


def test_a_market_day_may_be_relative(
    run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "today", lambda: date(2024, 3, 31))
    scripted.on("GET /stock/kline/day", success({}, sample_day_meta()))
    assert run("day", "-3d").exit_code == 0
    assert scripted.seen[-1].url.params["trade_date"] == "20240328"


@pytest.mark.parametrize(
    "url", ["http://h:8000", "http://h:8000/", "http://h:8000/api/v1", "http://h:8000/api/v1/"]
)
def test_the_path_of_an_address_may_be_left_out(url: str) -> None:
    assert base_url(url) == "http://h:8000/api/v1"
    assert base_url(f"{url}".replace(":8000", "/prod")) == "http://h/prod/api/v1"


def test_an_address_without_its_protocol_is_refused() -> None:
    found = CliRunner().invoke(amazingdata, ["--url", "localhost:8000", "codes", "stock"])
    assert (found.exit_code, "begin with http://" in found.stderr) == (exits.USAGE, True)


@pytest.mark.parametrize(
    "args",
    [
        ("--url", URL, "codes", "stock"),
        ("codes", "stock", "--url", URL),
        ("codes", f"--url={URL}", "stock"),
        ("codes", "stock", "--url", "http://first/api/v1", f"--url={URL}"),
    ],
)
def test_the_address_may_stand_anywhere(
    args: tuple[str, ...],
    scripted: ScriptedService,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    scripted.on("GET /base/codes", success(["600000.SH"]))
    store = Store(tmp_path / "login.json")

    def person(url: str | None) -> Login:
        assert url == URL
        return Login(url, USERNAME, PASSWORD, store, httpx.MockTransport(scripted))

    monkeypatch.setattr(Login, "of_environment", staticmethod(person))
    found = CliRunner().invoke(amazingdata, list(args))
    assert (found.exit_code, found.stdout) == (0, "600000.SH\n"), found.stderr


@pytest.mark.parametrize("option", ["--csv", "--parquet"])
def test_a_file_that_cannot_be_written_is_no_crash(
    run: Run, scripted: ScriptedService, option: str
) -> None:
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, meta()))
    found = run("kline", "600000.SH", *DAYS, option, "/nowhere/at/all/bars")
    assert found.exit_code == exits.ERROR
    assert "/nowhere/at/all/bars" in found.stderr
    assert isinstance(found.exception, SystemExit)


def test_who_waits_no_longer_is_told_that_the_task_goes_on(
    run: Run, scripted: ScriptedService
) -> None:
    def interrupted(_request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    scripted.on("POST /cache/fill-missing", success({"task_id": 7, **sample_task()}))
    scripted.on("GET /cache/tasks/7", interrupted)
    found = run("fill", "stock", *DAYS)
    assert found.exit_code == exits.INTERRUPTED
    assert "task 7 goes on: amazingdata tasks watch 7 follows it" in found.stderr
    assert "amazingdata tasks cancel 7" in found.stderr


def test_who_interrupts_the_start_of_a_task_is_told_where_to_look(
    run: Run, scripted: ScriptedService
) -> None:
    def interrupted(_request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    scripted.on("POST /cache/fill-missing", interrupted)
    found = run("fill", "stock", *DAYS)
    assert found.exit_code == exits.INTERRUPTED
    assert "may have begun all the same: amazingdata tasks list" in found.stderr


def test_what_was_set_aside_is_shown(run: Run, scripted: ScriptedService) -> None:
    item = {
        "code": "600000.SH",
        "at": "20240103",
        "reason": "high below low",
        "row": {"high": 1.0},
        "set_aside_at": "2024-01-03T10:02:11+00:00",
        "file": "a.csv",
        "line": 5817,
    }
    page = {"items": [item], "total": 1, "page": 1, "page_size": 20}
    scripted.on("GET /cache/quarantine", success(page, {"truncated": True}))
    found = run("quarantine", "600000.SH", "--start", "20240101")
    assert "high below low" in found.stdout
    assert "a.csv:5817" in found.stdout
    assert "1 of 1 row; older ones were not looked at" in found.stderr
    assert dict(scripted.seen[-1].url.params) == {
        "dataset": "stock.daily",
        "code": "600000.SH",
        "start_date": "20240101",
        "page": "1",
        "page_size": "20",
    }
    assert "20240103" in run("quarantine", "--json").stdout
