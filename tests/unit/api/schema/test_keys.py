"""Every error that the code makes has a key, and every key is some error's."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import BaseModel, ValidationError

from local.openapi.document import routes
from marketdata import errors
from marketdata.api.failures import PYDANTIC, wrong_fields
from marketdata.api.router import Route
from marketdata.api.schema.keys import CALLS, ERRORS, FIELDS, ROWS
from marketdata.errors import MarketDataError

ROOT = Path(__file__).parents[4]
PACKAGE = ROOT / "layers/common/python/marketdata"
SOURCES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for path in (*PACKAGE.rglob("*.py"), *ROOT.glob("functions/*/*.py"))
}
CLASSES = {
    name: each
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, MarketDataError)
}
GENERAL = {"InvalidInputError", "NotFoundError", "ConflictError", "ForbiddenError"}
"""What stands for many things: whoever raises one says which."""
UNTOLD = ("aws/", "mcp/", "upstream/server.py")
"""Where such an error never becomes an answer of the API as it is."""


class Made(NamedTuple):
    """An error as a line of the code makes it; `key` is None where the line names none."""

    at: str
    kind: str
    key: str | None
    params: frozenset[str]


def made() -> Iterator[Made]:
    for path, tree in SOURCES.items():
        where = str(path.relative_to(PACKAGE if path.is_relative_to(PACKAGE) else ROOT))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                kind, named = node.func.id, {word.arg: word.value for word in node.keywords}
                at = f"{where}:{node.lineno}"
                if kind in CLASSES:
                    key = named.pop("key", None)
                    yield Made(at, kind, _text(key), frozenset(map(str, named)))
                elif kind == "wrong" and "BARE" not in ast.unparse(node):
                    named.pop("field", None)
                    yield Made(at, kind, _text(node.args[0]), frozenset(map(str, named)))
                elif kind == "Detail":
                    values = node.args[2] if len(node.args) > 2 else named.get("params")
                    if node.args and (values is None or isinstance(values, ast.Dict)):
                        names = values.keys if isinstance(values, ast.Dict) else []
                        yield Made(at, kind, _text(node.args[0]), frozenset(map(_word, names)))


def _text(node: ast.expr | None) -> str | None:
    """Return a literal, or the key of the class that is named instead."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return CLASSES[node.value.id].key if node.value.id in CLASSES else None
    return node.value if isinstance(node, ast.Constant) else None  # type: ignore[return-value]


def _word(node: ast.expr | None) -> str:
    assert isinstance(node, ast.Constant)
    return str(node.value)


ALL = [*made()]


def test_the_lines_that_make_errors_are_found() -> None:
    assert len(ALL) > 120
    assert {each.kind for each in ALL} >= {*GENERAL, "wrong", "Detail", "UpstreamFaultError"}


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.at)
def test_an_error_has_a_key_and_names_its_values(each: Made) -> None:
    if each.key is None:
        assert each.kind not in GENERAL or each.at.startswith(UNTOLD), "name a key"
        assert not each.params
    else:
        assert each.params == {*ERRORS[each.key].params}


@pytest.mark.parametrize("kind", CLASSES.values())
def test_the_key_of_a_class_needs_no_values(kind: type[MarketDataError]) -> None:
    assert ERRORS[kind.key].params == ()


def test_a_key_is_some_error_s() -> None:
    in_code = {each.key for each in ALL} | {kind.key for kind in CLASSES.values()}
    of_pydantic = {said.key for said in PYDANTIC.values()}
    assert ERRORS.keys() - in_code - of_pydantic - gateway() - texts() == set()


def gateway() -> set[str]:
    return set(re.findall(r'"key": "(\w+)"', (ROOT / "template.yaml").read_text(encoding="utf-8")))


def texts() -> set[str]:
    """Every text in the modules that answer without an exception."""
    found = (PACKAGE / "api/router.py", PACKAGE / "api/failures.py", PACKAGE / "api/parameters.py")
    connection = PACKAGE / "sdk_configs/connection.py"
    nodes = (node for path in (*found, connection) for node in ast.walk(SOURCES[path]))
    return {str(node.value) for node in nodes if isinstance(node, ast.Constant)}


def test_what_the_gateway_answers_has_a_key() -> None:
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    assert gateway() <= CALLS.keys()
    assert template.count('"data": null') == template.count('"key": "')


def test_the_words_of_a_key_name_its_values_in_both_languages() -> None:
    for said in (*ERRORS.values(), *ROWS.values()):
        for text in said.english, said.chinese:
            assert {*re.findall(r"{(\w+)}", text)} == {*said.params}
            assert not re.search('["|]', text), "they go into strings and tables as they are"
        assert re.search("[\u4e00-\u9fff]", said.chinese)
        assert not re.search("[\u4e00-\u9fff]", said.english)


def test_pydantic_s_types_have_keys_and_values() -> None:
    for said in PYDANTIC.values():
        assert {*said.params.values()} == {*FIELDS[said.key].params}


BAD = [
    *("", "x", "0", "-1", "1_0", "9" * 19, "9" * 9, "2024-02-30", "19000101", "29990101", "none"),
    *("600000", "600000.SH", "IF.MAIN", "main", "true", "status", "\x00", "x" * 300, "a,,b"),
]
WORSE: list[object] = [
    *BAD,
    None,
    0,
    -1,
    1.5,
    10**30,
    True,
    [],
    {},
    ["600000"],
    [1],
    ["600000.SH"] * 2,
]


type Found = tuple[str, str, set[str]]


def in_query(model: type[BaseModel]) -> Iterator[Found]:
    ranges = [{"start_date": "20240102", "end_date": "20240101"}, {"start_date": "20240101"}]
    alone = ({name: bad} for name in model.model_fields for bad in BAD)
    for query in [{}, {"no_such": "x"}, *ranges, *alone]:
        yield from found(lambda query=query: model.model_validate_strings(query))  # type: ignore[misc]


def in_body(model: type[BaseModel]) -> Iterator[Found]:
    alone = [json.dumps({name: bad}) for name in model.model_fields for bad in WORSE]
    for body in ["", "[]", "1", '{"a"', "{}", '{"no_such": 1}', *alone]:
        yield from found(lambda body=body: model.model_validate_json(body))  # type: ignore[misc]


def found(validate: Callable[[], object]) -> Iterator[Found]:
    try:
        validate()
    except ValidationError as error:
        yield from ((each.field, each.key, {*each.params}) for each in wrong_fields(error))


ASKED = [each for each in routes().values() if each.model and each.source != "raw"]


@pytest.mark.parametrize("route", ASKED, ids=lambda each: f"{each.method} {each.path}")
def test_whatever_is_wrong_with_a_parameter_has_a_key(route: Route) -> None:
    assert route.model is not None
    all_wrong = [*(in_query if route.source == "query" else in_body)(route.model)]
    assert all_wrong
    for field, key, params in all_wrong:
        assert key != "invalid", field
        assert params == {*FIELDS[key].params}


def test_a_row_that_is_set_aside_has_a_reason_with_words() -> None:
    """The reasons are the snake_case texts of the checks that name no column."""
    checks = {
        "bar_check.py": {"kline_time", "trade_date", "open_interest"},
        "bar_units.py": {"kline_time", "trade_date"},
        "status_check.py": {"trade_date", "limit_down", "limit_up"},
        "statement_check.py": {
            *("reporting_period", "statement_type", "ann_date", "actual_ann_date", "report_type"),
        },
    }
    found: set[str] = set()
    for name, columns in checks.items():
        nodes = ast.walk(SOURCES[PACKAGE / "ingest" / name])
        words = {str(node.value) for node in nodes if isinstance(node, ast.Constant)}
        found |= {word for word in words if re.fullmatch("[a-z]+(_[a-z]+)+", word)} - columns
    assert found <= ROWS.keys()
    assert ROWS.keys() - found <= {"negative", "shifted", "contradictory"}
