"""What is held of one code in one part, against the days one by one."""

from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks.block import BlockCoverage
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.dataset import Kind, Period
from marketdata.blocks.days import bits_of
from marketdata.catalog.calendar import trading_days
from marketdata.catalog.securities import Security
from marketdata.catalog.window import Window
from marketdata.kline.bars import BarDataset
from marketdata.tasks.comparison import NOT_STORED, holdings

DAILY = BarDataset(Kind.STOCK, Period.DAILY)
BANK = Security("600000.SH", "浦发银行", Kind.STOCK, "SH", "20240108")
WINDOW = Window("20240101", "20240131", "19901219", "20240126")
EXPECTED = trading_days("SH", "20240108", "20240126")
YEAR = trading_days("SH", "20240101", "20241231")
SOME = st.sets(st.sampled_from(YEAR[:30]))


def row(
    present: set[str], absent: set[str], suspended: set[str], silent: set[str]
) -> BlockCoverage:
    coverage = Coverage().mark(
        present=bits_of("2024", present),
        absent=bits_of("2024", absent | suspended),
        suspended=bits_of("2024", suspended),
        silent=bits_of("2024", silent),
    )
    return BlockCoverage(coverage, coverage.present.bit_count())


@given(SOME, SOME, SOME, SOME)
def test_every_expected_day_is_one_of_four(
    present: set[str], absent: set[str], suspended: set[str], silent: set[str]
) -> None:
    found = holdings(DAILY, "2024", BANK, row(present, absent, suspended, silent), WINDOW)
    assert found is not None
    days = set(EXPECTED)
    reasons = {
        "suspended": len(days & suspended - present),
        "no_bar": len(days & absent - suspended - present),
    }
    assert found == {
        "expected": len(days),
        "present": len(days & present),
        "absent": {reason: count for reason, count in reasons.items() if count},
        "unconfirmed": len(days & silent - present - absent - suspended),
        "missing": len(days - present - absent - suspended - silent),
        "short": 0,
    }


def test_a_part_outside_the_life_has_nothing_to_hold() -> None:
    assert holdings(DAILY, "2023", BANK, NOT_STORED, WINDOW) is None


def test_a_block_that_contradicts_itself_holds_nothing() -> None:
    broken = row(set(EXPECTED), set(), set(), set())._replace(rows=1)
    found = holdings(DAILY, "2024", BANK, broken, WINDOW)
    assert found is not None
    assert (found["present"], found["missing"]) == (0, len(EXPECTED))
