"""Exit codes, for scripts; click itself ends a wrong usage with 2 and Ctrl-C with 1."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

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
  0    done
  1    an error that has no code of its own
  2    wrong usage, or the service refused a parameter
  3    --require-complete, and something is missing
  4    not logged in, or not allowed
  5    the task failed, was cancelled, or some of its codes have errors
  6    no answer, too many requests, a busy source, or --timeout: try later
  130  interrupted
"""


def code_of(error: AmazingDataError) -> int:
    """Give the exit code of an error."""
    for kinds, code in CODES:
        if isinstance(error, kinds):
            return code
    return TRY_LATER if error.retryable else ERROR


@contextmanager
def exits(advice: str = "") -> Iterator[None]:
    """End the process with what an error means to a script, and say to people what it was.

    Parameters
    ----------
    advice : str
        What somebody should do who is not logged in.
    """
    try:
        yield
    except AmazingDataError as error:
        click.echo(f"error: {_in_words(error, advice)}", err=True)
        sys.exit(code_of(error))
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)


def _in_words(error: AmazingDataError, advice: str) -> str:
    outside = isinstance(error, (UnauthorizedError, NotLoggedInError))
    hint = f"; {advice}" if outside and advice else ""
    found_by = f" (request {error.request_id})" if error.request_id else ""
    return f"{error}{hint}{found_by}"
