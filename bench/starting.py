"""Cold starts: each API function as built by `sam build`, up to its first answer.

Each start has an interpreter of its own, which sees the function's folder, its layers and what the
Lambda runtime brings. It reads no site-packages and no user settings, and writes no bytecode, as
nothing can be written in Lambda.

`python -m bench.starting build` builds the template and prints the folder. `… measure UV BUILT
QUESTION` runs in the environment of `bench.runtime.surroundings`; the endpoint's contents have been
through `prepare`, and its catalog has `securities`.
"""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from bench.clock import Times, least
from bench.contents import FINAL_UNTIL, Contents, Objects
from bench.counting import counted
from bench.filling import NoConnections
from bench.processes import PLACE
from bench.questions import Question
from bench.runtime import MARKET, get_event
from local import stack
from local.tools import isolate
from marketdata.blocks.dataset import Kind
from marketdata.catalog.securities import Security
from marketdata.identity.roles import Role
from marketdata.identity.tokens import Tokens
from marketdata.identity.users import User
from marketdata.ingest.quarantine import Quarantine
from marketdata.sources.synthetic.source import SyntheticSource
from marketdata.upstream.server import UpstreamServer

ROUNDS = 7
FLOOR = "boto3, a client, a request"
IN_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")

SCRIPT = f"""
import decimal, json, logging, sys, time, traceback
began = time.process_time(), time.perf_counter()
name, event, *places = sys.argv[1:]
sys.path[:0] = places
if name == {FLOOR!r}:
    import boto3
    made = boto3.client("dynamodb")
    ready = time.process_time(), time.perf_counter()
    made.batch_get_item(RequestItems=json.loads(event))
    answer = {{}}
else:
    import app
    ready = time.process_time(), time.perf_counter()
    answer = app.handler(json.loads(event), None)
ended = time.process_time(), time.perf_counter()
imported, first = (
    [1e3 * (to - since) for since, to in zip(*each)] for each in ((began, ready), (ready, ended))
)
print(json.dumps([imported, first, answer.get("statusCode", 200)]))
"""
"""A start: what it imports, then its first request. The floor makes its client before that; the
runtime has imported a few modules of its own before either."""

JANUARY = {"start_date": "20240101", "end_date": "20240131"}
YEAR = {"start_date": "20230101", "end_date": "20231231"}
USER = User(1, "admin", "", Role.ADMIN, is_active=True)
SIGNING_SECRET = "signing"


def measure(uv: str, built: Path, question: Question) -> dict[str, Any]:
    """Time all starts in turns.

    Parameters
    ----------
    uv : str
        The path of uv.
    built : Path
        The built template's folder.
    question : Question
        What `stock` and the floor are asked for.
    """
    runtime = _runtime(uv)
    places = {FLOOR: [runtime]} | {
        name: [*folders, runtime] for name, folders in api_functions(built).items()
    }
    asked = _events(question)
    imports: dict[str, list[Times]] = {name: [] for name in places}
    firsts: dict[str, list[Times]] = {name: [] for name in places}
    asking = {name: partial(_start, name, asked[name], folders) for name, folders in places.items()}
    sent: dict[str, dict[str, int]] = {}
    for _ in range(ROUNDS):
        for name, ask in asking.items():
            (imported, first), sent[name] = counted(ask)
            imports[name].append(imported)
            firsts[name].append(first)
    return {
        name: {
            "import": least(imports[name])._asdict(),
            "first_request": least(firsts[name])._asdict(),
            "requests": sent[name],
        }
        for name in places
    }


def securities() -> list[Security]:
    """Return the future and the company whose data `prepare` stores."""
    listed = _source().list_securities().securities
    known = [each for each in listed if _lives(each, YEAR["start_date"], JANUARY["end_date"])]
    return [next(each for each in known if each.kind is kind) for kind in (Kind.FUTURE, Kind.STOCK)]


def _lives(security: Security, since: str, until: str) -> bool:
    return (security.list_date or "") < since and (security.delist_date or "9") > until


def prepare(kept: Contents) -> None:
    """Store the user, and what the functions `future` and `finance` are asked for.

    Parameters
    ----------
    kept : Contents
        With a catalog that has `securities`.
    """
    kept.items["users", f"{USER.id:010d}"] = {
        "username": USER.username,
        "email": USER.email,
        "role": USER.role.value,
        "is_active": USER.is_active,
    }
    source = _source()
    server = UpstreamServer(
        source=source,
        store=kept.store,
        quarantine=Quarantine(Objects(kept.objects)),
        now=source.now,
        connections=NoConnections(),
        mark=lambda *_: None,
    )
    future, company = securities()
    for operation, dataset, code, days in (
        ("fetch_bars", "future.daily", future.code, JANUARY),
        ("fetch_statements", "finance.balance_sheet", company.code, YEAR),
    ):
        between = {"start": days["start_date"], "end": days["end_date"]}
        fetched = {"operation": operation, "dataset": dataset, "codes": [code], **between}
        assert not server.serve(fetched)["failed"]


def _source() -> SyntheticSource:
    day = datetime.strptime(FINAL_UNTIL, "%Y%m%d").replace(hour=12, tzinfo=UTC)
    return SyntheticSource(lambda: day, "17:00")


def _events(question: Question) -> dict[str, str]:
    """Return each function's first event as JSON, and the floor's request for a block."""
    future, company = securities()
    calls: dict[str, tuple[str, dict[str, str]]] = {
        "AuthFunction": ("/auth/me", {}),
        "ConfigsFunction": ("/configs/sdk", {}),
        "BaseFunction": ("/base/codes", {"security_type": "EXTRA_STOCK_A"}),
        "StockFunction": ("/stock/kline", question.query),
        "FutureFunction": ("/future/kline", {"codes": future.code, **JANUARY}),
        "FinanceFunction": ("/finance/balance-sheet", {"codes": company.code, **YEAR}),
        "CacheFunction": ("/cache/tasks", {}),
        "DocsFunction": ("/openapi.json", {}),
        "ConsoleFunction": ("/", {}),
    }
    (code,) = question.codes
    key = {"pk": {"S": f"stock.{question.period}#{code}"}, "sk": {"S": question.start[:4]}}
    token = {
        "type": "TOKEN",
        "authorizationToken": f"Bearer {Tokens(SIGNING_SECRET).issue(USER)}",
        "methodArn": "arn:aws:execute-api:ap-southeast-1:123456789012:abc/prod/GET/stock/kline",
    }
    return {
        FLOOR: json.dumps({MARKET: {"Keys": [key]}}),
        "AuthorizerFunction": json.dumps(token),
        "McpFunction": _message({"codes": [future.code], **JANUARY}),
        **{name: get_event(*call).decode() for name, call in calls.items()},
    }


def _message(arguments: dict[str, Any]) -> str:
    """Return the event of an agent's question for bars."""
    params = {"name": "get_bars", "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    event = json.loads(get_event("/mcp", {}))
    return json.dumps(event | {"httpMethod": "POST", "body": json.dumps(body)})


def _start(name: str, event: str, places: list[Path]) -> tuple[Times, Times]:
    """Start a function; return the times of its import and of its first request."""
    settings = {
        "SIGNING_SECRET": SIGNING_SECRET,
        "ADMIN_SECRET": "admin",
        "KMS_KEY": "key",
        "USAGE_KEY": "key",
    }
    done = subprocess.run(
        [
            str(Path(sys.executable).resolve()),
            "-I",
            "-S",
            "-B",
            "-c",
            SCRIPT,
            name,
            event,
            *map(str, places),
        ],
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        check=True,
    )
    # The lines before it are the function's log.
    imported, first, status = json.loads(done.stdout.splitlines()[-1])
    assert status == 200, (name, status)
    return Times(*imported), Times(*first)


def api_functions(built: Path) -> dict[str, list[Path]]:
    """Return, for each function that serves the API, the folders from which it imports."""
    template = yaml.safe_load((built / "template.yaml").read_text())
    common = template["Globals"]["Function"]["Layers"]
    return {
        name: [built / name, *(built / layer["Ref"] / "python" for layer in common)]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function" and _serves(name, resource["Properties"])
    }


def _serves(name: str, function: dict[str, Any]) -> bool:
    events = function.get("Events", {}).values()
    return name == "AuthorizerFunction" or any(event["Type"] == "Api" for event in events)


def build() -> Path:
    """Build the template, unless its sources have been built, and return the folder."""
    isolate()
    return stack.build(PLACE / "build.log").parent


def _runtime(uv: str) -> Path:
    """Install the packages of Lambda's runtime, compiled to bytecode as they are there."""
    wanted = [f"{name}=={version(name)}" for name in IN_RUNTIME]
    folder = PLACE / "runtime"
    stamp = PLACE / "runtime.made"
    if not (stamp.exists() and stamp.read_text() == repr(wanted)):
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--compile-bytecode"]
        target = ["--python", sys.executable, "--target", str(folder)]
        subprocess.run([*command, *target, *wanted], check=True)
        stamp.write_text(repr(wanted))
    return folder


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["measure", uv, built, asked]:
            print(json.dumps(measure(uv, Path(built), Question.parse(json.loads(asked)))))
        case _:
            print(json.dumps(str(build())))
