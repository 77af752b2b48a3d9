"""An index has a bar on every trading day from its first one on: its silence proves nothing."""

from collections.abc import Iterable

import pytest

from marketdata.blocks.block import BlockKey
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind
from marketdata.blocks.days import bits_of, days_of
from marketdata.catalog.securities import Catalog, Security
from marketdata.ingest.bars import BarIngest
from marketdata.ingest.quarantine import Quarantine
from marketdata.sources.source import BarRequest, FetchedBars, Halt
from tests.support.frames import INDEX, bar, frame_of
from tests.support.memory import MemoryStore
from tests.unit.ingest.market import NOW

CODE, YEAR = "000300.SH", "2024"
DAYS = (
    *("20240102", "20240103", "20240104", "20240105"),
    *("20240108", "20240109", "20240110", "20240111", "20240112"),
)
CATALOG = Catalog([Security(CODE, "", Kind.INDEX, "SH")], "", "files", {})
ASKED = [NOW + days * 24 * 3600 for days in (0, 1, 8, 38, 400)]
"""Whenever a wait is over, and long afterwards."""


class IndexCache:
    """Holds what came of one index."""

    def __init__(self) -> None:
        self.store = MemoryStore()

    def take(
        self,
        held: Iterable[str],
        asked: tuple[str, str] = (DAYS[0], DAYS[-1]),
        now: int = NOW,
        *,
        since: str = "",
        sure_until: str = "",
        horizon: str = "",
        halted: dict[str, Halt] | None = None,
    ) -> Coverage:
        """Ingest what a source has in a range; an empty text is a word that it does not give."""
        bars = [
            bar(code=CODE, trade_date=day, volume=100 + at, amount=660.0 + at)
            for at, day in enumerate(held)
            if asked[0] <= day <= asked[1]
        ]
        fetched = FetchedBars(
            frame_of(INDEX, bars),
            {CODE: halted or {}},
            horizon={CODE: horizon} if horizon else {},
            since={CODE: since} if since else {},
            sure_until={CODE: sure_until} if sure_until else {},
        )
        ingest = BarIngest(
            self.store,
            Quarantine(self.store.bucket),
            CATALOG,
            coverage_start="19901219",
            final_until="20241231",
            now=now,
        )
        ingest.run(BarRequest(INDEX, (CODE,), *asked), fetched)
        key = BlockKey(INDEX.name, CODE, YEAR)
        return self.store.read([key])[key].coverage


def days(bits: int) -> list[str]:
    return days_of(YEAR, bits)


@pytest.mark.parametrize("since", ["", DAYS[0]])
@pytest.mark.parametrize("sure_until", ["", DAYS[-1]])
@pytest.mark.parametrize("lacks", [DAYS[2:3], DAYS[2:5], DAYS[-1:], (DAYS[1], DAYS[-2])])
def test_a_day_among_its_bars_stays_missing(
    since: str, sure_until: str, lacks: tuple[str, ...]
) -> None:
    cache = IndexCache()
    held = [day for day in DAYS if day not in lacks]
    for now in ASKED:
        coverage = cache.take(held, now=now, since=since, sure_until=sure_until)
        assert (coverage.absent, coverage.unconfirmed) == (0, 0)
        assert days(coverage.lacking(bits_of(YEAR, DAYS))) == list(lacks)


@pytest.mark.parametrize("first", [3, 4, 6])
@pytest.mark.parametrize("spoken", [True, False])
@pytest.mark.parametrize("sure_until", ["", DAYS[-1]])
def test_it_does_whatever_range_it_is_asked_for_in(
    first: int, spoken: bool, sure_until: str
) -> None:
    """A source that tells of the range alone calls the first bar in it the first there is."""
    cache = IndexCache()
    cache.take(DAYS[:3], (DAYS[0], DAYS[2]), since=DAYS[0])
    held = [*DAYS[:3], *DAYS[first + 1 :]]
    since = DAYS[first + 1] if spoken else ""
    for now in ASKED:
        coverage = cache.take(held, (DAYS[3], DAYS[-1]), now, since=since, sure_until=sure_until)
        assert (coverage.absent, coverage.unconfirmed) == (0, 0)
        assert days(coverage.lacking(bits_of(YEAR, DAYS))) == list(DAYS[3 : first + 1])


@pytest.mark.parametrize("asked", [(DAYS[0], DAYS[-1]), (DAYS[0], DAYS[2])])
def test_before_its_first_bar_it_is_absent_by_the_sources_word(asked: tuple[str, str]) -> None:
    coverage = IndexCache().take(DAYS[3:], asked, since=DAYS[3], sure_until=DAYS[-1])
    assert days(coverage.absent) == list(DAYS[:3])
    assert coverage.unconfirmed == 0


def test_a_halt_is_its_word_too() -> None:
    cache = IndexCache()
    halted: dict[str, Halt] = {DAYS[4]: "suspended"}
    coverage = cache.take([*DAYS[:4], *DAYS[5:]], halted=halted)
    assert days(coverage.suspended) == days(coverage.absent) == [DAYS[4]]


def test_without_that_word_it_is_believed_like_any_silence() -> None:
    cache = IndexCache()
    for now in ASKED[:2]:
        coverage = cache.take(DAYS[3:], now=now, since=DAYS[3])
        assert days(coverage.unconfirmed) == list(DAYS[:3])
    coverage = cache.take(DAYS[3:], now=ASKED[2], since=DAYS[3])
    assert (days(coverage.absent), coverage.unconfirmed) == (list(DAYS[:3]), 0)


@pytest.mark.parametrize("since", ["", DAYS[0]])
def test_nothing_follows_from_nothing_at_all(since: str) -> None:
    cache = IndexCache()
    for now in ASKED:
        coverage = cache.take([], now=now, since=since, sure_until=DAYS[-1], horizon=DAYS[-1])
        assert (coverage.absent, coverage.unconfirmed) == (0, 0)


def test_one_that_begins_on_the_first_of_a_month() -> None:
    known = IndexCache().take(["20240401"], ("20240328", "20240401"), since="20240401")
    assert days_of(YEAR, known.present) == ["20240401"]
    assert days_of(YEAR, known.unconfirmed) == ["20240328", "20240329"]
