"""The commands for the whole market: day, releases, publish, mirror, sql, export."""

import csv
import json
import sys
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from amazingdata_client.cli import exits, transfer
from amazingdata_client.cli.transfer import Lines, amount
from amazingdata_client.mirror.lock import locked
from amazingdata_client.mirror.progress import SyncProgress
from rich.console import Console

from tests.clients.conftest import Run
from tests.clients.market import TRADING_DAYS, publish_market
from tests.clients.publisher import Publisher
from tests.clients.samples import sample_bar, sample_day_meta
from tests.clients.scripted import ScriptedService, failure, success


@pytest.fixture
def scripted() -> Publisher:
    made = Publisher()
    publish_market(made, TRADING_DAYS)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "mirror")


def test_a_day_in_every_form(run: Run, scripted: ScriptedService, tmp_path: Path) -> None:
    said = sample_day_meta(expected=2, returned=2, stale=True)
    data = {"000001.SZ": sample_bar("20241120"), "600000.SH": sample_bar("20241120", volume=None)}
    scripted.on("GET /stock/kline/day", success(data, said))
    table = run("day", "20241120")
    assert "9.11" in table.stdout
    assert "2 bars, complete · revision 3, final" in table.stderr
    assert "the next one takes them up" in table.stderr
    lines = run("day", "20241120", "--csv", "-").stdout.splitlines()
    assert lines[1].startswith("000001.SZ,20241120,9.11,")
    document = json.loads(run("day", "20241120", "--json").stdout)
    assert document["data"] == data
    assert document["meta"]["release"]["revision"] == 3
    path = tmp_path / "day.parquet"
    assert run("day", "20241120", "--parquet", str(path)).exit_code == 0
    assert pl.read_parquet(path)["volume"].to_list() == [100, None]
    assert run("day", "20241120", "--parquet", "-").exit_code == exits.USAGE


def test_an_incomplete_day(run: Run, scripted: ScriptedService, tmp_path: Path) -> None:
    said = sample_day_meta(complete=False, expected=2, returned=1, missing=["600000.SH"])
    scripted.on("GET /future/kline/day", success({"IF2412.CFE": sample_bar("20241120")}, said))
    asked = run("day", "20241120", "--kind", "future")
    assert asked.exit_code == 0
    assert "1 of 2 bars · revision 3, final · incomplete: 600000.SH lacks 20241120" in asked.stderr
    path = tmp_path / "day.csv"
    for option in ("--require-complete", "--strict"):
        refused = run("day", "20241120", "--kind", "future", option, "--csv", str(path))
        assert refused.exit_code == exits.INCOMPLETE
        assert not path.exists()
    assert run("day", "20241120", "--kind", "bond").exit_code == exits.USAGE


def test_a_day_without_a_release_has_no_rows_for_the_next_one(
    run: Run, scripted: ScriptedService
) -> None:
    release = {"revision": 0, "published_at": None, "condition": "missing"}
    said = sample_day_meta(complete=False, release=release, stale=True)
    scripted.on("GET /stock/kline/day", success({}, said))
    assert "takes them up" not in run("day", "20241120").stderr


def test_a_day_that_is_pending(run: Run, scripted: ScriptedService) -> None:
    release = {"revision": 0, "published_at": None, "condition": "pending"}
    scripted.on(
        "GET /stock/kline/day", success({}, sample_day_meta(complete=False, release=release))
    )
    asked = run("day", "20241120")
    assert "trade_date" in asked.stdout
    assert "20241120 not final yet" in asked.stderr


def test_releases_and_publish(run: Run, scripted: ScriptedService) -> None:
    release = {"trade_date": "20241101", "condition": "final", "expected": 5000, "returned": 5000}
    items = [{**release, "missing": 0, "revision": 1, "published_at": "2024-11-01T09:00:00Z"}]
    scripted.on("GET /releases", success({"items": items, "total": 1}))
    assert "final" in run("releases", "20241101", "20241130").stdout
    assert scripted.seen[-1].url.params["dataset"] == "stock.daily"
    answer = run("releases", "20241101", "20241130", "--dataset", "etf.daily", "--json")
    assert json.loads(answer.stdout) == items
    assert scripted.seen[-1].url.params["dataset"] == "etf.daily"
    scripted.on("POST /cache/publish", success({"execution": "publish-1"}), failure(403))
    assert "started publish-1" in run("publish", "--year", "2024").stderr
    assert scripted.bodies("POST") == [{"year": "2024"}]
    assert run("publish").exit_code == exits.NOT_ALLOWED


def test_what_is_published_and_what_has_changed(run: Run, scripted: Publisher) -> None:
    listed = run("exports", "--dataset", "calendar").stdout.splitlines()
    assert listed[0].split("\t")[:2] == ["path", "rows"]
    assert [line.split("\t")[0] for line in listed[1:]] == ["calendar/part.parquet"]
    assert len(json.loads(run("exports", "--json").stdout)["items"]) > len(listed)
    assert run("exports", "--dataset", "bonds").exit_code == exits.USAGE
    told = run("changes")
    assert "2026-11-30 16:00:00" in told.stdout
    assert f"next time: amazingdata changes --since {scripted.cursor}\n" in told.stderr
    later = run("changes", "--since", str(scripted.cursor))
    assert (later.exit_code, later.stdout) == (0, "")
    assert json.loads(run("changes", "--json").stdout)["cursor"] == str(scripted.cursor)


def test_a_mirror(run: Run, scripted: Publisher, folder: str) -> None:
    first = run("mirror", folder, "--dataset", "stock.daily", "--dataset", "calendar")
    assert first.exit_code == 0
    assert "0 removed" in first.stderr
    assert not list(Path(folder).rglob("securities"))
    lines = [line for line in first.stderr.splitlines() if " files, " in line]
    assert 1 < len(lines) <= 11
    assert run("mirror", folder, "--check").exit_code == 0
    last = max(Path(folder).rglob("2025*.parquet"))
    last.unlink()
    checked = run("mirror", folder, "--check")
    assert checked.exit_code == exits.INCOMPLETE
    assert last.name in checked.stdout
    assert "missing" in checked.stdout
    assert "1 difference" in checked.stderr
    assert "1 file downloaded" in run("mirror", folder, "--since", "2025").stderr
    assert run("mirror", folder, "--check", "--watch").exit_code == exits.USAGE


def test_a_mirror_tells_which_files_lack_rows(run: Run, scripted: Publisher, folder: str) -> None:
    assert "lack" not in run("mirror", folder).stderr
    scripted.publish("calendar/part.parquet", b"less", condition="partial")
    told = run("mirror", folder).stderr
    assert "1 file of these lack rows: calendar/part.parquet" in told


def test_a_mirror_that_cannot_be(run: Run, scripted: Publisher, folder: str) -> None:
    assert run("mirror", folder, "--dataset", "bonds").exit_code == exits.USAGE
    with locked(Path(folder)):
        busy = run("mirror", folder)
    assert busy.exit_code == exits.TRY_LATER
    assert "another run works on" in busy.stderr


def test_a_watch_tells_each_run(
    run: Run, scripted: Publisher, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def another(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            raise KeyboardInterrupt
        if len(waited) == 1:
            publish_market(scripted, TRADING_DAYS[:-1])
            scripted.publish("calendar/part.parquet", b"corrected")

    monkeypatch.setattr("amazingdata_client._sync.mirror.sleep", another)
    watched = run("mirror", folder, "--watch", "--interval", "5")
    assert watched.exit_code == exits.INTERRUPTED
    told = [line for line in watched.stderr.splitlines() if "downloaded" in line]
    assert len(told) == 2
    assert waited == [5.0, 5.0, 5.0]


def test_sql(run: Run, scripted: Publisher, folder: str) -> None:
    pytest.importorskip("duckdb")
    run("mirror", folder)
    query = "select code, max(trade_date) as day, max(close) as top from stock_daily group by 1"
    ask = ("sql", f"{query} order by 1", "--mirror", folder)
    day = TRADING_DAYS[-1].isoformat()
    found = json.loads(run(*ask, "--json").stdout)
    assert found[0] == {"code": "000001.SZ", "day": day, "top": 39.75}
    assert "39.75" in run(*ask).stdout
    assert run(*ask, "--csv", "-").stdout.splitlines()[1] == f"000001.SZ,{day},39.75"
    nothing = run("sql", "select code from stock_daily where false", "--mirror", folder)
    assert nothing.stdout.strip() == "code"
    for text in ("", " ; "):
        empty = run("sql", text, "--mirror", folder)
        assert (empty.exit_code, "no rows" in empty.stderr) == (exits.USAGE, True)
    wrong = run("sql", "select nonsense from stock_daily", "--mirror", folder)
    assert wrong.exit_code == exits.ERROR
    assert "nonsense" in wrong.stderr


def test_sql_keeps_every_column_and_number(run: Run, scripted: Publisher, folder: str) -> None:
    pytest.importorskip("duckdb")
    run("mirror", folder)
    query = (
        "select 1 as a, 2 as a, 3 as a_1, -9.71::decimal(10, 2) as gap, 'nan'::double as no, "
        "[1, 2] as list, {'k': 1.5} as pair, '-1' as text"
    )
    ask = ("sql", query, "--mirror", folder)
    (found,) = json.loads(run(*ask, "--json").stdout)
    numbers = {"a": 1, "a_2": 2, "a_1": 3, "gap": -9.71, "no": None}
    assert found == numbers | {"list": [1, 2], "pair": {"k": 1.5}, "text": "-1"}
    head, row = csv.reader(StringIO(run(*ask, "--csv", "-").stdout))
    assert head == ["a", "a_2", "a_1", "gap", "no", "list", "pair", "text"]
    assert row == ["1", "2", "3", "-9.71", "nan", "[1, 2]", '{"k": 1.5}', "'-1"]
    assert "-9.71" in run(*ask).stdout


def test_lacking_extras_are_named(
    run: Run, scripted: Publisher, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("mirror", folder)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    asked = run("sql", "select 1", "--mirror", folder)
    assert asked.exit_code == exits.ERROR
    assert "pip install 'amazingdata-client[duckdb]'" in asked.stderr
    exported = run("export", "qlib", f"{folder}-qlib", "--mirror", folder)
    assert exported.exit_code == exits.ERROR
    assert "pip install 'amazingdata-client[polars]'" in exported.stderr


def test_an_export_for_qlib(run: Run, scripted: Publisher, folder: str) -> None:
    run("mirror", folder)
    ask = ("export", "qlib", f"{folder}-qlib", "--mirror", folder)
    made = run(*ask)
    assert made.exit_code == 0
    assert f"3 instruments, {len(TRADING_DAYS)} days" in made.stderr
    assert "days without a known factor are NaN of 600004.SH" in made.stderr
    again = run(*ask)
    assert again.exit_code == exits.ERROR
    assert "holds an export already" in again.stderr
    assert run(*ask, "--append").exit_code == 0


def test_an_export_from_an_empty_folder(run: Run, tmp_path: Path) -> None:
    asked = run("export", "qlib", str(tmp_path / "qlib"), "--mirror", str(tmp_path))
    assert asked.exit_code == exits.ERROR
    assert "lacks stock.daily" in asked.stderr


@pytest.mark.parametrize(
    ("size", "told"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_960, "1.0 MB"), (1.25e13, "12.5 TB")],
)
def test_bytes_for_people(size: float, told: str) -> None:
    assert amount(size) == told


def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    terminal = Console(file=screen, force_terminal=True, width=100)
    monkeypatch.setattr(transfer, "Console", lambda **_: terminal)
    with transfer.shown() as on_progress:
        on_progress(SyncProgress(1, 2, 500, 1000))
    assert "1/2 files" in screen.getvalue()
    assert "500/1,000 bytes" in screen.getvalue() or "0.5/1.0 kB" in screen.getvalue()


def test_lines_are_few(capsys: pytest.CaptureFixture[str]) -> None:
    lines = Lines()
    for here in range(1001):
        lines(SyncProgress(here // 500, 2, here, 1000))
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 11
    assert told[-1] == "2 of 2 files, 1.0 kB of 1.0 kB"
    lines(SyncProgress(0, 1, 0, 500))
    assert capsys.readouterr().err == "0 of 1 files, 0 B of 500 B\n"
