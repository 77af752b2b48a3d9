"""What the tests of publishing share."""

import pytest

from marketdata import deployment
from tests.support import emulation
from tests.support.service import Service

_start_publishing = deployment.start_publishing


@pytest.fixture
def publishing(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Deploy the state machine that publishes as well: every fill ends with it."""
    monkeypatch.setattr(deployment, "start_publishing", _start_publishing)
    monkeypatch.setenv("PUBLISH_MACHINE", emulation.deploy("PublishMachine"))
    deployment.reset()
    return service
