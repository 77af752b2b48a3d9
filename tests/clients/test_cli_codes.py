"""Which codes a command is about: named, in a file, from stdin, or all of a kind."""

from datetime import date
from io import BytesIO, TextIOWrapper
from pathlib import Path

import httpx
import pytest
from amazingdata_client.cli import codes, days, exits
from amazingdata_client.cli.codes import read_codes
from hypothesis import given
from hypothesis import strategies as st

from tests.clients.conftest import Run
from tests.clients.samples import DAYS, FOUND, meta, sample_bar, sample_task
from tests.clients.scripted import ScriptedService, success

SEPARATORS = st.sampled_from(["\n", ",", " ", "\t", "，", "\u3000", "；", "、", "\r\n", " ， "])


@pytest.fixture(autouse=True)
def bars(scripted: ScriptedService) -> None:
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, meta()))


@given(st.lists(st.tuples(st.sampled_from(["600000.SH", "sh600001"]), SEPARATORS), min_size=1))
def test_whatever_stands_between_codes_in_a_file(parts: list[tuple[str, str]]) -> None:
    text = "\ufeff" + "".join(code + between for code, between in parts)
    file = TextIOWrapper(BytesIO(text.encode()), encoding="utf-8-sig")
    assert read_codes(file) == list(dict.fromkeys(code for code, _ in parts))


def test_codes_in_a_file_and_from_stdin(
    run: Run, scripted: ScriptedService, tmp_path: Path
) -> None:
    file = tmp_path / "codes.txt"
    file.write_text("６０００００．ＳＨ，000001.SZ\n\n600000.SH\n", encoding="utf-8")
    assert run("kline", "--codes-file", str(file), *DAYS).exit_code == 0
    assert scripted.bodies()[-1]["codes"] == ["600000.SH", "000001.SZ"]
    assert run("kline", "--codes-file", "-", *DAYS, stdin="600003.SH").exit_code == 0
    assert scripted.bodies()[-1]["codes"] == ["600003.SH"]


def test_tasks_take_codes_from_a_file(run: Run, scripted: ScriptedService) -> None:
    scripted.on("POST /cache/fill-missing", success({"task_id": 7, **sample_task(), **FOUND}))
    ask = ("fill", "stock", *DAYS, "--no-wait", "--codes-file", "-")
    assert run(*ask, stdin="600000.SH 000001.SZ").exit_code == 0
    assert scripted.bodies()[-1]["codes"] == ["600000.SH", "000001.SZ"]
    assert run(*ask, "--codes", "600000.SH", stdin="600003.SH").exit_code == exits.USAGE


@pytest.mark.parametrize("content", [b"", b" ,\n", b"\xff\xfe\x00x", b"x " * 3])
def test_a_file_without_codes_is_refused(
    run: Run, tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "MOST_CODES", 0)
    file = tmp_path / "codes.txt"
    file.write_bytes(content)
    found = run("kline", "--codes-file", str(file), *DAYS)
    assert (found.exit_code, str(file) in found.stderr) == (exits.USAGE, True)


def test_all_of_a_kind_are_those_that_were_listed_in_the_range(
    run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "today", lambda: date(2024, 3, 31))
    monkeypatch.setattr(codes, "today", lambda: date(2024, 3, 31))

    def listed(request: httpx.Request) -> httpx.Response:
        return success(["600000.SH", f"{request.url.params.get('date')}.SH"])

    scripted.on("GET /base/codes", listed)
    assert run("kline", "--all", "stock", "--start", "2023-06-30", "--end", "today").exit_code == 0
    asked = ["20230630", "20230929", "20231229", "20240329", "20240331"]
    assert scripted.bodies()[-1]["codes"] == ["600000.SH", *(f"{day}.SH" for day in asked)]
    assert run("kline", "--all", "etf", "--count", "3").exit_code == 0
    assert scripted.seen[-2].url.params["security_type"] == "EXTRA_ETF"


def test_all_are_asked_for_in_portions(run: Run, scripted: ScriptedService) -> None:
    every = [f"{600000 + at}.SH" for at in range(1200)]
    scripted.on("GET /base/codes", success(every))
    scripted.on("GET /stock/status", success({"600000.SH": []}, meta()))
    assert run("kline", "--all", "stock", *DAYS).exit_code == 0
    assert sorted(len(each["codes"]) for each in scripted.bodies()) == [200, 500, 500]
    assert run("status", "--all", "stock", *DAYS).exit_code == 0


def test_more_rows_than_memory_takes_are_refused(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", success([f"{600000 + at}.SH" for at in range(5000)]))
    found = run("kline", "--all", "stock", "--start", "20200101", "--end", "20241231")
    assert found.exit_code == exits.USAGE
    assert "5,000 codes have up to 6,525,000 rows" in found.stderr
    assert "amazingdata mirror" in found.stderr
    assert not scripted.bodies()


@pytest.mark.parametrize(
    "arguments",
    [
        ("kline", "600000.SH", "--all", "stock"),
        ("kline", "--all", "stock", "--codes-file", "-"),
        ("kline", "--all", "stock", "--universe", "000300.SH"),
        ("kline", "--all", "bond"),
        ("kline", "--all", "stock", "--chart"),
        ("status", "--all", "etf"),
        ("statements", "income"),
        ("statements", "profit", "600000.SH"),
        ("coverage", "stock", "--codes", "600000.SH", "--codes-file", "-"),
    ],
    ids=" ".join,
)
def test_only_one_way_of_naming_codes(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments, *DAYS, stdin="600000.SH").exit_code == exits.USAGE


def test_a_kind_of_which_nothing_is_listed(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", success([]))
    found = run("kline", "--all", "future", "--count", "3")
    assert (found.exit_code, found.stderr) == (1, "Error: no future was listed in the range\n")


def test_days_that_are_none_are_left_to_the_service(run: Run, scripted: ScriptedService) -> None:
    scripted.on("GET /base/codes", success(["600000.SH"]))
    ask = ("kline", "--all", "stock", "--end", "20240131", "--start")
    for start in ("yesterday", "20240201"):
        assert run(*ask, start).exit_code == 0
        assert scripted.bodies()[-1]["start_date"] == start
