"""What may be lost to a hang."""

from marketdata.sources.child.limits import OPERATION_SECONDS, Deadline
from marketdata.tasks.turn import START_SECONDS

LAMBDA_SECONDS = 900
STORING_SECONDS = 60


def test_two_questions_and_storing_fit_into_one_invocation_however_late_they_begin() -> None:
    assert START_SECONDS + 2 * OPERATION_SECONDS + STORING_SECONDS <= LAMBDA_SECONDS


def test_a_deadline_passes() -> None:
    times = iter([100.0, 103.0, 111.0])
    deadline = Deadline(10, lambda: next(times))
    assert (deadline.left(), deadline.left()) == (7.0, -1.0)
