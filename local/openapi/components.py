"""The parts of the description shared by all calls: errors, redirects, the security scheme."""

from typing import Any

from local.openapi import texts

type Json = dict[str, Any]

RETRY = {429, 503}
RETRY_AFTER: Json = {
    "description": "Seconds until a retry is worthwhile",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}
ETAG: Json = {
    "description": "Changes whenever anything that the answer depends on changes",
    "required": True,
    "schema": {"type": "string"},
}
COMPLETE: Json = {
    "description": "Of a CSV table only: whether `meta` would say that it is complete",
    "required": False,
    "schema": {"enum": ["true", "false"]},
}
CSV: Json = {"text/csv": {"schema": {"type": "string"}}}
LINK: Json = {"type": "string", "format": "uri"}
LOCATION: Json = {"required": True, "schema": LINK}

KEYED: Json = {
    "key": {
        "type": "string",
        "pattern": "^[a-z]+(_[a-z]+)*$",
        "description": "What went wrong, for machines; new keys may come.",
    },
    "params": {
        "type": "object",
        "description": "The values that the key's words name.",
        "additionalProperties": {
            "anyOf": [
                {"type": "string"},
                {"type": "integer"},
                {"type": "array", "items": {"type": "string"}},
            ]
        },
    },
}
NOTHING: Json = {"enum": [None]}
"""A null, as all generators of clients understand it; of `{"type": "null"}` some fall over."""

ERROR_SCHEMA: Json = {
    "description": "The envelope of an error.",
    "type": "object",
    "required": ["code", "message", "data", *KEYED],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "integer", "enum": [*texts.ERRORS], "description": "The HTTP status."},
        "message": {"type": "string", "description": "For humans."},
        "data": NOTHING,
        **KEYED,
        "errors": {
            "description": "The wrong parameters.",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason", *KEYED],
                "additionalProperties": False,
                "properties": {
                    "field": {"type": "string"},
                    "reason": {"type": "string"},
                    **KEYED,
                },
            },
        },
        "request_id": {"type": "string", "description": "The request's id in the log."},
    },
}


def shared() -> Json:
    """Return the shared components, except the schemas of answers."""
    return {
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        },
        "responses": {
            **{name_of(status): _error(status) for status in texts.ERRORS},
            "Elsewhere": _elsewhere(),
            "NotModified": {
                "description": "未修改 · Nothing has changed since the ETag that was sent",
                "headers": {"ETag": ETAG},
            },
        },
    }


def name_of(status: int) -> str:
    """Return the component name of an error."""
    return f"Error{status}"


def reference(name: str) -> Json:
    """Return a reference to a shared response."""
    return {"$ref": f"#/components/responses/{name}"}


def envelope(data: Json, meta: Json | None, status: int = 200) -> Json:
    """Return the schema of an envelope around some data."""
    properties: Json = {
        "code": {"type": "integer", "const": status},
        "message": {"type": "string"},
        "data": data,
    }
    if meta is not None:
        properties["meta"] = meta
    return {
        "type": "object",
        "required": [*properties],
        "additionalProperties": False,
        "properties": properties,
    }


def in_json(schema: Json, example: Any) -> Json:
    """Return the JSON content of a response or request."""
    return {"application/json": {"schema": schema, "example": example}}


def error(status: int, schema: Json) -> Json:
    """Return the response of an error whose body has a schema; its example is an envelope."""
    description, message, details = texts.ERRORS[status]
    example = {"code": status, "message": message, "data": None, "params": {}, **details}
    return {"description": description, "content": in_json(schema, example)}


def _error(status: int) -> Json:
    response = error(status, {"$ref": "#/components/schemas/Error"})
    if status in RETRY:
        response["headers"] = {"Retry-After": RETRY_AFTER}
    return response


def _elsewhere() -> Json:
    link = "https://bucket.s3.amazonaws.com/answers/2c26b46b.json?X-Amz-Signature=5d2f"
    data: Json = {
        "type": "object",
        "required": ["location", "expires_in"],
        "additionalProperties": False,
        "properties": {"location": LINK, "expires_in": {"type": "integer", "minimum": 1}},
    }
    example = {
        "code": 303,
        "message": "the answer is too large for one response: it is at data.location",
        "data": {"location": link, "expires_in": 900},
    }
    return {
        "description": "过大 · The answer is too large: the same JSON is at the link",
        "headers": {"Location": LOCATION},
        "content": in_json(envelope(data, None, 303), example),
    }
