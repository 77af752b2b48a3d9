"""State machines that do what a test says."""

from dataclasses import dataclass, field


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
