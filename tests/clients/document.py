"""The API document, as far as the client is compared with it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[2] / "functions/docs/openapi.json"
DOCUMENT: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
SCHEMAS: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]

CALLS: dict[str, dict[str, Any]] = {
    f"{verb.upper()} {path}": operation
    for path, verbs in DOCUMENT["paths"].items()
    for verb, operation in verbs.items()
}
"""Operations by method and path, such as "GET /auth/me"."""


def followed(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a node is or refers to."""
    while "$ref" in node:
        target: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def bodies(operation: Mapping[str, Any], first_digits: str) -> list[Mapping[str, Any]]:
    """Return the schemas of an operation's JSON answers whose status starts so."""
    answers = [
        followed(answer)
        for status, answer in operation["responses"].items()
        if status[0] in first_digits
    ]
    contents = [answer.get("content", {}).get("application/json", {}) for answer in answers]
    return [content["schema"] for content in contents if "schema" in content]


def names_in(node: Any) -> Iterator[str]:
    """Yield the names of the schemas that a node refers to, at any depth."""
    if isinstance(node, Mapping):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
            yield from names_in(followed(node))
        for each in node.values():
            yield from names_in(each)
    elif isinstance(node, list):
        for each in node:
            yield from names_in(each)


def types_of(node: Mapping[str, Any]) -> set[str]:
    """Return the JSON types that a schema allows, or the format where it has a name of its own."""
    if node.get("$ref", "").endswith(("/Day", "/Time")):
        return {node["$ref"].rpartition("/")[2]}
    node = followed(node)
    if "anyOf" in node:
        return set().union(*map(types_of, node["anyOf"]))
    return {node["type"]} if isinstance(node["type"], str) else set(node["type"])
