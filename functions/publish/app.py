"""The function `publish`: finds what there is to publish, and publishes one dataset and year."""

from typing import Any

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata import deployment
from marketdata.exports.publisher import Publisher
from marketdata.exports.work import Finder


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take one step: `{"step": "find", "input": {"dataset", "year"}}`, or one of its answer.

    "find" returns `{"work": [{"step": "publish", "dataset", "year"}…]}`. "publish" returns
    `{"published": bool}`, and deletes what earlier releases have left.
    """
    if event["step"] == "find":
        finder: Finder = deployment.finder()
        asked = event["input"]
        work = finder.find(asked.get("dataset", ""), asked.get("year", ""))
        return {"work": [{"step": "publish", **each._asdict()} for each in work]}
    publisher: Publisher = deployment.publisher()
    published = publisher.publish(event["dataset"], event["year"])
    publisher.sweep(event["dataset"], event["year"])
    return {"published": published}
