"""The comparison: asks every peer the same questions in turns, and checks their answers."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.clock import Times, middle
from bench.peers import ours
from bench.preparing import PEERS, command
from bench.processes import Worker
from bench.questions import Question

OURS = ("ours", "ours_zstd")
ROUNDS, TIMES = 6, 3


class DifferentAnswerError(Exception):
    """Answers to the same question differ in content, or ours lacks codes."""


def compare(questions: Sequence[Question], ports: Mapping[str, int]) -> dict[str, dict[str, Times]]:
    """Check and time all answers.

    Parameters
    ----------
    questions : sequence of Question
        The questions.
    ports : mapping
        For each market the port of its endpoint.

    Returns
    -------
    dict
        For each question the CPU and wall time of each peer and of `OURS`, in milliseconds.

    Raises
    ------
    DifferentAnswerError
        A peer's answer differs from ours.
    """
    with ExitStack() as stack:
        workers = {peer: stack.enter_context(Worker(command(peer))) for peer in PEERS}
        found = {}
        for market, port in ports.items():
            own = {name: stack.enter_context(Worker(command(name), port)) for name in OURS}
            for question in (each for each in questions if each.market == market):
                found[question.name] = _ask(question, workers | own)
    return found


def _ask(question: Question, workers: Mapping[str, Worker]) -> dict[str, Times]:
    _check(question, workers)
    order = {"ask": question.fields(), "times": TIMES}
    taken: dict[str, list[Times]] = {name: [] for name in workers}
    for _ in range(ROUNDS):
        for name, worker in workers.items():
            taken[name] += [Times(*each) for each in worker.ask(order)]
    return {name: middle(times) for name, times in taken.items()}


def _check(question: Question, workers: Mapping[str, Worker]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        answers = {}
        for name, worker in workers.items():
            into = Path(folder) / name
            worker.ask({"ask": question.fields(), "into": str(into)})
            body = into.read_bytes()
            answers[name] = json.loads(ours.body(body) if name in OURS else body)["data"]
    expected = answers["ours"]
    if not expected or set(expected) != set(question.codes):
        raise DifferentAnswerError(f"{question.name}: ours lacks codes")
    for name, data in answers.items():
        if data != expected:
            raise DifferentAnswerError(f"{question.name}: {name} {_difference(data, expected)}")


def _difference(data: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    for code, rows in expected.items():
        for row, other in zip(rows, data.get(code, []), strict=False):
            if row != other:
                return f"has {other} where ours has {row}"
        if len(rows) != len(data.get(code, [])):
            return f"has {len(data.get(code, []))} rows of {code}, ours {len(rows)}"
    return "has other codes"
