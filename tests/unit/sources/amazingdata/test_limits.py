"""What may be lost to a hang."""

from marketdata.sources.amazingdata.limits import OPERATION_SECONDS, Limits
from marketdata.tasks.turn import START_SECONDS

LAMBDA_SECONDS = 900
STORING_SECONDS = 60


def test_a_cold_start_and_a_hang_fit_into_one_question() -> None:
    limits = Limits()
    assert limits.load + limits.login + limits.call <= OPERATION_SECONDS


def test_two_questions_and_storing_fit_into_one_invocation_however_late_they_begin() -> None:
    assert START_SECONDS + 2 * OPERATION_SECONDS + STORING_SECONDS <= LAMBDA_SECONDS
