"""How many rows an answer shows: never more than it may, as many as it can, evenly."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.mcp.figures import Row
from marketdata.mcp.fitting import (
    MOST_BYTES,
    MOST_ROWS,
    PREVIEW_ROWS,
    fitted,
    shares,
    weight,
)

COLUMNS = ("trade_date", "close")
LENGTHS = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(0, 300), max_size=9)


def rows(number: int, width: int = 4) -> list[Row]:
    return [[f"{at:08}", "x" * width] for at in range(number)]


@given(LENGTHS, st.integers(0, 500))
def test_shares_are_even(lengths: dict[str, int], number: int) -> None:
    found = shares(lengths, number)
    assert found.keys() == lengths.keys()
    assert sum(found.values()) == min(number, sum(lengths.values()))
    assert all(found[name] <= lengths[name] for name in lengths)
    wanting = [found[name] for name in lengths if found[name] < lengths[name]]
    if wanting:
        assert max(found.values()) - min(wanting) <= 1


@settings(max_examples=50)
@given(
    st.dictionaries(st.text("ab", min_size=1, max_size=2), st.integers(0, 400), max_size=6),
    st.integers(1, 300),
    st.none() | st.integers(1, MOST_ROWS),
    st.integers(0, 20_000),
)
def test_an_answer_is_as_large_as_it_may_be(
    lengths: dict[str, int], width: int, limit: int | None, more: int
) -> None:
    groups = {name: rows(number, width) for name, number in lengths.items()}
    said = {"complete": True, "statistics": {"x": "y" * more}}
    answer = fitted(said, COLUMNS, groups, limit)
    total = sum(lengths.values())
    assert weight(answer) <= MOST_BYTES
    assert (answer["total"], answer["complete"]) == (total, True)
    assert answer["returned"] == sum(map(len, answer["rows"].values())) <= (limit or MOST_ROWS)
    assert answer["truncated"] is (answer["returned"] < total)
    for name, shown in answer["rows"].items():
        assert shown == groups[name][len(groups[name]) - len(shown) :]
    wanted = min(limit or (MOST_ROWS if total <= MOST_ROWS else PREVIEW_ROWS), total)
    assert answer["returned"] == wanted or "left_out" in answer or weight(answer) > MOST_BYTES - 700


@pytest.mark.parametrize(
    ("total", "limit", "returned"),
    [
        (MOST_ROWS, None, MOST_ROWS),
        (MOST_ROWS + 1, None, PREVIEW_ROWS),
        (MOST_ROWS + 1, MOST_ROWS, MOST_ROWS),
        (50, 10, 10),
        (0, None, 0),
    ],
)
def test_how_many_rows(total: int, limit: int | None, returned: int) -> None:
    answer = fitted({}, COLUMNS, {"600000.SH": rows(total)}, limit)
    assert (answer["returned"], answer["truncated"]) == (returned, returned < total)


def test_a_list_is_shown_from_its_beginning() -> None:
    answer = fitted({}, COLUMNS, {"": rows(5)}, 2)
    assert answer["rows"] == rows(5)[:2]
    assert fitted({}, COLUMNS, {}, None)["rows"] == {}


@pytest.mark.parametrize("name", ["outside", "statistics"])
def test_what_would_fill_an_answer_is_left_out_and_named(name: str) -> None:
    said: dict[str, Any] = {"complete": False, name: {"x": "y" * MOST_BYTES}}
    answer = fitted(said, COLUMNS, {"600000.SH": rows(300)}, MOST_ROWS)
    assert (answer["left_out"], answer["complete"]) == ([name], False)
    assert name not in answer
    assert answer["returned"] > 100
    assert weight(answer) <= MOST_BYTES


def test_the_weight_is_that_of_a_result() -> None:
    answer = fitted({}, COLUMNS, {"600000.SH": rows(20)}, None)
    text = orjson.dumps(answer).decode()
    result = {"content": [{"type": "text", "text": text}], "structuredContent": answer}
    assert len(orjson.dumps(result)) < weight(answer)
