"""The processes in which functions run: how many, from which files, and for how long."""

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator import output
from local.emulator.crew import START, Crew

_CALL = "            result = handler_fn(event, context)"
_RAISED = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'
_exception = threading.local()
"""Its `name` is the class of the exception that this thread's last invocation raised."""


def adapt(limit: int) -> None:
    """Change the package's workers.

    - At most `limit` of a function work at once, further invocations wait: fifty calls or
      executions that come together must not start fifty processes. No function of ours invokes
      itself, so nobody waits for themselves.
    - Their layers are unpacked once, not once per process: 60 MB and two seconds each.
    - A handler's exception leaves its process alive, as on AWS: a bad token must not cost the
      authorizer's next caller a cold start. Its class is the error's type, by which state machines
      choose what to repeat.
    - An invocation's log is complete as soon as its process says so, which spares each 50 ms.
    - An invocation with the event `{START: n}` is none: it has processes of the function started
      until there are n.
    """
    crews: dict[str, Crew] = defaultdict(lambda: Crew(limit))
    _limit_workers(crews)
    _count_ends(crews)
    _share_layers(crews)
    _outlive_exceptions()
    _mark_logs()


def _limit_workers(crews: Mapping[str, Crew]) -> None:
    execute = lambda_svc._execute_function_warm  # noqa: SLF001

    def limited(func: dict[str, Any], event: Any, request_id: str) -> Any:
        config = func.get("config") or func
        crew = crews[config.get("FunctionName", "")]
        start = partial(_start, config, func["code_zip"])
        if isinstance(event, dict) and event.keys() == {START}:
            for number in range(crew.started, event[START]):
                start()
                crew.started_ahead(number + 1)
            return {"body": None}
        with crew.member(start):
            return _named(execute(func, event, request_id))

    lambda_svc._execute_function_warm = limited  # noqa: SLF001


def _start(config: dict[str, Any], code: bytes) -> None:
    """Start a process, and only then let invocations find it."""
    name, version = config["FunctionName"], config.get("Version", "$LATEST")
    worker = lambda_runtime.Worker(name, config, code)
    lambda_runtime.ensure_spawned(worker)
    key = lambda_runtime._worker_key(name, config, version)  # noqa: SLF001
    with lambda_runtime._lock:  # noqa: SLF001
        lambda_runtime._workers.setdefault(key, []).append(worker)  # noqa: SLF001


def _count_ends(crews: Mapping[str, Crew]) -> None:
    """Have the crews know of processes that the package ends, such as idle ones."""
    kill: Callable[[Any], None] = lambda_runtime.kill_workers

    def killed(workers: Any) -> None:
        for worker in workers:
            crews[worker.func_name].ended()
        kill(workers)

    lambda_runtime.kill_workers = killed


def _share_layers(crews: Mapping[str, Crew]) -> None:
    worker = lambda_runtime.Worker
    spawn = worker._spawn  # noqa: SLF001

    def spawned(self: Any) -> None:
        if references := self.config.get("Layers"):
            zips = [lambda_svc._resolve_layer_zip(each) for each in references]  # noqa: SLF001
            folders = [lambda_svc._docker_extracted_dir(each, "layer") for each in zips if each]  # noqa: SLF001
            variables = self.config.get("Environment", {}).get("Variables", {})
            shared = {"_LAMBDA_LAYERS_DIRS": os.pathsep.join(folders)}
            environment = {"Environment": {"Variables": variables | shared}}
            self.config = {**self.config, "Layers": [], **environment}
        spawn(self)
        crews[self.func_name].ready()

    worker._spawn = spawned  # noqa: SLF001


def _outlive_exceptions() -> None:
    """Have the worker's script answer "ok", since the package ends a worker that says "error"."""
    said = '"status": "ok", "class": type(e).__name__, "raised"'
    _edit_script(_RAISED, _RAISED.replace('"status": "error", "error"', said))
    invoke = lambda_runtime.Worker.invoke

    def invoked(self: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = invoke(self, *arguments, **options)
        _exception.name = answer.get("class", "")
        if "raised" in answer:
            answer |= {"status": "error", "error": answer["raised"]}
        return answer

    lambda_runtime.Worker.invoke = invoked


def _named(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return an invocation's outcome with the class of its exception: the package drops it."""
    name, _exception.name = getattr(_exception, "name", ""), ""
    if outcome.get("error") and name:
        outcome["body"]["errorType"] = name
    return outcome


def _mark_logs() -> None:
    _edit_script(_CALL, output.marking(_CALL))

    def drained(self: Any) -> str:
        reads = self._stderr_thread.is_alive()
        return output.collect(self._stderr_queue, output.LIMIT if reads else 0)

    lambda_runtime.Worker._drain_stderr_bounded = drained  # noqa: SLF001


def _edit_script(old: str, new: str) -> None:
    """Change the script that the processes run."""
    script = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    if script.count(old) != 1:
        raise RuntimeError("the emulator's worker script is not that of the pinned version")
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(old, new)  # noqa: SLF001
