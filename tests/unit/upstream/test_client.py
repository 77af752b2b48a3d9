"""Calls while the upstream is in use: they wait, politely and not beyond their time."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from marketdata.errors import UpstreamBusyError, UpstreamQuotaError
from marketdata.upstream import client
from marketdata.upstream.client import LEAST_SECONDS, PAUSE_SECONDS, UpstreamClient

DONE = {"securities": 3}
REFUSED = {"error": "SessionInUseError", "message": "the upstream is busy"}


@dataclass
class BusyFunction:
    """A function that is in use until a time, on a clock that moves with every pause.

    Attributes
    ----------
    refusal : dict or Exception
        How it refuses: by an answer of its own, or by Lambda's.
    sees_it : bool
        Whether the queue knows that it is in use.
    """

    busy_until: float
    refusal: dict[str, str] | Exception
    sees_it: bool = True
    now: float = 100.0
    calls: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def client(self) -> UpstreamClient:
        return UpstreamClient("upstream", self.wait, self.pause, lambda: self.now)

    def wait(self) -> bool:
        self.waits.append(self.now)
        return not self.sees_it or self.now >= self.busy_until

    def pause(self, seconds: float) -> None:
        assert PAUSE_SECONDS[0] <= seconds <= PAUSE_SECONDS[1]
        self.now += seconds

    def invoke(self, _function: str, _event: object, seconds: float) -> Any:
        self.calls.append(seconds)
        if self.now >= self.busy_until:
            return DONE
        if isinstance(self.refusal, Exception):
            raise self.refusal
        return self.refusal


@pytest.fixture(params=[REFUSED, UpstreamBusyError("throttled")], ids=["lease", "Lambda"])
def busy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> BusyFunction:
    made = BusyFunction(112.0, request.param)
    monkeypatch.setattr(client, "invoke", made.invoke)
    return made


def test_a_call_that_need_not_wait_looks_once(busy: BusyFunction) -> None:
    busy.busy_until = 0
    assert busy.client.refresh_catalog(20) == 3
    assert (busy.calls, busy.waits) == ([20], [100])


def test_a_call_waits_until_the_session_is_free(busy: BusyFunction) -> None:
    assert busy.client.refresh_catalog(20) == 3
    assert 112 <= busy.now <= 114
    # It asks the queue, not the function, of which that would start another copy.
    assert busy.calls == [pytest.approx(120 - busy.now)]
    apart = [after - before for before, after in zip(busy.waits, busy.waits[1:], strict=False)]
    assert max(apart) <= PAUSE_SECONDS[1]


def test_a_call_gives_up_in_time(busy: BusyFunction) -> None:
    busy.busy_until = 500
    with pytest.raises(UpstreamBusyError, match=r"^the upstream is busy$"):
        busy.client.refresh_catalog(20)
    assert 120 - LEAST_SECONDS - PAUSE_SECONDS[1] <= busy.now <= 120 - LEAST_SECONDS


def test_refusals_that_the_queue_does_not_know_are_no_storm(busy: BusyFunction) -> None:
    busy.sees_it = False
    busy.busy_until = 500
    with pytest.raises(UpstreamBusyError):
        busy.client.refresh_catalog(20)
    assert len(busy.calls) <= 20 / PAUSE_SECONDS[0]


def test_the_sources_own_errors_are_not_waited_for(
    busy: BusyFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy.busy_until = 0
    for name, error in (
        ("UpstreamQuotaError", UpstreamQuotaError),
        ("UpstreamBusyError", UpstreamBusyError),
    ):
        answer = {"error": name, "message": "(-90)"}
        monkeypatch.setattr(client, "invoke", lambda *_, answer=answer: answer)
        with pytest.raises(error, match="-90"):
            busy.client.refresh_catalog(20)
    assert busy.waits == [100, 100]
