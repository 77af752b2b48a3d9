"""Exit codes for scripts; click's own are 2 for a usage error, and 1 for Ctrl-C at a prompt."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from amazingdata_client.cli.language import worded
from amazingdata_client.cli.output import say
from amazingdata_client.errors import (
    AmazingDataError,
    ForbiddenError,
    IncompleteError,
    InvalidInputError,
    NotLoggedInError,
    TaskError,
    TaskTimeoutError,
    UnauthorizedError,
)

ERROR = 1
USAGE = 2
INCOMPLETE = 3
NOT_ALLOWED = 4
TASK_FAILED = 5
TRY_LATER = 6
INTERRUPTED = 130

CODES: list[tuple[tuple[type[AmazingDataError], ...], int]] = [
    ((InvalidInputError,), USAGE),
    ((IncompleteError,), INCOMPLETE),
    ((UnauthorizedError, NotLoggedInError, ForbiddenError), NOT_ALLOWED),
    ((TaskTimeoutError,), TRY_LATER),
    ((TaskError,), TASK_FAILED),
]

HELP = """\b
Exit codes:
  0    success
  1    any other error
  2    usage error, or a parameter rejected by the service
  3    --require-complete or --strict was given and data is missing; mirror --check differs
  4    not logged in, or not permitted
  5    the task failed, was cancelled, or has codes with errors
  6    no response, too many requests, busy source or timeout: try again later
  130  interrupted
"""


def code_of(error: AmazingDataError) -> int:
    """Return the exit code for an error."""
    for kinds, code in CODES:
        if isinstance(error, kinds):
            return code
    return TRY_LATER if error.retryable else ERROR


@contextmanager
def exits(advice: str = "") -> Iterator[None]:
    """On an error of the client, print its message to stderr and exit with its code.

    Parameters
    ----------
    advice : str
        Added to the message if the user is not logged in.
    """
    try:
        yield
    except AmazingDataError as error:
        say(f"error: {_message(error, advice)}")
        sys.exit(code_of(error))
    except KeyboardInterrupt:
        say("interrupted")
        sys.exit(INTERRUPTED)


def _message(error: AmazingDataError, advice: str) -> str:
    logged_out = isinstance(error, (UnauthorizedError, NotLoggedInError))
    hint = f"; {advice}" if logged_out and advice else ""
    request = f" (request {error.request_id})" if error.request_id else ""
    return f"{worded(error)}{hint}{request}"
