"""The description of a call's parameters and body."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from local.openapi import texts
from local.openapi.components import Json, in_json
from marketdata.api.parameters import CODE_SCHEMA, CONTROLS, NAME_SCHEMA, NAMES_SCHEMA
from marketdata.api.router import Route
from marketdata.api.schema.operation import Operation

NUMBER: Json = {"type": "integer", "minimum": 1, "maximum": 10**18 - 1}
LIST: Json = {"type": "string", "pattern": f"^[^{CONTROLS}]*[^ ,{CONTROLS}][^{CONTROLS}]*$"}
"""Texts in a query, separated by commas."""

TEXT: Json = {"type": "string"}
PATH_SCHEMAS: dict[str, Json] = {
    "code": CODE_SCHEMA,
    "industry": CODE_SCHEMA,
    "asset": TEXT,
    "dataset": TEXT,
    "part": TEXT,
}
"""Schemas of path variables; any other variable is a number."""


def parameters(route: Route, said: Operation) -> list[Json]:
    """Describe the parameters in path, query and headers."""
    found = [_in_path(name, said) for name in re.findall(r"{(\w+)}", route.path)]
    if route.source == "query" and route.model:
        found += _in_query(route.model, said)
    if said.conditional:
        found.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": texts.IF_NONE_MATCH,
                "schema": {"type": "string"},
            }
        )
    return found


def body(route: Route, said: Operation, name: str) -> Json:
    """Describe the body; its schema is the component `name`."""
    path = re.findall(r"{(\w+)}", route.path)
    example = {field: value for field, value in said.request.items() if field not in path}
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {"required": True, "content": in_json(schema, example)}


def body_schema(model: type[BaseModel]) -> Json:
    """Return the schema of a body, with its definitions inlined."""
    schema = model.model_json_schema()
    schema["properties"] = {name: found for name, found, _ in _fields(model)}
    schema.pop("$defs", None)
    schema.pop("title")
    return schema


def _in_path(name: str, said: Operation) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": texts.PARAMETERS[name],
        "schema": PATH_SCHEMAS.get(name, NUMBER),
        "example": said.request[name],
    }


def _in_query(model: type[BaseModel], said: Operation) -> Iterator[Json]:
    for name, schema, required in _fields(model):
        description = schema.pop("description")
        parameter: Json = {
            "name": name,
            "in": "query",
            "required": required,
            "description": description,
            "schema": _in_text(schema),
        }
        if name in said.request:
            parameter["example"] = said.request[name]
        yield parameter


def _in_text(schema: Json) -> Json:
    """Return a field's schema for a query, where every value is text."""
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    for option in options:
        schema |= option
    if schema.get("default", 0) is None:
        del schema["default"]
    if schema["type"] != "array":
        return schema
    return NAMES_SCHEMA if schema["items"] == NAME_SCHEMA else LIST


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Json, bool]]:
    """Yield a model's fields: name, schema with description, whether it is required."""
    whole = model.model_json_schema()
    for name, schema in whole["properties"].items():
        found: Json = _resolved(schema, whole.get("$defs", {}))
        found.pop("title", None)
        yield (
            name,
            found | {"description": found.get("description") or texts.PARAMETERS[name]},
            name in whole.get("required", []),
        )


def _resolved(schema: Any, definitions: Json) -> Any:
    if isinstance(schema, list):
        return [_resolved(each, definitions) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found: Json = {}
    if "$ref" in schema:
        found |= _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return found | {
        key: _resolved(each, definitions) for key, each in schema.items() if key != "$ref"
    }
