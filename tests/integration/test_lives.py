"""Codes that live twice, or under two names: from the source's list to every answer."""

from typing import Any

from tests.integration.market import CODES, DAYS, WEEKS, put_bars, put_securities, rows
from tests.support.service import Service

WIDER = WEEKS | {"start_date": "20191201", "end_date": "20200131"}


def info_of(service: Service, code: str) -> Any:
    status, envelope = service.call("GET", "/base/codes/{code}/info", path={"code": code})
    assert status == 200, envelope
    return envelope["data"]


def test_a_read_has_the_same_answer_before_and_after_a_wider_fill(service: Service) -> None:
    """The file has bars of before the listing; which batch they come in must not matter."""
    put_securities(
        service, "600000.SH,,stock,20200107,20200109", "600004.SH,,stock,19991110,20200110"
    )
    for code in CODES[2:4]:
        put_bars(service, code, rows(code))
    question = ("/stock/kline", "600000.SH", "20191201", "20200131")
    before, claimed = service.rows(*question)
    task = service.run("fill-missing", **WIDER)
    assert (task["status"], task["error_count"]) == ("completed", 0)
    again = service.run("cache-all-missing", **WIDER)
    assert again["error_count"] == 0
    after, meta = service.rows(*question)
    assert before == after == rows("600000.SH", DAYS[3:6])
    assert meta == claimed | {"source": "cache"}
    assert meta["complete"]
    assert meta["outside"] == {
        "600000.SH": [
            {"from": "20191202", "to": "20200106", "reason": "not_listed"},
            {"from": "20200110", "to": "20200123", "reason": "delisted"},
        ]
    }


def test_two_rows_of_a_code_are_two_lives(service: Service) -> None:
    put_securities(
        service,
        "600000.SH,先前,stock,20200102,20200103",
        "600000.SH,如今,stock,20200108,",
        "600004.SH,,stock,19991110,",
    )
    put_bars(service, "600000.SH", rows("600000.SH"))
    put_bars(service, "600004.SH", rows("600004.SH"))
    task = service.run("fill-missing", **WEEKS)
    assert (task["missing_count"], task["error_count"]) == (2, 0)
    found, meta = service.rows("/stock/kline", "600000.SH", "20200101", "20200110")
    assert found == rows("600000.SH", [*DAYS[:2], *DAYS[4:]])
    assert meta["complete"]
    assert meta["outside"] == {
        "600000.SH": [{"from": "20200106", "to": "20200107", "reason": "delisted"}]
    }
    detected = service.post("/cache/detect-all-missing", WEEKS)
    assert (detected["missing_count"], detected["complete_count"]) == (0, 2)
    assert detected["by_reason"] == {"delisted": {"codes": 1, "days": 2}}
    info = info_of(service, "600000.SH")
    assert (info["name"], info["list_date"], info["delist_date"]) == ("如今", "20200108", None)
    assert info["lives"] == [
        {"list_date": "20200102", "delist_date": "20200103"},
        {"list_date": "20200108", "delist_date": None},
    ]


def test_a_renamed_code_is_two_securities(service: Service) -> None:
    put_securities(service, "000001.SZ,旧,stock,19930505,20200106", "000002.SZ,新,stock,20200107,")
    put_bars(service, "000001.SZ", rows("000001.SZ", DAYS[:3]))
    put_bars(service, "000002.SZ", rows("000002.SZ", DAYS[3:]))
    assert service.run("fill-missing", **WEEKS)["error_count"] == 0
    for code, days in (("000001.SZ", DAYS[:3]), ("000002.SZ", DAYS[3:])):
        found, meta = service.rows("/stock/kline", code, "20200101", "20200110")
        assert found == rows(code, days)
        assert meta["complete"]
        assert sum(len(each) for each in meta["outside"].values()) == 1
        info = info_of(service, code)
        assert len(info["lives"]) == 1
