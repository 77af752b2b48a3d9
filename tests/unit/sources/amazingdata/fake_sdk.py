"""An SDK that answers in every way that is known of it."""

from types import ModuleType, SimpleNamespace
from typing import Any

CODES = ["600000.SH", "000001.SZ"]


class Printed:
    """What was printed, without a process of its own."""

    def __init__(self) -> None:
        self.said = ""

    def forget(self) -> None:
        self.said = ""

    def text(self) -> str:
        return self.said


class Sdk(ModuleType):
    """Answers each call with what was put in its place; a callable is called, an error raised."""

    def __init__(self, printed: Printed, **answers: Any) -> None:
        super().__init__("AmazingData")
        self.answers = answers
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.printed = printed
        self.constant = SimpleNamespace(Period=SimpleNamespace(day=SimpleNamespace(value=10008)))

    def __getattr__(self, name: str) -> Any:
        if name in {"BaseData", "InfoData"}:
            return lambda: self
        if name == "MarketData":
            return self._market
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *values, **named: self._answer(name, values, named)

    def _market(self, calendar: list[int]) -> "Sdk":
        self.asked.append(("MarketData", (calendar,), {}))
        return self

    def _answer(self, name: str, values: tuple[Any, ...], named: dict[str, Any]) -> Any:
        self.asked.append((name, values, named))
        found = self.answers.get(name)
        if isinstance(found, Said):
            self.printed.said = found.text
            found = found.answer
        if callable(found):
            found = found(*values, **named)
        if isinstance(found, BaseException):
            raise found
        return found


class Said:
    """An answer, after something was printed."""

    def __init__(self, text: str, answer: Any = None) -> None:
        self.text = text
        self.answer = answer
