"""What the cache holds, code by code, and securities by name, through real tables."""

from typing import Any

import pytest

from marketdata.api import coverage
from marketdata.aws.items import Item
from marketdata.blocks import store
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.store import coverage_of
from tests.integration.market import CODES, DAYS, WEEKS, open_market
from tests.support.events import USER
from tests.support.service import Service

WHOLE = {"expected": 7, "present": 7, "absent": {}, "unconfirmed": 0, "missing": 0, "short": 0}
EMPTY = {"expected": 7, "present": 0, "absent": {}, "unconfirmed": 0, "missing": 7, "short": 0}


@pytest.fixture(autouse=True)
def market(service: Service) -> None:
    open_market(service)
    service.put_file("suspensions.csv", f"code,trade_date\n600007.SH,{DAYS[2]}\n")


def ask(service: Service, **query: Any) -> tuple[int, Any]:
    wanted = {name: str(value) for name, value in (WEEKS | query).items()}
    return service.call("GET", "/cache/coverage", USER, query=wanted)


def held(service: Service, **query: Any) -> dict[str, Any]:
    status, envelope = ask(service, **query)
    assert status == 200, envelope
    return {item["code"]: item["parts"] for item in envelope["data"]["items"]}


def test_an_empty_cache_lacks_everything(service: Service) -> None:
    status, envelope = ask(service)
    assert status == 200
    assert envelope["data"]["parts"] == ["2020"]
    assert held(service) == {code: {"2020": EMPTY} for code in CODES}
    assert envelope["meta"]["upstream"] == "files"


def test_what_is_filled_is_held(service: Service) -> None:
    service.run("fill-missing", **WEEKS, codes=list(CODES[:2]))
    found = held(service)
    assert [found[code]["2020"] for code in CODES] == [WHOLE] * 2 + [EMPTY] * 4


def test_the_codes_that_lack_most_come_first(service: Service) -> None:
    service.run("fill-missing", **WEEKS, codes=list(CODES[:3]))
    half = WEEKS | {"start_date": "20200106"}
    service.run("fill-missing", **half, codes=[CODES[3]])
    page = {"sort": "missing", "page_size": 2}
    pages = [ask(service, **page, page=each)[1] for each in (1, 2, 3)]
    assert [item["code"] for each in pages for item in each["data"]["items"]] == [
        *CODES[4:],
        CODES[3],
        *CODES[:3],
    ]
    # They are of all codes, whatever the page.
    totals = {
        "expected": 42,
        "present": 26,
        "unconfirmed": 0,
        "missing": 16,
        "short": 0,
        "codes": 3,
    }
    assert [each["meta"]["totals"] for each in pages] == [totals] * 3
    assert {each["data"]["total"] for each in pages} == {len(CODES)}
    assert "totals" not in ask(service)[1]["meta"]
    named = ask(service, sort="missing", codes=f"{CODES[0]},{CODES[5]}")[1]
    assert [item["code"] for item in named["data"]["items"]] == [CODES[5], CODES[0]]
    assert ask(service, sort="nonsense")[0] == 400


def test_a_suspended_day_is_told_from_a_missing_one(service: Service) -> None:
    lines = service.cloud.bucket.read("imports/stock/daily/600007.SH.csv").decode().splitlines()
    kept = [line for line in lines if not line.startswith(DAYS[2])]
    service.put_file("stock/daily/600007.SH.csv", "\n".join(kept) + "\n")
    service.run("fill-missing", **WEEKS)
    assert held(service)["600007.SH"]["2020"] == {
        "expected": 7,
        "present": 6,
        "absent": {"suspended": 1},
        "unconfirmed": 0,
        "missing": 0,
        "short": 0,
    }


def test_codes_come_in_pages(service: Service) -> None:
    service.run("fill-missing", **WEEKS)
    pages = [held(service, page=page, page_size=4) for page in (1, 2, 3)]
    assert [list(page) for page in pages] == [list(CODES[:4]), list(CODES[4:]), []]
    assert all(parts == {"2020": WHOLE} for page in pages for parts in page.values())


def test_only_the_named_codes_and_those_unknown_are_told(service: Service) -> None:
    service.run("fill-missing", **WEEKS)
    _, envelope = ask(service, codes="600004.SH,000001.SZ,600999.SH")
    data = envelope["data"]
    assert [item["code"] for item in data["items"]] == ["000001.SZ", "600004.SH"]
    assert (data["total"], envelope["meta"]["unknown_codes"]) == (2, ["600999.SH"])
    assert data["items"][1]["parts"] == {"2020": WHOLE}


def test_of_the_named_codes_nothing_that_lies_between_is_read(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.run("fill-missing", **WEEKS)
    read: list[str] = []

    def noted(item: Item) -> Coverage:
        read.append(item["code"])
        return coverage_of(item)

    monkeypatch.setattr(store, "coverage_of", noted)
    found = held(service, codes=f"{CODES[0]},{CODES[-1]}")
    assert found == {code: {"2020": WHOLE} for code in (CODES[0], CODES[-1])}
    assert sorted(read) == [CODES[0], CODES[-1]]


def test_years_and_months_are_parts(service: Service) -> None:
    _, envelope = ask(service, start_date="20181201", codes=CODES[0])
    assert envelope["data"]["parts"] == ["2018", "2019", "2020"]
    _, envelope = ask(service, start_date="20191101", codes=CODES[0], period_type="min5")
    assert envelope["data"]["parts"] == ["2019-11", "2019-12", "2020-01"]


def test_too_many_parts_are_refused(service: Service) -> None:
    status, envelope = ask(service, start_date="20100101", period_type="min1")
    assert status == 400
    assert envelope["errors"][0]["field"] == "start_date"
    assert str(coverage.MAX_PARTS) in envelope["message"]


def test_a_security_is_found_by_name(service: Service) -> None:
    securities = "code,name,type,list_date,delist_date\n600000.SH,浦发银行,stock,19991110,\n"
    service.put_file("securities.csv", securities + "510300.SH,沪深300ETF,etf,20120528,\n")
    status, envelope = service.call("GET", "/base/securities", USER, query={"q": "浦发"})
    assert status == 200
    assert envelope["data"] == {
        "items": [
            {
                "code": "600000.SH",
                "name": "浦发银行",
                "market": "SH",
                "type": "stock",
                "list_date": "19991110",
                "delist_date": None,
            }
        ],
        "total": 1,
    }
    query = {"q": "00", "security_type": "EXTRA_ETF", "limit": "1"}
    _, envelope = service.call("GET", "/base/securities", USER, query=query)
    assert [item["code"] for item in envelope["data"]["items"]] == ["510300.SH"]
