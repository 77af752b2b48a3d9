"""Moto without what it repeats for each call, each execution and each test, to the same effect."""

from functools import cache
from threading import Lock
from typing import Any

import pytest
from moto.core import responses
from moto.core.serialize import JSONSerializer
from moto.core.utils import method_names_from_class
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for

_parse = AmazonStateLanguageParser.parse
_serialize_structure = JSONSerializer._serialize_type_structure
_making = Lock()


def spare_repetition(patch: pytest.MonkeyPatch) -> None:
    """Have moto keep what depends on nothing that a test changes."""
    patch.setattr(responses, "method_names_from_class", cache(method_names_from_class))
    patch.setattr(JSONSerializer, "_serialize_type_structure", _serialize)
    patch.setattr(AmazonStateLanguageParser, "parse", staticmethod(_program))
    patch.setattr(lambda_eval_utils, "boto_client_for", _client)


def _serialize(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Look for those members of an attribute's value that it has.

    Moto looks for all ten, each under every name that other services might have for it.
    """
    if shape.name != "AttributeValue" or type(value) is not dict:
        _serialize_structure(serializer, serialized, value, shape, key)
        return
    made: dict[str, Any] = {}
    for name in shape.members.keys() & value.keys():
        if value[name] is not None:
            serializer._serialize(made, value[name], shape.members[name], name)
    serializer._default_serialize(serialized, made, shape, key)


@cache
def _tree(definition: str) -> Any:
    return _parse(definition)[1]


def _program(definition: str) -> tuple[Any, Any]:
    """Parse a definition once, but make a program of its own for each execution."""
    tree = _tree(definition)
    return Preprocessor().visit(tree), tree


@cache
def _kept_client(region: str, service: str) -> Any:
    return boto_client_for(region, service)


def _client(region: str, service: str, state_credentials: object = None) -> Any:
    """Keep one client for all invocations; making one costs more than to invoke a function.

    States run in threads, and boto3's default session must not make two clients at a time.
    """
    with _making:
        return _kept_client(region, service)
