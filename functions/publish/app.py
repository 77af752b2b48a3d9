"""The function `publish`: finds what there is to publish, and publishes one dataset and year."""

from typing import Any

import marketdata.aws.preloaded  # noqa: F401  loads boto3
from marketdata import deployment
from marketdata.errors import StorageError
from marketdata.exports.publisher import Publisher
from marketdata.exports.work import Finder


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take a step.

    `{"step": "find", "input": {"dataset", "year"}}` returns `{"work": [{"step": "publish",
    "dataset", "year"}…]}`; each of these returns `{"published": bool}`, and deletes what earlier
    releases have left; `{"step": "end", "results"}` raises StorageError if any has an `error`.
    """
    match event["step"]:
        case "find":
            finder: Finder = deployment.finder()
            asked = event["input"]
            work = finder.find(asked.get("dataset", ""), asked.get("year", ""))
            return {"work": [{"step": "publish", **each._asdict()} for each in work]}
        case "publish":
            publisher: Publisher = deployment.publisher()
            published = publisher.publish(event["dataset"], event["year"])
            publisher.sweep(event["dataset"], event["year"])
            return {"published": published}
        case _:
            failed = [each for each in event["results"] if "error" in each]
            names = ", ".join(f"{each['dataset']} {each['year']}" for each in failed)
            if names:
                raise StorageError(f"not published: {names}")
            return {}
