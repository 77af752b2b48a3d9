"""Whether an answer is what the API's description says."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from local.openapi.document import Key, document

type Json = dict[str, Any]


@cache
def described() -> Json:
    """Give the description as the code makes it now."""
    return document()


def response(key: Key, status: int) -> Json:
    """Give what is said of a call's answer with some status; it must be said."""
    method, path = key
    responses = described()["paths"][path][method.lower()]["responses"]
    assert str(status) in responses, f"{method} {path} says nothing of a {status}"
    found: Json = responses[str(status)]
    if "$ref" in found:
        found = described()["components"]["responses"][found["$ref"].rpartition("/")[2]]
    return found


def check_body(key: Key, status: int, body: Any, media: str = "application/json") -> None:
    """See that a body is one that a call may answer with some status."""
    schema = response(key, status)["content"][media]["schema"]
    errors = validator(schema).iter_errors(body)
    wrong = [f"{error.instance_path}: {error.message}"[:300] for error in errors]
    assert not wrong, f"{' '.join(key)} {status}: {wrong}"


def check_headers(key: Key, status: int, headers: Mapping[str, str]) -> None:
    """See that an answer has the headers that are promised."""
    for name, header in response(key, status).get("headers", {}).items():
        assert name in headers or not header["required"], name


def validator(schema: Json) -> jsonschema_rs.Draft202012Validator:
    """Make a validator of a schema of the description, which may refer to its components."""
    whole = {**schema, "components": described()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
