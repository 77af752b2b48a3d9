"""What happened: one line for each connection and each question."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

type Event = dict[str, Any]


class Log:
    """Keeps all events, and writes them into a file as lines of JSON if there is one.

    An event has `event` and `connection`, counted from 1:

    - `opened`, with `open`: how many connections are open now;
    - `question`, with `number`, counted from 1 over all connections, `call`, `arguments`,
      `version`, `busy`: how many questions wait for their answers now, and `faults`;
    - `malformed`, with `why`: it was not written as the wire demands;
    - `answer`, with `number`, `code`, `rows` on this page, and `bytes`, before any is sent;
    - `closed`, with `open`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._events: list[Event] = []
        self._path = path

    def add(self, event: str, connection: int, **values: Any) -> None:
        """Write an event down."""
        line: Event = {"event": event, "connection": connection, **values}
        with self._changed:
            self._events.append(line)
            if self._path is not None:
                with self._path.open("a") as file:
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._changed.notify_all()

    def events(self, event: str = "") -> list[Event]:
        """Return the events so far, or those of one sort."""
        with self._changed:
            return [each for each in self._events if event in {"", each["event"]}]

    def questions(self, call: str = "") -> list[Event]:
        """Return the questions so far, or those of one call."""
        return [each for each in self.events("question") if call in {"", each["call"]}]

    @property
    def most_open(self) -> int:
        """How many connections were open at the same time, at most."""
        return max((each["open"] for each in self.events("opened")), default=0)

    @property
    def most_busy(self) -> int:
        """How many questions were being answered at the same time, at most."""
        return max((each["busy"] for each in self.events("question")), default=0)

    def wait_for(self, reached: Callable[["Log"], bool], seconds: float = 10) -> None:
        """Wait until something is reached.

        Raises
        ------
        TimeoutError
            It was not within so many seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: reached(self), seconds):
                raise TimeoutError("it did not happen")
