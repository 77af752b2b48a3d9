"""The whole service in one process: the real state machines, handlers and tables, on moto.

moto runs the definitions of `statemachines/`, filled in as `template.yaml` says; what they call as
Lambda functions are the handlers of `functions/`. A test can have an invocation fail in any way
that Lambda has, see `Service.faults`. Retries do not wait.
"""

import json
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from marketdata import deployment
from marketdata.aws import workflows
from marketdata.aws.clients import client
from marketdata.blocks.store import BlockStore
from tests.support.cloud import Cloud
from tests.support.emulation import join
from tests.support.events import ADMIN, proxy_event, read
from tests.support.faults import Event, Fault, serve_plainly

ELSEWHERE = dict.fromkeys(("status", "exports", "releases", "changes"), "cache") | {"index": "base"}
"""The functions that serve paths which do not begin with their name."""

ENDED = ("completed", "failed", "cancelled")


@dataclass
class Service:
    """The deployed service, as its users and its tests see it.

    Attributes
    ----------
    cloud : Cloud
        Tables and bucket.
    faults : dict
        For a function, such as "upstream", what serves its invocations in the handler's place;
        it gets the handler and the event.
    invocations : list
        What was invoked: the function and the event.
    naps : list of float
        Seconds that the state machines would have waited between retries.
    """

    cloud: Cloud
    faults: dict[str, Fault] = field(default_factory=dict)
    invocations: list[tuple[str, Event]] = field(default_factory=list)
    naps: list[float] = field(default_factory=list)

    @property
    def blocks(self) -> BlockStore:
        """The stored blocks."""
        return BlockStore(self.cloud.market, self.cloud.bucket)

    def call(
        self, method: str, resource: str, user: dict[str, str] = ADMIN, **event: Any
    ) -> tuple[int, Any]:
        """Send a request through the handler that serves its path; gives status and envelope."""
        group = resource.split("/")[1]
        function = ELSEWHERE.get(group, group)
        handler = import_module(f"functions.{function}.app").handler
        response = handler(proxy_event(method, resource, user=user, **event), None)
        envelope = read(response)
        assert envelope["code"] == response["statusCode"]
        return response["statusCode"], envelope

    def post(self, resource: str, body: Any = None, task_id: int = 0) -> Any:
        """Send a POST that succeeds, and give its data."""
        path = {"task_id": str(task_id)} if task_id else None
        status, envelope = self.call("POST", resource, body=body, path=path)
        assert status == 200, envelope
        return envelope["data"]

    def start(self, resource: str, **body: Any) -> int:
        """Start a task and give its id."""
        task_id: int = self.post(f"/cache/{resource}", body)["task_id"]
        return task_id

    def task(self, task_id: int) -> Any:
        """Give a task as the API shows it."""
        path = {"task_id": str(task_id)}
        status, envelope = self.call("GET", "/cache/tasks/{task_id}", path=path)
        assert status == 200, envelope
        return envelope["data"]["task"]

    def result(self, task_id: int) -> Any:
        """Give what a task left."""
        path = {"task_id": str(task_id)}
        status, envelope = self.call("GET", "/cache/tasks/{task_id}/result", path=path)
        assert status == 200, envelope
        return envelope["data"]

    def wait(self, task_id: int) -> Any:
        """Wait until all executions have ended, and give a task."""
        join()
        task = self.task(task_id)
        assert task["status"] in ENDED, task
        return task

    def run(self, resource: str, **body: Any) -> Any:
        """Start a task, wait for its end and give it."""
        return self.wait(self.start(resource, **body))

    def calls(self, function: str) -> list[Event]:
        """List the events that a function got; of a task's batches each by itself."""
        events = [event for name, event in self.invocations if name == function]
        return [batch for event in events for batch in event.get("batches", [event])]

    def rows(self, resource: str, code: str, start: str, end: str, period: str = "daily") -> Any:
        """Read one code's bars; gives rows and meta."""
        query = {"codes": code, "start_date": start, "end_date": end, "period": period}
        status, envelope = self.call("GET", resource, query=query)
        assert status == 200, envelope
        return envelope["data"][code], envelope["meta"]

    def put_file(self, path: str, text: str) -> None:
        """Put a file where the source `files` finds it."""
        self.cloud.bucket.write(f"imports/{path}", text.encode(), "text/csv")

    def schedule(self, name: str) -> str:
        """Do what the schedule does, wait for the end and give the execution's ARN."""
        execution = workflows.start_execution(
            deployment.settings().fill_machine, f"schedule-{name}", {"schedule": name}
        )
        join()
        return execution

    def redefine(self, old: str, new: str) -> None:
        """Change the definition of the fill."""
        machine = deployment.settings().fill_machine
        machines = client("stepfunctions")
        definition = machines.describe_state_machine(stateMachineArn=machine)["definition"]
        assert old in definition
        machines.update_state_machine(
            stateMachineArn=machine, definition=definition.replace(old, new)
        )

    def invoke(self, function: str, event: Event) -> Any:
        """Run a function's handler, as Lambda would for an event."""
        self.invocations.append((function, event))
        handler = import_module(f"functions.{function}.app").handler
        serve = self.faults.get(function, serve_plainly)
        answer = serve(lambda event: handler(event, None), event)
        return json.loads(json.dumps(answer))
