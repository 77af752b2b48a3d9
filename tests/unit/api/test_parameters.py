"""Parameter types: what they take, and what they say of the rest."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from marketdata.api.bare_codes import Needs
from marketdata.api.failures import Wrong, wrong_fields
from marketdata.api.parameters import (
    CODE_SCHEMA,
    DAY_PATTERN,
    HOW_TO_WRITE,
    MAX_CODES,
    NAME_PATTERN,
    NAMES_PATTERN,
    PRINTABLE_PATTERN,
    SHOWN,
    WHOLE,
    Code,
    Codes,
    Day,
    DayRange,
    NoParameters,
    Parameters,
    PathCodes,
    Printable,
    one_of,
    read_day,
    read_number,
)
from marketdata.blocks.dataset import Period
from marketdata.catalog.spelling import SPELLING_PATTERN, is_bare, read_spelling
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

code_texts = st.from_regex(f"(?:{SPELLING_PATTERN})", fullmatch=True)
bare_texts = st.from_regex("[A-Za-z]{0,2}[0-9]{3,6}", fullmatch=True).filter(is_bare)
texts = st.text(st.characters(exclude_categories=["Cs"]))


def wrong(model: type[Parameters], query: dict[str, str]) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_strings(query)
    return {each.field: each.reason for each in wrong_fields(caught.value)}


def wrong_in_body(model: type[Parameters], body: bytes | dict[str, Any]) -> dict[str, str]:
    text = body if isinstance(body, bytes) else TypeAdapter(dict[str, Any]).dump_json(body)
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(text)
    return {each.field: each.reason for each in wrong_fields(caught.value)}


@given(st.dates())
def test_every_day_is_taken_with_dashes_and_without(given_day: date) -> None:
    text = given_day.isoformat().replace("-", "")
    assert day.validate_strings(text) == day.validate_strings(given_day.isoformat()) == text
    assert read_day(given_day.isoformat()) == text


@given(texts | st.from_regex(DAY_PATTERN, fullmatch=True))
def test_no_other_text_is_a_day(text: str) -> None:
    try:
        taken = day.validate_strings(text)
    except ValidationError:
        assert read_day(text) is None
        return
    assert re.fullmatch(DAY_PATTERN, text)
    assert len(taken) == 8
    assert taken.isascii()
    assert taken == text.replace("-", "")
    date(int(taken[:4]), int(taken[4:6]), int(taken[6:]))


@pytest.mark.parametrize(
    "text",
    [
        *("20240230", "20241301", "2024W011", "٢٠٢٤٠١٠١", "20240101 ", "", "0"),
        *("2024-1-31", "2024-0131", "202401-31", "2024-02-30", "2024/01/31", "2024-01-31T00:00"),
    ],
)
def test_days_that_do_not_exist(text: str) -> None:
    reason = wrong(Query, GOOD | {"end_date": text})["end_date"]
    assert reason == f"must be a day that exists, as YYYYMMDD or YYYY-MM-DD, not {text!r}"


def test_days_in_both_forms_are_put_in_order() -> None:
    query = Query.model_validate_strings(GOOD | {"end_date": "2024-01-02"})
    assert (query.start_date, query.end_date) == ("20240101", "20240102")
    backward = GOOD | {"start_date": "20240103", "end_date": "2024-01-02"}
    assert wrong(Query, backward) == {"start_date": "must not be after end_date"}
    body = Query.model_validate_json(json.dumps(GOOD_BODY | {"start_date": "2024-01-31"}))
    assert body.start_date == "20240131"


@given(code_texts, st.sampled_from(["", " "]))
def test_a_code_is_read_in_every_spelling(text: str, blank: str) -> None:
    read_as: dict[str, str] = {}
    taken = code.validate_strings(f"{blank}{text}{blank}", context=read_as)
    assert taken == read_spelling(text)
    # Blanks around it are no spelling.
    assert read_as == ({} if taken == text else {text: taken})


@given(st.lists(code_texts, min_size=1, max_size=20))
def test_codes_keep_their_order_and_lose_duplicates(given_codes: list[str]) -> None:
    wanted = tuple(dict.fromkeys(read_spelling(each) for each in given_codes))
    assert codes.validate_strings(",".join(given_codes)) == wanted
    assert codes.validate_json(json.dumps(given_codes)) == wanted
    read_as: dict[str, str] = {}
    codes.validate_strings("，".join(given_codes), context=read_as)
    assert read_as == {
        each: read_spelling(each) for each in given_codes if read_spelling(each) != each
    }


def test_two_spellings_are_one_code_and_the_answer_says_so_of_both() -> None:
    read_as: dict[str, str] = {}
    text = "600000.SH,sh600000, 600000.XSHG ,AAPL,000001.SZ"
    query = Query.model_validate_strings(GOOD | {"codes": text}, context=read_as)
    assert query.codes == ("600000.SH", "AAPL", "000001.SZ")
    assert read_as == {"sh600000": "600000.SH", "600000.XSHG": "600000.SH"}


@given(bare_texts, st.lists(code_texts, max_size=3), st.data())
def test_a_code_without_its_exchange_is_refused_whatever_is_beside_it(
    bare: str, others: list[str], data: st.DataObject
) -> None:
    asked = data.draw(st.permutations([bare, "AAPL", *others]))
    reason = {"codes": f"{bare} {HOW_TO_WRITE}"}
    assert wrong(Query, GOOD | {"codes": ",".join(asked)}) == reason
    assert wrong_in_body(Query, GOOD_BODY | {"codes": asked}) == reason
    assert wrong(PathCodes, {"industry": bare}) == {"industry": f"{bare} {HOW_TO_WRITE}"}


def test_who_tells_of_codes_without_their_exchange_gets_all_of_them() -> None:
    with pytest.raises(ValidationError) as caught:
        Query.model_validate_strings(GOOD | {"codes": "000001, if2401 ,600000.SH", "page": "0"})
    told = Needs("which ones?", ["000001.SH (上证指数)"])
    assert [*wrong_fields(caught.value, lambda _: told)] == [
        Wrong(
            "codes",
            "which ones?",
            "exchange_unclear",
            {"codes": ["000001", "if2401"], "candidates": ["000001.SH (上证指数)"]},
        ),
        Wrong("page", "must be at least 1", "too_small", {"least": 1}),
    ]
    told = Needs("which ones?", [])
    unknown = Wrong("codes", "which ones?", "no_exchange", {"codes": ["000001", "if2401"]})
    assert unknown in [*wrong_fields(caught.value, lambda _: told)]


def matches(pattern: str, text: str) -> bool:
    """Match as JSON Schema does, where $ is the very end and not the place before a line feed."""
    return bool(re.search(pattern.replace("$", r"\Z"), text))


@given(texts | code_texts | bare_texts)
def test_the_patterns_say_which_codes_are_taken(text: str) -> None:
    def taken(validate: Callable[[], object]) -> bool:
        try:
            validate()
        except ValidationError:
            return False
        return True

    assert taken(lambda: code.validate_strings(text)) is matches(CODE_SCHEMA["pattern"], text)
    if len(text) <= SHOWN:
        listed = taken(lambda: codes.validate_json(json.dumps([text])))
        assert listed is matches(NAME_PATTERN, text)


@given(st.lists(texts | code_texts | bare_texts, max_size=4), st.sampled_from(",，"))
def test_the_pattern_says_which_lists_of_codes_are_taken(asked: list[str], comma: str) -> None:
    text = comma.join(each[:SHOWN] for each in asked)
    try:
        codes.validate_strings(text)
    except ValidationError:
        assert not matches(NAMES_PATTERN, text)
    else:
        assert matches(NAMES_PATTERN, text)


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
    "control",
    [*"\x00\n\x1b\x7f\x9b\u2028\u202e\u2069", *"\u061c\u200b\u200e\u200f\ufeff"],
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
    # In JSON Schema $ is the very end; in Python it is also the place before a last line feed.
    pattern = PRINTABLE_PATTERN.removesuffix("$") + r"\Z"
    assert (taken == text) is bool(re.search(pattern, text))


@pytest.mark.parametrize("text", ["浦发银行", "a b", "", "é", "１", "🙂", "\u3000"])
def test_other_texts_are_taken(text: str) -> None:
    assert Named.model_validate_strings({"name": text}).name == text


@pytest.mark.parametrize("text", ["", ",", " , ", "，", " ，,"])
def test_no_code_is_too_few(text: str) -> None:
    reason = "must be 1 to 500 different codes, not 0"
    assert wrong(Query, GOOD | {"codes": text}) == {"codes": reason}


def test_a_comma_too_many_is_forgiven_in_a_query_only() -> None:
    assert Query.model_validate_strings(GOOD | {"codes": "600000.SH, "}).codes == ("600000.SH",)
    assert "codes" in wrong_in_body(Query, GOOD_BODY | {"codes": ["600000.SH", ""]})


@pytest.mark.parametrize(
    "text", ["浦发银行", "6.SH", "AAPL", "600000.SH;", "ABC123.SH", "６０００.SH"]
)
def test_what_is_no_code_is_shown_and_costs_the_others_nothing(text: str) -> None:
    query = Query.model_validate_strings(GOOD | {"codes": f"600000.SH,{text}"})
    assert query.codes == ("600000.SH", text)
    reason = f"must be a code like 600000.SH or IF2401.CFE, not {text!r}"
    assert wrong(PathCodes, {"code": text}) == {"code": reason}


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
