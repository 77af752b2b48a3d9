"""Marks of days, as a block's item has them."""

import time

import pytest

from marketdata.blocks.coverage import Coverage
from marketdata.blocks.store import REJECTED_SECONDS, attributes_of, coverage_of

NOW = 1_800_000_000.0


def test_what_is_written_is_read() -> None:
    coverage = Coverage(present=5, absent=18, suspended=2, no_trade=16, short=4, close_outside=1)
    assert coverage_of(attributes_of(coverage)) == coverage
    assert attributes_of(Coverage()) == {}


@pytest.mark.parametrize(("later", "rejected"), [(0, 8), (REJECTED_SECONDS - 1, 8), (1e6, 0)])
def test_a_rejection_is_forgotten(
    later: float, rejected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOW]
    monkeypatch.setattr(time, "time", lambda: now[0])
    item = attributes_of(Coverage(present=1, rejected=8))
    now[0] += later
    assert coverage_of(item) == Coverage(present=1, rejected=rejected)


def test_a_rejected_day_is_neither_present_nor_absent() -> None:
    known = Coverage().mark(present=1, absent=2, rejected=1 | 2 | 4 | 8)
    assert known.rejected == 4 | 8
    assert known.mark(present=4, absent=8).rejected == 0
