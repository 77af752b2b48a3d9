"""What tasks meet: machines, a bucket and time, as a test wants them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from marketdata.errors import NotFoundError


@dataclass
class FakeMachines:
    """Executions by ARN, with their status."""

    executions: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, object]] = field(default_factory=list)
    failure: Exception | None = None

    def start_execution(self, machine: str, name: str, event: dict[str, object]) -> str:
        if self.failure:
            raise self.failure
        self.events.append(event)
        self.executions[f"{machine}:{name}"] = "RUNNING"
        return f"{machine}:{name}"

    def execution_status(self, execution: str) -> str:
        return self.executions.get(execution, "ABORTED")

    def stop_execution(self, execution: str, cause: str) -> None:
        assert cause == "cancelled"
        self.executions[execution] = "ABORTED"


@dataclass
class Clock:
    """Time that passes only while somebody waits; then something may happen."""

    seconds: float = 0.0
    happens: dict[float, Callable[[], object]] = field(default_factory=dict)
    pauses: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds
        for due in [each for each in self.happens if each <= self.seconds]:
            self.happens.pop(due)()


@dataclass
class FakeLists:
    """Objects by key, as JSON has them."""

    name: str = "bucket"
    objects: dict[str, Any] = field(default_factory=dict)

    def read(self, key: str) -> bytes:
        return json.dumps(self.read_json(key)).encode()

    def read_json(self, key: str) -> Any:
        if key not in self.objects:
            raise NotFoundError(key)
        return self.objects[key]

    def write_json(self, key: str, value: Any) -> None:
        self.objects[key] = json.loads(json.dumps(value))
