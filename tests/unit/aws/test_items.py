"""Plain values to DynamoDB's and back."""

from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.aws.items import from_attributes, to_attributes

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**37), 10**37)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.binary(max_size=5)
)
NAMES = st.text(min_size=1, max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


class Color(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@given(st.dictionaries(NAMES, VALUES, max_size=3))
def test_what_is_written_is_read(item: dict[str, Any]) -> None:
    read = from_attributes(to_attributes(item))
    assert read == item
    assert repr(read) == repr(item), "types too: True is not 1, 3.0 is not 3"


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("-3", -3), ("0", 0), ("3.5", 3.5), ("1E+2", 100.0), ("1e-7", 1e-7), ("-0.5", -0.5)],
)
def test_numbers_as_dynamodb_writes_them(text: str, value: float) -> None:
    read = from_attributes({"number": {"N": text}})["number"]
    assert (read, type(read)) == (value, type(value))


def test_types_that_are_also_plain_ones() -> None:
    item = {"color": Color.RED, "level": Level.HIGH, "price": np.float64(1.1), "pair": (1, 2)}
    assert to_attributes(item) == {
        "color": {"S": "red"},
        "level": {"N": "3"},
        "price": {"N": "1.1"},
        "pair": {"L": [{"N": "1"}, {"N": "2"}]},
    }


@pytest.mark.parametrize("value", [{1, 2}, date(2020, 1, 2), Decimal("1.1"), object()])
def test_what_an_item_cannot_hold_is_refused_rather_than_written_as_text(value: object) -> None:
    with pytest.raises(TypeError, match=f"cannot hold a {type(value).__name__}"):
        to_attributes({"nested": [{"value": value}]})
