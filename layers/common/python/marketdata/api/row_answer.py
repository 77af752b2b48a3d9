"""Answers that a client may keep: how long without asking, and nothing if it has them already."""

import re

from marketdata.api.answer import Answer
from marketdata.kline.rows import RowSet

KEPT_SECONDS = 3600
"""So long is a settled answer good without asking.

Only a correction by the vendor changes it, which reaches the cache when somebody has the days
fetched again, at most once a day; an hour more matters little, and a session of charts or a
notebook that is run again and again asks once.
"""

_OPAQUE = re.compile(r'(?:W/)?"([^"]*)"')


def unless_known(if_none_match: str, reading: RowSet) -> Answer:
    """Give what was read, or 304 and no body to a client that has it.

    Parameters
    ----------
    if_none_match : str
        The request's header of that name (RFC 9110, 13.1.2); empty where it has none.
    reading : RowSet
        What was read; neither opened nor packed for a 304.
    """
    etag = reading.etag
    kept = f"max-age={KEPT_SECONDS}" if reading.settled else "no-cache"
    headers = {"ETag": etag, "Cache-Control": f"private, {kept}"}
    if _names(if_none_match, etag):
        return Answer.encoded(b"", status=304, headers=headers)
    return Answer(200, reading, headers)


def _names(if_none_match: str, etag: str) -> bool:
    """Compare weakly: a W/ before either tag means nothing."""
    if if_none_match.strip() == "*":
        return True
    return _OPAQUE.findall(etag)[0] in _OPAQUE.findall(if_none_match)
