"""The bootstrap: what a new stack needs before use, the administrator, files and a first fill."""

import hashlib
import json
import os
import socket
import tempfile
import threading
import time
from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import httpx
from tqdm import tqdm

from local import sdk_bundle
from local.emulator.crew import START
from local.tools import LocalCloudError, say
from marketdata.catalog.calendar import FIRST_DAYS, trading_days
from marketdata.sources.baostock.vendor import SERVER as BAOSTOCK_SERVER

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

USERNAME, PASSWORD = "admin", "admin123"
IMPORTS = "imports/"
BUNDLE = "sdk/bundle.zip"
UPLOADS_AT_ONCE = 10
"""The number of connections that a boto3 client keeps."""
READ_FUNCTIONS = ("Authorizer", "Auth", "Base", "Stock", "Future", "Finance")
"""What a reader's calls go through, by the beginnings of their names in the template."""
ALIAS = "live"
"""The alias that API Gateway calls; a version's processes serve no other one."""
PROCESSES = 2
"""The processes that each of these has before the service is ready."""
FIRST_FILL_DAYS = 60
LOGIN_SECONDS = 30
REACH_SECONDS = 10.0
_SHANGHAI = timezone(timedelta(hours=8))
_ENDED = {"completed", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class Sample:
    """The days that a first fill fetches, and the query of the sample calls.

    Attributes
    ----------
    start, end : str
        A closed range of days, YYYYMMDD.
    code : str or None
        A stock with bars in that range; None if any stock will do.
    """

    start: str
    end: str
    code: str | None = None


def set_admin_password(secrets: "SecretsManagerClient", secret: str) -> None:
    """Set the first admin to `admin` / `admin123`, which exists only on a local cloud."""
    value = json.dumps({"username": USERNAME, "password": PASSWORD})
    secrets.put_secret_value(SecretId=secret, SecretString=value)


def upload(s3: "S3Client", bucket: str, data: Path) -> int:
    """Copy the files of a folder that differ to `imports/` in a bucket.

    Returns
    -------
    int
        How many files were copied.
    """
    stored = _etags(s3, bucket, IMPORTS)

    def put(path: Path) -> bool:
        key, content = IMPORTS + path.relative_to(data).as_posix(), path.read_bytes()
        if stored.get(key) == _digest(content):
            return False
        s3.put_object(Bucket=bucket, Key=key, Body=content)
        return True

    paths = sorted(path for path in data.rglob("*") if path.is_file())
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        return sum(pool.map(put, paths))


def upload_bundle(s3: "S3Client", bucket: str, bundle: Path) -> bool:
    """Copy the SDK's bundle into a bucket if it differs from what is there.

    Parameters
    ----------
    bundle : Path
        A zip made by `sdk_bundle`, or a folder with the content of such a zip.

    Returns
    -------
    bool
        Whether it was copied.
    """
    with tempfile.TemporaryDirectory() as folder:
        if bundle.is_dir():
            # Bytecode depends on the time of its source, which our zips do not keep.
            stale = frozenset({"__pycache__"})
            bundle = sdk_bundle.pack(bundle, Path(folder) / "bundle.zip", leave_out=stale)
        content = bundle.read_bytes()
    if _etags(s3, bucket, BUNDLE).get(BUNDLE) == _digest(content):
        return False
    s3.put_object(Bucket=bucket, Key=BUNDLE, Body=content)
    return True


def warm(functions: "LambdaClient") -> None:
    """Have processes of `READ_FUNCTIONS` started, as many at once as there are processors."""
    pages = functions.get_paginator("list_functions").paginate()
    names = [each["FunctionName"] for page in pages for each in page["Functions"]]
    event = json.dumps({START: PROCESSES})

    def start(name: str) -> None:
        answer = functions.invoke(FunctionName=name, Qualifier=ALIAS, Payload=event)
        if "FunctionError" in answer:
            say(f"{name} does not start: {answer['Payload'].read().decode()}")

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(start, (name for name in names if _is_read_function(name))))


def log_in(client: httpx.Client) -> None:
    """Log in a client of the API as the administrator.

    Raises
    ------
    LocalCloudError
        The API did not accept the login within `LOGIN_SECONDS`.
    """
    deadline = time.monotonic() + LOGIN_SECONDS
    while (answer := _ask_for_token(client)).is_server_error and time.monotonic() < deadline:
        time.sleep(0.5)
    client.headers["Authorization"] = f"Bearer {_data(answer)['access_token']}"


def sample(data: Path | None) -> Sample:
    """Choose days for which the source has bars.

    Parameters
    ----------
    data : Path or None
        The folder of the `files` source: chooses the month in which most of its stock files end.
        None for any other source, and a folder without bars of stocks: chooses the last
        `FIRST_FILL_DAYS` days.
    """
    months = dict(_last_months(data)) if data else {}
    if not months:
        today = datetime.now(_SHANGHAI).date()
        return Sample(_day(today - timedelta(days=FIRST_FILL_DAYS)), _day(today))
    files = Counter(months.values())
    month = max(files, key=lambda month: (files[month], month))
    first = date.fromisoformat(f"{month}01")
    last = first.replace(day=monthrange(first.year, first.month)[1])
    code = min(code for code, ending in months.items() if ending == month)
    return Sample(_day(first), _day(last), code)


def last_trading_days(count: int, code: str | None = None) -> Sample:
    """Choose the last trading days up to today, and a stock if it is known to have bars."""
    today = _day(datetime.now(_SHANGHAI).date())
    days = trading_days("SH", FIRST_DAYS["SH"], today)[-count:]
    return Sample(days[0], days[-1], code)


def meet_baostock(address: str) -> None:
    """Say whose data will be fetched, and see whether its server is there.

    The functions would ask a server that does not answer for minutes, and nobody would know why. A
    connection is opened and closed, and nothing is sent.

    Parameters
    ----------
    address : str
        Where BaoStock is asked, "host:port"; empty for its public server.

    Raises
    ------
    LocalCloudError
        The server cannot be reached within `REACH_SECONDS`.
    """
    address = address or BAOSTOCK_SERVER
    say(f"the data comes from BaoStock ({address}), a free service: it is for you, not to pass on")
    if error := _unreachable(address):
        raise LocalCloudError(
            f"BaoStock's server {address} cannot be reached: {error}. There is no first fill; the "
            "service goes on with what its cache has. Start it again once there is a connection"
        )


def _unreachable(address: str) -> str | None:
    """Return why a server cannot be reached; looking up its name may take any time."""
    host, _, port = address.rpartition(":")
    ended: SimpleQueue[str | None] = SimpleQueue()

    def connect() -> None:
        try:
            socket.create_connection((host, int(port)), REACH_SECONDS).close()
        except OSError as error:
            ended.put(str(error))
        else:
            ended.put(None)

    threading.Thread(target=connect, daemon=True).start()
    try:
        return ended.get(timeout=REACH_SECONDS)
    except Empty:
        return f"no answer in {REACH_SECONDS:g} s"


def any_stock(client: httpx.Client) -> str:
    """Return the code of a stock."""
    query = {"security_type": "EXTRA_STOCK_A"}
    codes: list[str] = _data(client.get("/base/codes", params=query))
    return codes[0]


def is_empty(client: httpx.Client) -> bool:
    """Check whether no task was ever created, so that nothing is cached."""
    return not _data(client.get("/cache/tasks"))["items"]


def first_fill(client: httpx.Client, days: Sample) -> None:
    """Fill the stocks' daily bars for some days, with a progress bar."""
    request = {
        "security_type": "stock",
        "period_type": "daily",
        "start_date": days.start,
        "end_date": days.end,
    }
    say(f"first fill: daily bars of the stocks, {days.start} to {days.end}")
    task_id = _data(client.post("/cache/fill-missing", json=request))["task_id"]
    with tqdm(total=100, unit="%", bar_format="{l_bar}{bar}| {elapsed}", disable=None) as bar:
        for task in _watch(client, task_id):
            bar.update(float(task["progress"]) - bar.n)
    why = f" ({task['error_message']})" if task["error_message"] else ""
    errors = f", {task['error_count']} with errors" if task["error_count"] else ""
    done = f"{task['success_count']} of {task['total_count']} done{why}"
    say(f"first fill {task['status']}{errors}: {done}")


def _is_read_function(name: str) -> bool:
    return any(f"-{begins}Function-" in name for begins in READ_FUNCTIONS)


def _etags(s3: "S3Client", bucket: str, prefix: str) -> dict[str, str]:
    """Return key → ETag for objects with a prefix: the MD5 if the object was put in one piece."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {
        item["Key"]: item["ETag"].strip('"') for page in pages for item in page.get("Contents", [])
    }


def _digest(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _watch(client: httpx.Client, task_id: int) -> Iterator[dict[str, Any]]:
    while True:
        task: dict[str, Any] = _data(client.get(f"/cache/tasks/{task_id}"))["task"]
        yield task
        if task["status"] in _ENDED:
            return
        time.sleep(0.5)


def _ask_for_token(client: httpx.Client) -> httpx.Response:
    try:
        return client.post("/auth/login", json={"username": USERNAME, "password": PASSWORD})
    except httpx.TransportError as error:
        return httpx.Response(httpx.codes.BAD_GATEWAY, text=str(error), request=error.request)


def _data(answer: httpx.Response) -> Any:
    if not answer.is_success:
        raise LocalCloudError(
            f"{answer.request.method} {answer.url.path}: {answer.status_code} {answer.text[:500]}"
        )
    return answer.json()["data"]


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _last_months(data: Path) -> Iterator[tuple[str, str]]:
    """Yield the code and the month, YYYYMM, of the last bar in each stock file that has bars."""
    for path in (data / "stock" / "daily").glob("*.csv"):
        last = path.read_bytes().rstrip().rpartition(b"\n")[2]
        if last[:8].isdigit():
            yield path.stem, last[:6].decode()
