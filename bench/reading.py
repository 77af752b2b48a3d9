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
from bench.contents import INDEX, MEMBERS
from bench.counting import counted
from bench.questions import Question
from bench.runtime import BUCKET, MARKET, ZSTD, Answered, Function, get_event
from marketdata.aws.clients import client
from marketdata.blocks.dataset import Period
from marketdata.blocks.days import parts_between

WITH_STATUS = "50x1y"
"""The question that is also asked with the status of each day."""

SHORTEST, DAY = "1x1m", "20261101"

ROUNDS = {"50x1y": 60, "1x1m": 150, "1x10y": 80, "min1_month": 60}


def main(questions: list[Question]) -> dict[str, Any]:
    """Measure every question, and one for the members of an index beside the shortest."""
    function = Function("stock")
    found = {question.name: _measure(function, question) for question in questions}
    shortest = next(each for each in questions if each.name == SHORTEST)
    return found | {"members": _members(function, shortest)}


def _members(function: Function, question: Question) -> dict[str, Any]:
    base = Function("base")
    asked = {"code": INDEX, "date": DAY}
    calls: dict[str, Callable[[], object]] = {
        "members": partial(base.call, get_event("/index/constituents", asked)),
        "read": partial(function.call, get_event("/stock/kline", question.query)),
    }
    answer = json.loads(Answered.by(base.call, get_event("/index/constituents", asked)).unpacked())
    assert len(answer["data"]["items"]) == MEMBERS
    times = in_turns(calls, ROUNDS[SHORTEST])
    return {"times": {name: each._asdict() for name, each in times.items()}}


def _measure(function: Function, question: Question) -> dict[str, Any]:
    events = {
        "plain": get_event("/stock/kline", question.query),
        "zstd": get_event("/stock/kline", question.query, ZSTD),
    }
    if question.name == WITH_STATUS:
        asked = question.query | {"include": "status"}
        events["status_plain"] = get_event("/stock/kline", asked)
        events["status_zstd"] = get_event("/stock/kline", asked, ZSTD)
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
