"""Varieties and main contracts: worked out when a fill ends, and answered."""

from typing import Any

import pytest

from marketdata.aws.writes import Write
from marketdata.blocks.block import DOCUMENT, Block, BlockKey, read_document, write_document
from marketdata.errors import VersionConflictError
from marketdata.futures.main_contracts import Basis
from marketdata.futures.main_history import MAIN_HISTORY, update_history
from marketdata.tasks import main_contracts
from tests.integration.futures import (
    FUTURES,
    MAINS,
    ask_mains,
    bars_of,
    changes,
    open_futures_market,
)
from tests.integration.market import DAYS, put_bars
from tests.support.events import USER
from tests.support.service import Service

MARKETS = {"IF": "CFE", "V": "DCE"}


@pytest.fixture(autouse=True)
def market(service: Service) -> None:
    open_futures_market(service)


def test_varieties(service: Service) -> None:
    status, envelope = service.call("GET", "/cache/future-varieties", USER)
    assert status == 200
    assert envelope["data"] == {
        "varieties": ["IF", "V"],
        "details": [
            {"variety": "IF", "name": "沪深300股指", "market": "CFE", "contracts": 0},
            {"variety": "V", "name": "PVC", "market": "DCE", "contracts": 0},
        ],
    }


def test_before_any_fill_nothing_is_known(service: Service) -> None:
    data, meta = ask_mains(service, trade_date="20200108")
    assert data == {"main_contracts": {}, "details": {}, "trade_date": "20200108"}
    assert meta == {"unknown": ["IF", "V"], "known": {}}


def test_a_fill_works_the_history_out(service: Service) -> None:
    task = service.run("fill-missing", **FUTURES)
    assert (task["status"], task["error_message"]) == ("completed", None)
    assert task["contract_type"] == "all"
    assert changes(service) == MAINS
    data, meta = ask_mains(service, trade_date="20200108")
    assert data == {
        "main_contracts": {"IF": "IF2002.CFE", "V": "V2005.DCE"},
        "details": {
            "IF": {"contract": "IF2002.CFE", "since": "20200107", "basis": "open_interest"},
            "V": {"contract": "V2005.DCE", "since": "20200103", "basis": "volume"},
        },
        "trade_date": "20200108",
    }
    known = {"from": "20200103", "until": "20200113"}
    assert meta == {"unknown": [], "known": {"IF": known, "V": known}}


def test_the_day_decides(service: Service) -> None:
    service.run("fill-missing", **FUTURES)
    first = {"IF": "IF2001.CFE", "V": "V2005.DCE"}
    for day, expected in (
        ("20200102", {}),
        ("20200103", first),
        ("20200104", first),
        ("20200113", {"IF": "IF2002.CFE", "V": "V2005.DCE"}),
        ("20200114", {}),
    ):
        data, meta = ask_mains(service, trade_date=day)
        assert data["main_contracts"] == expected
        assert meta["unknown"] == [code for code in ("IF", "V") if code not in expected]


def test_without_a_day_it_is_the_last_final_one(service: Service) -> None:
    service.run("fill-missing", **FUTURES)
    data, meta = ask_mains(service)
    assert data["trade_date"] > "20240101"
    assert meta["unknown"] == ["IF", "V"]


@pytest.mark.parametrize(
    ("day", "reason"),
    [("20991231", "must not be after 2"), ("20240230", "must be a day that exists")],
)
def test_a_day_that_nobody_can_know(service: Service, day: str, reason: str) -> None:
    query = {"trade_date": day}
    status, envelope = service.call("GET", "/cache/main-contracts", USER, query=query)
    assert status == 400
    (error,) = envelope["errors"]
    assert error["field"] == "trade_date"
    assert error["reason"].startswith(reason)


def test_piece_by_piece_comes_to_the_same(service: Service) -> None:
    for start, end in (DAYS[0], DAYS[1]), (DAYS[2], DAYS[2]), (DAYS[3], DAYS[6]):
        service.run("fill-missing", **FUTURES | {"start_date": start, "end_date": end})
    assert changes(service) == MAINS


def test_older_bars_change_what_came_after(service: Service) -> None:
    service.run("fill-missing", **FUTURES | {"start_date": "20200107"})
    assert changes(service)["IF"] == [("20200108", "IF2002.CFE")]
    service.run("fill-missing", **FUTURES)
    assert changes(service) == MAINS


def test_days_between_are_made_up_for(service: Service) -> None:
    service.run("fill-missing", **FUTURES | {"end_date": "20200103"})
    service.run("fill-missing", **FUTURES | {"start_date": "20200108"})
    assert changes(service)["IF"] == [
        ("20200103", "IF2001.CFE"),
        ("20200107", None),
        ("20200109", "IF2002.CFE"),
    ]
    service.run("fill-missing", **FUTURES | {"start_date": "20200106", "end_date": "20200107"})
    assert changes(service) == MAINS


def test_among_a_part_of_the_contracts_none_is_main(service: Service) -> None:
    service.run("fill-missing", **FUTURES, codes=["IF2003.CFE"])
    assert changes(service) == {}
    service.run("fill-missing", **FUTURES)
    assert changes(service) == MAINS


def test_a_file_that_cannot_be_read_leaves_its_variety_unknown(service: Service) -> None:
    service.put_file("future/daily/IF2003.CFE.csv", "nonsense\n")
    task = service.run("fill-missing", **FUTURES)
    assert (task["status"], task["error_count"]) == ("completed", 1)
    assert changes(service) == {"V": MAINS["V"]}
    put_bars(service, "IF2003.CFE", bars_of("IF2003.CFE"), "future/daily")
    service.post("/cache/tasks/{task_id}/retry", task_id=task["id"])
    service.wait(task["id"])
    assert changes(service) == MAINS


def test_minutes_and_stocks_have_no_main_contracts(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(main_contracts, "update_history")
    task = service.run("fill-missing", **FUTURES, period_type="min60")
    # There are no such bars, and not a word of main contracts.
    assert (task["status"], task["error_count"]) == ("completed", 5)
    assert "main contracts" not in task["error_message"]
    found = service.run("detect-all-missing", **FUTURES)
    assert found["error_message"] is None


def test_a_failure_is_told_and_fails_no_task(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_once(*args: Any) -> None:
        if args[1].code == "IF":
            raise VersionConflictError("main IF.CFE all")
        update_history(*args)

    with monkeypatch.context() as patch:
        patch.setattr(main_contracts, "update_history", fail_once)
        task = service.run("fill-missing", **FUTURES)
    assert (task["status"], task["success_count"]) == ("completed", 5)
    assert task["error_message"] == (
        "the main contracts of IF were not worked out: fill the same range once more"
    )
    assert changes(service) == {"V": MAINS["V"]}
    again = service.run("fill-missing", **FUTURES)
    assert (again["batch_count"], again["error_message"]) == (0, None)
    assert changes(service) == MAINS


def test_it_takes_no_longer_than_the_step_has(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(main_contracts, "SECONDS", -1.0)
        task = service.run("fill-missing", **FUTURES)
    assert task["status"] == "completed"
    assert task["error_message"].startswith("the main contracts of IF, V were not worked out")


def test_an_unknown_failure_is_told_as_well(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(main_contracts, "varieties")
        task = service.run("fill-missing", **FUTURES)
    assert task["status"] == "completed"
    assert task["error_message"].startswith("the main contracts of all varieties were not worked")


@pytest.mark.parametrize("verified", [False, True])
def test_a_lost_history_is_made_anew(service: Service, verified: bool) -> None:
    """All of it, whatever days the next fill is about, and whoever has met the damage."""
    service.run("fill-missing", **FUTURES)
    change = "SET #data = :data"
    names, values = {"#data": "data"}, {":data": b"no frame"}
    damage = Write("main#IF.CFE", "all", update=change, names=names, values=values)
    service.cloud.market.write(damage)
    assert changes(service) == {"V": MAINS["V"]}
    if verified:
        assert service.run("verify", **FUTURES)["error_count"] == 1
    service.run("fill-missing", **FUTURES | {"start_date": FUTURES["end_date"]})
    assert changes(service) == MAINS


def store_as_before(service: Service, variety: str) -> None:
    """Store the history of a variety as releases have left it that knew one rule for all."""
    key = BlockKey(MAIN_HISTORY, f"{variety}.{MARKETS[variety]}", DOCUMENT)

    def change(stored: Block) -> Block:
        known, rows = read_document(key, stored)
        kept = {name: known[name] for name in ("variety", "market", "computed_until")}
        return write_document(stored, kept, rows)

    service.blocks.update(key, None, change)


def test_a_history_of_the_old_rule_is_not_believed(service: Service) -> None:
    service.run("fill-missing", **FUTURES)
    for variety in MARKETS:
        store_as_before(service, variety)
    # What is of all months was right for PVC, and stays; for stock index futures it was not.
    assert changes(service) == {"V": MAINS["V"]}
    data, meta = ask_mains(service, trade_date="20200108")
    assert data["main_contracts"] == {"V": "V2005.DCE"}
    assert (meta["unknown"], list(meta["known"])) == (["IF"], ["V"])
    assert changes(service, Basis.VOLUME) == {}


@pytest.mark.parametrize("about", [{}, {"codes": ["V2009.DCE"]}])
def test_the_next_fill_makes_it_anew(service: Service, about: dict[str, Any]) -> None:
    """From the variety's first day on, whatever days and codes the fill is about."""
    service.run("fill-missing", **FUTURES)
    for variety in MARKETS:
        store_as_before(service, variety)
    task = service.run("fill-missing", **FUTURES | {"start_date": FUTURES["end_date"]}, **about)
    assert (task["batch_count"], task["error_message"]) == (0, None)
    assert changes(service) == MAINS
    assert changes(service, Basis.VOLUME) == {
        "IF": [("20200103", "IF2001.CFE")],
        "V": [("20200103", "V2005.DCE")],
    }


def test_what_was_never_filled_is_not_made(service: Service) -> None:
    service.run("fill-missing", **FUTURES, codes=["V2005.DCE", "V2009.DCE"])
    assert changes(service) == {"V": MAINS["V"]}
    assert not service.blocks.read([BlockKey(MAIN_HISTORY, "IF.CFE", DOCUMENT)])
