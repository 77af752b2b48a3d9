"""What the API's description says of a call beside what its route says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from marketdata.catalog.securities import CODE_PATTERN
from marketdata.catalog.spelling import READ_PATTERN

type Day = Annotated[str, Field(pattern="^[0-9]{8}$")]
type Code = Annotated[str, Field(pattern=CODE_PATTERN)]
type Moment = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")]
"""ISO 8601, UTC."""
type Count = Annotated[int, Field(ge=0)]
type Id = Annotated[int, Field(ge=1)]
type Range = Annotated[list[Day], Field(min_length=2, max_length=2)]
"""First and last day."""


class Schema(BaseModel):
    """Base of the models of answers: nothing is in them that is not described."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


type ErrorKey = Annotated[str, Field(pattern="^[a-z]+(_[a-z]+)*$")]
"""A key of `api.schema.keys`; there may come new ones."""


class Keyed(Schema):
    """What went wrong, for machines."""

    key: ErrorKey
    params: dict[str, str | int | list[str]]
    """The values that the key's words name."""


class ErrorDetail(Keyed):
    """One thing that is told of a task, or of an answer that lacks something."""

    message: str
    """消息 · The same in English."""


class OfCodes(Schema):
    """What `meta` says of the codes that were asked for."""

    codes_read_as: Annotated[
        dict[str, Annotated[str, Field(pattern=READ_PATTERN)]],
        Field(default=None, min_length=1),
    ]
    """代码识别 · Only where a code was not written as ours: what was written, and as which of our
    codes it was read."""


class NoMeta(Schema):
    """The model of an answer without `meta`."""


@dataclass(frozen=True, slots=True)
class Link:
    """A call that an answer leads to.

    Attributes
    ----------
    method, path : str
        Which call.
    parameters : mapping
        Its parameters, as runtime expressions such as "$response.body#/data/task_id".
    """

    method: str
    path: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One call.

    Attributes
    ----------
    data : Any
        Type of the answer's `data`; None where the body is no envelope, see `content`.
    example : Any
        An example of `data`.
    request : mapping
        An example of the parameters, those of the path included.
    meta : Any
        Model of `meta`, or the union of several.
    meta_example : mapping
        An example of it.
    status : int
        The status of success: 200, or 303 where the answer is a link.
    message : str
        The envelope's.
    errors : tuple of int
        Statuses beside those that every call of its kind may answer.
    large : bool
        Whether the answer may be too large, and a 303 to a link instead.
    conditional : bool
        Whether it has an ETag and knows If-None-Match.
    csv : bool
        Whether it can be had as a CSV table.
    links : tuple of Link
        Calls that the answer leads to.
    content : tuple of str
        Media types of a body that is no envelope.
    bare : Any
        Type of such a body, if it is JSON; `example` is one of it.
    empty : mapping
        Statuses of success without a body, and what they mean.
    bare_errors : tuple of int
        Statuses of errors whose body may be of the type `bare`, too.
    """

    data: Any = None
    example: Any = None
    request: Mapping[str, Any] = field(default_factory=dict)
    meta: Any = NoMeta
    meta_example: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    message: str = "success"
    errors: tuple[int, ...] = ()
    large: bool = False
    conditional: bool = False
    csv: bool = False
    links: tuple[Link, ...] = ()
    content: tuple[str, ...] = ()
    bare: Any = None
    empty: Mapping[int, str] = field(default_factory=dict)
    bare_errors: tuple[int, ...] = ()


def disjoint[K, V](*groups: Mapping[K, V]) -> dict[K, V]:
    """Return one dict of several; a plain union would let a later entry replace an earlier one.

    Raises
    ------
    ValueError
        A key is in more than one of them.
    """
    found: dict[K, V] = {}
    for group in groups:
        if twice := found.keys() & group.keys():
            raise ValueError(f"given more than once: {sorted(map(str, twice))}")
        found.update(group)
    return found
