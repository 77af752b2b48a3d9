"""Which pages of other origins may read answers (CORS, https://fetch.spec.whatwg.org/). Pure."""

import re
from collections.abc import Iterable

EXPOSED = "ETag, Retry-After, X-Complete"
"""Headers that a page may read beside those that every page may."""

REQUESTED = "Accept, Authorization, Content-Type, If-None-Match"
"""Headers that a page may send."""

KEPT_SECONDS = 7200
"""How long a browser need not ask again; none keeps it longer."""

ANY, ANY_PORT = "*", ":*"


def is_allowed(origin: str, allowed: Iterable[str]) -> bool:
    """Check whether an Origin header is among those that are allowed.

    Parameters
    ----------
    origin : str
        Such as "https://charts.example.com"; empty if a request has none.
    allowed : iterable of str
        Origins; one that ends in ":*" allows every port, and "*" every origin.
    """
    return bool(origin) and any(_fits(origin, each) for each in allowed)


def _fits(origin: str, allowed: str) -> bool:
    if allowed == ANY:
        return True
    if allowed.endswith(ANY_PORT):
        return bool(
            re.fullmatch(re.escape(allowed.removesuffix(ANY_PORT)) + "(:[0-9]{1,5})?", origin)
        )
    return origin == allowed


def answer_headers(origin: str) -> dict[str, str]:
    """Return the headers of an answer to a page of an origin that is allowed."""
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": EXPOSED}


def preflight_headers(methods: str) -> dict[str, str]:
    """Return what a browser wants to know before a page calls a path with these methods."""
    return {
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": REQUESTED,
        "Access-Control-Max-Age": str(KEPT_SECONDS),
    }
