"""Files of indices and industries: their members, their weights, and a fault's cost."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketdata.catalog.constituents import Industry, Membership
from marketdata.errors import UpstreamFaultError
from marketdata.sources.files.members import parse_industries, parse_members, parse_weights
from marketdata.sources.files.source import FileSource
from marketdata.sources.source import HasMembers
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket

INDEX, INDUSTRY = "000300.SH", "801780.SI"
MEMBERS = "code,in_date,out_date\n"
WEIGHTS = "trade_date,code,weight\n"
INDUSTRIES = "code,name,level,parent,classification\n"
BANKS = INDUSTRIES + f"{INDUSTRY},银行,1,,申万\n801782.SI,国有大型银行,2,{INDUSTRY},申万\n"

codes = st.from_regex(r"[0-9]{6}\.(SH|SZ)", fullmatch=True)
days = st.dates(date(1990, 1, 1)).map(lambda day: f"{day:%Y%m%d}")


def source(**texts: str) -> FileSource:
    """Files by path, "__" for "/" in the names of the parameters and "_" for "."."""
    named = {
        f"imports/{name.replace('__', '/').replace('_', '.')}.csv": text
        for name, text in texts.items()
    }
    return FileSource(MemoryBucket.of(named), clock("2025-11-21T18:00"), "17:00")


def test_members_of_indices_and_industries() -> None:
    made = source(
        index__constituents__000300_SH=MEMBERS + "600000.SH,20050408,20121231\n"
        "000001.sz,20050408,\n600000.SH,20150105,-\n",
        industry__constituents__801780_SI="\ufeff" + MEMBERS + " 600000.SH , 19991110 ,\n\n",
        industries=BANKS,
    )
    found = made.fetch_members([INDEX, INDUSTRY, "000016.SH", "999999.SI"])
    assert found.members == {
        INDEX: [
            Membership("600000.SH", "20050408", "20121231"),
            Membership("000001.SZ", "20050408", None),
            Membership("600000.SH", "20150105", None),
        ],
        INDUSTRY: [Membership("600000.SH", "19991110", None)],
    }
    assert (found.failed, found.notes) == ({}, [])
    assert isinstance(made, HasMembers)


def test_a_listed_industry_should_have_a_file() -> None:
    found = source(industries=BANKS).fetch_members([INDUSTRY, INDEX])
    assert found.failed == {INDUSTRY: "there is no imports/industry/constituents/801780.SI.csv"}
    assert found.members == {}


def test_a_file_of_another_name_is_pointed_out() -> None:
    made = source(index__constituents__sh000300=MEMBERS, index__weights__sh000300=WEIGHTS)
    assert made.fetch_members([INDEX]).failed == {
        INDEX: "there is no imports/index/constituents/000300.SH.csv, but "
        "imports/index/constituents/sh000300.csv: rename it"
    }
    [note] = made.fetch_weights(INDEX, "20240101", "20241231").notes
    assert "imports/index/weights/sh000300.csv: rename it" in note


@pytest.mark.parametrize(
    "text", ["", MEMBERS, "code,in_date\n600000.SH,20240102\n", MEMBERS + "600000.SH,2024-01-02,\n"]
)
def test_a_file_that_says_nothing_fails_its_group_alone(text: str) -> None:
    made = source(
        index__constituents__000300_SH=text,
        index__constituents__000016_SH=MEMBERS + "600000.SH,20240102,\n",
    )
    found = made.fetch_members([INDEX, "000016.SH"])
    assert found.members.keys() == {"000016.SH"}
    assert found.failed.keys() == {INDEX}


def test_a_broken_list_of_industries_costs_no_index() -> None:
    made = source(
        index__constituents__000300_SH=MEMBERS + "600000.SH,20240102,\n", industries="code\n"
    )
    assert made.fetch_members([INDEX]).members.keys() == {INDEX}
    with pytest.raises(UpstreamFaultError, match=r"industries\.csv line 1: columns are missing"):
        made.fetch_members([INDUSTRY])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("600000,20240102,", "'600000' is no code"),
        ("600000.SH,,", "'' is no day"),
        ("600000.SH,20240102,20240230", "'20240230' is no day"),
        ("600000.SH,20240102,20240131,x", "4 fields and not 3"),
    ],
)
def test_a_row_that_cannot_be_read_costs_the_whole_list(row: str, reason: str) -> None:
    # Else its member would seem to have left.
    with pytest.raises(ValueError, match=f"line 3: .*{reason}"):
        parse_members(f"{MEMBERS}000001.SZ,20240102,\n{row}\n".encode())
    made = source(index__constituents__000300_SH=f"{MEMBERS}000001.SZ,20240102,\n{row}\n")
    found = made.fetch_members([INDEX])
    assert (found.members, list(found.failed)) == ({}, [INDEX])


@given(st.lists(st.builds(Membership, codes, days, st.none() | days), min_size=1))
def test_members_that_are_written_are_read(members: list[Membership]) -> None:
    lines = [f"{code},{first},{last or ''}\n" for code, first, last in members]
    found = parse_members((MEMBERS + "".join(lines)).encode())
    assert found == members


@given(st.dictionaries(days, st.dictionaries(codes, st.floats(0, 100), min_size=1)), days, days)
def test_weights_that_are_written_are_read(
    weights: dict[str, dict[str, float]], start: str, end: str
) -> None:
    lines = [
        f"{day},{code},{weight!r}\n"
        for day, each in weights.items()
        for code, weight in each.items()
    ]
    found = parse_weights((WEIGHTS + "".join(lines)).encode(), start, end)
    assert found.days == {day: each for day, each in weights.items() if start <= day <= end}
    assert found.remarks == []


def test_weights_are_of_final_days_and_their_faults_are_named() -> None:
    text = WEIGHTS + (
        "20240102,600000.SH,1.5\n20240102,000001.SZ,-\n20240102,600000.SH,2\n20240102,x,1\n"
        "20240103,600000.SH,heavy\n20251121,600000.SH,3\n20251124,600000.SH,4\n"
    )
    made = source(index__weights__000300_SH=text)
    found = made.fetch_weights(INDEX, "20240101", "20991231")
    assert found.days == {"20240102": {"600000.SH": 1.5}, "20251121": {"600000.SH": 3.0}}
    assert [note.partition(".csv ")[2] for note in found.notes] == [
        "line 4: 600000.SH has a weight on 20240102 already",
        "line 5: 'x' is no code",
        "line 6: 'heavy' is no weight",
    ]
    assert made.fetch_weights("000016.SH", "20240101", "20240131").days == {}
    with pytest.raises(UpstreamFaultError, match=r"000300\.SH\.csv line 1: columns are missing"):
        source(index__weights__000300_SH="day\n").fetch_weights(INDEX, "20240101", "20240131")


def test_industries() -> None:
    assert source(industries=BANKS).list_industries() == [
        Industry(INDUSTRY, "银行", 1, None, "申万"),
        Industry("801782.SI", "国有大型银行", 2, INDUSTRY, "申万"),
    ]
    assert source().list_industries() == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("银行,银行,1,,", "is no code"),
        ("801790.SI,非银金融,0,,", "'0' is no level"),
        ("801790.SI,非银金融,²,,", "is no level"),
        ("801790.SI,非银金融,1,金融,", "'金融' is no code"),
        (f"{INDUSTRY},银行,1,,", "is there already"),
        ("801790.SI,非银金融,1,,,", "6 fields and not 5"),
    ],
)
def test_a_list_of_industries_with_a_fault_is_not_used(row: str, reason: str) -> None:
    with pytest.raises(ValueError, match=rf"line 4: .*{reason}"):
        parse_industries(f"{BANKS}{row}\n".encode())
