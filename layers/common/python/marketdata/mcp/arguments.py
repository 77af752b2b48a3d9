"""The arguments of the tools: the types of the API's parameters, with the bounds of an answer."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field, WithJsonSchema

from marketdata.api.parameters import WHOLE, Codes, Day, Parameters, wrong
from marketdata.mcp.fitting import MOST_ROWS

MOST_CODES = 20


def _few(codes: tuple[str, ...]) -> tuple[str, ...]:
    if len(codes) > MOST_CODES:
        reason = f"must be at most {MOST_CODES} different codes in one question, not {len(codes)}"
        raise wrong("wrong_count", reason, most=MOST_CODES, given=len(codes))
    return codes


type FewCodes = Annotated[
    Codes,
    AfterValidator(_few),
    WithJsonSchema(
        {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MOST_CODES}
    ),
]
"""1 to `MOST_CODES` different codes."""

type AskedDay = Annotated[Day, WithJsonSchema({"type": "string"})]
"""A day; the tool's description says how it is written, once."""

type Limit = Annotated[int, Field(ge=1, le=MOST_ROWS), WHOLE]
"""How many rows to show."""

type Fields = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
"""Names of columns."""


class Question(Parameters):
    """The base of the arguments of tools; `limit` is how many rows to show."""

    limit: Limit | None = None


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments, in as few tokens as it takes."""
    whole = model.model_json_schema()
    definitions = whole.pop("$defs", {})
    properties = {name: _brief(schema, definitions) for name, schema in whole["properties"].items()}
    said: dict[str, Any] = {"type": "object", "properties": properties}
    if required := whole.get("required"):
        said["required"] = required
    return said | {"additionalProperties": False}


def _brief(schema: Any, definitions: dict[str, Any]) -> Any:
    """Inline definitions; leave out titles, and that what may be left out may be null."""
    found = dict(schema)
    if reference := found.pop("$ref", None):
        found = _brief(definitions[reference.rpartition("/")[2]], definitions) | found
    options = [each for each in found.pop("anyOf", ()) if each != {"type": "null"}]
    for option in options:
        found = _brief(option, definitions) | found
    found.pop("title", None)
    if found.get("default", "") is None:
        del found["default"]
    return found
