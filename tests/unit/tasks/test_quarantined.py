"""What was set aside, as it is shown: each row once, the latest first, by code and day."""

from collections.abc import Iterator
from typing import Any

import pytest

from marketdata.ingest.quarantine import Quarantine
from marketdata.sources.source import Place
from marketdata.tasks import quarantined as module
from marketdata.tasks.quarantined import quarantined

ROWS: list[dict[str, Any]] = [
    {"code": "600000.SH", "trade_date": "20240102", "open": 6.5, "reason": "high below low"},
    {"code": "600000.SH", "trade_date": "20240103", "open": None, "reason": "no price"},
]


class Files:
    """A bucket in which time passes by a second with each file."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[int, Any]] = {}
        self.reads = 0

    def write_json(self, key: str, value: Any) -> None:
        self.kept[key] = (1_700_000_000 + len(self.kept), value)

    def read_json(self, key: str) -> Any:
        self.reads += 1
        return self.kept[key][1]

    def modified(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((key, at) for key, (at, _) in sorted(self.kept.items()) if key.startswith(prefix))


def filled() -> Files:
    files = Files()
    aside = Quarantine(files)
    aside.set_aside("stock.daily", "600000.SH", ROWS, [Place("a.csv", 2), None])
    aside.set_aside("stock.daily", "000001.SZ", [{"code": "000001.SZ", "reason": "no day"}], [None])
    aside.set_aside(
        "stock.min5", "600000.SH", [{"kline_time": "2024-01-02 09:30:00", "reason": "x"}], [None]
    )
    # The same row once more, with another one.
    aside.set_aside(
        "stock.daily",
        "600000.SH",
        [ROWS[1], {"trade_date": "20240201", "reason": "y"}],
        [Place("a.csv", 3), None],
    )
    return files


def test_each_row_is_shown_once_the_latest_first() -> None:
    found = quarantined(filled(), "stock.daily")
    assert [(row.code, row.at, row.reason) for row in found.rows] == [
        ("600000.SH", "20240103", "no price"),
        ("600000.SH", "20240201", "y"),
        ("000001.SZ", "", "no day"),
        ("600000.SH", "20240102", "high below low"),
    ]
    assert not found.truncated
    assert found.rows[0].row == {"trade_date": "20240103", "open": None}
    assert found.rows[0].set_aside_at == "2023-11-14T22:13:23+00:00"


@pytest.mark.parametrize(
    ("code", "start", "end", "shown"),
    [
        ("600000.SH", "", "", ["20240103", "20240201", "20240102"]),
        ("600000.SH", "20240103", "20240131", ["20240103"]),
        ("600000.SH", "20240104", "", ["20240201"]),
        ("", "20240104", "20240105", [""]),
        ("600004.SH", "", "", []),
    ],
)
def test_only_some_are_asked_for(code: str, start: str, end: str, shown: list[str]) -> None:
    rows = quarantined(filled(), "stock.daily", code, start, end).rows
    assert [row.at for row in rows] == shown


def test_a_day_of_minutes_is_that_of_the_time() -> None:
    (row,) = quarantined(filled(), "stock.min5", "", "20240102", "20240102").rows
    assert (row.at, row.day) == ("2024-01-02 09:30:00", "20240102")


def test_a_row_s_place_is_told_and_is_none_of_its_values() -> None:
    rows = quarantined(filled(), "stock.daily", "600000.SH").rows
    assert [(row.at, row.file, row.line) for row in rows] == [
        ("20240103", "a.csv", 3),
        ("20240201", None, None),
        ("20240102", "a.csv", 2),
    ]
    assert not {"file", "line"} & rows[0].row.keys()


def test_the_same_rows_on_other_lines_are_kept_once() -> None:
    files = filled()
    Quarantine(files).set_aside("stock.daily", "600000.SH", ROWS, [Place("a.csv", 7), None])
    found = quarantined(files, "stock.daily", "600000.SH").rows
    assert [row.line for row in found if row.at == "20240102"] == [7]
    assert len(files.kept) == len(filled().kept)


def test_only_so_many_files_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 2)
    files = filled()
    found = quarantined(files, "stock.daily")
    assert (files.reads, found.truncated) == (2, True)
    assert [row.code for row in found.rows] == ["600000.SH", "600000.SH", "000001.SZ"]


def test_files_are_read_until_there_are_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    monkeypatch.setattr(module, "AT_ONCE", 1)
    files = filled()
    found = quarantined(files, "stock.daily")
    assert (files.reads, len(found.rows), found.truncated) == (1, 2, True)
    # Rows that were not asked for don't count.
    found = quarantined(files, "stock.daily", start="20240102", end="20240102")
    assert ([row.at for row in found.rows], found.truncated) == (["", "20240102"], False)
