"""What moto is spared changes none of its answers."""

from typing import Any

import pytest
from moto.core.serialize import JSONSerializer

from marketdata.aws.clients import client
from tests.support import quick_moto
from tests.support.cloud import Cloud
from tests.support.template import key_names, table

ATTRIBUTES: dict[str, Any] = {
    "text": {"S": "平安银行"},
    "none": {"S": ""},
    "number": {"N": "10.50"},
    "bytes": {"B": b"\x00\xff"},
    "truth": {"BOOL": False},
    "null": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "sets of bytes": {"BS": [b"\x00", b"\xff"]},
    "list": {"L": [{"S": "a"}, {"M": {"S": {"N": "1"}, "empty": {"L": []}}}, {"B": b"\xff"}]},
    "map": {"M": {"list": {"L": [{"N": "1"}, {"NULL": True}]}, "map": {"M": {}}}},
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_every_kind_of_value_is_read_as_moto_gives_it(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    keys = {key: {"S": "a"} for key in key_names(table("MarketTable"))}
    stored = keys | {"value": ATTRIBUTES[name]}
    dynamodb = client("dynamodb")
    dynamodb.put_item(TableName=cloud.market.name, Item=stored)

    def answers() -> tuple[Any, Any]:
        found = dynamodb.get_item(TableName=cloud.market.name, Key=keys)
        return found["Item"], dynamodb.scan(TableName=cloud.market.name)["Items"]

    quick = answers()
    monkeypatch.setattr(
        JSONSerializer, "_serialize_type_structure", quick_moto._serialize_structure
    )
    assert quick == answers()
    assert quick[1] == [quick[0]]


def test_each_execution_has_a_program_of_its_own() -> None:
    definition = '{"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}'
    first, second = (quick_moto._program(definition) for _ in range(2))
    assert first[0] is not second[0]
    assert first[1] is second[1]
