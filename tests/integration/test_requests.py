"""What every call costs in requests to AWS, once its function is warm.

The table says it all; a request more in any call fails here, and has to be paid for.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

import orjson
import pytest

from functions.authorizer import app as authorizer
from functions.stock import app as stock
from marketdata import deployment
from marketdata.aws.clients import client
from marketdata.blocks.block import Block, BlockKey
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.catalog_store import CatalogStore
from marketdata.catalog.constituents import Industry, Membership
from marketdata.catalog.securities import Catalog, Security
from marketdata.catalog.sessions import STOCK_HOURS, bar_times
from marketdata.futures.main_history import update_history
from marketdata.futures.varieties import varieties
from marketdata.ingest.constituents import Moment, save_industries, save_members, save_weights
from marketdata.sources.source import FetchedMembers, FetchedWeights
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope
from marketdata.tasks.task import TaskKind, new_task
from tests.integration.market import DAYS, put_bars, row, rows
from tests.integration.test_auth import METHOD_ARN
from tests.support import agent
from tests.support.events import ADMIN, proxy_event
from tests.support.exchange import hearing
from tests.support.faults import Event
from tests.support.group_source import BANKS, HS300
from tests.support.schedules import deploy_schedules
from tests.support.service import Service

YEAR = ("20200101", "20201231")
CODES = [f"{number:06}.SZ" for number in range(1, 501)]
INCOME = "code,reporting_period,ann_date,statement_type,OPERA_REV"

type Call = Callable[[], object]

COSTS: dict[str, dict[str, int]] = {
    "the first read of an environment": {"BatchGetItem": 2},
    "1 code x 1 month": {"BatchGetItem": 1},
    "50 codes x 1 year": {"BatchGetItem": 1},
    "500 codes x 1 year": {"BatchGetItem": 5},
    # Of the blocks that tell where they begin, none is read again.
    "the last 100 bars of 50 codes": {"BatchGetItem": 1},
    "a month of five minutes": {"BatchGetItem": 1},
    # The minutes are read once it is known that the five minutes are not there.
    "a month of quarters of an hour, computed": {"BatchGetItem": 2},
    "a chart of a year": {"BatchGetItem": 1},
    "statements of a year": {"BatchGetItem": 1},
    "codes": {},
    "a code's info": {},
    "codes of a day": {},
    "members of an index": {"BatchGetItem": 1},
    "members of an industry": {"BatchGetItem": 1},
    "weights of an index": {"BatchGetItem": 1},
    "industries": {"BatchGetItem": 1},
    "calendar": {},
    "varieties": {},
    "main contracts": {"BatchGetItem": 1},
    "an agent's list of tools": {},
    "an agent's search": {},
    "an agent's bars of 2 codes x 1 month": {"BatchGetItem": 1},
    "an agent's bars of 20 codes x 1 year": {"BatchGetItem": 1, "PutObject": 1},
    "an agent's calendar": {},
    # Its history, the closes of both contracts before each roll, and the bars.
    "a continuous series of two months": {"BatchGetItem": 3},
    "authorizer": {"BatchGetItem": 1},
    "login": {"BatchGetItem": 2, "GetItem": 2},
    "a wrong password": {"BatchGetItem": 1, "GetItem": 2, "UpdateItem": 2},
    "a login after a wrong password": {"BatchGetItem": 2, "GetItem": 2, "DeleteItem": 1},
    "a login from another network": {"BatchGetItem": 2, "GetItem": 2, "PutItem": 1},
    "a name that nobody has": {"BatchGetItem": 1, "GetItem": 2, "UpdateItem": 2},
    "a new password": {"BatchGetItem": 2, "GetItem": 2, "UpdateItem": 1},
    "logout": {"PutItem": 1},
    "SDK configs": {"GetItem": 2, "Query": 1},
    "me": {"GetItem": 1},
    # Who uses the source, the newest tasks, and what was counted: of each dataset, and the size.
    "the status": {"GetItem": 2, "BatchGetItem": 2, "Query": 1},
    "the schedules": {"GetSchedule": 9, "Query": 1},
    "a page of tasks": {"GetItem": 1, "Query": 1},
    "tasks with errors": {"Query": 1},
    "what was set aside": {"ListObjectsV2": 1},
    "a task": {"GetItem": 1},
    "detect a year: plan": {"GetItem": 1, "PutObject": 1, "UpdateItem": 1},
    "detect a year: detect": {"GetItem": 1, "Query": 1, "PutObject": 1, "TransactWriteItems": 1},
    "detect a year: end": {
        "GetItem": 4,
        "GetObject": 2,
        "PutObject": 1,
        "UpdateItem": 1,
        # What is stored is counted: the year's index, what had changed, what was counted before;
        # for the first time also the years since; and, once an hour, the size of the store.
        "Query": 9,
        "BatchGetItem": 3,
        "PutItem": 3,
        "DescribeTable": 1,
        "ListObjectsV2": 1,
    },
    "detect 13 years: detect": {
        "GetItem": 1,
        "Query": 13,
        "PutObject": 1,
        "TransactWriteItems": 1,
    },
    # Three files of the source, of which one is not there.
    "a batch of a fill, 2 codes": {
        # One of them asks whether the task, which is back in the queue, still goes on.
        "GetItem": 4,
        # One of them finds nothing, and boto3 asks again.
        "GetObject": 4,
        # One of them looks for the status of these codes.
        "BatchGetItem": 2,
        "PutItem": 2,
        "TransactWriteItems": 1,
        # The lease is taken and given back; what is published of their year is out of date, before
        # they are stored and after.
        "UpdateItem": 4,
    },
}


@contextmanager
def counting() -> Iterator[Counter[str]]:
    """Count the requests of this process's clients, by operation; a retry is no new one."""
    counted: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        counted[model.name] += 1

    def hear(operation: str, _: dict[str, Any]) -> None:
        counted[operation] += 1

    clients = [client("dynamodb"), client("s3"), client("secretsmanager"), client("stepfunctions")]
    clients.append(client("scheduler"))
    for each in clients:
        each.meta.events.register("before-call", count)
    try:
        with hearing(hear):
            yield counted
    finally:
        for each in clients:
            each.meta.events.unregister("before-call", count)


@pytest.fixture
def market(service: Service) -> Service:
    """Give 500 stocks all bars of a year, two of them newer files, one statements; and an admin."""
    days = trading_days("SZ", *YEAR)
    lines = [orjson.dumps(row(CODES[0], DAYS[0]) | {"trade_date": day}) for day in days]
    block = Block().holding(lines, Coverage(present=bits_of("2020", days)))
    for code in CODES:
        service.blocks.update(BlockKey("stock.daily", code, "2020"), None, lambda _: block)
    open_minutes(service)
    listed = [Security(code, code, Kind.STOCK, "SZ", "20100101") for code in CODES]
    listed += open_futures(service)
    CatalogStore(service.blocks, lambda: None).save(
        Catalog(listed, "2020-01-01T00:00:00+00:00", "files", {})
    )
    for code in CODES[:2]:
        put_bars(service, code, rows(code))
    reports = [f"{CODES[0]},{day},20210428,1,1.5e9" for day in ("20200331", "20200630", "20200930")]
    service.put_file("finance/income.csv", "\n".join([INCOME, *reports, ""]))
    return service


def _instead(new: Block, _stored: Block) -> Block:
    return new


def open_minutes(service: Service) -> None:
    """Give a stock bars of one and of five minutes of a month."""
    days = trading_days("SZ", "20200101", "20200131")
    values = {name: value for name, value in row(CODES[0], DAYS[0]).items() if name != "trade_date"}
    for period in (Period.MIN1, Period.MIN5):
        lines = [
            orjson.dumps({"trade_date": day, "kline_time": time} | values)
            for day in days
            for time in bar_times(STOCK_HOURS, "SZ", day, period)
        ]
        block = Block().holding(lines, Coverage(present=bits_of("2020-01", days)))
        key = BlockKey(f"stock.{period}", CODES[0], "2020-01")
        service.blocks.update(key, None, partial(_instead, block))


def open_futures(service: Service) -> list[Security]:
    """Give two contracts their bars of two months, and who was main; returns them."""
    ends = {"IF2401.CFE": "20240119", "IF2402.CFE": "20240219"}
    listed = [
        Security(code, code, Kind.FUTURE, "CFE", "20240102", end) for code, end in ends.items()
    ]
    for each in listed:
        days = trading_days("CFE", "20240102", each.delist_date or "")
        settled = {"settle": 10.0, "open_interest": 1}
        lines = [
            orjson.dumps(row(CODES[0], DAYS[0]) | {"trade_date": day} | settled) for day in days
        ]
        block = Block().holding(lines, Coverage(present=bits_of("2024", days)))
        key = BlockKey("future.daily", each.code, "2024")
        service.blocks.update(key, None, partial(_instead, block))
    (variety,) = varieties(Catalog(listed, "", "files", {}))
    update_history(service.blocks, variety, "20240102", "20240102", "20240219")
    return listed


def get(service: Service, resource: str, named: str = "", **query: str) -> Any:
    """Send a GET that succeeds, and give its data; `named` fills whatever the path names."""
    path = dict.fromkeys(re.findall(r"{(\w+)}", resource), named)
    status, envelope = service.call("GET", resource, ADMIN, path=path, query=query)
    assert status == 200, envelope
    return envelope["data"]


def bars(codes: int, start: str, end: str) -> None:
    """Read bars, all of which the cache has."""
    query = {"codes": ",".join(CODES[:codes]), "start_date": start, "end_date": end}
    headers = {"Accept-Encoding": "zstd"}
    event = proxy_event("GET", "/stock/kline", query=query, user=ADMIN, headers=headers)
    answer = stock.handler(event, None)
    assert (answer["statusCode"], answer["headers"]["Content-Encoding"]) == (200, "zstd")


def step(service: Service, function: str, **event: Any) -> Any:
    """Run a step of a state machine, and give what it answers."""
    return service.invoke(function, event)


def new_detect(service: Service, start: str, end: str) -> dict[str, int]:
    """Write the record of a detect that nobody has started."""
    records = TaskRecords(service.cloud.control)
    task, _ = records.claim(
        start,
        lambda number: new_task(
            number,
            TaskKind.DETECT,
            Scope(Kind.STOCK, Period.DAILY, start, end),
            "li",
            request=start,
        ),
        lambda _: True,
    )
    return {"task_id": task.id, "attempt": task.attempt}


def reads(service: Service) -> Iterator[tuple[str, Call]]:
    """Give the calls about market data."""
    span = dict(zip(("start_date", "end_date"), YEAR, strict=True))
    one = CODES[0]
    # What setting up the market has read is forgotten first.
    deployment.reset()
    yield "the first read of an environment", lambda: bars(1, *YEAR)
    yield "1 code x 1 month", lambda: bars(1, "20200101", "20200131")
    yield "50 codes x 1 year", lambda: bars(50, *YEAR)
    yield "500 codes x 1 year", lambda: bars(500, *YEAR)
    last = {"codes": ",".join(CODES[:50]), "count": "100", "end_date": YEAR[1]}
    yield "the last 100 bars of 50 codes", lambda: get(service, "/stock/kline", **last)
    minutes = {"codes": one, "start_date": "20200101", "end_date": "20200131"}
    yield (
        "a month of five minutes",
        lambda: get(service, "/stock/kline", period="min5", **minutes),
    )
    yield (
        "a month of quarters of an hour, computed",
        lambda: get(service, "/stock/kline", period="min15", **minutes),
    )
    chart = "/stock/kline/{code}/chart"
    yield "a chart of a year", lambda: get(service, chart, one, **span)
    income = {"codes": one, **span}
    get(service, "/finance/income", **income)
    yield "statements of a year", lambda: get(service, "/finance/income", **income)
    yield "codes", lambda: get(service, "/base/codes", security_type="EXTRA_STOCK_A")
    stocks = {"security_type": "EXTRA_STOCK_A"}
    yield "codes of a day", lambda: get(service, "/base/codes", date="20160630", **stocks)
    yield from groups(service)
    yield "a code's info", lambda: get(service, "/base/codes/{code}/info", one)
    yield "calendar", lambda: get(service, "/base/calendar", market="SH", **span)
    yield "varieties", lambda: get(service, "/cache/future-varieties")
    yield "main contracts", lambda: get(service, "/cache/main-contracts")
    months = {"start_date": "20240103", "end_date": "20240219"}
    series = "/future/continuous"
    yield (
        "a continuous series of two months",
        lambda: get(service, series, varieties="IF", adjust="forward", **months),
    )
    yield from agents()


def agents() -> Iterator[tuple[str, Call]]:
    """Give the calls of agents."""
    yield "an agent's list of tools", lambda: agent.result("tools/list")
    yield "an agent's search", lambda: agent.reply_of("find_security", query="000001")
    start, end = YEAR

    def ask(codes: int, end: str) -> object:
        return agent.reply_of("get_bars", codes=CODES[:codes], start_date=start, end_date=end)

    yield "an agent's bars of 2 codes x 1 month", lambda: ask(2, "20200131")
    # The link leads to a file that is written.
    yield "an agent's bars of 20 codes x 1 year", lambda: ask(20, end)
    days = {"start_date": "20200101", "end_date": "20200331"}
    yield "an agent's calendar", lambda: agent.reply_of("get_calendar", **days)


def groups(service: Service) -> Iterator[tuple[str, Call]]:
    """Give the calls about indices and industries, which are stored as of today."""
    members = [Membership(code, "20100101", None) for code in CODES[:300]]
    final, now = deployment.final_day(), deployment.now().isoformat()
    moment = Moment(deployment.settings().upstream, final, now)
    catalog = deployment.catalog()
    fetched = FetchedMembers({HS300: members, BANKS: members})
    save_members(service.blocks, catalog, [HS300, BANKS], fetched, moment)
    save_industries(service.blocks, [Industry(BANKS, "银行", 1, None, "申万2021")], moment)
    weights = FetchedWeights({"20200103": dict.fromkeys(CODES[:300], 1 / 3)})
    save_weights(service.blocks, HS300, ("20200101", "20200131"), weights, moment)
    index = "/index/constituents"
    yield "members of an index", lambda: get(service, index, code=HS300, date="20200103")
    industry = "/base/industries/{industry}/constituents"
    yield "members of an industry", lambda: get(service, industry, BANKS, date="20200103")
    weights_of = {"code": HS300, "date": "20200103"}
    yield "weights of an index", lambda: get(service, "/index/weights", **weights_of)
    yield "industries", lambda: get(service, "/base/industries")


def logins(service: Service) -> Iterator[tuple[str, Call]]:
    """Give the calls about users."""
    admin = service.cloud.admin
    _, envelope = service.call("POST", "/auth/login", body=admin)
    token = {"authorizationToken": f"Bearer {envelope['data']['access_token']}"}
    yield "authorizer", lambda: authorizer.handler(token | {"methodArn": METHOD_ARN}, None)

    def log_in(**event: Any) -> object:
        return service.call("POST", "/auth/login", body=admin, **event)

    yield "login", log_in
    wrong = admin | {"password": "wrong"}
    yield "a wrong password", lambda: service.call("POST", "/auth/login", body=wrong)
    yield "a login after a wrong password", log_in
    yield "a login from another network", lambda: log_in(address="198.51.100.7")
    nobody = wrong | {"username": "nobody"}
    yield "a name that nobody has", lambda: service.call("POST", "/auth/login", body=nobody)
    yield "me", lambda: get(service, "/auth/me")
    new = {"old_password": admin["password"], "new_password": "correct-horse-battery"}
    yield "a new password", lambda: service.post("/auth/password", new)
    yield "logout", lambda: service.post("/auth/logout")
    yield "SDK configs", lambda: get(service, "/configs/sdk")


def work(service: Service) -> Iterator[tuple[str, Call]]:
    """Give the calls about tasks, and the steps of the state machines."""
    year, many = new_detect(service, *YEAR), new_detect(service, "20080101", YEAR[1])
    yield "the status", lambda: get(service, "/status")
    yield "the schedules", lambda: get(service, "/cache/schedules")
    yield "a page of tasks", lambda: get(service, "/cache/tasks")
    yield "tasks with errors", lambda: get(service, "/cache/tasks", with_errors="true")
    yield "what was set aside", lambda: get(service, "/cache/quarantine")
    yield "a task", lambda: get(service, "/cache/tasks/{task_id}", "1")
    plan = {"execution": "arn", "input": year}
    yield "detect a year: plan", lambda: step(service, "plan_task", **plan)
    part = {"group": 0, "parts": ["2020"]}
    yield "detect a year: detect", lambda: step(service, "detect_missing", **year, **part)
    yield "detect a year: end", lambda: step(service, "finish_task", operation="finish", **year)
    [parts] = step(service, "plan_task", execution="arn", input=many)["groups"]
    detect = many | {"group": 0, "parts": parts}
    yield "detect 13 years: detect", lambda: step(service, "detect_missing", **detect)
    batch: Event = {"operation": "fetch_bars", "dataset": "stock.daily", "codes": CODES[:2]}
    batch |= {"start": DAYS[0], "end": DAYS[-1], "batch": 99, "work": 1, "closing": 99}
    yield "a batch of a fill, 2 codes", lambda: step(service, "upstream", batches=[batch | many])


def test_what_every_call_costs(market: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy_schedules(monkeypatch)
    found: dict[str, dict[str, int]] = {}
    for name, call in chain(reads(market), logins(market), work(market)):
        with counting() as counted:
            call()
        found[name] = dict(counted)
    assert found == COSTS
