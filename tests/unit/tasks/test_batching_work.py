"""What codes lack, as pieces of work."""

from dataclasses import replace

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of
from marketdata.catalog.securities import Security
from marketdata.kline.bars import BarDataset
from marketdata.tasks import batching
from marketdata.tasks.batching import Lacking, Work, bars_a_day, work_items
from marketdata.tasks.scope import Scope

SECURITIES = [
    Security("600000.SH", "old", Kind.STOCK, "SH", "19991110"),
    Security("600004.SH", "new", Kind.STOCK, "SH", "20200107"),
    Security("600006.SH", "gone", Kind.STOCK, "SH", "19991110", "20191231"),
    Security("000300.SH", "an index", Kind.INDEX, "SH", "20050408"),
]
SCOPE = Scope(Kind.STOCK, Period.DAILY, "20200101", "20200110")


def test_what_codes_lack_adds_up_over_parts() -> None:
    lacking = Lacking(replace(SCOPE, start="20191230", end="20200106"))
    assert lacking.days == ["20191230", "20191231", "20200102", "20200103", "20200106"]
    both = bits_of("2019", ["20191231"])
    lacking.add("2019", {"600000.SH": both, "600006.SH": both})
    lacking.add("2020", {"600000.SH": bits_of("2020", ["20200102", "20200106"])})
    assert lacking.positions == {"600000.SH": [1, 2, 4], "600006.SH": [1]}


def items(scope: Scope, gaps: dict[str, list[str]]) -> list[Work]:
    lacking = Lacking(scope)
    for part in ("2019", "2020"):
        bits = {code: bits_of(part, days) for code, days in gaps.items()}
        lacking.add(part, {code: each for code, each in bits.items() if each})
    return list(work_items(BarDataset(Kind.STOCK, Period.DAILY), SECURITIES, lacking))


def test_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    days = ["20200107", "20200108"]
    gaps = {"600000.SH": days, "600004.SH": days}
    (batch,) = items(SCOPE, gaps)
    assert batch == {
        "operation": "fetch_bars",
        "dataset": "stock.daily",
        "codes": ["600000.SH", "600004.SH"],
        "start": "20200107",
        "end": "20200108",
        "work": 4,
        "closing": 2,
    }
    monkeypatch.setattr(batching, "CODES_A_BATCH", 1)
    assert [(each["codes"], each["closing"]) for each in items(SCOPE, gaps)] == [
        (["600000.SH"], 1),
        (["600004.SH"], 1),
    ]
    assert items(SCOPE, {}) == []


def test_a_code_in_several_batches_is_closed_by_its_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "CHEAP_BARS", 0)
    scope = replace(SCOPE, start="20190101")
    found = items(scope, {"600000.SH": ["20190102", "20200102"]})
    assert [(each["start"], each["closing"]) for each in found] == [
        ("20190102", 0),
        ("20200102", 1),
    ]


@pytest.mark.parametrize(
    ("kind", "period", "bars"),
    [
        (Kind.STOCK, Period.DAILY, 1),
        (Kind.STOCK, Period.MIN1, 240),
        (Kind.STOCK, Period.MIN60, 4),
        (Kind.FUTURE, Period.MIN1, 600),
    ],
)
def test_bars_of_a_day(kind: Kind, period: Period, bars: int) -> None:
    assert bars_a_day(BarDataset(kind, period)) == bars
