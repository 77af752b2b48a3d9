"""What became of fetched rows. No pandas in here, for the upstream's client imports it. Pure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class IngestReport:
    """What became of a batch.

    Attributes
    ----------
    bars : int
        Good bars, stored now or before.
    blocks : int
        Blocks that were written.
    quarantined : dict
        For each code with bad bars, how many it had for each reason.
    failed : dict
        For each code that the source could not deliver, why.
    """

    bars: int = 0
    blocks: int = 0
    quarantined: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
