"""The command line: `python -m local run` (what `make run` calls) and `python -m local sam …`."""

import argparse
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import httpx

from local import bootstrap, cloud, proxy, settings, stack
from local.machine import hint
from local.tools import SAM, LocalCloudError, claim, isolate, say, sign, uvx

LEAVE_SECONDS = 10
BAOSTOCK_DAYS = 20
"""Trading days of a first fill from BaoStock: each costs requests, and there are not many."""
BAOSTOCK_CODE = "600000.SH"
"""A stock that it has; so the sample calls can be shown before it is asked for anything."""


def main() -> int:
    """Run a command; return its exit code."""
    isolate()
    if sys.argv[1:2] == ["sam"]:
        return subprocess.run(uvx(SAM, *sys.argv[2:]), check=False).returncode
    for number in _endings():
        signal.signal(number, _leave)
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    try:
        run(settings.read(sys.argv[1:]))
    except LocalCloudError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        say("stopped")
    return 0


def run(options: argparse.Namespace) -> None:
    """Bring the local cloud up and serve until a signal ends it.

    Raises
    ------
    LocalCloudError
        The local cloud cannot start.
    """
    if other := hint():
        say(other)
    data, bundle = options.data, options.sdk_bundle
    days = _sample(options)
    logs = _writable(options.state) / "logs"
    logs.mkdir(exist_ok=True)
    logging.raiseExceptions = False  # a full disk is said once, not at every line
    logging.basicConfig(filename=logs / "proxy.log", level=logging.INFO, force=True)
    with _only_run(options.state):
        for listener in proxy.listeners(options.port):
            listener.close()
        with cloud.running(options.state, options.calls) as emulator:
            deployed = _deploy(
                emulator, stack.SourceChoice(options.upstream, options.baostock), logs
            )
            s3 = boto3.client("s3", endpoint_url=emulator.endpoint)
            if data:
                say(f"{bootstrap.upload(s3, deployed.bucket, data)} files uploaded from {data}")
                for remark in settings.remarks_on(data):
                    say(remark)
            if bundle and bootstrap.upload_bundle(s3, deployed.bucket, bundle):
                say(f"the SDK's bundle uploaded from {bundle}")
            bootstrap.warm(boto3.client("lambda", endpoint_url=emulator.endpoint))
            key = f"admin-{deployed.usage_key}"
            gateway = proxy.Gateway(
                emulator.port,
                deployed.api,
                deployed.stage,
                key,
                compress_from=stack.compress_from(emulator, deployed),
                names=options.host,
                calls=options.calls,
            )
            with proxy.serving(options.port, gateway):
                _serve(options, emulator, days)


def _deploy(emulator: cloud.Cloud, source: stack.SourceChoice, logs: Path) -> stack.Stack:
    template = stack.build(logs / "build.log")
    emulator.wait_until_ready()
    say(f"the emulator runs on port {emulator.port}")
    deployed = stack.deploy(emulator, template, source, logs / "deploy.log")
    secrets = boto3.client("secretsmanager", endpoint_url=emulator.endpoint)
    bootstrap.set_admin_password(secrets, deployed.admin_secret)
    return deployed


def _serve(options: argparse.Namespace, emulator: cloud.Cloud, days: bootstrap.Sample) -> None:
    api = f"http://localhost:{options.port}/api/v1"
    with httpx.Client(base_url=api, timeout=60) as client:
        bootstrap.log_in(client)
        print(f"\nREADY {api}\n      {api.removesuffix('api/v1')} is the console\n", flush=True)
        try:
            _welcome(client, api, days, options)
        except (LocalCloudError, httpx.HTTPError) as error:
            say(f"{error}")
    say("serving; Ctrl-C ends it")
    code = emulator.process.wait()
    say(f"the emulator ended (exit {code}), every call gets 502 now; see {emulator.log}")
    signal.pause()


def _welcome(
    client: httpx.Client, api: str, days: bootstrap.Sample, options: argparse.Namespace
) -> None:
    print(_samples(api, days.code or bootstrap.any_stock(client), days), flush=True)
    if options.first_fill and bootstrap.is_empty(client):
        if options.upstream == "baostock":
            bootstrap.meet_baostock(options.baostock)
        bootstrap.first_fill(client, days)


def _samples(api: str, code: str, days: bootstrap.Sample) -> str:
    login = json.dumps({"username": bootstrap.USERNAME, "password": bootstrap.PASSWORD})
    query = f"codes={code}&start_date={days.start}&end_date={days.end}&period=daily"
    ask = 'curl -s -H "Authorization: Bearer $TOKEN"'
    return f"""\
  TOKEN=$(curl -s {api}/auth/login -H 'Content-Type: application/json' -d '{login}' \\
    | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
  {ask} '{api}/stock/kline?{query}'
  {ask} {api}/cache/tasks
"""


def _end_with(parent: int) -> None:
    """End this run once the `make` that started it is gone.

    A killed `make` does not end its children, and a run left behind would block the next one.
    """
    while os.getppid() == parent:
        time.sleep(0.5)
    say("the process that started this run is gone")
    os.kill(os.getpid(), signal.SIGTERM)


def _writable(state: Path) -> Path:
    """Make the state folder, unless it is there and files can be made in it."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=state):
            pass
    except OSError as error:
        raise LocalCloudError(f"STATE: {state} cannot be written: {error.strerror}") from error
    return state


@contextmanager
def _only_run(state: Path) -> Iterator[None]:
    """Own the state folder while this process lives; a previous owner gets time to leave."""
    path = state / "run.pid"
    lock = claim(path)
    if not lock:
        say(f"waiting for process {path.read_text().strip()} to leave {state}")
        lock = claim(path, within=LEAVE_SECONDS)
    if not lock:
        owner = path.read_text().strip()
        raise LocalCloudError(
            f"{state} is in use by process {owner}; choose another: make run STATE=…"
        )
    with lock:
        sign(lock, os.getpid())
        yield


def _sample(options: argparse.Namespace) -> bootstrap.Sample:
    if options.upstream == "baostock":
        return bootstrap.last_trading_days(options.days or BAOSTOCK_DAYS, BAOSTOCK_CODE)
    return (
        bootstrap.last_trading_days(options.days)
        if options.days
        else bootstrap.sample(options.data)
    )


def _endings() -> list[signal.Signals]:
    """Return the signals that end a run: a closed terminal's too, unless started with `nohup`."""
    hangs_up = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hangs_up else [])]


def _leave(_number: int, _frame: object) -> None:
    """Unwind at the first signal, which ends everything that was started; ignore later ones."""
    for number in _endings():
        signal.signal(number, signal.SIG_IGN)
    say("stopping")
    sys.exit(0)


if __name__ == "__main__":
    sys.exit(main())
