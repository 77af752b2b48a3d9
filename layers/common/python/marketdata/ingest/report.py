"""The report on fetched rows. No pandas here: the client of `upstream` imports this. Pure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class IngestReport:
    """What happened to the rows of a batch.

    Attributes
    ----------
    bars : int
        Number of good bars (or statement rows), whether stored now or before.
    blocks : int
        Number of blocks written.
    quarantined : dict
        Code → reason → number of bad rows.
    failed : dict
        Code → the reason, for each code that the source could not deliver.
    """

    bars: int = 0
    blocks: int = 0
    quarantined: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
