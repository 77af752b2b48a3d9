"""What the files of the source lack or spoil: reported by the task, and never taken for absent."""

import pytest

from tests.integration.market import put_securities
from tests.support.service import Service

CODE = "600151.SH"
HEAD = "trade_date,open,high,low,close,volume,amount\n"
D = (
    "20240102",
    "20240103",
    "20240104",
    "20240105",
    "20240108",
    "20240109",
    "20240110",
    "20240111",
    "20240112",
)
SCOPE = {"security_type": "stock", "start_date": D[0], "end_date": D[-1]}
PATH = f"stock/daily/{CODE}.csv"


def line(day: str, close: str = "6.65") -> str:
    return f"{day},6.6,6.7,6.5,{close},100,665.0\n"


def open_one(service: Service, text: str | None, path: str = PATH) -> None:
    """List one stock, and put its file there."""
    put_securities(service, f"{CODE},x,stock,20010101,")
    if text is not None:
        service.put_file(path, text)


def whole() -> str:
    return HEAD + "".join(map(line, D))


@pytest.mark.parametrize(
    ("path", "text", "why"),
    [
        (PATH, None, f"there is no imports/{PATH}"),
        (PATH, HEAD, f"imports/{PATH} has no rows"),
        (
            "stock/daily/600151.sh.csv",
            whole(),
            f"there is no imports/{PATH}, but imports/stock/daily/600151.sh.csv: rename it",
        ),
    ],
)
def test_a_code_without_rows_is_reported_and_missing(
    service: Service, path: str, text: str | None, why: str
) -> None:
    open_one(service, text, path)
    task = service.run("fill-missing", **SCOPE)
    assert (task["success_count"], task["error_count"]) == (0, 1)
    assert service.result(task["id"])["errors"] == {CODE: why}
    found = service.post("/cache/detect-all-missing", SCOPE)
    assert found["missing_codes"] == [CODE]
    open_one(service, whole())
    assert service.run("fill-missing", **SCOPE)["bar_count"] == len(D)
    assert service.rows("/stock/kline", CODE, D[0], D[-1])[1]["complete"]


def test_one_dash_costs_one_bar_and_is_named(service: Service) -> None:
    open_one(service, whole().replace(line(D[2]), line(D[2], "-")))
    task = service.run("fill-missing", **SCOPE)
    assert task["bar_count"] == len(D) - 1
    assert "1 remark: see the result" in task["error_message"]
    result = service.result(task["id"])
    assert result["quarantined"] == {CODE: {"not_a_number": 1}}
    assert result["notes"] == [f"imports/{PATH} line 4: close is '-'"]
    detect = service.post("/cache/detect-all-missing", SCOPE)
    assert service.result(detect["task_id"])["missing"] == {CODE: [[D[2], D[2]]]}


@pytest.mark.parametrize("day", ["2024-01-04", "20240230"])
def test_a_row_of_no_day_makes_no_day_absent(service: Service, day: str) -> None:
    open_one(service, whole().replace(D[2], day))
    task = service.run("fill-missing", **SCOPE)
    assert task["bar_count"] == len(D) - 1
    why = f"imports/{PATH} line 4: {day!r} is no day (YYYYMMDD)"
    result = service.result(task["id"])
    assert (result["errors"], result["notes"]) == ({CODE: why}, [why])
    _, meta = service.rows("/stock/kline", CODE, D[0], D[-1])
    assert (meta["complete"], meta["missing"]) == (False, {CODE: [[D[2], D[2]]]})


def test_a_bad_row_of_suspensions_is_named(service: Service) -> None:
    open_one(service, whole())
    service.put_file("suspensions.csv", f"code,trade_date\n{CODE},20240103\n{CODE},2024-01-04\n")
    task = service.run("fill-missing", **SCOPE)
    assert (task["status"], task["success_count"], task["error_count"]) == ("completed", 1, 0)
    assert task["error_message"] == "1 remark: see the result"
    assert service.result(task["id"])["notes"] == [
        "imports/suspensions.csv line 3: '2024-01-04' is no day (YYYYMMDD)"
    ]


def test_what_the_list_has_of_no_use_is_named_by_the_catalog_task(service: Service) -> None:
    put_securities(
        service,
        f"{CODE},x,stock,20010101,",
        "rb2405.XXX,x,future,,",
        "000001.SZ,x,stock,2001-01-01,",
    )
    service.schedule("catalog")
    [task] = service.call("GET", "/cache/tasks")[1]["data"]["items"]
    assert (task["status"], task["error_message"]) == ("completed", "2 remarks: see the result")
    assert service.result(task["id"])["notes"] == [
        "imports/securities.csv line 3: rb2405.XXX is of no known market",
        "imports/securities.csv line 4: '2001-01-01' is no day (YYYYMMDD)",
    ]
    assert service.call("GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"})[1][
        "data"
    ] == [CODE]


def test_a_contract_as_the_exchanges_write_it_can_be_asked_for(service: Service) -> None:
    put_securities(service, "rb2405.SHF,x,future,20230516,20240515")
    head = HEAD.rstrip("\n") + ",settle,open_interest\n"
    rows = "".join(f"{day},3900,3950,3880,3920,100,3920000.0,3915,1000\n" for day in D)
    service.put_file("future/daily/rb2405.SHF.csv", head + rows)
    task = service.run("fill-missing", **SCOPE | {"security_type": "future"})
    assert (task["success_count"], task["error_count"]) == (1, 0), service.result(task["id"])
    found, meta = service.rows("/future/kline", "RB2405.SHF", D[0], D[-1])
    assert [row["trade_date"] for row in found] == list(D)
    assert meta["complete"]


def test_a_bad_row_of_a_statement_is_named_and_its_period_missing(service: Service) -> None:
    open_one(service, None)
    service.put_file(
        "finance/income.csv",
        "code,reporting_period,ann_date,statement_type,OPERA_REV\n"
        f"{CODE},20230331,20230428,1,abc\n{CODE},20230630,20230828,1,5\n",
    )
    scope = {"security_type": "finance", "period_type": "income"}
    scope |= {"start_date": "20230101", "end_date": "20230630"}
    task = service.run("fill-missing", **scope)
    result = service.result(task["id"])
    assert result["quarantined"] == {CODE: {"not_a_number": 1}}
    assert result["notes"] == ["imports/finance/income.csv line 2: opera_rev is 'abc'"]
    detect = service.post("/cache/detect-all-missing", scope)
    assert service.result(detect["task_id"])["missing"] == {CODE: [["20230331", "20230331"]]}
