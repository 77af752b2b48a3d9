"""The detect step: compares some parts of a detect task, and combines the findings at its end.

It also does the work of verify tasks, see `tasks.verify`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched, chain, pairwise
from typing import Any

from marketdata.blocks.block import BlockKey
from marketdata.blocks.days import bits_of, runs
from marketdata.blocks.store import BlockStore
from marketdata.catalog.calendar import FinalDay
from marketdata.catalog.securities import Catalog
from marketdata.errors import NotFoundError
from marketdata.finance.periods import calendar_of
from marketdata.tasks.comparison import COUNTS, PartComparison, Run, compare
from marketdata.tasks.outcomes import BatchOutcome
from marketdata.tasks.records import TaskRecords
from marketdata.tasks.scope import Scope, in_scope, window_of
from marketdata.tasks.task import Task, TaskKind, TaskObjects, detect_key, outside_key
from marketdata.tasks.verify import Findings, clear, key_of, verify

RUN = ("from", "to", "reason")


@dataclass(frozen=True, slots=True)
class Detector:
    """The detect step.

    Parameters
    ----------
    records, store, objects, catalog, narrow, final_day, now
        As for `plan.Planner`.
    doubt : callable
        Notes that what was counted of some blocks no longer holds.
    """

    records: TaskRecords
    store: BlockStore
    objects: TaskObjects
    catalog: Callable[[], Catalog]
    narrow: Callable[[Scope], Scope]
    final_day: FinalDay
    now: int
    doubt: Callable[[Iterable[BlockKey]], None]

    def detect(self, task_id: int, attempt: int, group: int, parts: Sequence[str]) -> None:
        """Compare or verify one group of a task's parts and write down the findings."""
        task = self.records.load(task_id)
        if task.status.ended or task.attempt != attempt:
            return
        if task.kind is TaskKind.VERIFY:
            self._verify(task, group, parts)
        else:
            self.objects.write_json(detect_key(task_id, group), self._compared(task, parts))
        outcome = BatchOutcome(batch=group + 1, work=len(parts), closing=0)
        self.records.outcomes.record(task_id, attempt, outcome)

    def _verify(self, task: Task, group: int, series: Sequence[str]) -> None:
        """Write down what is damaged, and only then clear it.

        When Lambda runs the step once more, what was cleared is no longer damaged: the findings of
        the first time count.
        """
        key = detect_key(task.id, group)
        try:
            found: list[Findings] = self.objects.read_json(key)
        except NotFoundError:
            codes = frozenset(self.narrow(task.scope).codes)
            found = [verify(self.store, each, codes) for each in series]
            self.objects.write_json(key, found)
        for each in found:
            clear(self.store, each, task.scope)
            self.doubt(map(key_of, each["damaged"]))

    def _compared(self, task: Task, parts: Sequence[str]) -> list[Any]:
        catalog = self.catalog()
        securities = in_scope(catalog, self.narrow(task.scope))
        dataset = task.scope.dataset
        window = window_of(task.scope, catalog, self.final_day(dataset.name), self.now)
        found = []
        for part in parts:
            stored = self.store.coverage(dataset.name, part)
            findings = compare(
                dataset,
                part,
                securities,
                stored,
                window,
                recheck_absent=task.scope.recheck_absent,
            )
            found.append(_readable(task, part, findings))
        return found


def _readable(task: Task, part: str, found: PartComparison) -> dict[str, Any]:
    trading = bits_of(part, _days(task.scope))
    patterns = {*found.gaps.values(), *found.unconfirmed_codes.values()}
    patterns.update(*(each.values() for each in found.reasons.values()))
    # Strings, because the lists of a whole market would keep the garbage collector busy.
    as_ranges = {
        bits: " ".join(chain.from_iterable(runs(part, bits, trading))) for bits in patterns
    }
    return {
        "daily": {
            day: [getattr(found, count).get(day, 0) for count in COUNTS] for day in found.expected
        },
        "gaps": {code: as_ranges[bits] for code, bits in found.gaps.items()},
        "unconfirmed": {code: as_ranges[bits] for code, bits in found.unconfirmed_codes.items()},
        "reasons": {
            reason: {code: as_ranges[bits] for code, bits in codes.items()}
            for reason, codes in found.reasons.items()
        },
        "days": {
            reason: sum(bits.bit_count() for bits in codes.values())
            for reason, codes in (*found.reasons.items(), ("unconfirmed", found.unconfirmed_codes))
            if codes
        },
        "errors": sorted(found.errors),
    }


def summary(task: Task, objects: TaskObjects, groups: int) -> dict[str, Any]:
    """Combine the findings in all parts of a detect task.

    Returns
    -------
    dict
        The data of `GET /cache/tasks/{task_id}/result`: the counts, `daily_stats` by day,
        `missing_codes`, and in `missing` the missing ranges of each; `error_codes`; for days whose
        lack of a bar is explained, the number of codes and days in `by_reason`, and the days of
        each code in `absent` and `outside`.
    """
    parts = [
        part for group in range(groups) for part in objects.read_json(detect_key(task.id, group))
    ]
    following = _following(task)
    gaps = _joined_by_code((part["gaps"] for part in parts), following)
    reasons = dict.fromkeys(reason for part in parts for reason in part["reasons"])
    absent = {
        reason: _joined_by_code((part["reasons"].get(reason, {}) for part in parts), following)
        for reason in reasons
    }
    unconfirmed = _joined_by_code((part["unconfirmed"] for part in parts), following)
    outside = objects.read_json(outside_key(task.id))
    errors = sorted({code for part in parts for code in part["errors"]})
    return {
        "task_id": task.id,
        "total_count": task.total_count,
        "complete_count": task.total_count - len(gaps.keys() | unconfirmed.keys() | set(errors)),
        "missing_count": len(gaps),
        "error_count": len(errors),
        "daily_stats": {
            day: dict(zip(COUNTS, counts, strict=True))
            for part in parts
            for day, counts in part["daily"].items()
        },
        "missing_codes": sorted(gaps),
        "missing": gaps,
        "unconfirmed": unconfirmed,
        "error_codes": errors,
        "by_reason": _by_reason(parts, {**absent, "unconfirmed": unconfirmed}, outside),
        "absent": _by_code(absent),
        "outside": {
            code: [dict(zip(RUN, run, strict=True)) for run in runs]
            for code, runs in outside["runs"].items()
        },
    }


def _by_reason(
    parts: Iterable[dict[str, Any]],
    absent: dict[str, dict[str, list[list[str]]]],
    outside: dict[str, Any],
) -> dict[str, dict[str, int]]:
    """Count codes and days by reason, the days summed over the codes."""
    days = Counter(outside["days"])
    for part in parts:
        days.update(part["days"])
    codes = Counter(run[2] for runs in outside["runs"].values() for run in runs)
    codes.update({reason: len(found) for reason, found in absent.items()})
    return {reason: {"codes": codes[reason], "days": days[reason]} for reason in sorted(days)}


def _by_code(absent: dict[str, dict[str, list[list[str]]]]) -> dict[str, list[dict[str, str]]]:
    """Return each code's runs of absent days with their reasons, in the order of time."""
    runs: dict[str, list[Run]] = {}
    for reason, codes in absent.items():
        for code, found in codes.items():
            runs.setdefault(code, []).extend((first, last, reason) for first, last in found)
    return {
        code: [dict(zip(RUN, run, strict=True)) for run in sorted(found)]
        for code, found in sorted(runs.items())
    }


def _joined_by_code(
    parts: Iterable[dict[str, str]], following: dict[str, str]
) -> dict[str, list[list[str]]]:
    """Combine the ranges of all parts by code."""
    runs: dict[str, list[list[str]]] = {}
    for part in parts:
        for code, found in part.items():
            runs.setdefault(code, []).extend(map(list, batched(found.split(), 2, strict=True)))
    return {code: list(_joined(found, following)) for code, found in sorted(runs.items())}


def _days(scope: Scope) -> list[str]:
    return calendar_of(scope.dataset).days("SH", scope.start, scope.end)


def _following(task: Task) -> dict[str, str]:
    return dict(pairwise(_days(task.scope)))


def _joined(found: Iterable[list[str]], following: dict[str, str]) -> Iterator[list[str]]:
    """Join ranges that were cut only by the border between two parts."""
    open_range: list[str] = []
    for first, last in found:
        if open_range and following.get(open_range[1]) == first:
            open_range = [open_range[0], last]
            continue
        if open_range:
            yield open_range
        open_range = [first, last]
    if open_range:
        yield open_range
