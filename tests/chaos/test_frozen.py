"""Reads while the SDK's process is frozen, gone, or its session is: in time, and true.

The invocation goes over HTTP, so that a read gives up when its time is over while the function
works on, of which there is one copy, as on AWS.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from marketdata import deployment
from marketdata.kline import gaps
from marketdata.sources.child.limits import Limits
from marketdata.sources.child.session import Session
from tests.chaos.vendor import CODES, START, Row, Vendor, truth
from tests.support.endpoints import FunctionEndpoint, invoking
from tests.support.environments import Environment, end, freeze, thaw
from tests.support.faults import wait_until
from tests.support.standins import SHORT, bundle, calls, fault

CACHED, END = "20240712", "20240726"
"""Until when the cache has bars, and until when they are asked for."""
CODE = next(code for code in CODES if len(truth(code)) > 200)


@pytest.fixture
def function(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Iterator[FunctionEndpoint]:
    """The upstream function, with its own time limits for the SDK."""
    with invoking(lambda event: vendor.service.invoke("upstream", event), monkeypatch) as made:
        session()._limits = SHORT
        yield made


def session() -> Session:
    found = deployment.source().session  # type: ignore[attr-defined]
    assert isinstance(found, Session)
    return found


def delivered() -> Path:
    """Give the folder of the bundle that the session uses."""
    return session()._vendor.start().paths[0]


def child() -> int:
    process = session()._process
    assert process is not None
    return process._process.pid


def read(vendor: Vendor, until: str = END) -> tuple[list[Row], dict[str, Any]]:
    """Read bars, all of which are the truth."""
    rows, meta = vendor.service.rows("/stock/kline", CODE, START, until)
    known = [row for day, row in truth(CODE).items() if day <= until]
    assert rows == known[: len(rows)]
    assert meta["complete"] is (len(rows) == len(known))
    assert bool(meta["warnings"]) is not meta["complete"]
    return rows, meta


def check_complete(vendor: Vendor, source: str = "mixed") -> None:
    _, meta = read(vendor)
    assert (meta["complete"], meta["source"]) == (True, source)


def check_told(vendor: Vendor, why: str) -> None:
    """See that a read gives what the cache has, says what is missing, and why it is."""
    rows, meta = read(vendor)
    assert rows
    assert rows[-1]["trade_date"] <= CACHED
    assert meta["source"] == "cache"
    ((first, last),) = meta["missing"][CODE]
    assert CACHED < first < last == END
    (warning,) = meta["warnings"]
    assert warning.startswith("some gaps were not fetched: ")
    assert why in warning


def warm(vendor: Vendor, *faults: dict[str, Any]) -> None:
    """Have the process started, logged in, and something cached."""
    vendor.deliver(*faults)
    _, meta = read(vendor, CACHED)
    assert meta["complete"]


def test_a_read_does_not_wait_for_a_frozen_process(
    vendor: Vendor, function: FunctionEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(vendor)
    frozen = child()
    freeze(frozen)
    monkeypatch.setattr(gaps, "DEADLINE", 2.9)
    began = time.monotonic()
    check_told(vendor, "the upstream gave no answer in 2 s")
    assert time.monotonic() - began < SHORT.call / 2
    check_told(vendor, "the upstream is busy")
    thaw(frozen)
    function.wait_until_idle()
    check_complete(vendor, "cache")
    assert calls(delivered(), "login") == 1


def test_a_process_that_stays_frozen_costs_one_read(
    vendor: Vendor, function: FunctionEndpoint
) -> None:
    warm(vendor)
    freeze(child())
    session()._limits = Limits(60, 20, 1)
    check_told(vendor, "klines gave no answer in 1 s")
    session()._limits = SHORT
    check_complete(vendor)


@pytest.mark.usefixtures("function")
def test_a_process_that_was_killed_costs_no_read(vendor: Vendor) -> None:
    warm(vendor)
    end(child())
    check_complete(vendor)


@pytest.mark.usefixtures("function")
def test_a_process_that_is_killed_in_a_call_costs_one_read(vendor: Vendor) -> None:
    warm(vendor, fault("query_kline", "hang", 2))
    bundle, process = delivered(), child()

    def kill() -> None:
        wait_until(lambda: calls(bundle, "query_kline") == 2)
        end(process)

    killer = Thread(target=kill)
    killer.start()
    check_told(vendor, "its process died (SIGKILL)")
    killer.join()
    check_complete(vendor)


@pytest.mark.usefixtures("function")
def test_a_session_that_the_vendor_gave_away_costs_no_read(vendor: Vendor) -> None:
    warm(vendor)
    (delivered() / "session").write_text("somebody else's")
    check_complete(vendor)
    assert calls(delivered(), "login") == 2


@pytest.mark.usefixtures("function")
def test_a_session_that_still_counts_costs_reads_until_it_does_not(vendor: Vendor) -> None:
    warm(vendor, fault("login", "counted", 2))
    end(child())
    check_told(vendor, "(-90)")
    check_complete(vendor)


@pytest.mark.chaos
def test_five_minutes_of_freeze_with_the_limits_as_they_are(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    with Environment(path) as environment:
        assert environment.invoke() == "listed"
        freeze(*environment.groups)
        time.sleep(300)
        thaw(*environment.groups)
        assert environment.invoke() == "listed"
    assert calls(path, "login") == 1
