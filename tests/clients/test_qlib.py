"""A mirror's stocks in Qlib's layout: what a reader of its own finds, and what appending gives."""

import math
import struct
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from amazingdata_client import MirrorError, MirrorReader, NotMirroredError
from amazingdata_client.qlib.export import QlibReport, export
from amazingdata_client.qlib.layout import lives_within

from tests.clients.market import (
    DELISTED,
    LISTED,
    SUSPENDED,
    TRADING_DAYS,
    market_bars,
    mirrored,
    parquet,
    publish_market,
    publish_tables,
)
from tests.clients.publisher import Publisher

BEFORE = TRADING_DAYS[:20]
"""Ten days before the end; the factor of 000001.SZ changes in these ten."""


class Series(NamedTuple):
    start: int
    values: tuple[float, ...]


def read_series(folder: Path, name: str, field: str) -> Series:
    """Read a file as Qlib does."""
    content = (folder / "features" / name / f"{field}.day.bin").read_bytes()
    start, *values = struct.unpack(f"<{len(content) // 4}f", content)
    return Series(int(start), tuple(values))


def everything(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def market(tmp_path: Path, days: Sequence[date] = TRADING_DAYS) -> MirrorReader:
    """Bring the mirror of the market up to some days."""
    service = Publisher()
    publish_market(service, days)
    mirrored(service, tmp_path / "mirror")
    return MirrorReader(tmp_path / "mirror")


def price(place: int, shift: int = 3) -> float:
    return 10.0 + place + shift / 4


def test_the_calendar_and_the_instruments(tmp_path: Path) -> None:
    report = export(market(tmp_path), tmp_path / "qlib")
    assert report == QlibReport(len(TRADING_DAYS), 3, (), ("600004.SH",))
    calendar = (tmp_path / "qlib/calendars/day.txt").read_text().splitlines()
    assert calendar == [day.isoformat() for day in TRADING_DAYS]
    first, last = calendar[0], calendar[-1]
    assert (tmp_path / "qlib/instruments/all.txt").read_text().splitlines() == [
        f"SZ000001\t{first}\t{last}",
        f"SH600003\t{calendar[LISTED]}\t{last}",
        f"SH600004\t{first}\t{calendar[DELISTED]}",
    ]


def test_prices_are_adjusted_and_volumes_are_too(tmp_path: Path) -> None:
    export(market(tmp_path), tmp_path / "qlib")
    close = read_series(tmp_path / "qlib", "sz000001", "close")
    factor = read_series(tmp_path / "qlib", "sz000001", "factor")
    volume = read_series(tmp_path / "qlib", "sz000001", "volume")
    amount = read_series(tmp_path / "qlib", "sz000001", "amount")
    assert close.start == 0
    assert len(close.values) == len(TRADING_DAYS)
    for place, step in ((0, 1.0), (9, 1.0), (10, 1.5), (24, 1.5), (25, 3.0), (29, 3.0)):
        assert factor.values[place] == step
        assert close.values[place] == pytest.approx(price(place) * step, rel=1e-6)
        assert volume.values[place] == pytest.approx(1000 * (place + 1) / step, rel=1e-6)
        assert amount.values[place] == pytest.approx(1e6 + place, rel=1e-6)


def test_a_suspended_day_has_no_value(tmp_path: Path) -> None:
    export(market(tmp_path), tmp_path / "qlib")
    for field in ("open", "high", "low", "close", "volume", "amount", "factor"):
        values = read_series(tmp_path / "qlib", "sz000001", field).values
        assert [place for place, value in enumerate(values) if math.isnan(value)] == [*SUSPENDED]


def test_a_code_begins_with_its_first_bar_and_ends_with_its_last(tmp_path: Path) -> None:
    export(market(tmp_path), tmp_path / "qlib")
    late = read_series(tmp_path / "qlib", "sh600003", "open")
    assert (late.start, late.values[0]) == (LISTED, price(LISTED, 0))
    assert len(late.values) == len(TRADING_DAYS) - LISTED
    gone = read_series(tmp_path / "qlib", "sh600004", "low")
    assert (gone.start, len(gone.values)) == (0, DELISTED + 1)


def test_days_before_the_first_factor_are_not_guessed(tmp_path: Path) -> None:
    export(market(tmp_path), tmp_path / "qlib")
    close = read_series(tmp_path / "qlib", "sh600004", "close").values
    assert [math.isnan(value) for value in close[:3]] == [True, True, False]
    assert close[2] == pytest.approx(price(2) * 2.0)
    assert read_series(tmp_path / "qlib", "sh600004", "amount").values[0] == 1e6


def test_appending_ten_days_gives_the_same_bytes(tmp_path: Path) -> None:
    export(market(tmp_path, BEFORE), tmp_path / "grown")
    before = everything(tmp_path / "grown")
    whole = market(tmp_path)
    report = export(whole, tmp_path / "grown", append=True)
    assert report.corrected == ()
    export(whole, tmp_path / "at-once")
    assert everything(tmp_path / "grown") == everything(tmp_path / "at-once")
    for path, content in everything(tmp_path / "grown").items():
        if path.endswith(".bin") or path.startswith("calendars"):
            assert content.startswith(before[path]), "a new factor changes no earlier value"


@pytest.mark.parametrize("place", [SUSPENDED[0], SUSPENDED[1], SUSPENDED[-1] + 1])
def test_appending_after_a_suspension_fills_the_gap(tmp_path: Path, place: int) -> None:
    export(market(tmp_path, TRADING_DAYS[: place + 1]), tmp_path / "grown")
    whole = market(tmp_path)
    export(whole, tmp_path / "grown", append=True)
    export(whole, tmp_path / "at-once")
    assert everything(tmp_path / "grown") == everything(tmp_path / "at-once")


def test_a_corrected_value_is_written_anew_and_told(tmp_path: Path) -> None:
    service = Publisher()
    publish_market(service, TRADING_DAYS)
    mirrored(service, tmp_path / "mirror")
    reader = MirrorReader(tmp_path / "mirror")
    export(reader, tmp_path / "grown")
    day = TRADING_DAYS[-1]
    rows = [
        row | ({"close": 1.0} if row["code"] == "600003.SH" else {}) for row in market_bars(day)
    ]
    service.publish(f"stock.daily/year=2025/{day:%Y%m%d}.parquet", parquet(rows))
    mirrored(service, tmp_path / "mirror")
    assert export(reader, tmp_path / "grown", append=True).corrected == ("600003.SH",)
    export(reader, tmp_path / "at-once")
    assert everything(tmp_path / "grown") == everything(tmp_path / "at-once")


def test_nothing_is_written_over_without_append(tmp_path: Path) -> None:
    reader = market(tmp_path)
    export(reader, tmp_path / "qlib")
    with pytest.raises(MirrorError, match="holds an export already"):
        export(reader, tmp_path / "qlib")


def test_appending_to_another_calendar_is_refused(tmp_path: Path) -> None:
    reader = market(tmp_path)
    export(reader, tmp_path / "qlib")
    path = tmp_path / "qlib/calendars/day.txt"
    path.write_text("2024-12-01\n" + path.read_text())
    before = everything(tmp_path / "qlib")
    with pytest.raises(MirrorError, match="export anew"):
        export(reader, tmp_path / "qlib", append=True)
    assert everything(tmp_path / "qlib") == before


def test_a_mirror_without_factors_is_refused(tmp_path: Path) -> None:
    service = Publisher()
    publish_tables(service, TRADING_DAYS)
    del service.items["stock.factors/part.parquet"]
    mirrored(service, tmp_path / "mirror")
    with pytest.raises(NotMirroredError, match=r"lacks stock\.daily, stock\.factors"):
        export(MirrorReader(tmp_path / "mirror"), tmp_path / "qlib")


def test_lives_are_cut_at_the_calendar() -> None:
    first, second, last = date(2024, 1, 2), date(2024, 1, 3), date(2024, 1, 4)
    early, late = date(1999, 1, 1), date(2030, 1, 1)
    lives = [
        ("600018.SH", early, date(2006, 1, 1)),
        ("600018.SH", second, None),
        ("000001.SZ", None, late),
    ]
    assert lives_within(lives, [first, second, last]) == [
        ("000001.SZ", first, last),
        ("600018.SH", second, last),
    ]


def test_progress_counts_codes(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    export(market(tmp_path), tmp_path / "qlib", on_progress=lambda *each: seen.append(each))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_polars_is_named_where_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = market(tmp_path)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(ModuleNotFoundError, match=r"amazingdata-client\[polars\]"):
        export(reader, tmp_path / "qlib")


def test_qlib_itself_reads_it(tmp_path: Path) -> None:
    """Is run by `make test-qlib`."""
    qlib = pytest.importorskip("qlib")
    data = pytest.importorskip("qlib.data").D
    export(market(tmp_path), tmp_path / "qlib")
    qlib.init(provider_uri=str(tmp_path / "qlib"), region="cn", kernels=1)
    assert [day.date() for day in data.calendar()] == TRADING_DAYS
    frame = data.features(["SZ000001"], ["$close", "$factor"])
    found = pl.from_pandas(frame.reset_index())
    assert found["$factor"][-1] == 3.0
    assert found["$close"][0] == pytest.approx(price(0))
