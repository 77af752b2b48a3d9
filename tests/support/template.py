"""The template, parsed: what the tests make is what it declares."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[2] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags: `!Ref X` becomes {"Ref": "X"}."""


def _construct_tag(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _construct_tag)


@cache
def parsed() -> dict[str, Any]:
    """Give the whole template; nobody may change it."""
    # SafeLoader's own subclass: it builds plain values only.
    found: dict[str, Any] = yaml.load(TEMPLATE.read_text(), _Loader)
    return found


def resources() -> dict[str, Any]:
    """Give the resources by their logical names."""
    found: dict[str, Any] = parsed()["Resources"]
    return found


def table(name: str) -> dict[str, Any]:
    """Give the properties of a table, such as "MarketTable"."""
    resource = resources()[name]
    assert resource["Type"] == "AWS::DynamoDB::Table"
    found: dict[str, Any] = resource["Properties"]
    return found


def key_names(keyed: dict[str, Any]) -> list[str]:
    """Name the hash key and the range key of a table or an index."""
    return [each["AttributeName"] for each in keyed["KeySchema"]]


def index(name: str, of: str) -> dict[str, Any]:
    """Give the properties of an index, such as "coverage", of a table."""
    (found,) = [each for each in table(of)["GlobalSecondaryIndexes"] if each["IndexName"] == name]
    return dict(found)


def repeated_by(name: str, of: str) -> frozenset[str]:
    """Name the attributes of an item that an index repeats, the keys included."""
    found = index(name, of)
    projection = found["Projection"]
    assert projection["ProjectionType"] == "INCLUDE"
    return frozenset([*key_names(table(of)), *key_names(found), *projection["NonKeyAttributes"]])
