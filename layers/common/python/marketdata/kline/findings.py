"""The completeness of an answer whose codes may be of several kinds. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marketdata.kline.bar import Dataset
from marketdata.kline.completeness import Completeness


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of each dataset's part of an answer.

    Attributes
    ----------
    states : dict
        By dataset; a code is in one of them only.
    """

    states: dict[Dataset, Completeness] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether no day is missing."""
        return not any(state.missing for state in self.states.values())

    @property
    def held(self) -> int:
        """Days with a bar, summed over the codes."""
        return sum(state.held for state in self.states.values())

    def lacking(self, codes: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Name the parts, as (code, part), in which some of the codes lack days."""
        for dataset, state in self.states.items():
            for code in codes:
                parts = dict.fromkeys(map(dataset.part_of, state.missing.get(code, ())))
                yield from ((code, part) for part in parts)

    def meta(self, market: str) -> dict[str, Any]:
        """Give the answer's `meta`, see `Completeness.meta`."""
        meta: dict[str, Any] = {}
        for state in self.states.values():
            _merge(meta, state.meta(market))
        return meta


def _merge(ours: dict[str, Any], theirs: Mapping[str, Any]) -> None:
    for name, value in theirs.items():
        known = ours.get(name)
        if known is None or name == "pending":
            ours[name] = value
        elif name == "complete":
            ours[name] = known and value
        else:
            ours[name] = known | value if isinstance(known, dict) else known + value
