"""The benchmark's budgets: each is a ratio within one run, and says whether it holds."""

from pathlib import Path
from typing import Any

import pytest

from bench.budgets import READERS, Budget, budgets
from bench.making import CODES
from bench.preparing import PEERS
from bench.starting import FLOOR

DOCUMENT = Path(__file__).parents[3] / "docs" / "performance.md"
LINES_ON_A_SCREEN = 55


def cpu(ms: float) -> dict[str, float]:
    return {"cpu_ms": ms, "wall_ms": 2 * ms}


def start(imported: float, first: float) -> dict[str, Any]:
    return {"import": cpu(imported), "first_request": cpu(first), "requests": {}}


def figures() -> dict[str, Any]:
    questions = ("50x1y", "1x1m", "1x10y", "min1_month")
    times = {"floor": cpu(4), "plain": cpu(6), "zstd": cpu(4)}
    times |= {"status_plain": cpu(12), "status_zstd": cpu(20), "read": cpu(4), "members": cpu(3)}
    read = {"times": times, "wire_bytes": {"zstd": 210}}
    peers = {peer: cpu(20) for peer in PEERS} | {"polars_files": cpu(12), "ours_zstd": cpu(4)}
    detect = {"codes": CODES, "ours": cpu(100), "floor": cpu(250)}
    return {
        "read": dict.fromkeys(questions, read),
        "members": read,
        "peers": dict.fromkeys(questions, peers),
        "detect": [detect | {"years": 1}, detect | {"years": 13, "ours": cpu(150)}],
        "starts": {FLOOR: start(200, 10)}
        | {name: start(100, 20) for name in READERS}
        | {"FutureFunction": start(120, 0), "DocsFunction": start(20, 900)},
        "store": {
            "daily": {"ours": cpu(200), "floor": cpu(100)},
            "min1": {"ours": cpu(300), "floor": cpu(100)},
        },
        "fill": {"latency_s": 3.0, "efficiency": 0.97},
        "publish": {
            "publish": {"ours": cpu(400), "floor": cpu(100)},
            "day": {
                "zstd": cpu(3),
                "plain": cpu(5),
                "floor": cpu(2),
                "polars": cpu(30),
                "duckdb": cpu(20),
                "file_bytes": 150_000,
            },
            "mirror": {
                "years": 10,
                "mirror": cpu(120),
                "curl": cpu(100),
                "scan": cpu(50),
                "klines": cpu(200),
            },
        },
        "growth_read": {
            "client": {
                "frame": {"client": cpu(1000), "parquet": cpu(100)},
                "portions": {"peak_mib": 120},
            }
        },
        "parquet_bytes": 200,
        "printing": {"rows": 1000, "csv": cpu(10), "pipe": cpu(9)},
        "chart": {
            "bars": 57_840,
            "script_bytes": 280_000,
            "times": {
                "floor": {"draw": cpu(100), "move": cpu(50), "wheel": cpu(50)},
                "ours": {"draw": cpu(110), "move": cpu(25), "wheel": cpu(30)},
            },
        },
    }


def test_each_ratio_is_to_the_floor_of_its_own_run() -> None:
    found = {each.name: each.today for each in budgets(figures())}
    assert found["read_50x1y_zstd"] == 1.0
    assert found["read_50x1y_plain"] == 1.5
    assert found["detect_1y"] == 0.4
    assert found["detect_13y"] == 0.6
    assert found["fill_efficiency"] == 0.97
    assert found["wire_bytes"] == 1.05
    assert found["printing"] == 0.9
    assert (found["publish_year"], found["market_day"]) == (4, 1.5)
    # The better peer, and ours as a client of theirs would get it.
    assert found["market_day_peer"] == 4
    assert (found["market_day_file"], found["first_mirror"]) == (0.5, 1.2)
    # The mirror has ten years, and one was asked for.
    assert found["mirror_frame"] == 40


def test_the_chart_counts_where_there_is_a_browser() -> None:
    found = {each.name: each for each in budgets(figures())}
    assert found["chart"].today == 1.1
    assert "draw" in found["chart"].what
    assert found["chart_script"].today == 0.8
    without = {each.name for each in budgets(figures() | {"chart": None})}
    assert found.keys() - without == {"chart", "chart_script"}


def test_the_best_peer_counts_also_if_it_keeps_a_file_a_code() -> None:
    found = {each.name: each for each in budgets(figures())}
    assert found["peers_50x1y"].today == 3
    assert "a file a code" in found["peers_50x1y"].floor


def test_the_slowest_function_and_period_count() -> None:
    found = {each.name: each for each in budgets(figures())}
    assert found["cold_import_read"].today == 0.6
    assert "future" in found["cold_import_read"].what
    assert found["cold_import_other"].today == 0.1
    assert found["store"].today == 3


@pytest.mark.parametrize(
    ("today", "at_least", "holds"),
    [(0.9, False, True), (1.0, False, True), (1.1, False, False), (0.9, True, False)],
)
def test_a_budget_holds_up_to_its_limit(today: float, at_least: bool, holds: bool) -> None:
    budget = Budget("name", "what", "floor", today, 1.0, at_least=at_least)
    assert budget.holds == holds


def test_the_first_page_of_the_document_fits_a_screen() -> None:
    first_page = DOCUMENT.read_text().partition("\n## ")[0].splitlines()
    assert len(first_page) <= LINES_ON_A_SCREEN
