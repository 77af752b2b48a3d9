"""What is said on stderr of a result: how complete it is."""

from collections.abc import Mapping, Sequence

from amazingdata_client.cli.language import worded_warnings
from amazingdata_client.cli.output import counted, say
from amazingdata_client.day_result import DayResult, StatusDayResult
from amazingdata_client.errors import IncompleteError, unfinished_text
from amazingdata_client.reading import Days, Explained
from amazingdata_client.results import KlineResult, StatementResult, StatusResult

SHOWN = 5
"""So many codes are named; --json has them all."""


def tell(result: KlineResult | StatementResult | StatusResult, noun: str) -> None:
    """Say how many rows a result has, what it lacks, and what the service warns of."""
    meta = result.meta
    tell_read_as(meta.codes_read_as)
    synthetic = " · synthetic data" if meta.upstream == "synthetic" else ""
    try:
        result.require_complete()
    except IncompleteError as gap:
        say(f"{meta.returned:,} of {meta.expected:,} {noun}s{synthetic} · {gap}")
    else:
        say(f"{counted(meta.returned, noun)}, complete{synthetic}")
        if meta.unfinished:
            say(unfinished_text(meta.unfinished))
        if meta.pending:
            say(f"not final yet, so not counted: {', '.join(map(str, meta.pending))}")
        if not meta.returned:
            _tell_outside(meta.outside)
    for warning in worded_warnings(meta.warnings, meta.warning_details):
        say(f"warning: {warning}")


def _tell_outside(found: Mapping[str, Sequence[Explained]]) -> None:
    """Say which days of a code do not count, and why, if there are any."""
    for code, spans in list(found.items())[:SHOWN]:
        days = (f"{each.start}–{each.end} ({each.reason.replace('_', ' ')})" for each in spans)
        say(f"not counted of {code}: {', '.join(days)}")
    if len(found) > SHOWN:
        say(f"not counted either: days of {counted(len(found) - SHOWN, 'more code')}")


def tell_day(result: DayResult | StatusDayResult, noun: str) -> None:
    """Say how many rows a market day has, what it lacks, and which release it is from."""
    meta, release = result.meta, result.meta.release
    told = f"revision {release.revision}, {release.condition}" if release.revision else ""
    try:
        result.require_complete()
    except IncompleteError as gap:
        counts = f"{meta.returned:,} of {meta.expected:,} {noun}s"
        say(" · ".join(part for part in (counts, told, str(gap)) if part))
    else:
        say(f"{counted(meta.returned, noun)}, complete · {told}")
    if meta.stale and release.revision:
        say(f"{noun}s were stored after the release; the next one takes them up")


def tell_read_as(found: Mapping[str, str]) -> None:
    """Say which codes were read as which, if any were written in another way."""
    if found:
        shown = ", ".join(f"{text} as {code}" for text, code in list(found.items())[:SHOWN])
        more = f" and {counted(len(found) - SHOWN, 'more code')}" if len(found) > SHOWN else ""
        say(f"read {shown}{more}")


def tell_disagreeing(found: Mapping[str, Sequence[Days]]) -> None:
    """Say on which days bars and status do not agree, if there are any."""
    for code, days in list(found.items())[:SHOWN]:
        say(f"warning: bars and status of {code} disagree on {', '.join(map(str, days))}")
    if len(found) > SHOWN:
        say(f"warning: … and those of {counted(len(found) - SHOWN, 'more code')}")
