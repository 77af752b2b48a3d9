"""How many rows an answer shows: never more than it may, as many as it can, evenly."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.finance.statement import TEXTS as TEXT_COLUMNS
from marketdata.finance.statement import Statement
from marketdata.mcp.bars import BAR_COLUMNS, MOST_ROLLS
from marketdata.mcp.completeness import told_of
from marketdata.mcp.figures import FIGURES, Row, figures_of, growth, span_of
from marketdata.mcp.financials import MOST_FIGURES
from marketdata.mcp.fitting import (
    CUT,
    LISTS,
    MOST_BYTES,
    MOST_ROWS,
    PREVIEW_ROWS,
    Draft,
    Reply,
    finished,
    fitted,
    latest,
    shares,
    weight,
)
from marketdata.mcp.texts import cleaned_names, source_texts

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
    answer = fitted(Draft(said, COLUMNS, groups, limit))
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
    answer = fitted(Draft({}, COLUMNS, {"600000.SH": rows(total)}, limit))
    assert (answer["returned"], answer["truncated"]) == (returned, returned < total)


def test_a_list_is_shown_from_its_beginning() -> None:
    answer = fitted(Draft({}, COLUMNS, {"": rows(5)}, 2))
    assert answer["rows"] == rows(5)[:2]
    assert fitted(Draft({}, COLUMNS, {}))["rows"] == {}


@pytest.mark.parametrize("name", ["outside", "statistics"])
def test_what_would_fill_an_answer_is_left_out_and_named(name: str) -> None:
    said: dict[str, Any] = {"complete": False, name: {"x": "y" * MOST_BYTES}}
    answer = fitted(Draft(said, COLUMNS, {"600000.SH": rows(300)}, MOST_ROWS))
    assert (answer["left_out"], answer["complete"]) == ([name], False)
    assert name not in answer
    assert answer["returned"] > 100
    assert weight(answer) <= MOST_BYTES


def test_the_weight_is_that_of_a_result() -> None:
    answer = fitted(Draft({}, COLUMNS, {"600000.SH": rows(20)}))
    text = orjson.dumps(answer).decode()
    result = {"content": [{"type": "text", "text": text}], "structuredContent": answer}
    assert len(orjson.dumps(result)) < weight(answer)


# --- whatever a tool may have to say ---------------------------------------------------------

FULLER = {("last",): FIGURES[:2], FIGURES[:2]: FIGURES[:4], FIGURES[:4]: FIGURES}
"""The figures that are left, and those before the last of them went."""
FIELDS = sorted(
    (name for name in Statement.BALANCE_SHEET.columns if name not in TEXT_COLUMNS),
    key=len,
    reverse=True,
)
CODES = [f"IF{24 + at // 12}{at % 12 + 1:02}.CFE" for at in range(20)]
NUMBERS = st.integers(-(10**15), 10**15).map(lambda each: each / 10_000)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\浦\U0001f600'))
RANGES = st.just(["20240102", "20240105"])
type Statistics = dict[str, dict[str, Any]]
SPELLINGS = st.dictionaries(st.text("sh60. ", max_size=40), st.just(CODES[0]), max_size=20)


def full(text: st.SearchStrategy[str], length: int) -> st.SearchStrategy[str]:
    """Long texts are as likely as short ones."""
    return text.flatmap(lambda each: st.sampled_from([each, (each or "x") * length]))


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Make a draft as the tools do, of anything up to the bounds of a question."""
    codes = CODES[: draw(st.integers(1, 20))]
    width = draw(st.integers(1, MOST_FIGURES // len(codes)))
    of_statement = ("trade_date", *FIELDS[:width])
    columns = draw(
        st.sampled_from([of_statement, ("trade_date", *BAR_COLUMNS), ("trade_date", "close")])
    )
    numbers = draw(st.lists(NUMBERS, min_size=1, max_size=3))
    length = draw(st.integers(0, 60))
    found: Row = [numbers[at % len(numbers)] for at in range(len(columns) - 1)]
    groups: dict[str, Sequence[Row]] = {
        code: [[f"{at:08}", *found] for at in range(length)] for code in codes
    }
    roll = ["20240119", "IF2401.CFE", "IF2402.CFE", numbers[0]]
    ranges = {code: [draw(RANGES)] * draw(st.integers(0, 30)) for code in codes}
    meta = {
        "complete": False,
        "missing": ranges,
        "unconfirmed": draw(st.sampled_from([{}, ranges])),
        "outside": {
            code: [{"from": first, "to": last, "reason": "before_coverage"} for first, last in each]
            for code, each in draw(st.sampled_from([{}, ranges])).items()
        },
        "absent": {code: [{"reason": "suspended"}] for code in draw(st.sampled_from([[], codes]))},
        "unknown_codes": draw(st.lists(full(TEXTS, 40), max_size=20)),
        "upstream": "synthetic",
    }
    said = told_of(meta) | {
        "statistics": {
            code: span_of(each) | figures_of(columns, each) | growth([{"close": 1.5}])
            for code, each in groups.items()
            if each
        },
        "adjust": {"mode": "forward", "anchor": dict.fromkeys(codes, "20240101"), "failed": codes},
        "rolls": {code: [roll] * draw(st.integers(0, MOST_ROLLS)) for code in codes},
        **source_texts(draw(st.lists(full(TEXTS, 200), max_size=6))),
    }
    kept = draw(st.sets(st.sampled_from(["adjust", "rolls"])))
    names = cleaned_names(
        {code: draw(full(TEXTS, 40)) for code in draw(st.sampled_from([[], codes]))}
    )
    url = "https://x/" + "a" * draw(st.sampled_from([200, 1500, 3000]))
    return Draft(
        {
            name: each
            for name, each in said.items()
            if name in kept or name not in {"adjust", "rolls"}
        },
        columns,
        groups,
        draw(st.none() | st.integers(1, MOST_ROWS)),
        lambda: {"format": "csv", "bytes": 25310, "expires_in": 900, "url": url},
        names=names,
    )


def only(figures: Sequence[str], statistics: Statistics) -> Statistics:
    """Leave some figures of each column."""
    places = [FIGURES.index(each) for each in figures]
    return {
        code: {
            name: [value[place] for place in places] if isinstance(value, list) else value
            for name, value in each.items()
        }
        for code, each in statistics.items()
    }


def with_rows(answer: Reply, draft: Draft, rows: int) -> Reply:
    """Give an answer other rows, as many as that."""
    given_rows = shares({code: len(each) for code, each in draft.groups.items()}, rows)
    shown = {code: each[len(each) - given_rows[code] :] for code, each in draft.groups.items()}
    return answer | {"rows": shown, "returned": rows}


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_there_is_to_say_fits(data: st.DataObject) -> None:
    draft = data.draw(drafts())
    spellings = data.draw(SPELLINGS)
    answer = finished(draft, {"codes_read_as": spellings})
    total = sum(map(len, draft.groups.values()))
    assert weight(answer) <= MOST_BYTES
    assert (answer["total"], answer["complete"]) == (total, False)
    assert answer["returned"] == sum(map(len, answer["rows"].values()))
    assert answer["truncated"] is (answer["returned"] < total)
    # Room made for the link may be enough for all rows.
    assert "rest" in answer or not answer["truncated"]
    left_out = answer.get("left_out", [])
    assert all(draft.said.get(name) or name in {"names", "codes_read_as"} for name in left_out)
    assert "statistics" not in left_out

    # As many rows as fit, and one of each code.
    wanted = min(draft.limit or (MOST_ROWS if total <= MOST_ROWS else PREVIEW_ROWS), total)
    assert answer["returned"] >= min(wanted, len(draft.groups)) or (
        answer["figures"] in (FIGURES[:2], ("last",))
    )
    if answer["returned"] < wanted:
        assert weight(with_rows(answer, draft, answer["returned"] + 1)) > MOST_BYTES

    # As many figures as fit, and each as it is.
    whole, shown = draft.said["statistics"], answer.get("figures", FIGURES)
    assert answer["statistics"] == only(shown, whole)
    if shown != FIGURES and not left_out:
        fuller = FULLER[shown]
        more = only(fuller, whole)
        marked = answer | {"statistics": more, "figures": fuller}
        least = min(wanted, len(draft.groups))
        if fuller == FIGURES:
            marked |= {name: draft.said[name] for name in LISTS if name in answer}
            del marked["figures"]
        rows_then = least if answer["returned"] >= least else 0
        assert weight(with_rows(marked, draft, rows_then)) > MOST_BYTES - 100


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_list_shows_as_many_as_fit_with_their_names(data: st.DataObject) -> None:
    codes = [f"{at:06}.SH" for at in range(data.draw(st.integers(0, 300)))]
    values = data.draw(st.lists(NUMBERS, min_size=1, max_size=9))
    name = data.draw(full(TEXTS, 40))
    found = [[code, *values] for code in codes]
    said = {
        "complete": True,
        "missing": {"codes": 5000, "some": codes[:10]},
        "not_counted": dict.fromkeys(codes[:20], "before_coverage"),
        **source_texts(data.draw(st.lists(full(TEXTS, 200), max_size=6))),
    }
    names = cleaned_names(dict.fromkeys(codes, name))
    draft = Draft(said, ("code", *map(str, values)), {"": found}, MOST_ROWS, names=names)
    answer = fitted(draft)
    shown = answer["returned"]
    assert weight(answer) <= MOST_BYTES
    assert answer["rows"] == found[:shown]
    assert "left_out" not in answer
    if codes:
        assert answer["source_texts"]["names"] == {code: names[code] for code in codes[:shown]}
    if shown < min(MOST_ROWS, len(codes)):
        texts = answer["source_texts"]
        more = {**texts, "names": {code: names[code] for code in codes[: shown + 1]}}
        wider = answer | {"rows": found[: shown + 1], "source_texts": more}
        assert weight(wider) > MOST_BYTES - 10


def test_twenty_main_contracts_of_two_years_have_rows_and_figures() -> None:
    """With names, all their rolls, and a link as long as on AWS."""
    codes = [f"{first}{second}.MAIN" for first in "ABCD" for second in "ABCDE"]
    columns = ("trade_date", *BAR_COLUMNS, "contract")
    row = [3456.2, 3478.8, 3421.4, 3466.6, 123456, 123456789012.5, 3465.4, 234567, "IF2401.CFE"]
    groups = {code: [[f"{at:08}", *row] for at in range(485)] for code in codes}
    roll = ["20240119", "IF2401.CFE", "IF2402.CFE", 1.0012345678901]
    said = {
        "complete": True,
        "statistics": {code: figures_of(columns, each) for code, each in groups.items()},
        "rolls": {code: [roll] * MOST_ROLLS for code in codes},
    }
    url = "https://x/" + "a" * 1500
    draft = Draft(
        said, columns, groups, None, lambda: {"url": url}, names=dict.fromkeys(codes, "沪深")
    )
    answer = finished(draft, {})
    assert weight(answer) <= MOST_BYTES
    assert "left_out" not in answer
    assert answer["figures"] == ("first", "last")
    assert answer["rolls"][codes[0]] == [CUT, roll]
    assert all(answer["rows"].values())
    assert weight(answer) > MOST_BYTES // 2


def test_what_is_empty_is_not_left_out() -> None:
    said: dict[str, Any] = {"complete": True, "missing": {}, "statistics": {"x": "y" * MOST_BYTES}}
    answer = fitted(Draft(said, COLUMNS, {"600000.SH": rows(5)}))
    assert (answer["left_out"], answer["missing"]) == (["statistics"], {})


def test_names_are_those_of_the_codes_that_are_shown() -> None:
    codes = [f"{at:06}.SH" for at in range(300)]
    found, names = [[code, 1.5] for code in codes], dict.fromkeys(codes, "浦发银行")
    answer = fitted(Draft({}, ("code", "close"), {"": found}, MOST_ROWS, names=names))
    assert answer["returned"] == MOST_ROWS
    assert answer["source_texts"]["names"].keys() == {row[0] for row in answer["rows"]}


def test_the_latest_of_a_list() -> None:
    assert latest([1, 2, 3], 3) == [1, 2, 3]
    assert latest([1, 2, 3], 2) == [CUT, 2, 3]
    assert latest([CUT, 2, 3], 1) == [CUT, 3]
    assert latest([CUT, 2, 3], 2) == [CUT, 2, 3]


def test_the_number_of_all_is_told_where_not_all_are_known() -> None:
    answer = fitted(Draft({}, COLUMNS, {"": rows(5)}, total=146))
    assert (answer["total"], answer["returned"], answer["truncated"]) == (146, 5, True)


@pytest.mark.parametrize("codes", range(1, len(CODES) + 1))
def test_there_are_figures_of_the_widest_questions(codes: int) -> None:
    """As many columns as may be asked for, in long names and long numbers, and a long link."""
    names = FIELDS[: MOST_FIGURES // codes]
    row: Row = [-99999999999.9999] * len(names)
    groups = {code: [[f"{at:08}", *row] for at in range(60)] for code in CODES[:codes]}
    statistics = {
        code: span_of(each) | figures_of(("trade_date", *names), each)
        for code, each in groups.items()
    }
    missing = {code: [["20240102", "20240105"]] * 30 for code in groups}
    said = {"complete": False, "missing": missing, "statistics": statistics}
    link = {"format": "csv", "bytes": 25310, "expires_in": 900, "url": "https://x/" + "a" * 3000}
    answer = finished(Draft(said, ("trade_date", *names), groups, link=lambda: link), {})
    assert weight(answer) <= MOST_BYTES
    assert answer["statistics"] == only(answer["figures"], statistics)
    assert "rest" in answer
