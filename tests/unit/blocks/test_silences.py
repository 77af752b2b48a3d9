"""What is remembered of a source that gave nothing, and when it is asked again."""

from hypothesis import given
from hypothesis import strategies as st

from marketdata.blocks import silences
from marketdata.blocks.coverage import Coverage
from marketdata.blocks.silences import DAY, WAITS, Silence, after, pack, unpack

START = 1_800_000_000
BITS = st.integers(0, 2**12 - 1)
QUESTIONS = st.lists(st.tuples(st.integers(0, 40), BITS, BITS, BITS), max_size=8)
"""Days since the one before, days answered, silent and undecided."""


def asked_daily(count: int) -> Coverage:
    """Ask for one day, day after day, in vain."""
    known = Coverage()
    for day in range(count):
        known = known.mark(silent=1, now=START + day * DAY)
    return known


def test_silence_is_believed_after_a_day_and_a_week() -> None:
    assert (asked_daily(1).unconfirmed, asked_daily(1).absent) == (1, 0)
    assert (asked_daily(8).unconfirmed, asked_daily(8).absent) == (1, 0)
    assert (asked_daily(9).unconfirmed, asked_daily(9).absent) == (0, 1)
    assert asked_daily(9).reason_of(1) == "no_bar"


def test_it_is_asked_about_again_after_a_day_a_week_and_a_month_and_then_no_more() -> None:
    known, now, waited = Coverage().mark(silent=1, now=START), START, []
    while wait := next((days for days in range(1, 99) if known.due(now + days * DAY)), 0):
        waited.append(wait)
        now += wait * DAY
        known = known.mark(silent=1, now=now)
    assert waited == [1, 7, 30]
    assert (known.absent, known.unconfirmed) == (1, 0)


def test_asking_too_early_confirms_nothing() -> None:
    known = Coverage()
    for minute in range(500):
        known = known.mark(silent=1, now=START + 60 * minute)
    assert known.silences == (Silence(1, START, 1),)


def test_a_bar_or_the_sources_word_ends_the_doubt() -> None:
    assert asked_daily(2).mark(present=1).silences == ()
    told = asked_daily(2).mark(absent=1, suspended=1)
    assert (told.silences, told.absent, told.unconfirmed) == ((), 1, 0)
    assert asked_daily(20).mark(present=1).absent == 0


def test_beyond_the_horizon_nothing_is_ever_believed() -> None:
    known = Coverage()
    for day in range(100):
        known = known.mark(undecided=1, now=START + day * DAY)
    assert (known.absent, known.unconfirmed, known.lacking(1)) == (0, 0, 1)
    assert known.asked_since(START + 99 * DAY) == 1


@given(questions=QUESTIONS)
def test_against_a_diary_of_each_day(questions: list[tuple[int, int, int, int]]) -> None:
    """Day by day: when the last silence that counts was, and which one it is."""
    found: tuple[Silence, ...] = ()
    diary: dict[int, tuple[int, int]] = {}
    in_vain: dict[int, int] = {}
    now = START
    for later, answered, *silence in questions:
        now += later * DAY
        silent, undecided = (days & ~answered for days in silence)
        found = after(found, answered=answered, silent=silent, undecided=undecided, now=now)
        for number in range(12):
            bit = 1 << number
            at, times = diary.get(number, (now, 0))
            if answered & bit:
                diary.pop(number, None)
            elif silent & bit and (not times or (times < len(WAITS) and now - at >= WAITS[times])):
                diary[number] = now, times + 1
            if (answered | silent) & bit:
                in_vain.pop(number, None)
            elif undecided & bit:
                in_vain[number] = now

    def dated(*, believed: bool) -> dict[int, tuple[int, int]]:
        return {
            number: (each.at, each.times)
            for each in found
            for number in range(12)
            if bool(each.times) is believed and each.days >> number & 1
        }

    assert dated(believed=True) == diary
    assert {number: at for number, (at, _) in dated(believed=False).items()} == in_vain
    assert sum(each.days.bit_count() for each in found) == len(diary) + len(in_vain)
    assert unpack(pack(found)) == found
    assert silences.unconfirmed(found) & silences.confirmed(found) == 0


def test_a_sources_word_is_dated() -> None:
    known = Coverage().mark(absent=0b11, suspended=0b10, now=START)
    assert (known.absent, known.unconfirmed, known.due(START + 99 * DAY)) == (0b11, 0, 0)
    assert known.told_before(START - 1) == 0
    assert known.told_before(START) == 0b01
    again = known.mark(absent=0b01, now=START + DAY)
    assert again.told_before(START + DAY - 1) == 0
    assert again.mark(present=0b01, now=START + DAY).silences == ()


def test_a_word_that_is_taken_back_leaves_no_absence() -> None:
    """A file was made shorter, or is gone: what it told does not hold any more."""
    told = Coverage().mark(absent=0b111, now=START)
    for question in ("silent", "undecided", "rejected"):
        known = told.mark(**{question: 0b011}, now=START + DAY)
        assert (known.absent, known.told_before(START + DAY)) == (0b100, 0b100)
        assert known.lacking(0b111) == (0 if question == "silent" else 0b011)
    assert told.mark(absent=0b111, now=START + DAY).absent == 0b111


def test_an_absence_that_nobody_can_date_is_believed_no_longer_than_it_is_said() -> None:
    """Earlier versions marked days absent without a reason or a date."""
    old = Coverage(absent=0b11, suspended=0b10)
    known = old.mark(silent=0b11, now=START)
    assert (known.absent, known.unconfirmed) == (0b10, 0b01)
    assert old.mark(undecided=0b11, now=START).absent == 0b10


def test_an_absence_by_silence_outlives_a_question_that_failed() -> None:
    for days in (9, 80):
        known = asked_daily(days).mark(undecided=1, now=START + 99 * DAY)
        assert (known.absent, known.lacking(1)) == (1, 0)


def test_a_question_that_failed_is_remembered_beside_a_belief() -> None:
    known = asked_daily(1).mark(undecided=1, now=START + 2 * DAY)
    assert (known.unconfirmed, known.due(START + 2 * DAY)) == (1, 1)
    assert known.asked_since(START + 2 * DAY) == 1
    assert known.mark(silent=1, now=START + 3 * DAY).silences == (Silence(1, START + 3 * DAY, 2),)


def test_half_a_day_ends_the_doubt_and_is_short() -> None:
    known = asked_daily(1).mark(present=1, short=1, now=START + DAY)
    assert (known.unconfirmed, known.lacking(1), known.asked_since(START + DAY)) == (0, 1, 1)


def test_bars_of_a_short_day_that_cannot_be_used() -> None:
    short = Coverage().mark(present=1, short=1, now=START)
    known = short.mark(rejected=1, now=START + DAY)
    assert (known.rejected, known.short, known.lacking(1)) == (1, 1, 1)
    assert known.mark(present=1, now=START + DAY).rejected == 0
    assert known.mark(present=1, short=1, now=START + DAY).rejected == 0
