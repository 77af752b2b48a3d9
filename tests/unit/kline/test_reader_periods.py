"""Weeks and months, and the tag that tells one answer from another."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketdata.api.row_answer import RowContent
from marketdata.blocks.dataset import Period
from marketdata.catalog.calendar import trading_days
from marketdata.errors import UpstreamBusyError
from marketdata.kline.rows import RowSet
from tests.support.reads import WEEK, Service, days

JANUARY = trading_days("SH", "20240101", "20240131")


@pytest.mark.parametrize(
    ("period", "labels"),
    [
        (Period.WEEKLY, ["20240105", "20240112", "20240119", "20240126", "20240130"]),
        (Period.MONTHLY, ["20240130"]),
    ],
)
def test_a_week_or_month_is_whole_from_its_first_day_on(period: Period, labels: list[str]) -> None:
    service = Service()
    reading = service.read(start="20240104", end="20240130", period=period)
    assert days(reading) == labels
    assert service.calls == [(["600000.SH"], JANUARY[0], "20240130")]
    (first, *_) = reading.parsed("600000.SH")
    assert first["volume"] == 100 * (4 if period is Period.WEEKLY else 21)
    assert reading.meta["expected"] == reading.meta["returned"] == len(labels)
    assert reading.meta["complete"] is True


def test_a_week_that_lacks_a_day_says_so() -> None:
    service = Service()
    service.fill(["600000.SH"], WEEK[1], "20240112")
    service.fault = UpstreamBusyError("not now")
    reading = service.read(start="20240101", end="20240119", period=Period.WEEKLY)
    assert days(reading) == ["20240105", "20240112"]
    assert (reading.meta["expected"], reading.meta["returned"]) == (3, 2)
    assert reading.meta["missing"] == {"600000.SH": [[WEEK[0], WEEK[0]], ["20240115", "20240119"]]}
    assert reading.meta["complete"] is False


def test_a_week_over_new_year_is_counted_once() -> None:
    service = Service()
    reading = service.read(start="20230102", end="20240105", period=Period.WEEKLY)
    assert reading.meta["expected"] == reading.meta["returned"] == 51


def test_the_tag_is_the_same_in_every_process() -> None:
    reading = RowSet.of({"600000.SH": b'{"trade_date":"20240102"}'}, {"complete": True})
    assert RowContent(reading).etag == 'W/"b046d400ad84b4452b4c67e094dece39"'


def test_the_tag_stays_while_the_answer_does() -> None:
    service = Service()
    service.fill(["600000.SH"], WEEK[0], WEEK[3])
    known = RowContent(service.read()).etag
    service.fill(["600000.SH"], WEEK[0], WEEK[3])
    assert RowContent(service.read()).etag == known
    # Another day of the same block is no part of the answer.
    service.fill(["600000.SH"], "20240108", "20240112")
    assert RowContent(service.read()).etag == known
    assert RowContent(service.read("600000.SH", end="20240108")).etag != known


@pytest.mark.parametrize("change", ["a bar", "a mark", "a code", "the order"])
def test_the_tag_changes_with_the_answer(change: str) -> None:
    service = Service()
    codes = ["600000.SH", "000001.SZ"]
    service.fill(codes, WEEK[0], WEEK[1])
    service.fault = UpstreamBusyError("not now")
    known = RowContent(service.read(*codes)).etag
    match change:
        case "a bar":
            service.fill(codes[:1], WEEK[0], WEEK[0], close=6.61)
        case "a mark":
            service.halted = set(WEEK[2:])
            service.fill(codes[:1], WEEK[2], WEEK[3])
        case "a code":
            codes.append("600999.SH")
        case "the order":
            codes.reverse()
    assert RowContent(service.read(*codes)).etag != known


TEXTS = st.lists(st.sampled_from([b"1", b"2", b"12", b""]), min_size=1, max_size=3)


@settings(deadline=None)
@given(texts=TEXTS, others=TEXTS)
def test_the_tag_is_of_the_whole_body(texts: list[bytes], others: list[bytes]) -> None:
    """However rows are spread over codes."""
    first, second = (
        RowContent(RowSet.of({str(at): text for at, text in enumerate(each)}, {}))
        for each in (texts, others)
    )
    assert (first.etag == second.etag) == (first.body() == second.body())
