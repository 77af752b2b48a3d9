"""docs/truth.md: the tests that it names exist, and every reason that the code gives is on it."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from marketdata.api.schema import finance, klines, tasks
from marketdata.blocks.coverage import Reason
from marketdata.ingest import bar_check, statement_check

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/truth.md").read_text(encoding="utf-8")
CASES = DOCUMENT.partition("## Cases")[2]
NAMED = re.findall(r"`([\w/]+\.py)::(test_\w+)`", CASES)
NAME = re.compile("[a-z]+(_[a-z]+)+|negative|shifted|contradictory")
NO_REASON = {"reporting_period", "statement_type", "ann_date", "report_type", "kline_time"}
"""Columns that the code of the checks names."""


def rows() -> list[list[str]]:
    """Return the cells of the table of cases, without its head."""
    lines = [line for line in CASES.splitlines() if line.startswith("|")]
    return [line.strip("|").split("|") for line in lines[2:]]


def functions_in(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def texts_in(function: object) -> Iterator[str]:
    """Yield the texts of a function's code that look like the name of a reason."""
    assert inspect.isfunction(function)
    (tree,) = ast.parse(inspect.getsource(function)).body
    assert isinstance(tree, ast.FunctionDef)
    for statement in tree.body[isinstance(tree.body[0], ast.Expr) :]:
        for node in ast.walk(statement):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and NAME.fullmatch(text) and text not in NO_REASON:
                yield text


def reasons() -> dict[str, set[str]]:
    """Return the reasons by where the code has them."""
    hints = [
        get_type_hints(each)["reason"]
        for each in (klines.Absent, klines.Outside, finance.AbsentStatement)
    ]
    return {
        "days": {*get_args(Reason.__value__), *get_args(tasks.Why.__value__)},
        "answers": {reason for hint in hints for reason in get_args(hint)},
        "bars": {*texts_in(bar_check.judge_bars)},
        "statements": {
            *texts_in(statement_check._reason),
            *texts_in(statement_check.statement_faults),
        },
    }


def test_every_case_of_the_table_names_a_test() -> None:
    found = rows()
    assert [row[0].split(".")[0].strip(" abcd") for row in found[:17]] == [
        *("1", "1", "1", "1"),
        *map(str, range(2, 15)),
    ]
    assert all(len(row) == 3 and "::" in row[2] for row in found)
    assert len(NAMED) == CASES.count("::")


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_the_tests_that_are_named_exist(file: str) -> None:
    named = {name for path, name in NAMED if path == file}
    assert named <= functions_in(ROOT / "tests" / file), file


@pytest.mark.parametrize("where", reasons())
def test_every_reason_is_on_the_page(where: str) -> None:
    found = reasons()[where]
    assert found
    assert {reason for reason in found if f"`{reason}`" not in DOCUMENT} == set()


def test_the_reasons_of_the_checks_are_those_that_they_document() -> None:
    """So that a reason which is made up elsewhere does not slip by."""
    documented = re.findall(r"`(\w+)`", inspect.getdoc(bar_check.Verdict) or "")
    assert {*reasons()["bars"]} == {*documented}
    listed = re.findall(r"`(\w+)`", inspect.getdoc(statement_check.statement_faults) or "")
    assert {*reasons()["statements"]} == {*listed}
