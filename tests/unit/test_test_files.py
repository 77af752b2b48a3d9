"""The tests' own house: where a test lies, what it loads, and that a name means one thing."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
FILES = [path for path in sorted(TESTS.rglob("*.py")) if "standin" not in path.parts]
UNITS = [path for path in FILES if path.is_relative_to(TESTS / "unit")]
HELPERS = [path for path in FILES if not path.name.startswith("test_")]
HOMES = {name: ROOT / name for name in ("functions", "local", "bench")}
"""What unit tests test beside the package, by the name of their folder."""
ON_MOTO = {"credentials", "cloud", "service"}
"""The fixtures that load moto."""


def names(path: Path) -> str:
    return str(path.relative_to(TESTS))


def imports_in(nodes: list[ast.AST]) -> Iterator[str]:
    """Name the modules that some statements import; a name of a module as "module.name" too."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded_with(path: Path) -> set[str]:
    """Name everything that importing a file of the tests imports, directly or not."""
    seen, waiting, found = {path}, [path], set[str]()
    while waiting:
        for name in imports_in(list(ast.parse(waiting.pop().read_text()).body)):
            found.add(name)
            file = ROOT / f"{name.replace('.', '/')}.py"
            if name.startswith("tests.") and file.exists() and file not in seen:
                seen.add(file)
                waiting.append(file)
    return found


def of_moto(imported: set[str]) -> set[str]:
    return {name for name in imported if name.partition(".")[0] == "moto"}


@pytest.mark.parametrize(
    "path", [*UNITS, TESTS / "conftest.py", TESTS / "support/plugin.py"], ids=names
)
def test_moto_is_not_loaded_with_a_unit_test(path: Path) -> None:
    assert not of_moto(loaded_with(path))


@pytest.mark.parametrize("path", UNITS, ids=names)
def test_no_unit_test_asks_for_moto(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    assert not of_moto(set(imports_in(nodes)))
    asked = {node.arg for node in nodes if isinstance(node, ast.arg)}
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("usefixtures"):
            asked |= {ast.literal_eval(argument) for argument in node.args}
    assert not asked & ON_MOTO


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.parent != TESTS / "unit"], ids=names
)
def test_a_unit_test_is_named_after_a_module(path: Path) -> None:
    if path in HELPERS:
        return
    folder, *inner = path.parent.relative_to(TESTS / "unit").parts
    home = HOMES.get(folder, ROOT / "layers/common/python/marketdata" / folder).joinpath(*inner)
    modules = {each.stem.strip("_") for each in home.iterdir() if each.suffix == ".py"}
    modules |= {each.parent.name for each in home.glob("*/app.py")}
    assert any(f"{path.stem}_".startswith(f"test_{module}_") for module in modules), home


def is_shared(node: ast.stmt) -> TypeGuard[ast.FunctionDef]:
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
        return False
    return not any("fixture" in ast.unparse(each) for each in node.decorator_list)


def test_one_name_means_one_helper() -> None:
    """A class anywhere in the tests, and what a file has that others import from."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in FILES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) or (path in HELPERS and is_shared(node)):
                found[node.name].append(names(path))
    assert not {name: where for name, where in found.items() if len(where) > 1}
