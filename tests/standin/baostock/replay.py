"""Captured exchanges, whose answers are given byte for byte."""

from pathlib import Path

from .wire import Question, parse_question

type Key = tuple[str, ...]

WITHOUT_CLOCK = "logout"


class Replay:
    """The captures of a folder: one folder each, with `request.bin` and `response.bin`."""

    def __init__(self, folder: Path) -> None:
        self._answers = {
            key_of(parse_question(path.read_bytes())): (path.parent / "response.bin").read_bytes()
            for path in sorted(folder.glob("*/request.bin"))
        }

    def answer(self, question: Question) -> bytes | None:
        """Return the answer that a question once got; None if nobody asked it."""
        return self._answers.get(key_of(question))


def key_of(question: Question) -> Key:
    """Return what makes two questions the same: neither version nor page length nor the clock."""
    arguments = question.arguments
    if question.method == WITHOUT_CLOCK:
        arguments = ()
    elif len(arguments) > 1 and arguments[1].isdigit() and question.message_type != "00":
        arguments = (arguments[0], *arguments[2:])
    return (question.message_type, question.method, *arguments)
