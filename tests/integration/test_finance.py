"""Statements through the whole service: read, read through, filled; equal to the source's files."""

import csv
from collections.abc import Iterator
from typing import Any

import pytest

from functions.finance import app
from marketdata.errors import UpstreamBusyError
from marketdata.finance.statement import HEADER, Statement
from tests.support.events import USER, proxy_event
from tests.support.real_files import REAL
from tests.support.service import Service

PATHS = {
    Statement.BALANCE_SHEET: "/finance/balance-sheet",
    Statement.INCOME: "/finance/income",
    Statement.CASH_FLOW: "/finance/cash-flow",
}
YEAR = {"start_date": "20110101", "end_date": "20111231"}
BANK = "600000.SH"
SECURITIES = (
    "code,name,type,list_date,delist_date\n"
    f"{BANK},浦发银行,stock,19991110,\n"
    "600009.SH,上海机场,stock,19980218,\n"
    "000300.SH,沪深300,index,,\n"
)
COLUMNS = "code,reporting_period,ann_date,statement_type,OPERA_REV\n"
needs_real_statements = pytest.mark.skipif(
    not (REAL / "finance").exists(), reason="the statements of ../shared/data/market are absent"
)

type Record = dict[str, Any]


def read(service: Service, path: str = "/finance/income", **query: str) -> tuple[int, Any]:
    return service.call("GET", path, query=YEAR | query, user=USER)


def put_incomes(service: Service, *rows: str) -> None:
    service.put_file("securities.csv", SECURITIES)
    service.put_file("finance/income.csv", COLUMNS + "".join(f"{row}\n" for row in rows))


def put_real_files(service: Service) -> None:
    for path in ("securities.csv", *(f"finance/{statement}.csv" for statement in Statement)):
        service.put_file(path, (REAL / path).read_text())


def real_rows(statement: Statement) -> Iterator[tuple[str, Record]]:
    """Give the rows of a real file as answers must have them."""
    with (REAL / f"finance/{statement}.csv").open(newline="") as lines:
        for record in csv.DictReader(lines):
            # The one column of the file that the SDK calls otherwise: it is found by both names.
            record["TOT_NONCUR_ASSETS"] = record.get("TOTAL_NONCUR_ASSETS", "")
            row: Record = dict.fromkeys([*HEADER, *statement.columns])
            for name, text in record.items():
                if text and name != "code":
                    row[name.lower()] = text if name in HEADER else float(text)
            yield record["code"], row


def check_real_statements(service: Service, statement: Statement, source: str) -> None:
    expected = dict(real_rows(statement))
    known = [line.split(",")[0] for line in (REAL / "securities.csv").read_text().splitlines()]
    listed = [code for code in expected if code in known]
    assert len(listed) == 40
    status, envelope = read(service, PATHS[statement], codes=",".join(expected))
    assert status == 200
    meta = envelope["meta"]
    assert envelope["data"] == {code: [expected[code]] for code in listed}
    assert set(meta["unknown_codes"]) == expected.keys() - set(listed)
    assert (meta["source"], meta["returned"], meta["missing"]) == (source, 40, {})
    assert meta["warnings"] == []


@needs_real_statements
@pytest.mark.parametrize("statement", Statement)
def test_every_real_statement_is_read_through(service: Service, statement: Statement) -> None:
    put_real_files(service)
    check_real_statements(service, statement, "upstream")
    calls = len(service.calls("upstream"))
    check_real_statements(service, statement, "cache")
    assert len(service.calls("upstream")) == calls


def test_a_restatement_is_answered_and_the_first_one_kept(service: Service) -> None:
    put_incomes(service, f"{BANK},20110930,20111028,1,1.5e9", f"{BANK},20110930,20120331,1,1.25e9")
    [row] = read(service, codes=BANK)[1]["data"][BANK]
    assert (row["ann_date"], row["opera_rev"]) == ("20120331", 1.25e9)
    stored = service.cloud.market.get(f"finance.income#{BANK}", "2011")
    assert stored is not None
    assert (stored["rows"], stored["series"]) == (2, "finance.income#2011")


@pytest.mark.usefixtures("impatient")
def test_a_busy_source_never_fails_a_read(service: Service) -> None:
    put_incomes(service, f"{BANK},20110930,20111028,1,1.5e9")
    assert read(service, codes=BANK, start_date="20110901", end_date="20110930")[0] == 200

    def busy(_handle: Any, _event: Any) -> Any:
        raise UpstreamBusyError("suspended")

    service.faults["upstream"] = busy
    status, envelope = read(service, codes=BANK)
    assert status == 200
    assert [row["reporting_period"] for row in envelope["data"][BANK]] == ["20110930"]
    assert envelope["meta"]["missing"] == {
        BANK: [["20110331", "20110630"], ["20111231", "20111231"]]
    }
    assert len(envelope["meta"]["warnings"]) == 1


def test_bad_rows_never_reach_an_answer(service: Service) -> None:
    put_incomes(service, f"{BANK},20110930,,1,nan", f"{BANK},20110630,,1,2")
    _, envelope = read(service, codes=BANK)
    assert [row["opera_rev"] for row in envelope["data"][BANK]] == [2.0]
    assert envelope["meta"]["missing"] == {BANK: [["20110930", "20110930"]]}
    [key] = service.cloud.bucket.keys("quarantine/finance.income/")
    reasons = [row["reason"] for row in service.cloud.bucket.read_json(key)]
    assert reasons == ["not_a_number"]


def test_a_row_of_no_period_makes_no_period_absent(service: Service) -> None:
    put_incomes(service, f"{BANK},20110615,,1,1", f"{BANK},20110630,,1,2")
    _, envelope = read(service, codes=BANK)
    assert [row["opera_rev"] for row in envelope["data"][BANK]] == [2.0]
    missing = [["20110331", "20110331"], ["20110930", "20111231"]]
    assert envelope["meta"]["missing"] == {BANK: missing}


def test_not_modified(service: Service) -> None:
    put_incomes(service, f"{BANK},20110930,,1,1")
    read(service, codes=BANK)
    event = proxy_event("GET", "/finance/income", query=YEAR | {"codes": BANK}, user=USER)
    etag = app.handler(event, None)["headers"]["ETag"]
    again = app.handler(event | {"headers": {"If-None-Match": etag}}, None)
    assert (again["statusCode"], again["body"]) == (304, "")


@pytest.mark.parametrize("path", PATHS.values())
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "codes"),
        ({"codes": ""}, "codes"),
        ({"codes": "浦发银行" * 11}, "codes"),
        ({"codes": ",".join(f"{600000 + n}.SH" for n in range(501))}, "codes"),
        ({"codes": BANK, "start_date": "20110230"}, "start_date"),
        ({"codes": BANK, "start_date": "20120101"}, "start_date"),
        ({"codes": BANK, "end_date": "2011-12-3"}, "end_date"),
        ({"codes": BANK, "statement_type": ""}, "statement_type"),
        ({"codes": BANK, "statement_type": "合并"}, "statement_type"),
        ({"codes": BANK, "period": "daily"}, "period"),
    ],
)
def test_wrong_input_names_its_field(
    service: Service, path: str, query: dict[str, str], field: str
) -> None:
    status, envelope = read(service, path, **query)
    assert (status, envelope["data"]) == (400, None)
    assert field in [error["field"] for error in envelope["errors"]]


def test_unknown_codes(service: Service) -> None:
    put_incomes(service)
    status, envelope = read(service, codes=f"600001.SH,{BANK},000300.SH")
    assert status == 200
    assert envelope["data"] == {BANK: []}
    assert envelope["meta"]["unknown_codes"] == ["600001.SH", "000300.SH"]
    assert read(service, codes="600001.SH,000300.SH")[0] == 404


@needs_real_statements
@pytest.mark.parametrize("statement", Statement)
def test_every_real_statement_is_filled(service: Service, statement: Statement) -> None:
    put_real_files(service)
    scope = {"security_type": "finance", "period_type": statement} | YEAR
    task = service.run("fill-missing", **scope)
    assert (task["status"], task["error_count"]) == ("completed", 0)
    assert (task["security_type"], task["period_type"]) == ("finance", statement)
    # The one company that the list of securities does not name is no task's work.
    assert task["bar_count"] == 40
    assert task["upstream_calls"] == task["batch_count"] > 0
    assert {event["operation"] for event in service.calls("upstream")} == {
        *("fetch_statements", "refresh_catalog")
    }
    check_real_statements(service, statement, "cache")
    again = service.run("fill-missing", **scope)
    assert (again["status"], again["batch_count"], again["missing_count"]) == ("completed", 0, 0)


def test_detect_counts_periods(service: Service) -> None:
    put_incomes(
        service, f"{BANK},20110930,,1,1", f"{BANK},20101231,,1,1", "600009.SH,20110930,,1,2"
    )
    scope = {"security_type": "finance", "period_type": "income"} | YEAR
    found = service.post("/cache/detect-all-missing", scope | {"start_date": "20100401"})
    assert (found["total_count"], found["missing_count"], found["error_count"]) == (2, 2, 0)
    assert found["missing_codes"] == [BANK, "600009.SH"]
    assert list(found["daily_stats"]) == [
        *("20100630", "20100930", "20101231", "20110331", "20110630", "20110930", "20111231")
    ]
    assert service.result(found["task_id"])["missing"][BANK] == [["20100630", "20111231"]]
    assert service.run("fill-missing", **scope)["bar_count"] == 2
    found = service.post("/cache/detect-all-missing", scope)
    assert (found["complete_count"], found["missing_codes"]) == (0, [])
    assert found["daily_stats"]["20110930"] == {
        "expected": 2,
        "present": 2,
        "absent": 0,
        "unconfirmed": 0,
        "missing": 0,
    }
    assert found["daily_stats"]["20110630"]["absent"] == 2
    # Whether the year's report will still come, the file does not say.
    assert found["daily_stats"]["20111231"]["unconfirmed"] == 2


def test_a_fill_counts_bad_rows_and_can_be_asked_again(service: Service) -> None:
    put_incomes(service, f"{BANK},20110930,,1,inf", "600009.SH,20110930,,1,2")
    scope = {"security_type": "finance", "period_type": "income", "codes": [BANK]} | YEAR
    task = service.run("fill-missing", **scope)
    assert (task["status"], task["error_count"], task["quarantined_count"]) == ("completed", 1, 1)
    put_incomes(service, f"{BANK},20110930,,1,3", "600009.SH,20110930,,1,2")
    task = service.run("fill-missing", **scope)
    assert (task["error_count"], task["bar_count"]) == (0, 1)
    put_incomes(service, f"{BANK},20110930,,1,4", f"{BANK},20110630,,1,5")
    task = service.run("cache-all-missing", **scope)
    assert (task["status"], task["bar_count"]) == ("completed", 2)
    rows = read(service, codes=BANK)[1]["data"][BANK]
    assert [row["opera_rev"] for row in rows] == [5.0, 4.0]


def test_absent_periods_can_be_asked_for_again(service: Service) -> None:
    put_incomes(service)
    scope = {"security_type": "finance", "period_type": "income", "codes": [BANK]} | YEAR
    assert service.run("fill-missing", **scope)["bar_count"] == 0
    put_incomes(service, f"{BANK},20110930,,1,3")
    assert service.run("fill-missing", **scope)["batch_count"] == 0
    assert service.run("fill-missing", **scope, recheck_absent=True)["bar_count"] == 1


def test_statements_before_the_listing_are_filled_and_not_expected(service: Service) -> None:
    put_incomes(service, "600009.SH,19970630,,1,3")
    scope = {"security_type": "finance", "period_type": "income", "codes": ["600009.SH"]}
    days = {"start_date": "19970101", "end_date": "19971231"}
    found = service.post("/cache/detect-all-missing", scope | days)
    assert (found["total_count"], found["missing_count"]) == (0, 0)
    assert service.run("fill-missing", **scope, **days)["bar_count"] == 1
    assert service.run("fill-missing", **scope, **days)["batch_count"] == 0


@pytest.mark.parametrize(
    ("security_type", "period_type"),
    [("finance", "daily"), ("stock", "income"), ("finance", "profit"), ("index", "cash_flow")],
)
def test_tasks_over_what_there_is_not(
    service: Service, security_type: str, period_type: str
) -> None:
    body = {"security_type": security_type, "period_type": period_type} | YEAR
    status, envelope = service.call("POST", "/cache/fill-missing", body=body)
    assert status == 400
    assert [error["field"] for error in envelope["errors"]] == ["period_type"]


def test_a_task_over_codes_that_report_nothing(service: Service) -> None:
    put_incomes(service)
    body = {"security_type": "finance", "period_type": "income", "codes": ["000300.SH"]} | YEAR
    assert service.call("POST", "/cache/fill-missing", body=body)[0] == 404
