"""Adjustment factors in files: days or steps, and nothing is guessed."""

import pytest

from marketdata.blocks.dataset import Kind
from marketdata.kline.adjust.steps import Steps
from marketdata.sources.files.factors import parse_factors
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import FactorRequest
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket

HEAD = "trade_date,factor\n"
STEPS = Steps(("20240102", "20240605"), (1.0, 1.25), "20241231")


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "20240102,1\n20240605,1.25\n20241231,1.25\n",
        HEAD + "20240102,1\n20240103,1.0\n20240604,1\n20240605,1.25\n20241231,1.25\n",
        "\ufefffactor,note,trade_date\n1.25,x,20241231\n1.25,,20240605\n1,,20240102\n",
        HEAD + "20240101,\n20240102,1\n20240605,1.25\n20241231,1.25\n20250102,\n",
    ],
    ids=["steps", "days", "in any order", "empty at the ends"],
)
def test_every_form_gives_the_same_steps(text: str) -> None:
    assert parse_factors(text.encode()) == STEPS


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: columns are missing: factor, trade_date"),
        ("trade_date,adj\n20240102,1\n", "line 1: columns are missing: factor"),
        (HEAD, "there is no factor"),
        (HEAD + "2024-01-02,1\n", "line 2: '2024-01-02' is no day"),
        (HEAD + "20240230,1\n", "'20240230' is no day"),
        (HEAD + "20240102\n", "there is no factor"),
        (HEAD + "20240102,one\n", "'one' is not a factor"),
        (HEAD + "20240102,0\n", "line 2: the factor of 20240102 is 0.0"),
        (HEAD + "20240102,-1\n", "the factor of 20240102 is -1.0"),
        (HEAD + "20240102,inf\n", "the factor of 20240102 is inf"),
        (
            HEAD + "20240102,1\n20240103,\n20240104,1\n",
            "line 3: factors are missing",
        ),
        (HEAD + "20240102,1\n20240102,2\n", "line 3: 20240102 has two factors"),
        (HEAD + '20240102,"1\n', "line 2: unexpected end of data"),
    ],
)
def test_what_cannot_be_used_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_factors(text.encode())


def test_a_bad_or_missing_file_fails_its_code_alone() -> None:
    files = {
        "imports/stock/factors/600000.SH.csv": HEAD + "20240102,1\n20240605,1.25\n20241231,1.25\n",
        "imports/stock/factors/600001.SH.csv": HEAD + "20240102,0\n",
        "imports/etf/factors/510300.SH.csv": HEAD + "20240102,1\n",
    }
    source = FileSource(MemoryBucket.of(files), clock("2025-11-21T18:00"), "17:00")
    codes = ("600000.SH", "600001.SH", "510300.SH")
    found = source.fetch_factors(FactorRequest(Kind.STOCK, codes))
    assert found.steps == {"600000.SH": STEPS}
    assert found.failed == {
        "600001.SH": "imports/stock/factors/600001.SH.csv line 2: the factor of 20240102 is 0.0",
        "510300.SH": "there is no imports/stock/factors/510300.SH.csv",
    }
    funds = source.fetch_factors(FactorRequest(Kind.ETF, ("510300.SH",)))
    assert funds.steps == {"510300.SH": Steps(("20240102",), (1.0,), "20240102")}
