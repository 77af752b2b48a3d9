"""A store with damage in it: never answered, reported by reads, found by verify, filled again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from marketdata import deployment
from marketdata.aws import workflows
from marketdata.blocks import codec, store
from marketdata.blocks.block import Block, BlockKey, Damage
from marketdata.blocks.coverage import UNKNOWN, Coverage
from marketdata.blocks.dataset import Period
from marketdata.blocks.days import bits_of
from tests.integration.market import (
    CODES,
    DAYS,
    WEEKS,
    check_filled,
    open_market,
    row,
    rows,
)
from tests.support.damage import (
    BROKEN_ITEMS,
    OF_OBJECTS,
    WRONG_CLAIMS,
    WRONG_ITEMS,
    Harm,
    cut_payload,
    item_of,
    lose_payload,
    replace_item,
    set_item,
    swap_objects,
    take_item,
)
from tests.support.emulation import join
from tests.support.faults import BusyError, Event, Handler
from tests.support.service import Service

pytestmark = pytest.mark.usefixtures("impatient")

OTHER, HARMED = CODES[0], CODES[2]
YEAR = "2020"
BEFORE = tuple(f"201912{day}" for day in range(20, 27))


def block(code: str = HARMED, part: str = YEAR) -> BlockKey:
    return BlockKey("stock.daily", code, part)


def fill(service: Service, monkeypatch: pytest.MonkeyPatch, *, objects: bool) -> None:
    """Fill the cache, with all payloads in the bucket or in the items."""
    open_market(service)
    with monkeypatch.context() as patch:
        patch.setattr(store, "INLINE_BYTES", 10 if objects else store.INLINE_BYTES)
        service.run("fill-missing", **WEEKS)
    service.invocations.clear()


def busy(handle: Handler, event: Event) -> Any:
    """Refuse to fetch, but take reports, which Lambda keeps until there is time."""
    if event["operation"] == "clear_damaged":
        return handle(event)
    raise BusyError


def damaged_in(service: Service, task: Any) -> set[tuple[str, str]]:
    """Give what a verify found: the code and the kind of damage."""
    result = service.result(task["id"])
    assert result["damaged_count"] == len(result["damaged"])
    assert sum(result["by_damage"].values()) == result["damaged_count"]
    return {(each["code"], each["damage"]) for each in result["damaged"]}


CASES = pytest.mark.parametrize(
    ("harms", "objects"),
    [(OF_OBJECTS, True), (BROKEN_ITEMS, False), (WRONG_ITEMS, False), (WRONG_CLAIMS, False)],
    ids=["objects", "broken items", "wrong items", "wrong claims"],
)


def harm_all(service: Service, harms: dict[Harm, Damage]) -> dict[str, Damage]:
    """Do each harm to a code of its own; gives what is to be found."""
    chosen = dict(zip(CODES[1:], harms.items(), strict=False))
    for code, (harm, _) in chosen.items():
        harm(service.cloud, block(code), block(OTHER))
    found = {code: damage for code, (_, damage) in chosen.items()}
    # What was swapped is missing on both sides.
    return found | ({OTHER: Damage.FOREIGN} if swap_objects in harms else {})


@CASES
def test_verify_finds_it_and_a_fill_mends_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, harms: dict[Harm, Damage], objects: bool
) -> None:
    fill(service, monkeypatch, objects=objects)
    damaged = harm_all(service, harms)
    verified = service.run("verify", **WEEKS)
    assert damaged_in(service, verified) == set(damaged.items())
    assert (verified["status"], verified["error_count"]) == ("completed", len(damaged))
    assert (verified["total_count"], verified["progress"]) == (len(CODES), 100)
    assert "damaged" in verified["error_message"]
    detected = service.post("/cache/detect-all-missing", WEEKS)
    assert detected["missing_codes"] == sorted(damaged)
    assert service.calls("upstream") == []
    service.run("fill-missing", **WEEKS)
    check_filled(service)
    again = service.run("verify", **WEEKS)
    assert (again["error_count"], damaged_in(service, again)) == (0, set())


@CASES
def test_a_read_gives_none_of_it_and_reports_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, harms: dict[Harm, Damage], objects: bool
) -> None:
    fill(service, monkeypatch, objects=objects)
    damaged = harm_all(service, harms)
    service.faults["upstream"] = busy
    for code in damaged:
        for last in (DAYS[2], DAYS[-1]):  # of the block's days some, and all
            bars, meta = service.rows("/stock/kline", code, DAYS[0], last)
            assert (bars, meta["missing"]) == ([], {code: [[DAYS[0], last]]})
            assert not meta["complete"]
    del service.faults["upstream"]
    # Now the whole blocks are missing to tasks as well.
    detected = service.post("/cache/detect-all-missing", WEEKS)
    assert detected["missing_codes"] == sorted(damaged)


def test_a_read_with_a_small_gap_mends_it_by_itself(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    service.cloud.bucket.delete(item_of(service.cloud, block())["object"])
    bars, meta = service.rows("/stock/kline", HARMED, DAYS[0], DAYS[-1])
    assert (bars, meta["complete"]) == (rows(HARMED), True)
    assert [each["operation"] for each in service.calls("upstream")] == ["fetch_bars"]


def test_a_report_can_clear_nothing_that_is_whole(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=False)
    before = item_of(service.cloud, block())
    deployment.upstream().report_damage([block(), block("600999.SH")])
    assert [each["operation"] for each in service.calls("upstream")] == ["clear_damaged"]
    assert item_of(service.cloud, block()) == before
    assert service.cloud.market.get(*block("600999.SH").item) is None


def test_the_same_damage_is_reported_once_in_a_while(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment.upstream().report_damage([block()])
    deployment.upstream().report_damage([block(), block(OTHER)])
    keys = [each["keys"] for each in service.calls("upstream")]
    assert keys == [[[*block()]], [[*block(OTHER)]]]
    monkeypatch.setattr("marketdata.upstream.client.REPORT_AGAIN", 0.0)
    deployment.upstream().report_damage([block()])
    assert len(service.calls("upstream")) == 3


def test_a_report_is_short(service: Service) -> None:
    keys = [block(part=f"{year}") for year in range(1900, 2050)]
    for _ in range(3):
        deployment.upstream().report_damage(keys)
    assert [len(each["keys"]) for each in service.calls("upstream")] == [100, 50]


def test_a_report_that_does_not_arrive_fails_no_read(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    service.cloud.bucket.delete(item_of(service.cloud, block())["object"])

    def refuse(_handle: Handler, _event: Event) -> None:
        raise BusyError

    service.faults["upstream"] = refuse
    for _ in range(2):
        bars, meta = service.rows("/stock/kline", HARMED, DAYS[0], DAYS[-1])
        assert (bars, meta["complete"]) == ([], False)
    reports = [each for each in service.calls("upstream") if "keys" in each]
    assert len(reports) == 2


@pytest.mark.parametrize("days", [BEFORE, DAYS[:5]], ids=["another year's", "fewer"])
def test_an_item_without_a_seal_is_believed_only_with_its_own_rows(
    service: Service, monkeypatch: pytest.MonkeyPatch, days: tuple[str, ...]
) -> None:
    fill(service, monkeypatch, objects=False)
    unsealed = item_of(service.cloud, block())
    del unsealed["seal"]
    replace_item(service.cloud, block(), unsealed)
    service.faults["upstream"] = busy
    assert service.rows("/stock/kline", HARMED, DAYS[0], DAYS[-1])[0] == rows(HARMED)
    lines = [orjson.dumps(row(OTHER, DAYS[0]) | {"trade_date": day}) for day in days]
    set_item(service.cloud, block(), data=codec.encode(lines).frame)
    bars, meta = service.rows("/stock/kline", HARMED, DAYS[0], DAYS[-1])
    assert (bars, meta["complete"]) == ([], False)


def test_a_seal_that_names_no_block_is_good_and_made_anew(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All seals were so once."""
    fill(service, monkeypatch, objects=True)
    seal = item_of(service.cloud, block())["seal"]
    set_item(service.cloud, block(), seal=seal[: codec.SEAL_BYTES])
    service.faults["upstream"] = busy
    bars, meta = service.rows("/stock/kline", HARMED, DAYS[0], DAYS[-1])
    assert (bars, meta["complete"]) == (rows(HARMED), True)
    held = service.blocks.read([block()])[block()].coverage
    lines = [orjson.dumps(each) for each in rows(HARMED)]
    service.blocks.update(block(), None, lambda stored: stored.holding(lines, held))
    assert item_of(service.cloud, block())["seal"] == seal


def test_rows_of_another_year_that_were_merged_in_once_are_gone(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a block has a good seal, because it was written so."""
    fill(service, monkeypatch, objects=False)
    lines = [orjson.dumps(row(HARMED, DAYS[0]) | {"trade_date": day}) for day in BEFORE]

    def polluted(stored: Block) -> Block:
        return stored.holding([*lines, *map(orjson.dumps, rows(HARMED))], stored.coverage)

    service.blocks.update(block(), None, polluted)
    service.faults["upstream"] = busy
    bars, meta = service.rows("/stock/kline", HARMED, DAYS[0], DAYS[-1])
    assert (bars, meta["complete"]) == ([], False)
    del service.faults["upstream"]
    service.run("cache-all-missing", **WEEKS)
    check_filled(service)
    assert item_of(service.cloud, block())["rows"] == len(DAYS)


def test_a_block_never_deletes_another_ones_payload(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    theirs, ours = item_of(service.cloud, block(OTHER)), item_of(service.cloud, block())
    copied = theirs | {name: ours[name] for name in ("series", "code")}
    replace_item(service.cloud, block(), copied)
    assert damaged_in(service, service.run("verify", **WEEKS)) == {(HARMED, "foreign")}
    service.run("fill-missing", **WEEKS)
    check_filled(service)


def test_only_what_is_asked_for_is_opened(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    for code in (OTHER, HARMED):
        service.cloud.bucket.delete(item_of(service.cloud, block(code))["object"])
    for scope in ({"codes": [CODES[1]]}, {"start_date": "20100101", "end_date": "20191231"}):
        task = service.run("verify", **WEEKS | scope)
        assert (task["status"], task["error_count"]) == ("completed", 0)
    task = service.run("verify", **WEEKS | {"codes": [HARMED]})
    assert damaged_in(service, task) == {(HARMED, "lost")}
    assert (task["total_count"], service.result(task["id"])["block_count"]) == (1, 1)


def empty(service: Service) -> dict[str, bytes]:
    """Take all payloads out of the bucket; gives them."""
    bucket = service.cloud.bucket
    taken = {key: bucket.read(key) for key in list(bucket.keys("blocks/stock.daily/"))}
    assert len(taken) == len(CODES)
    for key in taken:
        bucket.delete(key)
    return taken


def test_a_bucket_that_is_away_costs_no_coverage(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    taken = empty(service)
    before = [item_of(service.cloud, block(code)) for code in CODES]
    task = service.run("verify", **WEEKS)
    assert (task["status"], task["error_count"]) == ("failed", len(CODES))
    assert "the bucket lacks 6 of 6 payloads" in task["error_message"]
    assert damaged_in(service, task) == {(code, "lost") for code in CODES}
    deployment.upstream().report_damage([block(code) for code in CODES])
    assert [item_of(service.cloud, block(code)) for code in CODES] == before
    for key, payload in taken.items():
        service.cloud.bucket.write(key, payload)
    check_filled(service)


def test_lost_blocks_are_cleared_if_an_administrator_says_so(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    empty(service)
    task = service.run("verify", **WEEKS, clear_lost=True)
    assert (task["status"], task["error_count"]) == ("completed", len(CODES))
    assert service.post("/cache/detect-all-missing", WEEKS)["missing_codes"] == list(CODES)
    service.run("fill-missing", **WEEKS)
    check_filled(service)


def test_a_verify_step_that_is_repeated_still_says_what_was_damaged(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    service.cloud.bucket.delete(item_of(service.cloud, block())["object"])

    def twice(handle: Handler, event: Event) -> Any:
        handle(event)
        return handle(event)

    service.faults["detect_missing"] = twice
    task = service.run("verify", **WEEKS)
    assert damaged_in(service, task) == {(HARMED, "lost")}
    assert service.result(task["id"])["block_count"] == len(CODES)


@pytest.mark.parametrize("harm", [lose_payload, cut_payload, take_item])
def test_only_what_a_good_item_knows_outlasts_its_rows(
    service: Service, monkeypatch: pytest.MonkeyPatch, harm: Harm
) -> None:
    fill(service, monkeypatch, objects=False)
    shut = bits_of(YEAR, ["20200302"])

    def suspended(stored: Block) -> Block:
        known = stored.coverage._replace(absent=shut, suspended=shut)
        return replace(stored, coverage=known)

    for code in (HARMED, OTHER):
        service.blocks.update(block(code), None, suspended)
    harm(service.cloud, block(), block(OTHER))
    assert service.run("verify", **WEEKS)["error_count"] == 1
    left = UNKNOWN if harm is take_item else Coverage(absent=shut, suspended=shut)
    assert store.coverage_of(item_of(service.cloud, block())) == left


@pytest.mark.parametrize("length", [0, codec.SEAL_BYTES], ids=["none", "bound to nothing"])
@pytest.mark.parametrize("objects", [True, False], ids=["objects", "items"])
def test_verify_seals_what_was_stored_by_an_earlier_release(
    service: Service, monkeypatch: pytest.MonkeyPatch, length: int, *, objects: bool
) -> None:
    fill(service, monkeypatch, objects=objects)
    sealed = item_of(service.cloud, block())
    earlier = {name: value for name, value in sealed.items() if name != "seal"}
    replace_item(service.cloud, block(), earlier | {"seal": sealed["seal"][:length]})
    assert service.run("verify", **WEEKS)["error_count"] == 0
    assert item_of(service.cloud, block()) == sealed
    check_filled(service)


def run_schedule(service: Service, name: str) -> Any:
    """Do what the weekly schedule does, and give its task."""
    workflows.start_execution(deployment.settings().detect_machine, name, {"schedule": "verify"})
    join()
    _, envelope = service.call("GET", "/cache/tasks")
    return envelope["data"]["items"][0]


def test_the_schedule_sees_the_whole_store_in_twelve_weeks(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(service, monkeypatch, objects=True)
    adjusted = {"codes": HARMED, "start_date": DAYS[0], "end_date": DAYS[-1], "adjust": "forward"}
    service.put_file(f"stock/factors/{HARMED}.csv", "trade_date,factor\n20100104,1.0\n")
    service.call("GET", "/stock/kline", query=adjusted)
    statement = BlockKey("finance.income", HARMED, "2019")
    held = store.coverage_of(item_of(service.cloud, block()))
    line = b'{"reporting_period":"20191231","statement_type":"1"}'
    service.blocks.update(statement, None, lambda each: each.holding([line], held))
    monkeypatch.setattr("marketdata.tasks.verify.STORED_PERIODS", [Period.DAILY])
    monkeypatch.setattr("marketdata.tasks.plan.SERIES_A_GROUP", 99)
    damaged = [block(), BlockKey("factor.stock", HARMED, "all"), statement]
    for key in damaged:
        set_item(service.cloud, key, seal=b"-" * 24)
    found: list[tuple[str, str, str]] = []
    for week in range(12):
        at = datetime(2026, 1, 4, tzinfo=UTC) + timedelta(weeks=week)
        monkeypatch.setattr("marketdata.tasks.task.now", at.isoformat)
        task = run_schedule(service, f"week-{week}")
        assert (task["status"], task["created_by"]) == ("completed", "schedule")
        found += [
            (each["dataset"], each["code"], each["part"])
            for each in service.result(task["id"])["damaged"]
        ]
    assert sorted(found) == sorted(map(tuple, damaged))
