"""Days whose intraday bars carry their ends where their starts belong."""

from collections.abc import Iterable

import pytest

from marketdata.blocks.dataset import Kind, Period
from marketdata.catalog.calendar import previous_trading_day
from marketdata.ingest.bar_labels import end_labels
from marketdata.kline.bars import BarDataset
from marketdata.sources.source import BarRequest
from tests.support.frames import frame_of

DAY = "20240104"
MINUTES = BarDataset(Kind.STOCK, Period.MIN1)
FIVES = BarDataset(Kind.STOCK, Period.MIN5)
NIGHTS = BarDataset(Kind.FUTURE, Period.MIN1)
STOCK, FUTURE = "600000.SH", "RB2405.SHF"
HOURS = ("09:30-11:30", "13:00-15:00")
FUTURE_HOURS = ("21:00-23:00", "09:00-10:15", "10:30-11:30", "13:30-15:00")


def clocks(hours: Iterable[str], step: int = 1, *, ends: bool = False) -> list[str]:
    """Give the starts of the bars of some stretches, or their ends."""
    found = []
    for stretch in hours:
        first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in stretch.split("-"))
        found += [at + step * ends for at in range(first, last, step)]
    return [f"{at // 60:02}:{at % 60:02}" for at in found]


def labels(
    times: Iterable[str],
    dataset: BarDataset = MINUTES,
    code: str = STOCK,
    day: str = DAY,
) -> list[dict[str, str]]:
    """Give bars of a trading day, of which only the labels matter."""
    eve = previous_trading_day("SH", day)
    dates = [eve if dataset.kind is Kind.FUTURE and time >= "20:00" else day for time in times]
    return [
        {
            "code": code,
            "trade_date": day,
            "kline_time": f"{date[:4]}-{date[4:6]}-{date[6:]} {time}:00",
        }
        for date, time in zip(dates, times, strict=True)
    ]


def marks(bars: list[dict[str, str]], dataset: BarDataset = MINUTES) -> list[bool]:
    request = BarRequest(dataset, (STOCK, FUTURE), DAY, "20240105")
    found: list[bool] = end_labels(frame_of(dataset, bars), request).tolist()
    assert len(found) == len(bars)
    return found


STARTS, ENDS = clocks(HOURS), clocks(HOURS, ends=True)


@pytest.mark.parametrize(
    "times", [ENDS, ["09:30", *ENDS], ENDS[::-1], ENDS[120:], ENDS[:120]], ids=len
)
def test_a_day_of_ends_is_marked_whole(times: list[str]) -> None:
    assert (STARTS[0], STARTS[-1], ENDS[0], ENDS[-1]) == ("09:30", "14:59", "09:31", "15:00")
    assert set(marks(labels(times))) == {True}


@pytest.mark.parametrize(
    "times",
    [
        STARTS,
        [*STARTS, "15:00"],
        ["09:25", *STARTS],
        ["09:25", *STARTS, "11:30", "15:00"],
        STARTS[:120],
        STARTS[::-1],
        STARTS[1:],
        ["15:00"],
        ["11:30"],
        [],
    ],
)
def test_a_day_of_starts_is_not(times: list[str]) -> None:
    assert True not in marks(labels(times))


@pytest.mark.parametrize(("ends", "count"), [(True, 48), (False, 0)])
def test_five_minutes_are_told_by_the_same_pattern(ends: bool, count: int) -> None:
    assert sum(marks(labels(clocks(HOURS, 5, ends=ends), FIVES), FIVES)) == count


@pytest.mark.parametrize(("ends", "count"), [(True, 345), (False, 0)])
def test_a_night_session_is_a_stretch_like_any_other(ends: bool, count: int) -> None:
    times = clocks(FUTURE_HOURS, ends=ends)
    assert len(times) == 345
    assert sum(marks(labels(times, NIGHTS, FUTURE), NIGHTS)) == count


def test_each_day_of_each_code_is_judged_by_itself() -> None:
    bars = [
        *labels(ENDS),
        *labels(STARTS, day="20240105"),
        *labels(STARTS, code="000001.SZ"),
        *labels(ENDS, code="000001.SZ", day="20240105"),
    ]
    expected = [True] * 240 + [False] * 480 + [True] * 240
    assert marks(bars) == expected
    # In whatever order the rows come.
    mixed = [at * 7 % 960 for at in range(960)]
    assert marks([bars[at] for at in mixed]) == [expected[at] for at in mixed]


def test_where_no_session_is_known_nothing_is() -> None:
    assert True not in marks(labels(ENDS, day="20160104"))
    assert True not in marks(labels(ENDS, NIGHTS, "XX2405.SHF"), NIGHTS)


def test_daily_bars_have_no_labels() -> None:
    daily = BarDataset(Kind.STOCK, Period.DAILY)
    assert marks([{"code": STOCK, "trade_date": DAY}], daily) == [False]
