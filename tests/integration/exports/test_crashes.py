"""Publishing that is cut off anywhere, or done twice at once: one release or the other is there."""

from collections.abc import Callable
from typing import Any

import pytest

from marketdata import deployment
from marketdata.aws.objects import Bucket
from marketdata.aws.tables import Table
from marketdata.aws.writes import Write
from marketdata.exports.entries import Release
from marketdata.exports.manifest import Manifest
from tests.integration.exports.published import state
from tests.integration.market import CODES, DAYS, WEEKS, open_market, put_bars, rows
from tests.support.faults import Killed
from tests.support.service import Service

YEAR = ("stock.daily", "2020")
POINTS = range(10)
"""Two releases of this market take nine writes and two: seven days and a file, then one day."""


class WriterKiller:
    """Kills whoever writes, after so many writes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 1_000_000
        for owner, name in ((Bucket, "write"), (Table, "transact"), (Table, "write")):
            monkeypatch.setattr(owner, name, self._counting(getattr(owner, name)))

    def _counting(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            if self.left == 0:
                raise Killed
            self.left -= 1
            return write(*args, **options)

        return counted


@pytest.fixture
def killer(service: Service, monkeypatch: pytest.MonkeyPatch) -> WriterKiller:
    """Fill a small market, which nobody publishes."""
    open_market(service)
    service.run("fill-missing", **WEEKS)
    return WriterKiller(monkeypatch)


def correct(service: Service) -> None:
    """Have the source give another price of a day."""
    bars = rows(CODES[0])
    bars[2] |= {"close": bars[2]["open"]}
    put_bars(service, CODES[0], bars)
    service.run("cache-all-missing", **WEEKS)


def publish() -> bool:
    return deployment.publisher().publish(*YEAR)


def released() -> Release:
    return deployment.manifest().read(*YEAR)


def timeless(release: Release) -> Any:
    """Give a release without its times and places."""
    days = {day: (each.counts, each.revision[:2]) for day, each in release.days.items()}
    parts = {name: (each.sha256, each.revision[:2]) for name, each in release.parts.items()}
    return release.version, days, parts


def forget(service: Service) -> None:
    """Delete all that was published."""
    for key in list(service.cloud.bucket.keys("exports/")):
        service.cloud.bucket.delete(key)
    service.cloud.market.write(Write("exports", "#".join(YEAR)))


def test_a_first_release_that_is_cut_off_anywhere(service: Service, killer: WriterKiller) -> None:
    publish()
    whole, objects = timeless(released()), dict(state(*YEAR))
    for point in POINTS[:9]:
        forget(service)
        killer.left = point
        with pytest.raises(Killed):
            publish()
        killer.left = 1_000_000
        assert released().version == 0
        assert publish()
        assert (timeless(released()), dict(state(*YEAR))) == (whole, objects)


def test_a_later_release_that_is_cut_off_anywhere(service: Service, killer: WriterKiller) -> None:
    publish()
    before, objects = timeless(released()), dict(state(*YEAR))
    correct(service)
    for point in range(3):
        killer.left = point
        with pytest.raises(Killed):
            publish()
        killer.left = 1_000_000
        assert (timeless(released()), dict(state(*YEAR))) == (before, objects)
    assert publish()
    assert released().version == 2
    changed = {name for name, body in state(*YEAR) if objects[name] != body}
    assert changed == {"2020", f"day {DAYS[2]}"}


def test_two_at_once_end_in_one_right_release(
    service: Service, killer: WriterKiller, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    correct(service)
    release = Manifest.publish
    done: list[str] = []

    def overtaken(manifest: Manifest, *args: Any) -> Release:
        """Have another one come first, when all objects of this one are written."""
        if not done:
            done.append("this one")
            assert publish()
        return release(manifest, *args)

    monkeypatch.setattr(Manifest, "publish", overtaken)
    assert not publish()
    assert released().version == 2
    assert {each.revision.number for each in released().parts.values()} == {2}
    assert [each.revision.number for each in released().days.values()] == [1, 1, 2, 1, 1, 1, 1]
    assert dict(state(*YEAR))


def test_rows_that_come_while_it_runs_are_published_next_time(
    service: Service, killer: WriterKiller, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    collect = deployment.manifest().changes_of
    asked: list[str] = []

    def while_it_runs(dataset: str, year: str) -> int:
        known = collect(dataset, year)
        if not asked:
            asked.append(year)
            correct(service)
        return known

    monkeypatch.setattr(deployment.manifest(), "changes_of", while_it_runs)
    publish()
    assert deployment.manifest().day("stock.daily", DAYS[2]).stale
    publish()
    assert not deployment.manifest().day("stock.daily", DAYS[2]).stale
