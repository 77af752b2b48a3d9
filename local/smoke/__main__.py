"""The command line: `python -m local.smoke URL`, what `make smoke` calls.

It makes calls that do no harm: reads and refused requests, a detect, and a task that fetches a
month of one stock. The login is in AMAZINGDATA_USERNAME and AMAZINGDATA_PASSWORD, or asked for; it
is never an argument, because every user of the machine can read those.
"""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Iterable

import httpx

from local.smoke import content, gateway
from local.smoke.service import DifferenceError, NotCheckedError, Service

type Check = Callable[[Service], str]

CHECKS: list[Check] = [*gateway.CHECKS, *content.CHECKS]
OK, DIFFERS, NOT_CHECKED = "ok", "DIFFERS", "-"
TITLE = 64
SHOWN = 120


def main() -> int:
    """Check a deployment; return 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m local.smoke", description=__doc__)
    parser.add_argument(
        "url", type=_encrypted, help="the stage, such as https://….amazonaws.com/prod"
    )
    url = parser.parse_args().url
    username = os.environ.get("AMAZINGDATA_USERNAME") or input("User name: ")
    password = os.environ.get("AMAZINGDATA_PASSWORD") or getpass.getpass()
    with Service(url, username, password) as service:
        try:
            said = f"logged in at {service.root} as {username}, {service.role}"
        except (httpx.HTTPError, DifferenceError) as error:
            print(f"cannot log in at {service.root}: {error}", file=sys.stderr)
            return 1
        print(said)
        return 1 if run(service, CHECKS) else 0


def _encrypted(text: str) -> str:
    """Check that nobody on the way can read the password."""
    url = httpx.URL(text)
    if url.scheme != "https" and url.host not in {"localhost", "127.0.0.1"}:
        raise argparse.ArgumentTypeError("must begin with https://")
    return text


def run(service: Service, checks: Iterable[Check]) -> int:
    """Make the checks, print a line for each, and return how many found a difference."""
    marks = [_line(check, service) for check in checks]
    differ, left = marks.count(DIFFERS), marks.count(NOT_CHECKED)
    print(f"{len(marks)} checks: {differ} differ, {left} could not be made")
    return differ


def _line(check: Check, service: Service) -> str:
    try:
        mark, seen = OK, check(service)
    except NotCheckedError as reason:
        mark, seen = NOT_CHECKED, f"not checked: {reason}"
    except DifferenceError as difference:
        mark, seen = DIFFERS, str(difference)
    except (httpx.HTTPError, LookupError, TypeError, ValueError, AttributeError) as error:
        # The last four: an answer has another shape than expected.
        mark, seen = DIFFERS, f"{type(error).__name__}: {error}"
    title = (check.__doc__ or "").removesuffix(".")
    print(f"{mark:<8}{title:<{TITLE}}{' '.join(seen.split())[:SHOWN]}", flush=True)
    return mark


if __name__ == "__main__":
    sys.exit(main())
