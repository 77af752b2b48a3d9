"""From JSON objects to dataclasses. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, NamedTuple, TypedDict, TypeVar

T = TypeVar("T")

NO_BAR = "no_bar"
"""Reason of absent days for which nobody gives a reason."""


class Days(NamedTuple):
    """An inclusive range of days."""

    start: str
    end: str

    def __str__(self) -> str:
        return self.start if self.start == self.end else f"{self.start}–{self.end}"


@dataclass(frozen=True)
class AbsentDay:
    """A trading day (or reporting period) for which the source has no data, and the reason.

    `reason` is "suspended", "no_trade" or "no_bar": it is confirmed that the source has
    none, but nobody says why; for statements also "other_type".
    """

    date: str
    reason: str


@dataclass(frozen=True)
class Explained:
    """An inclusive range of trading days without a bar, and the reason."""

    start: str
    end: str
    reason: str


class Keyed(TypedDict):
    """What went wrong, for programs: a key, and the values that its words name."""

    key: str
    params: dict[str, Any]


class ErrorDetail(Keyed):
    """One thing that is told of a task or of a response; `message` is the same in English."""

    message: str


def read(kind: type[T], data: Mapping[str, Any]) -> T:
    """Build a dataclass from a JSON object; fields that it does not have are ignored.

    Raises
    ------
    KeyError
        A field without a default is missing.
    """
    values = {}
    for each in fields(kind):  # type: ignore[arg-type]
        optional = each.default is not MISSING or each.default_factory is not MISSING
        if each.name in data or not optional:
            convert = each.metadata.get("read", _same)
            values[each.name] = convert(data[each.name])
    return kind(**values)


def _same(value: Any) -> Any:
    return value


def days(value: Any) -> list[Days]:
    """Read ranges of days: [["20240102", "20240105"], …]."""
    return [Days(*each) for each in value]


def known(value: Any) -> Days:
    """Read the range of days on which something is known."""
    return Days(value["from"], value["until"])


def absent(value: Any) -> list[AbsentDay]:
    """Read days with a reason."""
    return [AbsentDay(each["date"], each["reason"]) for each in value]


def explained(value: Any) -> list[Explained]:
    """Read ranges of days with a reason."""
    return [Explained(each["from"], each["to"], each["reason"]) for each in value]


def each_of(convert: Callable[[Any], T]) -> Callable[[Mapping[str, Any]], dict[str, T]]:
    """Return a converter that applies `convert` to every value of an object."""
    return lambda value: {key: convert(each) for key, each in value.items()}


def object_of(kind: type[T]) -> Callable[[Mapping[str, Any]], T]:
    """Return a converter to a dataclass."""
    return lambda value: read(kind, value)


def objects(kind: type[T]) -> Callable[[Mapping[str, Any]], dict[str, T]]:
    """Return a converter that turns every value of an object into a dataclass."""
    return each_of(object_of(kind))


def list_of(kind: type[T]) -> Callable[[Iterable[Mapping[str, Any]]], list[T]]:
    """Return a converter to a list of dataclasses."""
    return lambda values: [read(kind, value) for value in values]


def read_by(convert: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Return dataclass field metadata that makes `read` use a converter."""
    return {"read": convert}
