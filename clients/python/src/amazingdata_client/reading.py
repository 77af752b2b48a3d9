"""From JSON objects to dataclasses. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class Days(NamedTuple):
    """A closed range of days."""

    start: str
    end: str

    def __str__(self) -> str:
        return self.start if self.start == self.end else f"{self.start}–{self.end}"


@dataclass(frozen=True)
class AbsentDay:
    """A trading day, or a reporting period, of which the source has nothing, and why."""

    date: str
    reason: str


@dataclass(frozen=True)
class Explained:
    """A range of trading days without a bar, and why."""

    start: str
    end: str
    reason: str


def read(kind: type[T], data: Mapping[str, Any]) -> T:
    """Make a dataclass of a JSON object.

    Raises
    ------
    KeyError
        A field that has no default is not there.
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
    """Read ranges: [["20240102", "20240105"], …]."""
    return [Days(*each) for each in value]


def absent(value: Any) -> list[AbsentDay]:
    """Read days with a reason."""
    return [AbsentDay(each["date"], each["reason"]) for each in value]


def explained(value: Any) -> list[Explained]:
    """Read ranges with a reason."""
    return [Explained(each["from"], each["to"], each["reason"]) for each in value]


def each_of(convert: Callable[[Any], T]) -> Callable[[Mapping[str, Any]], dict[str, T]]:
    """Give what converts an object by converting its values."""
    return lambda value: {key: convert(each) for key, each in value.items()}


def object_of(kind: type[T]) -> Callable[[Mapping[str, Any]], T]:
    """Give what makes a dataclass."""
    return lambda value: read(kind, value)


def objects(kind: type[T]) -> Callable[[Mapping[str, Any]], dict[str, T]]:
    """Give what makes a dataclass of each value of an object."""
    return each_of(object_of(kind))


def list_of(kind: type[T]) -> Callable[[Iterable[Mapping[str, Any]]], list[T]]:
    """Give what makes a list of dataclasses."""
    return lambda values: [read(kind, value) for value in values]


def read_by(convert: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Give the metadata of a dataclass's field that is converted when it is read."""
    return {"read": convert}
