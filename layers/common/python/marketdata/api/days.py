"""Days that a call is about: checked against the calendar."""

from marketdata import deployment
from marketdata.catalog.calendar import FIRST_DAYS, last_known_day
from marketdata.errors import InvalidInputError

FIRST_DAY = min(FIRST_DAYS.values())


def check_announced(field: str, day: str) -> None:
    """Refuse a day after the last one of the calendar.

    Raises
    ------
    InvalidInputError
        It is such a day; the error names the field.
    """
    if day > last_known_day():
        # It may bring the year that this function does not know.
        deployment.catalog()
    if day > last_known_day():
        reason = f"must not be after {last_known_day()}, the last day of the announced calendar"
        raise InvalidInputError(field, reason, key="day_too_late", last=last_known_day())


def check_day(field: str, day: str) -> None:
    """Refuse a day before the first one of the calendar, or after its last one.

    Raises
    ------
    InvalidInputError
        It is such a day; the error names the field.
    """
    if day < FIRST_DAY:
        reason = f"must not be before {FIRST_DAY}, when trading began"
        raise InvalidInputError(field, reason, key="day_too_early", first=FIRST_DAY)
    check_announced(field, day)
