"""DynamoDB's attribute values from plain Python values and back.

Numbers come back as `int` where they are whole and as `float` else: DynamoDB knows one kind of
number and writes 3.0 as 3.
"""

from collections.abc import Callable, Mapping
from typing import Any

SCALARS: tuple[tuple[type, str, Callable[[Any], object]], ...] = (
    (bool, "BOOL", bool),
    (int, "N", lambda value: str(int(value))),
    # repr gives a float's shortest text that reads back the same.
    (float, "N", lambda value: repr(float(value))),
    (str, "S", str),
    (bytes, "B", bytes),
)
"""For each type DynamoDB's name of it and how it is written; a bool is an int too."""


def to_attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn an item's plain values into attribute values.

    Raises
    ------
    TypeError
        A value is of a type that has no counterpart here.
    """
    return {name: _attribute(value) for name, value in values.items()}


def from_attributes(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Turn attribute values into an item's plain values."""
    return {name: _value(attribute) for name, attribute in raw.items()}


def _attribute(value: Any) -> dict[str, Any]:
    if value is None:
        return {"NULL": True}
    if isinstance(value, Mapping):
        return {"M": to_attributes(value)}
    if isinstance(value, list | tuple):
        return {"L": [_attribute(each) for each in value]}
    for kind, name, write in SCALARS:
        if isinstance(value, kind):
            return {name: write(value)}
    raise TypeError(f"an item cannot hold a {type(value).__name__}")


def _value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "M":
            return from_attributes(value)
        case "L":
            return [_value(each) for each in value]
        case "NULL":
            return None
        case _:
            return value


type Item = dict[str, Any]


type ItemKey = tuple[str, str]
