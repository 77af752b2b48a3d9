"""The processes in which functions run: how many, from which files, and for how long."""

import os
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.crew import Crew

_RAISED = '{"status": "error", "error": str(e), "trace": traceback.format_exc()}'


def adapt(limit: int) -> None:
    """Change the package's workers.

    - At most `limit` of a function work at once, further invocations wait: fifty calls or
      executions that come together must not start fifty processes. No function of ours invokes
      itself, so nobody waits for themselves.
    - Their layers are unpacked once, not once per process: 60 MB and two seconds each.
    - A handler's exception leaves its process alive, as on AWS: a bad token must not cost the
      authorizer's next caller a cold start.
    """
    crews: dict[str, Crew] = defaultdict(lambda: Crew(limit))
    _limit_workers(crews)
    _share_layers(crews)
    _outlive_exceptions()


def _limit_workers(crews: Mapping[str, Crew]) -> None:
    execute = lambda_svc._execute_function_warm  # noqa: SLF001

    def limited(func: dict[str, Any], event: Any, request_id: str) -> Any:
        with crews[(func.get("config") or func).get("FunctionName", "")].member():
            return execute(func, event, request_id)

    lambda_svc._execute_function_warm = limited  # noqa: SLF001


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
    script = lambda_runtime._PYTHON_WORKER_SCRIPT  # noqa: SLF001
    if script.count(_RAISED) != 1:
        raise RuntimeError("the emulator's worker script is not that of the pinned version")
    kept = _RAISED.replace('"status": "error", "error"', '"status": "ok", "raised"')
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(_RAISED, kept)  # noqa: SLF001
    invoke = lambda_runtime.Worker.invoke

    def invoked(self: Any, *arguments: Any, **options: Any) -> dict[str, Any]:
        answer: dict[str, Any] = invoke(self, *arguments, **options)
        if "raised" in answer:
            answer |= {"status": "error", "error": answer["raised"]}
        return answer

    lambda_runtime.Worker.invoke = invoked
