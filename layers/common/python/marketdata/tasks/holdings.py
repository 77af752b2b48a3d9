"""What the cache holds of one code in one part, in numbers of days. Pure."""

from typing import Any

from marketdata.catalog.securities import Security
from marketdata.kline.bar import AnyDataset
from marketdata.kline.completeness import Window
from marketdata.kline.coverage import missing
from marketdata.kline.store import BlockCoverage
from marketdata.tasks.detect import NOTHING, sound


def holdings(
    dataset: AnyDataset, part: str, security: Security, row: BlockCoverage, window: Window
) -> dict[str, Any] | None:
    """Count the days of a part by what the cache knows of them.

    Parameters
    ----------
    dataset, part, security
        Of what.
    row : BlockCoverage
        What is stored; a block that contradicts itself counts as not stored.
    window : Window
        The days in question.

    Returns
    -------
    dict or None
        `expected`, `present`, `absent` by reason and `missing`, where expected is the sum of the
        others; None where no day is expected.
    """
    coverage = (row if sound(dataset, row) else NOTHING).coverage
    expected = window.expected(security, part)
    if not expected:
        return None
    absent = expected & coverage.absent
    reasons = coverage.reasons(absent) if absent else ()
    return {
        "expected": expected.bit_count(),
        "present": (expected & coverage.present).bit_count(),
        "absent": {reason: bits.bit_count() for reason, bits in reasons},
        "missing": missing(expected, coverage).bit_count(),
    }
