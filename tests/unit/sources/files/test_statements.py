"""Statements of the source `files`: real ones come back equal, and broken rows break no others."""

import csv
import math

import pytest

from marketdata.errors import UpstreamFaultError
from marketdata.finance.statement import HEADER, Statement, StatementRow
from marketdata.sources.files.source import FileSource
from marketdata.sources.files.statements import parse_statements
from marketdata.sources.source import FetchedStatements, StatementRequest
from tests.support.clocks import clock
from tests.support.memory import MemoryBucket
from tests.support.real_files import REAL, Folder

NOW = clock("2025-11-21T18:00")
HEAD = "code,reporting_period,ann_date,statement_type,OPERA_REV\n"
BANK = "600000.SH,20110930,20111028,1,1.5e9\n"


def fetch(text: str, *codes: str, start: str = "20110101") -> FetchedStatements:
    source = FileSource(MemoryBucket.of({"imports/finance/income.csv": text}), NOW, "17:00")
    wanted = codes or ("600000.SH", "600009.SH")
    return source.fetch_statements(StatementRequest(Statement.INCOME, wanted, start, "20111231"))


def reported(row: StatementRow) -> StatementRow:
    return {name: value for name, value in row.items() if value is not None}


@pytest.mark.skipif(
    not (REAL / "finance").exists(), reason="the statements of ../shared/data/market are absent"
)
@pytest.mark.parametrize("statement", Statement)
def test_every_real_statement_comes_back_equal(statement: Statement) -> None:
    with (REAL / f"finance/{statement}.csv").open(newline="") as lines:
        records = list(csv.DictReader(lines))
    codes = tuple(record["code"] for record in records)
    request = StatementRequest(statement, codes, "20110930", "20110930")
    found = FileSource(Folder(REAL), NOW, "17:00").fetch_statements(request)
    assert not found.failed
    assert len(found.rows) == len(records) == len(set(codes)) >= 40
    for row, record in zip(found.rows, records, strict=True):
        # The one column of the file that the SDK calls otherwise: it is found by both names.
        record["TOT_NONCUR_ASSETS"] = record.get("TOTAL_NONCUR_ASSETS", "")
        expected = {
            name.lower(): text if name.lower() in ("code", *HEADER) else float(text)
            for name, text in record.items()
            if text
        }
        assert reported(row) == expected
        others = {"total_noncur_assets"} if "TOTAL_NONCUR_ASSETS" in record else set()
        assert row.keys() == {"code", *HEADER, *statement.columns} | others


def test_of_columns_that_the_sdk_does_not_know_the_numbers_are_taken() -> None:
    head, bank = HEAD.rstrip("\n") + ",NEW_FIGURE,REMARK\n", BANK.rstrip("\n") + ",7,audited\n"
    [row] = fetch(head + bank).rows
    assert row["new_figure"] == 7.0
    assert "remark" not in row


def test_rows_of_the_codes_and_periods_asked_for() -> None:
    others = "600000.SH,20101231,,1,1\n600000.SH,20120331,,1,1\n600010.SH,20110930,,1,1\n"
    assert list(map(reported, fetch(HEAD + others + BANK).rows)) == [
        {
            "code": "600000.SH",
            "reporting_period": "20110930",
            "ann_date": "20111028",
            "statement_type": "1",
            "opera_rev": 1.5e9,
        }
    ]


def test_a_header_in_full_and_texts() -> None:
    text = (
        "\ufeffCode,SECURITY_NAME,Reporting_Period,STATEMENT_TYPE,REPORT_TYPE,ACTUAL_ANN_DATE,"
        "COMMENTS,EBIT,note\n600000.SH,浦发银行,20110930,1,3,20111029,更正,,x\n"
    )
    [row] = fetch(text).rows
    assert reported(row) == {
        "code": "600000.SH",
        "security_name": "浦发银行",
        "reporting_period": "20110930",
        "statement_type": "1",
        "report_type": "3",
        "actual_ann_date": "20111029",
        "comments": "更正",
    }


def test_a_file_that_is_not_there_is_reported_of_every_company() -> None:
    source = FileSource(MemoryBucket(), NOW, "17:00")
    request = StatementRequest(Statement.CASH_FLOW, ("600000.SH",), "20110101", "20111231")
    why = "there is no imports/finance/cash_flow.csv"
    assert source.fetch_statements(request) == FetchedStatements(failed={"600000.SH": why})


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("600009.SH,2011-09-30,,1,1\n", "'2011-09-30' is no day (YYYYMMDD)"),
        ("600009.SH,,,1,1\n", "'' is no day (YYYYMMDD)"),
        ("600009.SH,20110929,,1,1\n", "'20110929' is no last day of a quarter"),
        ("600009.SH,20110930,,1\n", "4 fields and not 5"),
        ("600009.SH,20110930,,1,1,5\n", "6 fields and not 5"),
    ],
)
def test_a_row_of_no_period_says_nothing_of_its_code(row: str, why: str) -> None:
    found = fetch(HEAD + "600009.SH,20110630,,1,1\n" + row + BANK)
    assert [each["code"] for each in found.rows] == ["600009.SH", "600000.SH"]
    assert found.failed == {"600009.SH": f"imports/finance/income.csv line 3: {why}"}
    assert found.notes == [f"imports/finance/income.csv line 3: {why}"]


def test_a_row_that_is_no_number_is_left_to_the_check_and_named() -> None:
    found = fetch(HEAD + "600009.SH,20110930,,1,abc\n" + BANK)
    assert [each["opera_rev"] for each in found.rows] == ["abc", 1.5e9]
    assert found.failed == {}
    assert found.notes == ["imports/finance/income.csv line 2: opera_rev is 'abc'"]


def test_a_dash_is_null_and_a_code_may_be_in_small_letters() -> None:
    [row] = fetch(HEAD + "600000.sh,20110930,,1,-\n").rows
    assert (row["code"], row["opera_rev"]) == ("600000.SH", None)


def test_what_is_no_code_is_named_and_other_companies_rows_are_not() -> None:
    found = fetch(HEAD + "6000,20110930,,1,1\n600010.SH,2011-09-30,,1,1\n" + BANK)
    assert found.notes == ["imports/finance/income.csv line 2: '6000' is no code"]
    assert len(found.rows) == 1


def test_what_is_no_number_is_left_to_the_check() -> None:
    [row] = fetch(HEAD + "600000.SH,20110930,,1,nan\n").rows
    assert math.isnan(float(row["opera_rev"] or 0))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no table at all",
        HEAD.replace(",statement_type", "") + "600000.SH,20110930,,1\n",
        HEAD + '600000.SH,20110930,,1,"1\n',
    ],
)
def test_a_file_that_is_no_table(text: str) -> None:
    with pytest.raises(UpstreamFaultError, match=r"^imports/finance/income\.csv line [12]: "):
        fetch(text)


def test_a_file_that_is_no_text() -> None:
    request = StatementRequest(Statement.INCOME, ("600000.SH",), "20110101", "20111231")
    with pytest.raises(ValueError, match=r"^line 1: it is not UTF-8"):
        parse_statements(b"\xff\xfe\x00", request)


def test_the_rows_of_many_companies_are_found_in_one_reading() -> None:
    codes = tuple(f"{600000 + at}.SH" for at in range(20))
    text = HEAD + "".join(f"{code},20110930,20111028,1,x\n" for code in codes)
    read: list[int] = []
    bucket = MemoryBucket.of({"imports/finance/income.csv": text})
    request = StatementRequest(Statement.INCOME, codes, "20110101", "20111231")
    found = FileSource(bucket, NOW, "17:00").fetch_statements(request)
    bucket.before_read = lambda: read.append(1)
    assert found.locate
    places = found.locate({str(row["code"]): [row] for row in found.rows})
    assert [place.line for [place] in places.values() if place] == [*range(2, 22)]
    assert len(read) == 1
