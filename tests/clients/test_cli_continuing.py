"""Continuing a CSV file after its last day: `--since last`."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import click
import httpx
import pytest
from amazingdata_client import IncompleteError
from amazingdata_client.cli import exits
from amazingdata_client.cli.continuing import Continued
from amazingdata_client.cli.rows import Outputs
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clients.conftest import Run
from tests.clients.samples import DAYS, meta, sample_bar
from tests.clients.scripted import ScriptedService, success

CODES = ("600000.SH", "000001.SZ", "600003.SH")
JANUARY = [f"202401{day:02}" for day in range(1, 11)]


@dataclass
class Found:
    data: Mapping[str, Sequence[Mapping[str, Any]]]
    whole: bool = True

    def require_complete(self, *, strict: bool = False) -> None:
        if not self.whole:
            raise IncompleteError(missing={})


def bar(day: str, minute: int = 0) -> dict[str, Any]:
    return sample_bar(day, kline_time=f"{day} 09:3{minute}:00", volume=None, close=int(day) / 7)


def opened(path: Path) -> Continued:
    return Continued.of(Outputs(SimpleNamespace(name=str(path)), None, as_json=False))


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file))


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(CODES), st.sets(st.sampled_from(JANUARY)), min_size=1),
    st.lists(st.sampled_from(JANUARY), min_size=1, max_size=4),
)
def test_a_continued_file_has_every_row_once(traded: dict[str, set[str]], ends: list[str]) -> None:
    """Whatever days a code has, and whenever the file is continued."""

    def service(end: str, codes: Sequence[str], start: str) -> Found:
        return Found(
            {
                code: [
                    bar(day, at)
                    for day in sorted(traded[code])
                    for at in range(2)
                    if start <= day <= end
                ]
                for code in codes
            }
        )

    with TemporaryDirectory() as folder:
        path = Path(folder) / "bars.csv"
        for end in ends:
            read = lambda codes, start, end=end: service(end, codes, start)  # noqa: E731
            opened(path).append(list(traded), (JANUARY[0], end), read, strict=False)
        wanted = sorted(
            (code, row["kline_time"])
            for code, rows in service(max(ends), list(traded), JANUARY[0]).data.items()
            for row in rows
        )
        found = rows_of(path)[1:] if path.exists() else []
        assert sorted((row[0], row[-1]) for row in found) == wanted
        assert [each.name for each in Path(folder).iterdir()] == ["bars.csv"] * bool(wanted)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_that_a_spreadsheet_has_saved_is_continued(
    tmp_path: Path, mark: str, end: str
) -> None:
    path = tmp_path / "bars.csv"
    row = sample_bar("20240102")
    head = ["code", *row]
    lines = [head, ["600000.SH", *row.values()]]
    text = "".join(f"{','.join(map(str, line))}{end}" for line in lines)
    path.write_bytes(f"{mark}{text}".encode())

    def read(_: Sequence[str], __: str) -> Found:
        return Found({"600000.SH": [row, sample_bar("20240103")]})

    opened(path).append(["600000.SH"], ("20240102", "20240103"), read, strict=False)
    content = path.read_bytes().decode()
    assert content.startswith(f"{mark}{text}600000.SH,20240103,")
    assert content.count(end) == content.count("\n") == 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "bars.csv"


@pytest.fixture
def market(scripted: ScriptedService) -> dict[str, list[dict[str, Any]]]:
    """Return the bars that the service has, and that a test may change."""
    bars = {
        "600000.SH": [sample_bar(day) for day in ("20240102", "20240103", "20240104")],
        "000001.SZ": [sample_bar("20240102")],
    }

    def answer(request: httpx.Request) -> httpx.Response:
        asked = scripted.bodies()[-1]
        cut = {
            code: [
                each
                for each in bars[code]
                if asked["start_date"] <= each["trade_date"] <= asked["end_date"]
            ]
            for code in asked["codes"]
        }
        return success(cut, meta())

    scripted.on("POST /stock/kline/batch", answer)
    return bars


def continued(run: Run, file: Path, *arguments: str) -> Any:
    return run("kline", "--since", "last", "--csv", str(file), *arguments)


@pytest.mark.usefixtures("market")
def test_a_file_is_begun_and_continued(run: Run, scripted: ScriptedService, file: Path) -> None:
    begun = continued(run, file, *CODES[:2], "--start", "20240101", "--end", "20240103")
    assert begun.exit_code == 0, begun.output
    assert f"3 rows of 2 codes appended to {file}" in begun.stderr
    scripted.seen.clear()
    # The codes are those of the file.
    again = continued(run, file, "--end", "2024-01-04")
    assert again.exit_code == 0, again.output
    assert not again.stdout
    asked = {(*each["codes"], each["start_date"]) for each in scripted.bodies()}
    assert asked == {("600000.SH", "20240103"), ("000001.SZ", "20240102")}
    whole = [["000001.SZ", "20240102"], *(["600000.SH", f"2024010{day}"] for day in (2, 3, 4))]
    assert sorted(row[:2] for row in rows_of(file)[1:]) == whole
    before = file.read_bytes()
    # 000001.SZ has not traded since, and may have.
    assert "0 rows of 1 code" in continued(run, file, "--end", "20240104").stderr
    assert "goes until 20240102 already" in continued(run, file, "--end", "20240102").stderr
    assert file.read_bytes() == before


def test_what_was_corrected_is_not_continued(
    run: Run, market: dict[str, list[dict[str, Any]]], file: Path
) -> None:
    continued(run, file, "600000.SH", "--start", "20240101", "--end", "20240103")
    before = file.read_bytes()
    market["600000.SH"][1] |= {"close": 9.16}
    refused = continued(run, file, "--end", "20240104")
    assert refused.exit_code == exits.ERROR
    assert "600000.SH on 20240103 is not what" in refused.stderr
    del market["600000.SH"][1]
    assert continued(run, file, "--end", "20240104").exit_code == exits.ERROR
    assert file.read_bytes() == before


def test_two_runs_at_once_write_no_row_twice(file: Path) -> None:
    def service(codes: Sequence[str], start: str) -> Found:
        return Found({code: [bar(day) for day in JANUARY if day >= start] for code in codes})

    begun = opened(file)
    opened(file).append(CODES[:1], (JANUARY[-2], JANUARY[-1]), service, strict=False)
    with pytest.raises(click.ClickException, match="changed by somebody else"):
        begun.append(CODES[1:2], (JANUARY[-2], JANUARY[-1]), service, strict=False)
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:2]))
    first, second = opened(file), opened(file)
    first.append((), ("", JANUARY[-1]), service, strict=False)
    whole = file.read_bytes()
    with pytest.raises(click.ClickException, match="changed by somebody else"):
        second.append((), ("", JANUARY[-1]), service, strict=False)
    assert file.read_bytes() == whole
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_all_of_a_kind_are_continued_with_those_delisted_since(
    run: Run, market: dict[str, list[dict[str, Any]]], scripted: ScriptedService, file: Path
) -> None:
    continued(run, file, *CODES[:2], "--start", "20240101", "--end", "20240102")
    market["000001.SZ"].append(sample_bar("20240103"))
    scripted.on("GET /base/codes", success(["600000.SH"]))
    done = continued(run, file, "--all", "stock", "--end", "20240104")
    assert done.exit_code == 0, done.output
    assert ["000001.SZ", "20240103"] in [row[:2] for row in rows_of(file)]


@pytest.mark.usefixtures("market")
def test_a_new_code_alone_with_other_options_is_refused(run: Run, file: Path) -> None:
    """Its rows would look like those of the file."""
    file.write_text(f"{','.join(('code', *sample_bar()))}\n000001.SZ,20240102{',1' * 6}\n")
    before = file.read_bytes()
    refused = continued(run, file, "600000.SH", "--start", "20240101", "--end", "20240104")
    assert refused.exit_code == exits.ERROR
    assert "000001.SZ on 20240102 is not what" in refused.stderr
    assert file.read_bytes() == before


def test_nothing_is_appended_that_is_not_complete(
    run: Run, scripted: ScriptedService, file: Path
) -> None:
    gaps = meta(complete=False, missing={"600000.SH": [["20240103", "20240105"]]})
    scripted.on("POST /stock/kline/batch", success({"600000.SH": [sample_bar()]}, gaps))
    refused = continued(run, file, "600000.SH", *DAYS)
    assert (refused.exit_code, file.exists()) == (exits.INCOMPLETE, False)


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no columns code and trade_date"),
        ("code,trade_date,close\n600000.SH,20240102,9.15", "its last line is cut"),
        ("code,trade_date,close\n600000.SH,20240102\n", "line 2 is no row"),
        ("code,trade_date,close\n600000.SH,2024,9.1\n", "line 2 is no row"),
        ("code,trade_date,close\nx,20240102,9.1\nx,20240102,9.1\n", "line 3 is there before"),
        ("code,trade_date,close\nx,20240103,9.1\nx,20240102,9.1\n", "line 3 is there before"),
        ('code,trade_date\n"x', "cannot be continued"),
        (
            "code,trade_date,close\n600000.SH,20240102,9.15\n",
            "has the columns code, trade_date, close",
        ),
    ],
)
def test_a_file_of_something_else_is_left_alone(
    run: Run, file: Path, content: str, told: str
) -> None:
    file.write_text(content, encoding="utf-8")
    refused = continued(run, file, "600000.SH", "--end", "20240104", "--start", "20240101")
    assert (refused.exit_code, file.read_text(encoding="utf-8")) == (exits.ERROR, content)
    assert told in refused.stderr


@pytest.mark.usefixtures("market")
@pytest.mark.parametrize(
    "arguments",
    [
        ("600000.SH", "--end", "20240104"),
        ("--start", "20240101", "--end", "20240104"),
        ("600000.SH", "--start", "20240101"),
        ("600000.SH", "--start", "20240101", "--end", "20240104", "--json"),
        ("600000.SH", "--start", "20240101", "--end", "20240104", "--csv", "-"),
        ("600000.SH", "--start", "20240101", "--end", "20240104", "--csv", "/dev/null"),
        ("600000.SH", "--start", "20240101", "--end", "20240104", "--chart"),
        ("600000.SH", "--start", "20240101", "--end", "20240104", "--period", "weekly"),
        ("--universe", "000300.SH", "--start", "20240101", "--end", "20240104"),
        ("600000.SH", "--count", "5", "--end", "20240104"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_continued(run: Run, file: Path, arguments: tuple[str, ...]) -> None:
    assert continued(run, file, *arguments).exit_code == exits.USAGE
    assert not file.exists()


def test_series_and_status_are_continued_too(
    run: Run, scripted: ScriptedService, file: Path
) -> None:
    first, second = (sample_bar(day, contract="IF2401.CFE") for day in ("20240102", "20240103"))
    scripted.on(
        "GET /future/continuous",
        success({"IF.MAIN": [first]}, meta()),
        success({"IF.MAIN": [first, second]}, meta()),
    )
    ask = ("continuous", "--since", "last", "--csv", str(file))
    assert run(*ask, "if", "--start", "20240101", "--end", "20240102").exit_code == 0
    assert run(*ask, "--end", "20240103").exit_code == 0
    assert scripted.seen[-1].url.params["varieties"] == "IF"
    assert [row[1] for row in rows_of(file)[1:]] == ["20240102", "20240103"]
    assert run("continuous", "IF", "--since", "last", *DAYS).exit_code == exits.USAGE
    state = {"trade_date": "20240102", "is_st": False}
    scripted.on("GET /stock/status", success({"600000.SH": [state]}, meta()))
    file.unlink()
    assert run("status", "600000.SH", "--since", "last", "--csv", str(file), *DAYS).exit_code == 0
    assert file.read_text() == "code,trade_date,is_st\n600000.SH,20240102,false\n"
