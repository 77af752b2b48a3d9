"""The command line and the examples against a local cloud, run as people run them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.e2e.conftest import ROOT, LocalCloud

COMMAND = Path(sys.executable).with_name("amazingdata")
DAYS = ("--start", "20240101", "--end", "20240131")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("config")


def run(
    cloud: LocalCloud, home: Path, *arguments: str, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a person does, with a config folder of its own."""
    return subprocess.run(
        [COMMAND, "--url", cloud.url, *arguments],
        input=stdin,
        env={"PATH": os.defpath, "HOME": str(home), "XDG_CONFIG_HOME": str(home), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_line(synthetic_cloud: LocalCloud, home: Path) -> None:
    def ran(code: int, *arguments: str, stdin: str = "", **env: str) -> str:
        done = run(synthetic_cloud, home, *arguments, stdin=stdin, **env)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout

    ran(4, "whoami")
    ran(4, "login", "--username", "admin", "--password-stdin", stdin="wrong\n")
    ran(0, "login", "--username", "admin", "--password-stdin", stdin="admin123\n")
    kept = home / "amazingdata" / "logins.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "admin123" not in kept.read_text()
    assert json.loads(ran(0, "whoami", "--json"))["username"] == "admin"
    stocks = ran(0, "codes", "stock").split()
    assert len(stocks) > 200
    assert ran(0, "search", stocks[0]).count(stocks[0]) == 1
    assert ran(0, "calendar", "SH", "20240930", "20241008").split() == ["20240930", "20241008"]
    assert stocks[0] in ran(0, "info", stocks[0])
    ran(1, "info", "999999.SH")
    ran(2, "calendar", "SH", "20240230", "20241008")
    ran(2, "kline", stocks[0])
    assert len(ran(0, "kline", "600000.SH", *DAYS, "--csv", "-").splitlines()) == 23
    assert json.loads(ran(0, "kline", "600000.SH", *DAYS, "--json"))["meta"]["complete"]
    ran(3, "kline", "600000.SH", "999999.SH", *DAYS, "--require-complete")
    assert "┃" in ran(0, "kline", "600000.SH", *DAYS, "--adjust", "backward", "--chart")
    parquet = home / "bars.parquet"
    ran(0, "kline", "600000.SH", *DAYS, "--parquet", str(parquet), "--require-complete")
    assert pl.read_parquet(parquet).height == 22
    assert "_AMAZINGDATA_COMPLETE" in ran(0, "completion", "zsh")
    ran(0, "logout")
    ran(4, "whoami")
    env = {"AMAZINGDATA_USERNAME": "admin", "AMAZINGDATA_PASSWORD": "admin123"}
    ran(0, "whoami", **env)
    ran(6, "--url", "http://127.0.0.1:9/api/v1", "whoami", **env)


def test_everything_else_that_is_read(synthetic_cloud: LocalCloud, home: Path) -> None:
    env = {"AMAZINGDATA_USERNAME": "admin", "AMAZINGDATA_PASSWORD": "admin123"}

    def ran(code: int, *arguments: str, stdin: str = "") -> list[list[str]]:
        done = run(synthetic_cloud, home, *arguments, stdin=stdin, **env)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    assert "IF" in [row[0] for row in ran(0, "varieties")]
    assert ran(0, "main-contracts", "--date", "20240131")[0][1] == "contract"
    year = ("--start", "20230101", "--end", "20231231")
    assert len(ran(0, "statements", "income", "600000.SH", *year, "--require-complete")) == 5
    assert len(ran(0, "coverage", "stock", *DAYS, "--codes-file", "-", stdin="sh600000，")) == 2
    stocks = ran(0, "codes", "stock", "--date", "20240102")
    every = ran(0, "kline", "--all", "stock", "--start", "20240102", "--end", "20240102")
    assert {row[0] for row in every[1:]} <= {row[0] for row in stocks}
    assert len(every) > 200
    file = home / "bars.csv"
    kept = ("kline", "--since", "last", "--csv", str(file))
    ran(0, *kept, "600000.SH", "--start", "20240101", "--end", "20240110")
    ran(0, *kept, "--end", "20240131")
    whole = ran(0, "kline", "600000.SH", *DAYS, "--csv", "-")
    assert file.read_text().splitlines() == [row[0] for row in whole]
    before = file.read_bytes()
    ran(1, *kept, "--end", "20240229", "--adjust", "backward", "--fields", "close")
    assert file.read_bytes() == before


def test_tasks_by_command(synthetic_cloud: LocalCloud, home: Path) -> None:
    env = {"AMAZINGDATA_USERNAME": "admin", "AMAZINGDATA_PASSWORD": "admin123"}

    def ran(code: int, *arguments: str, **more: str) -> str:
        done = run(synthetic_cloud, home, *arguments, **env, **more)
        assert done.returncode == code, (arguments, done.stdout, done.stderr)
        return done.stdout

    etf = ("etf", *DAYS)
    ran(3, "detect", *etf, "--require-complete")
    number = ran(0, "fill", *etf, "--no-wait").strip()
    ran(0, "tasks", "watch", number)
    assert json.loads(ran(0, "detect", *etf, "--require-complete", "--json"))["missing"] == {}
    assert json.loads(ran(0, "fill", *etf, "--json"))["missing_count"] == 0
    assert json.loads(ran(0, "cache", *etf, "--json"))["bar_count"] > 100
    assert number in ran(0, "tasks", "list")
    assert "completed" in ran(0, "tasks", "show", number)
    assert json.loads(ran(0, "tasks", "result", number))["errors"] == {}
    ran(1, "tasks", "cancel", number)
    ran(1, "tasks", "retry", number)
    assert "admin" in ran(0, "users", "list")
    user = json.loads(
        ran(0, "users", "create", "lee", "--json", AMAZINGDATA_NEW_PASSWORD="correct-horse-battery")
    )
    lee = {"AMAZINGDATA_USERNAME": "lee", "AMAZINGDATA_PASSWORD": "correct-horse-battery"}
    assert run(synthetic_cloud, home, "fill", *etf, **lee).returncode == 4
    ran(0, "users", "update", str(user["id"]), "--inactive")
    made = ("configs", "create", "vendor", "--username", "u", "--host", "127.0.0.1", "--port", "9")
    config = json.loads(ran(0, *made, "--json", AMAZINGDATA_SDK_PASSWORD="secret"))
    ran(1, "configs", "test", str(config["id"]))
    assert "vendor" in ran(0, "configs", "list")
    ran(0, "configs", "delete", str(config["id"]))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("fill_and_read.py", "bars of 27"),
        ("daily_update.py", "stock: 0 codes incomplete"),
        ("main_contract.py", "IF2401.CFE  20240103 to"),
    ],
)
def test_the_examples(synthetic_cloud: LocalCloud, script: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", ROOT / "examples" / script],
        env={"PATH": os.defpath, "AMAZINGDATA_URL": synthetic_cloud.url},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
