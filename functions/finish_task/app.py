"""The function `finish_task`: the finish step, which records how a batch or a whole task ended."""

from typing import Any

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata import deployment
from marketdata.tasks.finish import Finisher


def handler(event: dict[str, Any], _context: object) -> None:
    """End a task or some of its batches: `operation` is "finish", "fail" or "fail_batches"."""
    finisher: Finisher = deployment.finisher()
    match event["operation"]:
        case "fail_batches":
            for batch in event["event"]["batches"]:
                finisher.fail_batch(batch, event["event"]["error"])
        case "fail":
            finisher.fail(event["execution"], event["event"])
        case _:
            finisher.finish(event["task_id"], event["attempt"])
