"""The function `detect_missing`: the detect step, which compares parts with the expected days."""

from typing import Any

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata import deployment
from marketdata.tasks.detect import Detector


def handler(event: dict[str, Any], _context: object) -> None:
    """Compare one group of parts: `{"task_id", "attempt", "group", "parts"}`."""
    detector: Detector = deployment.detector()
    detector.detect(event["task_id"], event["attempt"], event["group"], event["parts"])
