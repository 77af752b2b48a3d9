"""Conversion of plain Python values to DynamoDB's attribute values and back.

Whole numbers come back as `int`, all others as `float`: DynamoDB has only one kind of number and
writes 3.0 as 3.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pybase64 import b64decode

SCALARS: tuple[tuple[type, str, Callable[[Any], object]], ...] = (
    (bool, "BOOL", bool),
    (int, "N", lambda value: str(int(value))),
    # repr returns the shortest text that reads back as the same float.
    (float, "N", lambda value: repr(float(value))),
    (str, "S", str),
    (bytes, "B", bytes),
)
"""Each type, DynamoDB's name for it, and how to write it; bool first, because a bool is an int."""


def to_attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert an item's plain values to attribute values.

    Raises
    ------
    TypeError
        A value is of a type that cannot be converted.
    """
    return {name: _attribute(value) for name, value in values.items()}


def from_attributes(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Convert attribute values to an item's plain values; binary ones may be base64 text."""
    item = {}
    # A detect does this for every code and year, so nothing is called for the usual kinds.
    for name, attribute in raw.items():
        for kind, value in attribute.items():
            if kind == "S":
                item[name] = value
            elif kind == "B" and type(value) is str:
                item[name] = b64decode(value, None, True)  # named, they cost half as much again
            elif kind == "N" and value.isdigit():
                item[name] = int(value)
            else:
                item[name] = _value(kind, value)
    return item


def _value(kind: str, value: Any) -> Any:
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "M":
            return from_attributes(value)
        case "L":
            return [from_attributes({"": each})[""] for each in value]
        case "NULL":
            return None
        case _:
            return value


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


type Item = dict[str, Any]


type RawItem = dict[str, dict[str, Any]]
"""An item as DynamoDB writes it; binary values may be base64 text."""


type ItemKey = tuple[str, str]
