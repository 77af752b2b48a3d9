"""Reading: the whole function, compared with the requests that it cannot do without.

`python -m bench.reading QUESTIONS`, a JSON array, runs in the environment of
`bench.runtime.surroundings` and answers each question as the function does, for a client with zstd
and one without, and with boto3 alone.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.clock import in_turns
from bench.counting import counted
from bench.questions import Question
from bench.runtime import BUCKET, MARKET, ZSTD, Answered, Function, get_event
from marketdata.aws.clients import client
from marketdata.blocks.dataset import Period
from marketdata.blocks.days import parts_between

ROUNDS = {"50x1y": 60, "1x1m": 150, "1x10y": 80, "min1_month": 60}


def main(questions: list[Question]) -> dict[str, Any]:
    """Measure every question."""
    function = Function("stock")
    return {question.name: _measure(function, question) for question in questions}


def _measure(function: Function, question: Question) -> dict[str, Any]:
    events = {
        "plain": get_event("/stock/kline", question.query),
        "zstd": get_event("/stock/kline", question.query, ZSTD),
    }
    calls: dict[str, Callable[[], object]] = {
        name: partial(function.call, event) for name, event in events.items()
    }
    calls["floor"] = floor(question)
    times = in_turns(calls, ROUNDS.get(question.name, 20))
    answers = {name: Answered.by(function.call, event) for name, event in events.items()}
    return {
        "times": {name: each._asdict() for name, each in times.items()},
        "wire_bytes": {name: answer.wire_bytes for name, answer in answers.items()},
        "json_bytes": len(answers["plain"].unpacked()),
        "encoding": {name: answer.encoding for name, answer in answers.items()},
        "requests": counted(calls["plain"])[1],
    }


def floor(question: Question) -> Callable[[], object]:
    """Return a call that makes only boto3's requests for the blocks of a question."""
    keys = [
        {"pk": {"S": f"stock.{question.period}#{code}"}, "sk": {"S": part}}
        for code in question.codes
        for part in parts_between(Period(question.period), question.start, question.end)
    ]
    dynamodb, s3 = client("dynamodb"), client("s3")
    wanted: Any = {MARKET: {"Keys": keys, "ConsistentRead": False}}
    items = dynamodb.batch_get_item(RequestItems=wanted)["Responses"][MARKET]
    objects = [item["object"]["S"] for item in items if "object" in item]

    def ask() -> None:
        dynamodb.batch_get_item(RequestItems=wanted)
        for key in objects:
            s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    return ask


if __name__ == "__main__":
    print(json.dumps(main([Question.parse(each) for each in json.loads(sys.argv[1])])))
