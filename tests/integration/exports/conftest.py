"""What the tests of publishing share."""

import pytest

from tests.support.publishing import publish_after_fills
from tests.support.service import Service


@pytest.fixture
def publishing(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Have every fill end with publishing."""
    publish_after_fills(monkeypatch)
    return service
