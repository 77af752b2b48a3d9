"""The types of request parameters; the error of each says what the value should have been.

The same models read strings of a query and values of a JSON body, strictly: a JSON number is not a
string, and an unknown name is an error, because ignoring a misspelled parameter would answer a
question that nobody asked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from marketdata.catalog.securities import CODE_PATTERN
from marketdata.errors import InvalidInputError

MAX_CODES = 500
MAX_PAGE = 1_000_000
MAX_PAGE_SIZE = 100
SHOWN = 40
"""Characters of a wrong value that its error repeats."""

CONTROLS = r"\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
"""For the inside of a character class: control characters, and what turns the direction of a line,
breaks it or is not seen in it, which no terminal and no list of names should ever show.
"""
PRINTABLE_PATTERN = f"^[^{CONTROLS}]*$"
NOT_BLANK_PATTERN = rf"^[^{CONTROLS}]*[^\s{CONTROLS}][^{CONTROLS}]*$"

CODE_TEXT = r" *[A-Za-z]{0,2}[0-9]{3,6}\.[A-Za-z]{2,3} *"
"""How a code may be written in a request: letters in any case, with or without blanks around it."""
CODE_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^{CODE_TEXT}$"}
NAME_PATTERN = f"^[^{CONTROLS}]*[^ {CONTROLS}][^{CONTROLS}]*$"
NAME_SCHEMA: dict[str, Any] = {"type": "string", "pattern": NAME_PATTERN, "maxLength": SHOWN}
"""One of several codes: whatever is none is answered as unknown."""
DAY_SCHEMA: dict[str, Any] = {"type": "string", "pattern": "^[0-9]{8}$", "format": "yyyymmdd"}

_CONTROL = re.compile(f"[{CONTROLS}]")
_CODE = re.compile(CODE_PATTERN)
_DAY = re.compile("[0-9]{8}")
_NUMBER = re.compile("[0-9]{1,18}")
_DIGITS = re.compile("-?[0-9]{1,18}")


class Parameters(BaseModel):
    """The base of the models of queries and bodies.

    A model is built at the first call that needs it: a function has several, and a cold start
    needs one.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, hide_input_in_errors=True, defer_build=True
    )


class NoParameters(Parameters):
    """The model of a call that takes no parameters."""


class Changes(Parameters):
    """The base of the models of changes to a record; a field that is not given stays as it is.

    The fields get their defaults, which are never read, from factories: plain defaults would appear
    in the API's description and look like values to send.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            fields = ", ".join(type(self).model_fields)
            reason = f"must have at least one of {fields}"
            raise PydanticCustomError("nothing", "{reason}", {"reason": reason})
        return self

    def fields(self) -> dict[str, Any]:
        """Return the changed fields by name, without the password."""
        return self.model_dump(exclude_unset=True, exclude={"password"})


def read_code(text: str, field: str = "code") -> str:
    """Parse a code as a person wrote it: in any case, with or without blanks around it.

    Raises
    ------
    InvalidInputError
        It is not a code.
    """
    code = text.strip(" ").upper()
    if not (text.isascii() and _CODE.fullmatch(code)):
        reason = f"must be a code like 600000.SH or IF2401.CFE, not {text[:SHOWN]!r}"
        raise InvalidInputError(field, reason)
    return code


def read_number(text: str, field: str) -> int:
    """Parse a record's number, such as a task's, from a path.

    Raises
    ------
    InvalidInputError
        It is not a whole number of at most 18 digits.
    """
    if not _NUMBER.fullmatch(text):
        raise InvalidInputError(field, f"must be a whole number, not {text[:SHOWN]!r}")
    return int(text)


@dataclass(frozen=True, slots=True)
class _OneOf(AfterValidator):
    """A validator that the API's description shows as an enumeration."""

    allowed: tuple[str, ...]

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"enum": list(self.allowed)}


def one_of(allowed: Iterable[str]) -> AfterValidator:
    """Return a validator of strings that must be one of `allowed`, to annotate a type with."""
    known = tuple(str(each) for each in allowed)
    reason = f"must be one of {', '.join(known)}"

    def check(text: str) -> str:
        if text not in known:
            raise PydanticCustomError("one_of", "{reason}", {"reason": reason})
        return text

    return _OneOf(check, known)


def refuse_controls(value: Any) -> Any:
    """Return what was sent if it is no text with control characters; for validators."""
    if isinstance(value, str) and _CONTROL.search(value):
        raise PydanticCustomError("controls", "must not contain control characters")
    return value


@dataclass(frozen=True, slots=True)
class Printable(BeforeValidator):
    """The annotation of texts that people write: without control characters, even around them.

    Attributes
    ----------
    pattern : str
        What the API's description says of the text; the parameter's own pattern, if it has one,
        must not allow what this one forbids.
    """

    func: Any = refuse_controls
    pattern: str = PRINTABLE_PATTERN

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"pattern": self.pattern}


def _day(text: str) -> str:
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise PydanticCustomError(
        "day", "must be a day that exists, as YYYYMMDD, not {given}", {"given": repr(text[:SHOWN])}
    )


def _code(text: str) -> str:
    try:
        return read_code(text)
    except InvalidInputError as error:
        raise PydanticCustomError("code", "{reason}", {"reason": error.reason}) from error


def _wanted(texts: Sequence[str]) -> list[str]:
    """Read several codes; one that is none is nobody's, and costs the others nothing."""
    found = []
    for text in texts:
        given = text.strip(" ")
        try:
            found.append(read_code(given))
        except InvalidInputError as error:
            if not 0 < len(given) <= SHOWN or _CONTROL.search(given):
                raise PydanticCustomError("code", "{reason}", {"reason": error.reason}) from error
            found.append(given)
    return found


def _codes(value: Any, info: ValidationInfo) -> tuple[str, ...]:
    if info.mode != "json" and isinstance(value, str):
        value = [each for each in value.split(",") if each.strip(" ")]
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise PydanticCustomError("codes", "must be an array of strings")
    codes = dict.fromkeys(_wanted(value))
    if not 1 <= len(codes) <= MAX_CODES:
        raise PydanticCustomError(
            "codes",
            "must be 1 to {limit} different codes, not {given}",
            {"limit": MAX_CODES, "given": len(codes)},
        )
    return tuple(codes)


def _names(value: Any, info: ValidationInfo) -> Any:
    if info.mode != "json" and isinstance(value, str):
        return tuple(each.strip(" ") for each in value.split(","))
    return tuple(value) if isinstance(value, list) else value


def _whole(value: Any) -> Any:
    # Neither JSON nor its schemas distinguish 5.0 from 5.
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""The annotation of whole numbers in a body."""


def _digits(text: str) -> int:
    if not _DIGITS.fullmatch(text):
        raise PydanticCustomError("digits", "must be a whole number of at most 18 digits")
    return int(text)


DIGITS = BeforeValidator(_digits)
"""The annotation of whole numbers in a query: pydantic takes "1_0", "+5" and " ５" as well."""


def _number(value: Any, info: ValidationInfo) -> Any:
    return _digits(value) if info.mode != "json" and isinstance(value, str) else _whole(value)


NUMBER = BeforeValidator(_number)
"""The annotation of whole numbers that are sometimes in a query and sometimes in a body."""

type Day = Annotated[str, AfterValidator(_day), WithJsonSchema(DAY_SCHEMA)]
"""A day, "YYYYMMDD"."""

type Code = Annotated[str, AfterValidator(_code), WithJsonSchema(CODE_SCHEMA)]
"""A security's code, in upper case, such as 600000.SH."""

type Codes = Annotated[
    tuple[str, ...],
    BeforeValidator(_codes),
    # No maxItems: only different codes count, and duplicates are allowed.
    WithJsonSchema({"type": "array", "items": NAME_SCHEMA, "minItems": 1}),
]
"""1 to 500 different codes in the order given: comma-separated in a query, an array in JSON."""


type Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_names),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 1}),
]
"""Some names, such as those of columns: comma-separated in a query, an array in JSON."""


class DayRange(Parameters):
    """A closed range of days.

    Attributes
    ----------
    start_date, end_date : str
        First and last day, "YYYYMMDD".
    """

    start_date: Day
    end_date: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_date > self.end_date:
            raise PydanticCustomError(
                "day_range", "must not be after end_date", {"field": "start_date"}
            )
        return self


class PageQuery(Parameters):
    """Which page of a list."""

    page: Annotated[int, Field(ge=1, le=MAX_PAGE), DIGITS] = 1
    page_size: Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE), DIGITS] = 20
