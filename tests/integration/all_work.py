"""Everything that the functions do, so that whoever listens hears every request that they send."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from functions.authorizer import app as authorizer
from local.sdk_bundle import pack
from marketdata import deployment
from marketdata.api import wire
from marketdata.blocks import store
from marketdata.catalog.constituents import Industry, Membership
from marketdata.exports import publisher
from marketdata.tasks import batching
from marketdata.upstream import client
from tests.integration.futures import FUTURES, LISTED, bars_of
from tests.integration.market import CODES, WEEKS, put_bars, put_securities, rows
from tests.integration.test_auth import METHOD_ARN
from tests.support.authorization import at_work, working
from tests.support.emulation import join
from tests.support.events import ADMIN, proxy_event, read
from tests.support.faults import PATIENCE, BusyError, Event, Gate, Handler, Killed
from tests.support.group_source import BANKS, HS300, Groups, with_groups
from tests.support.publishing import publish_after_fills
from tests.support.schedules import deploy_schedules
from tests.support.service import Service
from tests.support.standins import PASSWORD, bundle

DAYS = {"start_date": "20200101", "end_date": "20200110"}
STOCK, FUTURE = CODES[2], "IF2001.CFE"
LI = {"username": "li", "password": "correct-horse"}
REPORT = (
    f"code,reporting_period,ann_date,statement_type,OPERA_REV\n{STOCK},20191231,20200428,1,1.5\n"
)
ELSEWHERE = {
    "openapi.json": "docs",
    "status": "cache",
    "exports": "cache",
    "releases": "cache",
    "changes": "cache",
    "index": "base",
}
"""The functions of calls whose path does not name them."""
STEPS = ("plan_task", "detect_missing", "finish_task", "publish", "upstream")
"""The functions that API Gateway does not call."""
TASK, CONFIG, USER = "/cache/tasks/{task_id}", "/configs/sdk/{id}", "/auth/users/{user_id}"


@dataclass
class AllWork:
    """Has the functions do all of their work, the long way round.

    Attributes
    ----------
    service : Service
        The service, without any data.
    monkeypatch : pytest.MonkeyPatch
        Undoes it.
    folder : Path
        Where the SDK's bundle is made.
    asked : set
        Method and path of every call.
    kept_waiting : set of str
        Who has found the upstream busy: each function once.
    """

    service: Service
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    asked: set[tuple[str, str]] = field(default_factory=set)
    kept_waiting: set[str] = field(default_factory=set)

    def do(self) -> None:
        """Do all of it."""
        self.service.faults |= {function: partial(self.step, function) for function in STEPS}
        self.monkeypatch.setattr(store, "INLINE_BYTES", 10)
        self.monkeypatch.setattr(batching, "CODES_A_BATCH", 1)
        self.monkeypatch.setattr(client, "PAUSE_SECONDS", (0.0, 0.0))
        self.monkeypatch.setattr(publisher, "GRACE", timedelta(0))
        publish_after_fills(self.monkeypatch)
        self.users()
        self.configs()
        self.pages()
        self.open_market()
        # The answers about the market may be too large for one response.
        self.monkeypatch.setattr(wire, "ROOM", 200)
        self.reads()
        self.tasks()
        self.cancellations()
        self.futures()
        self.published()
        self.damage()

    @contextmanager
    def process(self, function: str) -> Iterator[None]:
        """Run a function in a new process, which finds that the catalog is just being replaced."""
        deployment.reset()
        # The finish step does without a catalog that is not there.
        if function != "finish_task":
            bucket = self.service.cloud.bucket
            for key in list(bucket.keys("blocks/catalog/")):
                bucket.delete(key)
        with working(function):
            yield

    def step(self, function: str, handle: Handler, event: Event) -> Any:
        """Serve an invocation of Lambda."""
        if function == "upstream":
            caller = at_work()
            if caller and caller not in self.kept_waiting:
                self.kept_waiting.add(caller)
                raise BusyError
            # Its session with the SDK goes on.
            with working(function):
                return handle(event)
        with self.process(function):
            return handle(event)

    def ask(self, method: str, resource: str, status: int = 200, **event: Any) -> Any:
        """Send a request through API Gateway, and give the data of a plain answer."""
        self.asked.add((method, resource))
        function = resource.split("/")[1]
        function = ELSEWHERE.get(function, function)
        handler = import_module(f"functions.{function}.app").handler
        with self.process(function):
            answer = handler(proxy_event(method, resource, user=ADMIN, **event), None)
        # 303 is the way to an answer in the bucket.
        assert answer["statusCode"] in {status, 303}, answer
        plain = answer["headers"]["Content-Type"].startswith("application/json")
        return read(answer).get("data") if plain and not answer["isBase64Encoded"] else None

    def users(self) -> None:
        """Log in, be let in, and manage users."""
        admin = self.service.cloud.admin
        self.ask("POST", "/auth/login", 401, body=admin | {"password": "mistyped"})
        token = self.ask("POST", "/auth/login", body=admin)["access_token"]
        with self.process("authorizer"):
            event = {"authorizationToken": f"Bearer {token}", "methodArn": METHOD_ARN}
            assert authorizer.handler(event, None)["context"].items() >= ADMIN.items()
        self.ask("POST", "/auth/login", 401, body=LI)
        one = {"user_id": str(self.ask("POST", "/auth/users", body=LI)["id"])}
        self.ask("GET", "/auth/me")
        self.ask("GET", "/auth/users")
        self.ask("GET", USER, path=one)
        self.ask("PATCH", USER, path=one, body={"password": "battery-staple-9"})
        own = {"old_password": admin["password"], "new_password": "correct-horse-battery"}
        self.ask("POST", "/auth/password", body=own)
        self.ask("POST", "/auth/logout")

    def configs(self) -> None:
        """Manage a connection to the vendor, and use it."""
        out = pack(bundle(self.folder), self.folder / "sdk.zip", frozenset({"__pycache__"}))
        self.service.cloud.bucket.write("sdk/bundle.zip", out.read_bytes(), "application/zip")
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            account = {"username": "li", "password": PASSWORD, "host": "127.0.0.1"}
            body = account | {"name": "this machine", "port": server.getsockname()[1]}
            one = {"id": str(self.ask("POST", "/configs/sdk", body=body)["id"])}
            self.ask("POST", f"{CONFIG}/default", path=one)
            self.monkeypatch.setenv("UPSTREAM", "amazingdata")
            self.use(one)
        self.monkeypatch.setenv("UPSTREAM", "files")
        self.ask("GET", "/configs/sdk")
        self.ask("GET", CONFIG, path=one)
        self.ask("PATCH", CONFIG, path=one, body={"password": "open barley"})
        self.ask("DELETE", CONFIG, path=one)

    def use(self, config: dict[str, str]) -> None:
        """Fetch everything from the vendor's SDK."""
        year = {"codes": [STOCK], "start": "20250101", "end": "20251121"}
        events: list[Event] = [
            {"operation": "refresh_catalog"},
            {"operation": "fetch_bars", "dataset": "stock.daily", **year},
            {"operation": "fetch_statements", "dataset": "finance.income", **year},
            {"operation": "fetch_factors", "kind": "stock", "codes": [STOCK]},
        ]
        try:
            tested = self.ask("POST", f"{CONFIG}/test", path=config)
            assert tested["message"] == "connected and logged in"
            for event in events:
                assert "error" not in self.service.invoke("upstream", event)
        finally:
            deployment.source().session.close()  # type: ignore[attr-defined]

    def pages(self) -> None:
        """Look at what is the same for everybody."""
        self.ask("GET", "/openapi.json")
        self.ask("GET", "/docs")
        self.ask("GET", "/docs/{asset}", path={"asset": "start.js"})
        console = import_module("functions.console.app").handler
        with self.process("console"):
            assert console(proxy_event("GET", "/"), None)["statusCode"] == 200

    def open_market(self) -> None:
        """Put stocks, futures, statements and a calendar where the source finds them."""
        listed = [f"{code},{code},stock,19991110," for code in CODES]
        listed += [f"{code},{rest}" for code, rest in LISTED.items()]
        put_securities(self.service, *listed)
        for code in CODES:
            put_bars(self.service, code, rows(code))
        # These are set aside.
        put_bars(self.service, STOCK, [row | {"low": -1.0} for row in rows(STOCK)])
        for code in LISTED:
            put_bars(self.service, code, bars_of(code), "future/daily")
        self.service.put_file("finance/income.csv", REPORT)
        self.service.put_file("calendar.csv", "trade_date\n20270104\n")

    def reads(self) -> None:
        """Ask for everything that can be read of the market."""
        query = {"codes": ",".join(CODES), **DAYS}
        self.ask("GET", "/base/codes", query={"security_type": "EXTRA_STOCK_A"})
        self.ask("GET", "/base/codes/{code}/info", path={"code": STOCK})
        self.ask("GET", "/base/securities", query={"q": "600"})
        self.groups()
        self.ask("GET", "/base/calendar", query={"market": "SH", **DAYS})
        self.ask("GET", "/stock/kline", query=query)
        self.ask("GET", "/stock/kline", query=query | {"adjust": "forward"})
        self.ask("POST", "/stock/kline/batch", body={"codes": CODES, **DAYS})
        self.ask("GET", "/stock/kline/{code}/chart", path={"code": STOCK}, query=DAYS)
        self.ask("GET", "/future/kline", query=DAYS | {"codes": FUTURE})
        self.ask("GET", "/future/continuous", query=DAYS | {"varieties": "IF", "adjust": "forward"})
        for statement in ("balance-sheet", "income", "cash-flow"):
            self.ask("GET", f"/finance/{statement}", query=DAYS | {"codes": STOCK})
        self.ask("GET", "/cache/coverage", query=WEEKS)
        self.ask("GET", "/cache/coverage", query=WEEKS | {"sort": "missing"})
        self.ask("GET", "/cache/quarantine")
        self.ask("GET", "/status")
        self.requests()
        self.ask("GET", "/cache/future-varieties")
        self.ask("GET", "/cache/main-contracts", query={"trade_date": "20200110"})

    def schedules(self) -> None:
        """Have a run that makes no task, one that does, and one that fails; look at all of them."""

        def die(_handle: Handler, _event: Event) -> Any:
            raise Killed

        deploy_schedules(self.monkeypatch)
        for name in ("age", "catalog"):
            self.service.schedule(name)
        self.service.faults["plan_task"] = die
        self.service.schedule("stock")
        self.service.faults["plan_task"] = partial(self.step, "plan_task")
        self.ask("GET", "/cache/schedules")

    def requests(self) -> None:
        """Count requests to a source that limits them, and look at their number."""
        upstream = deployment.settings().upstream
        with self.monkeypatch.context() as patch:
            patch.setattr(deployment, "BUDGETED_SOURCES", (upstream,))
            with self.process("upstream"):
                budget = deployment.request_budget()
                assert budget is not None
                budget.spend()
                budget.block(deployment.now(), "for a moment")
            self.ask("GET", "/status")
        deployment.reset()

    def groups(self) -> None:
        """Ask for members, weights and industries, which the source of the files is given."""
        plain, members = deployment.source(), [Membership(STOCK, "20200101", None)]
        groups = Groups(
            {HS300: members, BANKS: members},
            days={"20200103": {STOCK: 100.0}},
            industries=[Industry(BANKS, "银行", 1, None, "申万2021")],
        )
        with self.monkeypatch.context() as patch:
            patch.setattr(deployment, "source", lambda: with_groups(plain, groups))
            self.ask("GET", "/index/constituents", query={"code": HS300})
            self.ask("GET", "/index/weights", query={"code": HS300, "date": "20200103"})
            self.ask("GET", "/base/industries")
            one = {"industry": BANKS}
            self.ask("GET", "/base/industries/{industry}/constituents", path=one)
            self.service.invoke("upstream", {"operation": "refresh_catalog"})

    def tasks(self) -> None:
        """Detect, and fill, of which some fails and is tried again."""

        def die(handle: Handler, event: Event) -> Any:
            if "batches" in event:
                raise Killed
            return self.step("upstream", handle, event)

        one = {"task_id": "1"}
        self.service.faults["upstream"] = die
        self.ask("POST", "/cache/fill-missing", body=WEEKS | {"codes": [STOCK]})
        join()
        self.service.faults["upstream"] = partial(self.step, "upstream")
        self.ask("POST", f"{TASK}/retry", path=one)
        join()
        self.ask("POST", "/cache/detect-all-missing", body=WEEKS)
        for call in ("detect-all-missing", "fill-missing", "cache-all-missing"):
            self.ask("POST", f"/cache/{call}", body=WEEKS | {"dry_run": True})
        join()
        self.ask("GET", f"{TASK}/result", path=one)
        self.ask("GET", TASK, path=one)
        self.ask("GET", "/cache/tasks")
        self.ask("GET", "/cache/tasks", query={"with_errors": "true"})

    def cancellations(self) -> None:
        """Look at tasks that have long said nothing, and cancel them."""
        self.monkeypatch.setattr("marketdata.tasks.service.STALE", timedelta(0))
        self.cancel("3", "detect-all-missing", held="detect_missing")
        self.cancel("4", "cache-all-missing", held="finish_task")

    def cancel(self, task_id: str, call: str, held: str) -> None:
        """Cancel a task that a call starts, while one of its steps is held up."""
        gate, served = Gate(), threading.Event()

        def hold(handle: Handler, event: Event) -> Any:
            gate.hold()
            try:
                return self.step(held, handle, event)
            finally:
                served.set()

        self.service.faults[held] = hold
        with gate, ThreadPoolExecutor() as pool:
            asked = pool.submit(self.ask, "POST", f"/cache/{call}", body=WEEKS)
            assert gate.reached.wait(PATIENCE)
            self.ask("GET", "/cache/tasks")
            self.ask("POST", f"{TASK}/cancel", path={"task_id": task_id})
        asked.result()
        # A step goes on that belongs to no execution any more.
        assert served.wait(PATIENCE)
        join()
        self.service.faults[held] = partial(self.step, held)

    def futures(self) -> None:
        """Have schedules run, and main contracts worked out twice."""
        self.schedules()
        self.service.schedule("future")
        for end in ("20200107", "20200110"):
            body = FUTURES | {"end_date": end}
            self.ask("POST", "/cache/fill-missing", body=body)
            join()
        self.ask("POST", "/cache/cache-all-missing", body=FUTURES | {"contract_type": "main"})
        join()

    def published(self) -> None:
        """Look at what was published after the fills, and have something published again."""
        put_bars(self.service, CODES[0], [row | {"open": row["close"]} for row in rows(CODES[0])])
        self.ask("POST", "/cache/cache-all-missing", body=WEEKS)
        join()
        self.ask("POST", "/cache/publish", body={"dataset": "stock.daily"})
        join()
        self.ask("GET", "/exports")
        path = {"dataset": "stock.daily", "part": "2020"}
        self.ask("GET", "/exports/{dataset}/{part}", path=path)
        self.ask("GET", "/releases", query=DAYS | {"dataset": "stock.daily"})
        self.ask("GET", "/changes")
        self.ask("GET", "/stock/kline/day", query={"trade_date": "20200103"})
        self.ask("GET", "/future/kline/day", query={"trade_date": "20200103"})
        self.ask("GET", "/stock/status", query={"codes": "600000.SH"} | DAYS)
        self.ask("GET", "/stock/status", query={"trade_date": "20200103"})
        self.agents()

    def agents(self) -> None:
        """Ask as an agent does: of each tool what it reads, and more rows than are shown."""
        range_of = {"codes": CODES, "start_date": DAYS["start_date"], "end_date": DAYS["end_date"]}
        financials = {"codes": [STOCK], "as_of": "20200501"}
        questions: list[tuple[str, dict[str, Any]]] = [
            ("find_security", {"query": "600"}),
            ("get_bars", range_of | {"limit": 1}),
            ("get_bars", range_of | {"adjust": "forward"}),
            ("get_bars", range_of | {"codes": ["IF.MAIN"], "limit": 1}),
            ("get_bars", range_of | {"codes": ["IF.MAIN"], "adjust": "forward"}),
            ("get_market_day", {"trade_date": "20200103", "limit": 1}),
            ("get_status", range_of),
            ("get_financials", financials),
            ("get_coverage", range_of),
            ("get_coverage", {}),
            ("get_calendar", DAYS),
        ]
        self.asked.add(("POST", "/mcp"))
        handler = import_module("functions.mcp.app").handler
        for name, arguments in questions:
            params = {"name": name, "arguments": arguments}
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
            # No answer of a tool is too large for one response.
            with self.monkeypatch.context() as patch, self.process("mcp"):
                patch.setattr(wire, "ROOM", wire.LAMBDA_LIMIT)
                answer = read(handler(proxy_event("POST", "/mcp", user=ADMIN, body=body), None))
            assert "isError" not in answer["result"], answer

    def damage(self) -> None:
        """Have the blocks looked into, whose payloads are lost."""
        bucket = self.service.cloud.bucket
        for lost in list(bucket.keys("blocks/stock.daily/")):
            bucket.delete(lost)
        self.ask("POST", "/cache/verify", body=WEEKS)
        join()
