"""The answers about indices: their members, and what each weighs."""

from typing import Annotated

from pydantic import Field

from marketdata.api.schema.base import ERRORS, MEMBER, WORD, Members, Word
from marketdata.api.schema.operation import Code, Day, Operation, Schema

type Percent = Annotated[float, Field(ge=0, le=100)]


class Weights(Schema):
    """The weights of an index's members on a day."""

    code: Code
    """指数代码 · The index."""
    trade_date: Day
    weights: dict[Code, Percent]
    """权重 · In percent, by code; empty where the source has none."""


class WeightsWord(Word):
    """When the source gave weights, and whether these are all."""

    complete: bool
    """完整 · They add up to 100, give or take 1 for rounding."""


OPERATIONS = {
    ("GET", "/index/constituents"): Operation(
        Members,
        {"code": "000300.SH", "items": [MEMBER]},
        {"code": "000300.SH", "date": "20240105"},
        meta=Word,
        meta_example=WORD,
        errors=ERRORS,
        large=True,
        conditional=True,
    ),
    ("GET", "/index/weights"): Operation(
        Weights,
        {
            "code": "000300.SH",
            "trade_date": "20240105",
            "weights": {"600000.SH": 45.5, "600519.SH": 54.5},
        },
        {"code": "000300.SH", "date": "20240105"},
        meta=WeightsWord,
        meta_example=WORD | {"complete": True},
        errors=ERRORS,
        conditional=True,
    ),
}
