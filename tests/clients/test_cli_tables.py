"""Tables that fit a terminal, and the same rows in a pipe."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click
import pytest
from amazingdata_client.cli import output
from amazingdata_client.cli.moments import in_beijing
from amazingdata_client.cli.output import cell, print_table
from amazingdata_client.cli.table import Column, cut, fitted
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.clients.conftest import Run
from tests.clients.samples import DAYS, meta, sample_bar, sample_task
from tests.clients.scripted import ScriptedService, success

NUMBER = re.compile(r"[^\s…]*[0-9][^\s…]*")
WORDS = st.text("ab 行情 -1", max_size=30).map("x {}".format)
NUMBERS = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9), st.none()).map(cell)
NAMES = ("id", "trade_date", "name", "close", "remark", "amount", "volume")


@st.composite
def columns(draw: st.DrawFn) -> list[Column]:
    names = ["id", *draw(st.lists(st.sampled_from(NAMES[1:]), unique=True))]
    size = draw(st.integers(0, 4))

    def of(name: str) -> Column:
        words = name in {"name", "remark"}
        cells = draw(st.lists(WORDS if words else NUMBERS, min_size=size, max_size=size))
        return Column(name, cells, number=not words)

    return [of(name) for name in names]


@given(columns(), st.integers(1, 120))
def test_a_table_fits_and_cuts_no_number_and_no_id(shown: list[Column], width: int) -> None:
    table = fitted(shown, width)
    kept = [each for each in shown if each.name not in table.left_out]
    assert kept[0] is shown[0]
    assert len(kept) == 1 or max(map(cell_len, table.lines)) <= width
    for line, *cells in zip(table.lines[1:], *(each.cells for each in kept), strict=True):
        for each, text in zip(kept, cells, strict=True):
            assert not each.number or text in line
        whole = {token for text in cells for token in NUMBER.findall(text)}
        assert whole >= set(NUMBER.findall(line))
    if table.left_out:
        assert sum(each.width() for each in shown) + 2 * len(shown) - 2 > width


@given(WORDS, st.integers(1, 30))
@example("at 20240102 only", 7)
@example("行情行情行情", 4)
@example("12 " * 500 + "x" * 100_000, 20)
@example("x" * 100_000 + " 12", 20)
def test_a_cut_text_fits_and_says_that_it_is_cut(text: str, width: int) -> None:
    shown = cut(text, width)
    if shown != text:
        assert cell_len(shown) <= width
        assert shown.endswith("…")
        assert text.startswith(shown[:-1])


@pytest.mark.parametrize("text", ["2026-12-01 03:00:00", "600000.SH", "1,234.50", "", "–"])
def test_what_has_no_words_is_not_cut(text: str) -> None:
    assert cut(text, 3) == text
    column = Column("published_at", [text, text])
    assert column.least() == max(len(text), len("published_at"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (9.1, "9.10"),
        (1234.0, "1,234.00"),
        (1.019923, "1.019923"),
        (0.00001, "1e-05"),
        (-1234567.125, "-1,234,567.125"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
    ],
)
def test_no_digit_of_a_number_is_lost(value: float, shown: str) -> None:
    assert cell(value) == shown
    assert float(shown.replace(",", "")) == value or value != value  # noqa: PLR0124


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> Iterator[None]:
    with monkeypatch.context() as changed:
        changed.setattr(output, "width", lambda: columns)
        yield


def test_less_important_columns_give_way(
    run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = [sample_bar(volume=81_234_567, amount=743_210_987.5)]
    scripted.on("POST /stock/kline/batch", success({"600000.SH": bars}, meta()))
    with terminal(monkeypatch, 40):
        narrow = run("kline", "600000.SH", *DAYS)
    with terminal(monkeypatch, 80):
        wide = run("kline", "600000.SH", *DAYS)
    assert narrow.stdout.splitlines() == [
        "code       trade_date  close      volume",
        "600000.SH  20240102     9.15  81,234,567",
    ]
    assert "too narrow for open, high, low, amount; --json or a pipe has" in narrow.stderr
    assert "743,210,987.50" in wide.stdout
    assert "too narrow" not in wide.stderr


def test_bars_of_a_day_are_told_apart_on_the_narrowest_terminal(
    run: Run, scripted: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    bars = [{"trade_date": "20240102", "kline_time": "2024-01-02 09:30:00"} | sample_bar()]
    scripted.on("POST /stock/kline/batch", success({"600000.SH": bars}, meta()))
    with terminal(monkeypatch, 40):
        shown = run("kline", "600000.SH", *DAYS, "--period", "min1")
    assert shown.stdout.splitlines()[1] == "600000.SH  2024-01-02 09:30:00   9.15"
    assert "Asia/Shanghai" in shown.stderr


def test_words_are_cut_before_columns_give_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal(monkeypatch, 34):
        print_table([{"code": "600000.SH", "remark": "volume is 12345 below", "close": 9.1}])
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1].split() == ["600000.SH", "volume", "is…", "9.10"]
    assert not printed.err


def test_a_pipe_gets_full_values_between_tabs(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"code": "x", "close": 1234.56789, "on": True, "none": None, "text": "a\tb"}
    print_table([values, {"code": "y", "more": [1]}])
    assert capsys.readouterr().out.splitlines() == [
        "code\tclose\ton\tnone\ttext\tmore",
        "x\t1234.56789\ttrue\t\ta�b\t",
        "y\t\t\t\t\t[1]",
    ]


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2024-02-01T20:00:00Z", "2024-02-02 04:00:00"),
        ("2024-02-01T20:00:00.123456+00:00", "2024-02-02 04:00:00"),
        ("2024-02-01T20:00:00", "2024-02-01T20:00:00"),
        ("what began at TTTTTTTTTTTTTTTT", "what began at TTTTTTTTTTTTTTTT"),
        ("20240201", "20240201"),
    ],
)
def test_moments_are_in_the_time_of_beijing(moment: str, shown: str) -> None:
    assert in_beijing(moment) == shown


def test_the_zone_is_said_once(run: Run, scripted: ScriptedService) -> None:
    page = {"items": [sample_task(), sample_task(id=8)], "total": 2, "page": 1, "page_size": 20}
    scripted.on("GET /cache/tasks", success(page))
    shown = run("tasks", "list")
    assert "2024-02-01 16:00:00" in shown.stdout
    assert shown.stderr.count("Asia/Shanghai") == 1
    assert "2024-02-01T08:00:00+00:00" in run("tasks", "list", "--json").stdout


def test_a_header_on_a_terminal_is_bold(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with terminal(monkeypatch, 80), click.Context(click.Command("x"), color=True):
        print_table([{"code": "x"}])
    assert capsys.readouterr().out.startswith("\x1b[1mcode\x1b[0m")
