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
        For each code that the source could not deliver, why.
    notes : list of str
        What else is to be told, see `sources.source.FetchedBars`.
    """

    bars: int = 0
    blocks: int = 0
    quarantined: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
