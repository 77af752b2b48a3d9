"""Publishing after fills, which `service` leaves out, for the tests that are about it."""

import pytest

from marketdata import deployment
from tests.support import emulation

_start_publishing = deployment.start_publishing


def publish_after_fills(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploy the state machine that publishes as well."""
    monkeypatch.setattr(deployment, "start_publishing", _start_publishing)
    monkeypatch.setenv("PUBLISH_MACHINE", emulation.deploy("PublishMachine"))
    deployment.reset()


def leave_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have fills end without it."""
    monkeypatch.setattr(deployment, "start_publishing", lambda name, *_: name)
