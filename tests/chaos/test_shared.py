"""Two fills and reads over one session, in as many processes as Lambda likes to start.

The vendor ends a session when another process logs in. So it must never happen that somebody goes
on using one that was ended: a process logs in anew when another one had the lease meanwhile.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from marketdata.sources.amazingdata.source import AmazingDataSource
from marketdata.tasks import plan
from tests.chaos.test_chaos import check_complete, check_nothing_wrong
from tests.chaos.vendor import CODES, END, SCOPE, START, Vendor
from tests.support.copies import Copies, make_copies
from tests.support.emulation import join
from tests.support.faults import wait_until
from tests.support.standins import calls, fault, sessions

HALVES = (SCOPE | {"end_date": "20241231"}, SCOPE | {"start_date": "20250101"})


@pytest.fixture
def copies(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Copies]:
    monkeypatch.setattr(plan, "BATCHES_A_TURN", 1)
    with monkeypatch.context() as patch:
        made = make_copies(patch)
        vendor.service.faults["upstream"] = made.serve
        yield made
    for copy in made.made:
        source = copy.kept.get("source")
        if isinstance(source, AmazingDataSource):
            source.session.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "faults",
    [[], pytest.param([fault("query_kline", "segfault", 2)], marks=pytest.mark.chaos)],
)
def test_two_fills_and_reads_share_one_session(
    vendor: Vendor, copies: Copies, faults: list[dict[str, Any]]
) -> None:
    vendor.deliver(fault("query_kline", "slow"), *faults)
    tasks = [vendor.service.start("fill-missing", **half) for half in HALVES]
    wait_until(lambda: len(copies.made) > 1)
    with ThreadPoolExecutor(4) as pool:
        for _, meta in pool.map(
            lambda code: vendor.service.rows("/stock/kline", code, START, END), CODES[:4]
        ):
            # A segfault takes one call, whosever it is.
            assert meta["complete"] or faults
    join()
    for task_id in tasks:
        task = vendor.service.task(task_id)
        assert (task["status"], task["error_count"]) == ("completed", 0), task
    check_nothing_wrong(vendor)
    check_complete(vendor)
    bundle = next((vendor.folder / "amazingdata").glob("bundle-*"))
    assert sessions(bundle, "login") > 1
    assert sessions(bundle, "lost") == 0
    assert calls(bundle, "login") == sessions(bundle, "login")
