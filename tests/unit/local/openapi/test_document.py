"""The API's description: whole, true to the routes, and as committed."""

import json
import re
from typing import Any

import pytest

from local.openapi import document, texts
from local.openapi.__main__ import FILE
from local.openapi.document import Key, operation_id, render, routers, routes
from local.openapi.responses import schemas
from marketdata.api.router import PREFIX
from marketdata.api.schema import OPERATIONS, auth, finance, tasks
from marketdata.api.schema.operation import Operation, Schema, disjoint
from tests.support.conformance import check_body, described, response, validator
from tests.support.template import resources

ROUTES = routes()
EVERY = pytest.mark.parametrize("key", ROUTES, ids=" ".join)


def operation(key: Key) -> dict[str, Any]:
    found: dict[str, Any] = described()["paths"][key[1]][key[0].lower()]
    return found


def test_the_committed_file_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == render()


def test_every_route_is_described_and_nothing_else() -> None:
    assert OPERATIONS.keys() == ROUTES.keys()
    written = {
        (method.upper(), path) for path, found in described()["paths"].items() for method in found
    }
    assert written == ROUTES.keys()


def test_the_template_has_every_route_with_the_login_it_needs() -> None:
    found: dict[Key, bool] = {}
    for resource in resources().values():
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] == "Api":
                said = event["Properties"]
                if not said["Path"].startswith(PREFIX):
                    continue
                key = said["Method"], said["Path"].removeprefix(PREFIX)
                found[key] = "Auth" not in said
                if "Auth" in said:
                    assert said["Auth"] == {"Authorizer": "NONE", "ApiKeyRequired": False}
    elsewhere = {key for key in found if key[1] == "/{proxy+}"}
    assert {method for method, _ in elsewhere} >= {"GET", "POST", "PUT", "PATCH", "DELETE"}
    wanted = {key: route.role is not None for key, route in ROUTES.items()}
    assert {key: login for key, login in found.items() if key not in elsewhere} == wanted


def test_an_operation_that_is_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"more than once.*/finance/income"):
        disjoint(finance.OPERATIONS, auth.OPERATIONS, finance.OPERATIONS)


def test_a_route_of_two_functions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = routers()
    monkeypatch.setattr(document, "routers", lambda: [first, *others, first])
    with pytest.raises(ValueError, match=r"more than once.*/auth/login"):
        render()


def test_models_of_the_same_name_are_refused() -> None:
    class TaskView(Schema):
        pass

    with pytest.raises(ValueError, match=r"same name.*TaskView"):
        schemas([("one", Operation(TaskView)), ("other", Operation(tasks.TaskView))])


def test_a_body_with_the_name_of_an_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "schemas", lambda _: ({}, {"TaskBody": {}}))
    with pytest.raises(ValueError, match=r"more than once.*TaskBody"):
        render()


@EVERY
def test_a_call_is_said_in_chinese_and_in_english(key: Key) -> None:
    said = operation(key)
    assert re.search("[\u4e00-\u9fff]", said["summary"])
    assert re.match("[A-Z][a-z]+ .*[.]$", said["description"])
    assert said["tags"][0] in texts.TAGS
    assert said["operationId"] == operation_id(ROUTES[key])


def test_the_names_of_calls_differ() -> None:
    names = [operation_id(route) for route in ROUTES.values()]
    assert len(names) == len(set(names))


@EVERY
def test_every_error_has_an_envelope_and_an_example(key: Key) -> None:
    statuses = [int(status) for status in operation(key)["responses"]]
    assert {OPERATIONS[key].status, 400, 429, 500} <= set(statuses)
    assert ({401, 403} <= set(statuses)) >= (ROUTES[key].role is not None)
    for status in statuses:
        content = response(key, status).get("content", {})
        if status >= 300 and status != 304:
            example = content["application/json"]["example"]
            assert example["code"] == status
            check_body(key, status, example)
    assert "Retry-After" in response(key, 429)["headers"]


@EVERY
def test_the_example_of_an_answer_is_one(key: Key) -> None:
    if OPERATIONS[key].content:
        return
    status = OPERATIONS[key].status
    check_body(key, status, response(key, status)["content"]["application/json"]["example"])


@EVERY
def test_the_example_of_a_request_is_one(key: Key) -> None:
    said = operation(key)
    for parameter in said.get("parameters", []):
        if parameter.get("required"):
            validator(parameter["schema"]).validate(parameter["example"])
    if "requestBody" in said:
        content = said["requestBody"]["content"]["application/json"]
        validator(content["schema"]).validate(content["example"])


STATEMENTS = {"BalanceSheet", "Income", "CashFlow"}


def test_unknown_names_are_refused_by_the_schemas_too() -> None:
    text = json.dumps(described()["components"]["schemas"])
    assert '"title"' not in text
    for name, schema in described()["components"]["schemas"].items():
        if schema.get("type") == "object":
            # The sources of statements may know more figures than their schemas.
            amounts = {"$ref": "#/components/schemas/Amount"} if name in STATEMENTS else False
            assert schema["additionalProperties"] == amounts, name
