"""The types of request parameters; the error of each says what the value should have been.

The same models read strings of a query and values of a JSON body, strictly: a JSON number is not a
string, and an unknown name is an error, because ignoring a misspelled parameter would answer a
question that nobody asked.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, LiteralString, Self

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

from marketdata.catalog.spelling import SPELLING_PATTERN, bare_pattern, is_bare, read_spelling
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

CODE_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^ *(?:{SPELLING_PATTERN}) *$"}
"""How a code may be written in a request, with or without blanks around it."""
NAME_PATTERN = f"^(?!{bare_pattern('$')})[^{CONTROLS}]*[^ {CONTROLS}][^{CONTROLS}]*$"
NAME_SCHEMA: dict[str, Any] = {"type": "string", "pattern": NAME_PATTERN, "maxLength": SHOWN}
"""One of several codes: whatever is none is answered as unknown, but for one without its exchange.
"""
COMMAS = ",\uff0c"
"""What separates codes in a query: a comma, also the wide one of Chinese texts."""
NAMES_PATTERN = (
    f"^(?!(?:.*[{COMMAS}])?{bare_pattern(f'(?:[{COMMAS}]|$)')})"
    f"[^{CONTROLS}]*[^ {COMMAS}{CONTROLS}][^{CONTROLS}]*$"
)
NAMES_SCHEMA: dict[str, Any] = {"type": "string", "pattern": NAMES_PATTERN}
"""Codes in a query."""
DAY_PATTERN = "^(?:[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})$"
DAY_SCHEMA: dict[str, Any] = {"type": "string", "pattern": DAY_PATTERN, "format": "day"}

BARE = "no_exchange"
"""The type of the error for codes without their exchange; its context names them in `codes`."""
HOW_TO_WRITE = "needs its exchange, as in 600000.SH, 830799.BJ or IF2401.CFE"

_CONTROL = re.compile(f"[{CONTROLS}]")
_COMMA = re.compile(f"[{COMMAS}]")
_DAY = re.compile(DAY_PATTERN)
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
            fields = [*type(self).model_fields]
            reason = f"must have at least one of {', '.join(fields)}"
            raise wrong("nothing_to_change", reason, fields=fields)
        return self

    def fields(self) -> dict[str, Any]:
        """Return the changed fields by name, without the password."""
        return self.model_dump(exclude_unset=True, exclude={"password"})


def wrong(key: LiteralString, reason: str, field: str = "", **params: Any) -> PydanticCustomError:
    """Return the error for a value, to be raised by a validator.

    Parameters
    ----------
    key : str
        What is wrong, one of `api.schema.keys.ERRORS`.
    reason : str
        The same in words.
    field : str
        The parameter's name; by default that of the validated one.
    params : Any
        The values that the key's words name.
    """
    context = {"reason": reason, **params} | ({"field": field} if field else {})
    return PydanticCustomError(key, "{reason}", context)


def read_number(text: str, field: str) -> int:
    """Parse a record's number, such as a task's, from a path.

    Raises
    ------
    InvalidInputError
        It is not a whole number of at most 18 digits.
    """
    if not _NUMBER.fullmatch(text):
        reason = f"must be a whole number, not {text[:SHOWN]!r}"
        raise InvalidInputError(field, reason, key="not_a_whole_number")
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
            raise wrong("not_one_of", reason, allowed=[*known])
        return text

    return _OneOf(check, known)


def refuse_controls(value: Any) -> Any:
    """Return what was sent if it is no text with control characters; for validators."""
    if isinstance(value, str) and _CONTROL.search(value):
        raise wrong("control_characters", "must not contain control characters")
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


def read_day(text: str) -> str | None:
    """Return a day, YYYYMMDD, of a text with or without dashes; None if there is no such day."""
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return text.replace("-", "")
    except ValueError:
        pass
    return None


def _day(text: str) -> str:
    if day := read_day(text):
        return day
    given = text[:SHOWN]
    reason = f"must be a day that exists, as YYYYMMDD or YYYY-MM-DD, not {given!r}"
    raise wrong("not_a_day", reason, given=given)


def _code(text: str, info: ValidationInfo) -> str:
    if is_bare(text):
        raise _bare([text.strip(" ")])
    code = read_spelling(text)
    if code is None:
        raise _no_code(text)
    _note(text, code, info)
    return code


def _wanted(texts: Sequence[str], info: ValidationInfo) -> Iterator[str]:
    """Read several codes; one that is none is nobody's, and costs the others nothing."""
    read = [(text.strip(" "), read_spelling(text)) for text in texts]
    if bare := [given for given, code in read if code is None and is_bare(given)]:
        raise _bare(bare)
    for given, code in read:
        if code is None and (not 0 < len(given) <= SHOWN or _CONTROL.search(given)):
            raise _no_code(given)
        if code is not None:
            _note(given, code, info)
        yield code or given


def _note(text: str, code: str, info: ValidationInfo) -> None:
    """Keep what a code was written as, where it was not written as ours."""
    given = text.strip(" ")
    if given != code and info.context is not None:
        info.context[given] = code


def _bare(codes: Sequence[str]) -> PydanticCustomError:
    """Return the error for codes without their exchange: which one is meant is not guessed."""
    reason = f"{codes[0]} {HOW_TO_WRITE}"
    return wrong(BARE, reason, codes=[*codes])


def _no_code(text: str) -> PydanticCustomError:
    given = text[:SHOWN]
    reason = f"must be a code like 600000.SH or IF2401.CFE, not {given!r}"
    return wrong("not_a_code", reason, given=given)


def _codes(value: Any, info: ValidationInfo) -> tuple[str, ...]:
    if info.mode != "json" and isinstance(value, str):
        value = [each for each in _COMMA.split(value) if each.strip(" ")]
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise wrong("not_a_list", "must be an array of strings")
    codes = dict.fromkeys(_wanted(value, info))
    if not 1 <= len(codes) <= MAX_CODES:
        reason = f"must be 1 to {MAX_CODES} different codes, not {len(codes)}"
        raise wrong("wrong_count", reason, most=MAX_CODES, given=len(codes))
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
        raise wrong("not_a_whole_number", "must be a whole number of at most 18 digits")
    return int(text)


DIGITS = BeforeValidator(_digits)
"""The annotation of whole numbers in a query: pydantic takes "1_0", "+5" and " ５" as well."""


def _number(value: Any, info: ValidationInfo) -> Any:
    return _digits(value) if info.mode != "json" and isinstance(value, str) else _whole(value)


NUMBER = BeforeValidator(_number)
"""The annotation of whole numbers that are sometimes in a query and sometimes in a body."""

type Day = Annotated[str, AfterValidator(_day), WithJsonSchema(DAY_SCHEMA)]
"""A day, read as "YYYYMMDD"."""

type Code = Annotated[str, AfterValidator(_code), WithJsonSchema(CODE_SCHEMA)]
"""A security's code, read as ours, such as 600000.SH.

The context of a validation of this type and the next one, if there is any, is a dict: it gets what
was written as something else, with our code for it.
"""

type Codes = Annotated[
    tuple[str, ...],
    BeforeValidator(_codes),
    # No maxItems: only different codes count, and duplicates are allowed.
    WithJsonSchema({"type": "array", "items": NAME_SCHEMA, "minItems": 1}),
]
"""1 to 500 different codes in the order given: comma-separated in a query, an array in JSON.

Two spellings of one code are one code.
"""


class PathCodes(Parameters):
    """The variables of paths that are codes, by their names; a path has one of them at most."""

    code: Code | None = None
    industry: Code | None = None


type Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_names),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 1}),
]
"""Some names, such as those of columns: comma-separated in a query, an array in JSON."""


def after_end() -> PydanticCustomError:
    """Return the error for a range whose first day is after its last one."""
    return wrong("after_end", "must not be after end_date", "start_date")


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
            raise after_end()
        return self


class PageQuery(Parameters):
    """Which page of a list."""

    page: Annotated[int, Field(ge=1, le=MAX_PAGE), DIGITS] = 1
    page_size: Annotated[int, Field(ge=1, le=MAX_PAGE_SIZE), DIGITS] = 20
