"""The description of a call's answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from local.openapi.components import (
    COMPLETE,
    CSV,
    ETAG,
    LOCATION,
    NOTHING,
    Json,
    envelope,
    error,
    in_json,
    name_of,
    reference,
)
from marketdata.api.router import Route
from marketdata.api.row_form import COMPLETE_HEADER
from marketdata.api.schema.operation import NoMeta, Operation

TEMPLATE = "#/components/schemas/{model}"
MODE: JsonSchemaMode = "validation"


def schemas(said: Iterable[tuple[str, Operation]]) -> tuple[dict[str, Json], dict[str, Json]]:
    """Return the schemas of all answers.

    Parameters
    ----------
    said : iterable
        Pairs of a call's name and its operation.

    Returns
    -------
    inline, shared : dict
        The schemas by name plus ".data", ".meta" or ".bare", and the components that they refer to.

    Raises
    ------
    ValueError
        Two models have the same name.
    """
    inputs = []
    for name, operation in said:
        if not operation.content:
            inputs.append((f"{name}.data", MODE, TypeAdapter(operation.data)))
        if operation.bare:
            inputs.append((f"{name}.bare", MODE, TypeAdapter(operation.bare)))
        if operation.meta is not NoMeta:
            inputs.append((f"{name}.meta", MODE, TypeAdapter(operation.meta)))
    found, shared = TypeAdapter.json_schemas(inputs, ref_template=TEMPLATE)
    definitions = shared.get("$defs", {})
    # Pydantic tells such models apart by their modules' names, which are not for clients to read.
    if alike := [name for name in definitions if "__" in name]:
        raise ValueError(f"models of the same name: {alike}")
    inline = {name: _plain(schema) for (name, _), schema in found.items()}
    return inline, {name: _plain(each) for name, each in definitions.items()}


def responses(route: Route, said: Operation, inline: Mapping[str, Json], name: str) -> Json:
    """Describe every answer of a call."""
    found = {str(said.status): _success(said, inline, name)}
    if said.large:
        found["303"] = reference("Elsewhere")
    if said.conditional:
        found["304"] = reference("NotModified")
    for status in sorted(_errors(route, said)):
        found[str(status)] = reference(name_of(status))
    for status, meaning in said.empty.items():
        found[str(status)] = {"description": meaning}
    for status in said.bare_errors:
        either = [inline[f"{name}.bare"], {"$ref": "#/components/schemas/Error"}]
        found[str(status)] = error(status, {"anyOf": either})
    return found


def _errors(route: Route, said: Operation) -> set[int]:
    # 503 and 504 are the gateway's own, if a function is overrun or too slow.
    errors = {400, 429, 500, 503, 504, *said.errors}
    if route.role:
        errors |= {401, 403}
    if route.model and route.source != "query":
        errors |= {413, 415}
    return errors


def _success(said: Operation, inline: Mapping[str, Json], name: str) -> Json:
    response: Json = {"description": "成功 · Success"}
    if said.bare:
        response["content"] = in_json(inline[f"{name}.bare"], said.example)
        return response
    if said.content:
        response["content"] = {kind: {} for kind in said.content}
        return response
    example: dict[str, Any] = {"code": said.status, "message": said.message, "data": said.example}
    if said.meta is not NoMeta:
        example["meta"] = said.meta_example
    data = NOTHING if said.data is None else inline[f"{name}.data"]
    schema = envelope(data, inline.get(f"{name}.meta"), said.status)
    response["content"] = in_json(schema, example)
    if said.csv:
        response["content"] |= CSV
    if said.conditional:
        response["headers"] = {"ETag": ETAG}
    if said.csv:
        response["headers"][COMPLETE_HEADER] = COMPLETE
    if said.status == 303:
        response["headers"] = {"Location": LOCATION}
    return response


def _plain(schema: Any) -> Any:
    """Remove pydantic's own additions: titles, and defaults of optional fields."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _plain(each) for name, each in value.items()}
        if key == "properties"
        else _plain(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and key != "default"
    }
