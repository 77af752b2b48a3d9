"""Parameter types: what they take, and what they say of the rest."""

import re
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from marketdata.api.failures import wrong_fields
from marketdata.api.parameters import (
    MAX_CODES,
    PRINTABLE_PATTERN,
    SHOWN,
    WHOLE,
    Code,
    Codes,
    Day,
    DayRange,
    NoParameters,
    Parameters,
    Printable,
    one_of,
    read_code,
    read_number,
)
from marketdata.blocks.dataset import Period
from marketdata.errors import InvalidInputError


class Named(Parameters):
    name: Annotated[str, Printable()]


class Query(DayRange):
    codes: Codes
    period: Period = Period.DAILY
    adjust: Annotated[str, one_of(["none", "forward"])] = "none"
    page: Annotated[int, Field(ge=1, le=9)] = 1
    again: bool = False
    others: Codes | None = None


GOOD = {"codes": "600000.SH", "start_date": "20240101", "end_date": "20240131"}
GOOD_BODY = GOOD | {"codes": ["600000.SH"]}

day = TypeAdapter[str](Day)
code = TypeAdapter[str](Code)
codes = TypeAdapter[tuple[str, ...]](Codes)

whole = TypeAdapter[int](Annotated[int, WHOLE])

code_texts = st.from_regex(r"[A-Za-z]{0,2}[0-9]{3,6}\.[A-Za-z]{2,3}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]))


def wrong(model: type[Parameters], query: dict[str, str]) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_strings(query)
    return dict(wrong_fields(caught.value))


def wrong_in_body(model: type[Parameters], body: bytes | dict[str, Any]) -> dict[str, str]:
    text = body if isinstance(body, bytes) else TypeAdapter(dict[str, Any]).dump_json(body)
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(text)
    return dict(wrong_fields(caught.value))


@given(st.dates())
def test_every_day_is_taken(given_day: date) -> None:
    text = f"{given_day:%Y%m%d}".zfill(8)
    assert day.validate_strings(text) == text


@given(texts)
def test_no_other_text_is_a_day(text: str) -> None:
    try:
        taken = day.validate_strings(text)
    except ValidationError:
        return
    assert len(taken) == 8
    assert taken.isascii()
    assert taken == text
    date(int(taken[:4]), int(taken[4:6]), int(taken[6:]))


@pytest.mark.parametrize(
    "text", ["20240230", "20241301", "2024-01-01", "2024W011", "٢٠٢٤٠١٠١", "20240101 ", "", "0"]
)
def test_days_that_do_not_exist(text: str) -> None:
    reason = wrong(Query, GOOD | {"end_date": text})["end_date"]
    assert reason == f"must be a day that exists, as YYYYMMDD, not {text!r}"


@given(code_texts)
def test_codes_come_out_in_upper_case(text: str) -> None:
    assert code.validate_strings(f" {text} ") == text.upper()
    assert read_code(text) == text.upper()


@given(st.lists(code_texts, min_size=1, max_size=20))
def test_codes_keep_their_order_and_lose_duplicates(given_codes: list[str]) -> None:
    wanted = tuple(dict.fromkeys(each.upper() for each in given_codes))
    assert codes.validate_strings(",".join(given_codes)) == wanted
    assert codes.validate_json(TypeAdapter(list[str]).dump_json(given_codes)) == wanted


@given(texts)
def test_no_text_at_all_breaks_the_codes(text: str) -> None:
    try:
        taken = codes.validate_strings(text)
    except ValidationError:
        return
    assert all(each == each.strip(" ") and 0 < len(each) <= SHOWN for each in taken)


def some_codes(count: int) -> list[str]:
    return [f"{600_000 + index}.SH" for index in range(count)]


def test_five_hundred_codes_are_the_most() -> None:
    query = GOOD | {"codes": ",".join(some_codes(MAX_CODES) * 2)}
    assert len(Query.model_validate_strings(query).codes) == MAX_CODES
    reason = "must be 1 to 500 different codes, not 501"
    assert wrong(Query, GOOD | {"codes": ",".join(some_codes(501))}) == {"codes": reason}
    assert wrong_in_body(Query, GOOD_BODY | {"codes": some_codes(501)}) == {"codes": reason}


@pytest.mark.parametrize(
    "control", ["\x00", "\n", "\x1b", "\x7f", "\x9b", "\u2028", "\u202e", "\u2069"]
)
def test_no_text_has_control_characters(control: str) -> None:
    told = {"name": "must not contain control characters"}
    for name in (f"浦发{control}银行", control, f"{control}x", f"x{control}"):
        assert wrong(Named, {"name": name}) == wrong_in_body(Named, {"name": name}) == told
    reason = f"must be a code like 600000.SH or IF2401.CFE, not {f'x{control}y'!r}"
    assert wrong(Query, GOOD | {"codes": f"600000.SH,x{control}y"}) == {"codes": reason}


@given(texts)
def test_the_pattern_of_texts_says_what_is_refused(text: str) -> None:
    try:
        taken = Named.model_validate_strings({"name": text}).name
    except ValidationError:
        taken = None
    assert (taken == text) is bool(re.search(PRINTABLE_PATTERN, text))


@pytest.mark.parametrize("text", ["浦发银行", "a b", "", "é", "１", "🙂", "\u3000"])
def test_other_texts_are_taken(text: str) -> None:
    assert Named.model_validate_strings({"name": text}).name == text


@pytest.mark.parametrize("text", ["", ",", " , "])
def test_no_code_is_too_few(text: str) -> None:
    reason = "must be 1 to 500 different codes, not 0"
    assert wrong(Query, GOOD | {"codes": text}) == {"codes": reason}


def test_a_comma_too_many_is_forgiven_in_a_query_only() -> None:
    assert Query.model_validate_strings(GOOD | {"codes": "600000.SH, "}).codes == ("600000.SH",)
    assert "codes" in wrong_in_body(Query, GOOD_BODY | {"codes": ["600000.SH", ""]})


@pytest.mark.parametrize(
    "text", ["浦发银行", "6.SH", "600000", "600000.SH;", "ABC123.SH", "６０００.SH"]
)
def test_what_is_no_code_is_shown_and_costs_the_others_nothing(text: str) -> None:
    query = Query.model_validate_strings(GOOD | {"codes": f"600000.SH,{text}"})
    assert query.codes == ("600000.SH", text)
    reason = f"must be a code like 600000.SH or IF2401.CFE, not {text!r}"
    with pytest.raises(InvalidInputError) as caught:
        read_code(text)
    assert (caught.value.field, caught.value.reason) == ("code", reason)


def test_a_range_goes_forward() -> None:
    backward = GOOD | {"start_date": "20240201"}
    assert wrong(Query, backward) == {"start_date": "must not be after end_date"}
    assert Query.model_validate_strings(GOOD | {"start_date": "20240131"}).end_date == "20240131"


def test_a_query_is_read_from_text() -> None:
    query = GOOD | {"period": "min5", "page": "3", "again": "true"}
    parameters = Query.model_validate_strings(query)
    assert (parameters.period, parameters.page, parameters.again) == (Period.MIN5, 3, True)


def test_every_wrong_field_is_named() -> None:
    query = {
        "start_date": "yesterday",
        "end_date": "20240131",
        "period": "hourly",
        "adjust": "back",
        "page": "0",
        "again": "perhaps",
        "perod": "daily",
    }
    reasons = wrong(Query, query)
    assert reasons.keys() == query.keys() - {"end_date"} | {"codes"}
    assert reasons["codes"] == "is required"
    assert reasons["period"].startswith("must be 'daily', 'min1', ")
    assert reasons["adjust"] == "must be one of none, forward"
    assert reasons["page"] == "must be at least 1"
    assert reasons["again"] == "must be true or false"
    assert reasons["perod"] == "is not a parameter of this call"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"codes": "600000.SH"}, "must be an array of strings"),
        ({"codes": [600000]}, "must be an array of strings"),
        ({"codes": None}, "must be an array of strings"),
        ({"others": []}, "must be 1 to 500 different codes, not 0"),
        ({"others": [1]}, "must be an array of strings"),
        ({"start_date": 20240101}, "must be a string"),
        ({"page": "1"}, "must be a whole number"),
        ({"page": 1.5}, "must be a whole number"),
        ({"page": 10}, "must be at most 9"),
        ({"again": 1}, "must be true or false"),
    ],
)
def test_a_body_is_strict(change: dict[str, Any], reason: str) -> None:
    assert wrong_in_body(Query, GOOD_BODY | change) == {next(iter(change)): reason}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"codes": "\xed\xa0\x80"}', b"[" * 9999])
def test_a_body_that_is_no_json(body: bytes) -> None:
    reasons = wrong_in_body(Query, body)
    assert reasons.keys() == {"body"}
    assert reasons["body"].startswith("must be JSON: ")


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"'])
def test_a_body_that_is_no_object(body: bytes) -> None:
    assert wrong_in_body(Query, body) == {"body": "must be a JSON object"}


@pytest.mark.parametrize(("text", "number"), [(b"5", 5), (b"5.0", 5), (b"5e0", 5)])
def test_a_whole_number_may_be_written_in_any_way(text: bytes, number: int) -> None:
    assert whole.validate_json(text, strict=True) == number


@pytest.mark.parametrize("text", [b"5.5", b'"5"', b"true", b"1e999", b"null"])
def test_what_is_no_whole_number(text: bytes) -> None:
    with pytest.raises(ValidationError):
        whole.validate_json(text, strict=True)


def test_a_call_without_parameters_takes_none() -> None:
    assert NoParameters.model_validate_strings({}) == NoParameters()
    assert wrong(NoParameters, {"a": "1"}) == {"a": "is not a parameter of this call"}


@pytest.mark.parametrize("text", ["-1", "1.0", "", "x", "1" * 19, "١"])
def test_numbers_in_paths(text: str) -> None:
    assert read_number("0012", "task_id") == 12
    with pytest.raises(InvalidInputError, match="task_id: must be a whole number"):
        read_number(text, "task_id")
