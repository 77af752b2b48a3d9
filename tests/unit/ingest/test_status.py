"""The write path of a status: what is stored of rows, and what silence says."""

from marketdata.blocks.days import days_of
from tests.unit.ingest.market import WEEK, Market
from tests.unit.ingest.status_frames import status_block, status_of, take_status

NAN = float("nan")


def test_rows_are_stored_with_their_own_types() -> None:
    market = Market()
    report = take_status(
        market, status_of(WEEK[1], is_st=1.0, limit_up=NAN, ex_right=NAN), status_of(WEEK[0])
    )
    block, rows = status_block(market)
    assert (report.bars, report.blocks) == (2, 1)
    assert [row["trade_date"] for row in rows] == WEEK[:2]
    assert rows[1] == {
        "trade_date": WEEK[1],
        "pre_close": 10.0,
        "limit_up": None,
        "limit_down": 9.0,
        "is_st": True,
        "suspended": False,
        "ex_right": None,
        "ex_dividend": False,
    }
    # It was sure of the other days of the week, and knows nothing of them.
    assert days_of("2024", block.coverage.absent) == WEEK[2:]


def test_a_suspended_day_has_a_row_as_any_other() -> None:
    market = Market()
    take_status(market, *(status_of(day, suspended=float(day == WEEK[1])) for day in WEEK))
    block, rows = status_block(market)
    assert days_of("2024", block.coverage.present) == WEEK
    assert [row["suspended"] for row in rows] == [False, True, False, False]
    assert block.coverage.absent == block.coverage.suspended == 0


def test_the_newer_row_wins_and_the_same_rows_change_nothing() -> None:
    market = Market()
    take_status(market, *map(status_of, WEEK))
    assert take_status(market, *map(status_of, WEEK)).blocks == 0
    take_status(market, *(status_of(day, is_st=1.0) for day in WEEK))
    assert {row["is_st"] for row in status_block(market)[1]} == {True}


def test_bad_rows_are_set_aside_and_their_days_rejected() -> None:
    market = Market()
    report = take_status(market, status_of(WEEK[0]), status_of(WEEK[1], limit_up=1.0))
    assert report.quarantined == {"600000.SH": {"limits_crossed": 1}}
    block, rows = status_block(market)
    assert [row["trade_date"] for row in rows] == [WEEK[0]]
    assert days_of("2024", block.coverage.rejected) == [WEEK[1]]


def test_silence_beyond_the_horizon_and_of_a_failed_code_says_nothing() -> None:
    market = Market()
    take_status(market, status_of(WEEK[0]), sure_until={}, horizon={"600000.SH": WEEK[1]})
    coverage = status_block(market)[0].coverage
    assert coverage.absent == 0
    assert days_of("2024", coverage.unconfirmed) == [WEEK[1]]
    assert days_of("2024", coverage.lacking(coverage.unconfirmed | coverage.present)) == []
    failed = Market()
    report = take_status(failed, status_of(WEEK[0]), failed={"600000.SH": "it hung"})
    assert report.failed == {"600000.SH": "it hung"}
    assert status_block(failed)[0].coverage.absent == 0


def test_days_that_are_not_final_or_outside_the_life_are_left_out() -> None:
    market = Market(final_until=WEEK[1])
    rows = [status_of(day) for day in WEEK]
    gone = [status_of(day, code="600001.SH") for day in WEEK[:3]]
    report = take_status(market, *rows, *gone)
    assert [row["trade_date"] for row in status_block(market)[1]] == WEEK[:2]
    assert [row["trade_date"] for row in status_block(market, "600001.SH")[1]] == WEEK[:2]
    assert report.notes == []
    later = Market()
    report = take_status(later, *gone, *rows)
    assert report.notes == ["rows of status outside their code's life: 1"]
